package algorithms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

type initializeCentralDatabaseParams struct {
	Connection  provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Central database" jsonschema_description:"The central database, where LizSync is installed."`
	AddServerID bool                `json:"ADD_SERVER_ID" jsonschema:"title=Give the database its server id,default=true" jsonschema_description:"Give the database the identity by which clones know it. One that it has is kept."`
	AddUIDs     bool                `json:"ADD_UID_COLUMNS" jsonschema:"title=Add uid columns,default=false" jsonschema_description:"Add to each table the column uid by which its rows are known everywhere. A small table is locked for a moment; a big one gets its uid while people read and edit it, and a message tells how long that takes."`
	AddAudit    bool                `json:"ADD_AUDIT_TRIGGERS" jsonschema:"title=Add audit triggers,default=false" jsonschema_description:"Record every edit of each table from now on."`
	Schemas     string              `json:"SCHEMAS" jsonschema:"title=Schemas" jsonschema_description:"The schemas whose tables are prepared, separated by commas; a name with a comma stands in double quotes. All of them but public when empty. audit, lizsync and those of the system are never synchronised, and nor are tables of extensions and QGIS's own in public."`
	SerialKeys  string              `json:"SERIAL_KEYS" jsonschema:"title=Keys that a sequence numbers,enum=shared,enum=local" jsonschema_description:"Shared: the numbers are the same everywhere, because each clone draws from blocks that central allots to it. Local: each database numbers for itself, and the numbers are not sent. The prepared tables of the chosen schemas are moved to what is given here, and their clones must be deployed again. When it is not given, tables stay as they are, and those that are prepared for the first time are shared." qgis:"type=enum,advanced"`
	LockTimeout int                 `json:"LOCK_TIMEOUT" jsonschema:"title=Seconds to wait for a table,minimum=1,maximum=3600,default=5" jsonschema_description:"How long to wait for a table that somebody is editing. While it waits, others wait behind; then the table is left for another time." qgis:"advanced"`
}

type initializeCentralDatabaseResult struct {
	provider.Outcome
	ServerID string `json:"SERVER_ID" jsonschema:"title=Server id" jsonschema_description:"The identity of the database; empty when it has none."`
	Tables   int    `json:"NUMBER_TABLES" jsonschema:"title=Tables" jsonschema_description:"Tables in the chosen schemas that can be prepared."`
	Ready    int    `json:"NUMBER_READY" jsonschema:"title=Tables ready" jsonschema_description:"Those of them that lack nothing."`
	UIDs     int    `json:"NUMBER_UID_COLUMNS_ADDED" jsonschema:"title=Uid columns added" jsonschema_description:"Tables that got their uid column now."`
	Audited  int    `json:"NUMBER_TABLES_AUDITED" jsonschema:"title=Tables newly audited" jsonschema_description:"Tables that got their audit triggers now."`
	Unsafe   int    `json:"NUMBER_UNSAFE_TABLES" jsonschema:"title=Unsafe tables" jsonschema_description:"Tables that cannot be synchronised as they are. The messages name the reason and the remedy of each."`
}

func initializeCentralDatabase() provider.Algorithm {
	return provider.Define(provider.Definition[initializeCentralDatabaseParams, initializeCentralDatabaseResult]{
		ID:    "initialize_central_database",
		Group: "01 Installation",
		Title: "Prepare the central database",
		Description: `Prepares the tables of the central database to be synchronised: gives the database its identity, each table a column uid, and the triggers that record its edits. Run it after create_database_structure, and again when tables were added.

Numbers that a sequence gives, such as the key of a serial column, are the same on all databases: clones draw theirs from blocks that central allots to them. SERIAL_KEYS can leave the numbers of tables to each database instead.

Each table is prepared whole or not at all, and one that somebody is editing is left after a few seconds rather than waited for: the others are done, and the algorithm then fails with the list of those to be done again. What a table has already is not touched, and not even locked.

A table of more than 100,000 rows or 64 MB gets its uid column while people read and edit it: in steps, which lock it for a moment each and whose locks are waited for half a second at a time. When it is stopped half-way, it goes on from there the next time. Some tables cannot be filled so, such as those with triggers that would fire; a message says which, for how long nobody can use them, and what to do about it.

At the end it tells what each table still lacks, and which ones are unsafe to synchronise, with the reason and the remedy. With all three options off it only tells, also how long a big table will take.`,
		Errors: []provider.KnownError{
			{When: "LizSync is not installed in the database, or with an older structure", Remedy: "Run create_database_structure or upgrade_database_structure."},
			{When: "the database is a clone", Remedy: "Choose the central database."},
			{When: "a schema in SCHEMAS does not exist or is never synchronised", Remedy: "Correct the name; the message lists the schemas that there are."},
			{When: "a table is locked by somebody's open edit", Remedy: "Ask them to save, then run it again: what is done stays done."},
			{When: "a big table is left half-way, because somebody is editing it or the preparation was stopped", Remedy: "Run it again: it goes on from there. Edits of the table are safe meanwhile."},
			{When: "a table belongs to another role, or has a column uid that cannot be used", Remedy: "Do what the message says for that table, then run it again."},
		},
		Run: prepareCentral,
	})
}

func prepareCentral(ctx context.Context, p initializeCentralDatabaseParams, feedback provider.Feedback) (initializeCentralDatabaseResult, error) {
	var result initializeCentralDatabaseResult
	conn, err := database.Connect(ctx, string(p.Connection), feedback)
	if err != nil {
		return result, err
	}
	defer database.Close(ctx, conn)
	patience := time.Duration(p.LockTimeout) * time.Second
	// Looking at a table whose structure somebody is changing waits too.
	if _, err := conn.Exec(ctx, "select set_config('lock_timeout', $1, false)", fmt.Sprintf("%ds", p.LockTimeout)); err != nil {
		return result, fmt.Errorf("set the time to wait for locks: %w", err)
	}
	if err := database.CheckStructure(ctx, conn); err != nil {
		return result, err
	}
	if err := refuseClone(ctx, conn); err != nil {
		return result, err
	}
	schemas, err := database.Schemas(ctx, conn, p.Schemas)
	if err != nil {
		return result, err
	}
	if result.ServerID, err = serverID(ctx, conn, p.AddServerID, feedback); err != nil {
		return result, err
	}
	states, err := database.TableStates(ctx, conn, schemas)
	if err != nil {
		return result, err
	}
	options := database.PrepareOptions{AddUIDs: p.AddUIDs, AddAudit: p.AddAudit, LockTimeout: patience}
	prepared, err := database.Prepare(ctx, conn, states, options, feedback)
	if err != nil {
		return result, err
	}
	result.UIDs, result.Audited = prepared.UIDs, prepared.Audited
	if p.SerialKeys != "" {
		if err := database.SetSerialKeys(ctx, conn, schemas, p.SerialKeys == "local", feedback); err != nil {
			return result, err
		}
	}
	err = report(ctx, conn, p, schemas, &result, feedback)
	if left := prepared.Failure(); left != nil && ctx.Err() == nil {
		return result, left // it says who is in the way, of the report as well
	}
	return result, err
}

func refuseClone(ctx context.Context, conn *pgx.Conn) error {
	var name string
	var clone bool
	err := conn.QueryRow(ctx, "select current_database(), exists (select from lizsync.central)").Scan(&name, &clone)
	if err != nil {
		return fmt.Errorf("look whether this is a clone: %w", err)
	}
	if clone {
		return &provider.Failure{
			Text: fmt.Sprintf("the database %s is a clone, not a central database", name),
			Hint: "choose the connection of the central database; a clone gets its structure from a package",
		}
	}
	return nil
}

// serverID returns the identity of the database, which it gives it when add is true; "" when there is none.
func serverID(ctx context.Context, conn *pgx.Conn, add bool, feedback provider.Feedback) (string, error) {
	if add {
		tag, err := conn.Exec(ctx, `
			insert into lizsync.server_metadata (server_name)
			select 'central' where not exists (select from lizsync.server_metadata)
			on conflict do nothing`)
		if err != nil {
			return "", fmt.Errorf("give the database its server id: %w", err)
		}
		if tag.RowsAffected() == 0 {
			feedback.Message("the database has its server id already; it is kept")
		}
	}
	var id string
	if err := conn.QueryRow(ctx, "select coalesce(lizsync.server_id()::text, '')").Scan(&id); err != nil {
		return "", fmt.Errorf("read the server id: %w", err)
	}
	return id, nil
}

// report tells what is still to be done, and counts it.
func report(ctx context.Context, conn *pgx.Conn, p initializeCentralDatabaseParams, schemas []string, result *initializeCentralDatabaseResult, feedback provider.Feedback) error {
	states, err := database.TableStates(ctx, conn, schemas)
	if err != nil {
		return err
	}
	problems, err := database.UnsafeTables(ctx, conn, schemas)
	if err != nil {
		return err
	}
	if err := tellOfPublic(ctx, conn, p.Schemas, feedback); err != nil {
		return err
	}
	if result.ServerID == "" {
		feedback.Warning("the database has no server id; ADD_SERVER_ID=true gives it one")
	}
	result.Tables = len(states)
	for _, state := range states {
		lacks := state.Lacks()
		if len(lacks) == 0 {
			result.Ready++
			continue
		}
		feedback.Message(fmt.Sprintf("%s still lacks %s", state.Label, strings.Join(lacks, " and ")))
		if p.AddUIDs {
			continue // it was announced
		}
		announcement, err := database.Announce(ctx, conn, state)
		if err != nil {
			return err
		}
		if announcement != "" {
			feedback.Message(announcement)
		}
	}
	var unsafe []string
	for _, problem := range problems {
		switch {
		case problem.IsError:
			feedback.Warning("unsafe: " + problem.String())
			if !slices.Contains(unsafe, problem.Label) {
				unsafe = append(unsafe, problem.Label)
			}
		case problem.Problem == database.ReferenceToLocalKey: // which nobody would notice afterwards
			feedback.Warning(problem.String())
		default:
			feedback.Message("note: " + problem.String())
		}
	}
	result.Unsafe = len(unsafe)
	text := fmt.Sprintf("%d of %d tables are ready to be synchronised (%d uid columns added, %d newly audited).", result.Ready, result.Tables, result.UIDs, result.Audited)
	if len(unsafe) > 0 {
		text += fmt.Sprintf(" Unsafe as they are, see the messages: %s.", strings.Join(unsafe, ", "))
	}
	result.Outcome = provider.Done(text)
	return nil
}

// tellOfPublic tells of the tables that are in public, and easily overlooked there, when no schema was named.
func tellOfPublic(ctx context.Context, conn *pgx.Conn, named string, feedback provider.Feedback) error {
	if strings.TrimSpace(named) != "" {
		return nil
	}
	states, err := database.TableStates(ctx, conn, []string{"public"})
	if err != nil || len(states) == 0 {
		return err
	}
	var tables []string
	for _, state := range states {
		tables = append(tables, state.Label)
	}
	feedback.Message("the schema public is left out unless SCHEMAS names it; its tables are: " + strings.Join(tables, ", "))
	return nil
}
