package algorithms

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

type upgradeDatabaseStructureParams struct {
	Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Central database" jsonschema_description:"The database whose structure is upgraded, central or a clone."`
	Run        bool                `json:"RUN_MIGRATIONS" jsonschema:"title=Make the upgrade,default=false" jsonschema_description:"Make the upgrade. Otherwise only tell what it would do, and put functions right where nothing else differs."`
}

func upgradeDatabaseStructure() provider.Algorithm {
	return provider.Define(provider.Definition[upgradeDatabaseStructureParams, structureResult]{
		ID:    "upgrade_database_structure",
		Group: "01 Installation",
		Title: "Upgrade LizSync tools in the central database",
		Description: `Brings the LizSync structure of a database up to the version of this program: the upgrades that it has not had yet, one after the other and all or none, then all the functions. Data, logs and clones are kept. Running it twice does no harm.

The functions are part of the structure. Where no upgrade is missing and only functions differ, it puts them right without being asked to make the upgrade: those that were altered or dropped since, and those of an older program. Functions in these schemas that LizSync did not make are left alone.

A database of the original LizSync, from 0.4 to 0.7.3, central or a clone, is taken over in place: its server id, publication lists, history, conflicts and log are kept, and what was not sent yet is sent by the first synchronisation after both databases were upgraded.

Without RUN_MIGRATIONS it makes no upgrade and only tells which ones are missing. Central and its clones may be upgraded in any order; databases with different versions, or with different functions, refuse to synchronise.`,
		Errors: []provider.KnownError{
			{When: "LizSync is not installed in the database", Remedy: "Run create_database_structure."},
			{When: "the structure is newer than this program", Remedy: "Use a newer version of LizSync."},
			{When: "the structure belongs to another role", Remedy: "Connect as that role, or ask for membership in it."},
			{When: "the original LizSync has lost tables, or has others in its schemas", Remedy: "The message names them: restore or move them. Nothing was changed."},
			{When: "tables of a publication list cannot be synchronised as they are", Remedy: "Synchronise with the original LizSync, change them as the message says on central and on each clone, and run it again."},
			{When: "other objects depend on a function that is to be dropped", Remedy: "The message names them. Drop them if nobody needs them, then run it again. Nothing was changed."},
			{When: "somebody holds a lock on the log for more than 10 seconds", Remedy: "Nothing was changed. Ask people to save their edits, then run it again."},
		},
		Run: func(ctx context.Context, p upgradeDatabaseStructureParams, feedback provider.Feedback) (structureResult, error) {
			conn, err := database.Connect(ctx, string(p.Connection), feedback)
			if err != nil {
				return structureResult{}, err
			}
			defer database.Close(ctx, conn)
			var upgraded database.Upgraded
			// What others commit before the tables are locked must be seen.
			err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
				upgraded, err = database.Upgrade(ctx, tx, p.Run, feedback)
				return err
			})
			if err != nil {
				return structureResult{}, err
			}
			version := upgraded.After
			var text string
			switch pending := len(upgraded.Upgrades); {
			case upgraded.Original != "" && p.Run:
				text = fmt.Sprintf("The original LizSync %s was taken over, with version %d of the structure.", upgraded.Original, version)
			case upgraded.Original != "":
				return structureResult{
					Outcome: provider.Done(fmt.Sprintf("The database has the original LizSync %s, which can be taken over; RUN_MIGRATIONS=true does it.", upgraded.Original)),
					Version: upgraded.Original,
				}, nil
			case pending == 0:
				text = fmt.Sprintf("The structure already has version %d, the current one", version) + functionsDone(upgraded, p.Run)
			case p.Run:
				text = fmt.Sprintf("The structure was upgraded from version %d to %d.", upgraded.Before, version)
			default:
				for _, u := range upgraded.Upgrades {
					feedback.Message(fmt.Sprintf("to be run: upgrade %d, %s", u.Version, u.Description))
				}
				if len(upgraded.Altered) > 0 {
					feedback.Message("it installs these functions again: " + strings.Join(upgraded.Altered, ", "))
				}
				text = fmt.Sprintf("The structure has version %d and can be upgraded to %d; RUN_MIGRATIONS=true does it.", upgraded.Before, version)
				version = upgraded.Before
			}
			return structureResult{Outcome: provider.Done(text), Version: strconv.Itoa(version)}, nil
		},
	})
}

// functionsDone ends the sentence about a structure that needs no upgrade.
func functionsDone(upgraded database.Upgraded, run bool) string {
	switch {
	case upgraded.IsNewer && !run:
		return fmt.Sprintf(". Its functions are of the program %s, newer than this one, %s; RUN_MIGRATIONS=true puts those of this program in their place.",
			upgraded.Program, provider.Version())
	case upgraded.Program != "":
		return fmt.Sprintf("; its functions, of the program %s, were replaced by those of this one.", upgraded.Program)
	case len(upgraded.Altered) > 0:
		return "; its functions were repaired: " + strings.Join(upgraded.Altered, ", ") + "."
	case run:
		return "; only its functions were installed again."
	default:
		return "."
	}
}
