package algorithms

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

type createDatabaseStructureParams struct {
	Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Central database" jsonschema_description:"The database that receives the structure."`
	Override   bool                `json:"OVERRIDE" jsonschema:"title=Replace an existing structure,default=false" jsonschema_description:"Replace the structure that is already there. Its log, its history and the server id are lost, and the tables are no longer audited."`
	Force      bool                `json:"FORCE" jsonschema:"title=Replace it even while clones are registered,default=false" jsonschema_description:"With OVERRIDE, replace the structure although clones are registered in it, or although the database is a clone. What has not been synchronised yet can then no longer be." qgis:"advanced"`
}

type structureResult struct {
	provider.Outcome
	Version string `json:"DATABASE_VERSION" jsonschema:"title=Version of the structure" jsonschema_description:"The version of the LizSync structure that the database has now."`
}

func createDatabaseStructure() provider.Algorithm {
	return provider.Define(provider.Definition[createDatabaseStructureParams, structureResult]{
		ID:    "create_database_structure",
		Group: "01 Installation",
		Title: "Install Lizsync tools on the central database",
		Description: `Installs what LizSync needs in the central database: the schemas audit and lizsync with their tables and functions, and the extension hstore when it is missing. This is the first step, once for each central database; clones get theirs when a package is deployed to them.

It needs the right to create schemas in the database. Your own schemas and tables are left alone: the next step, initialize_central_database, prepares them.`,
		Errors: []provider.KnownError{
			{When: "LizSync is installed in the database already", Remedy: "Run upgrade_database_structure to bring it up to date. OVERRIDE replaces it, and its log is lost."},
			{When: "clones are registered, or the database is a clone, and OVERRIDE is set", Remedy: "Synchronise the clones first and revoke them. FORCE replaces the structure all the same."},
			{When: "the database has the original LizSync", Remedy: "Run upgrade_database_structure, which takes it over."},
			{When: "the database holds a schema audit or lizsync that something else made", Remedy: "It is never touched. Rename or drop it yourself if nobody uses it any more. Only the log of a generic audit tool (audit.logged_actions) is shared, when its columns allow it."},
			{When: "the role may not create schemas, or the extension hstore", Remedy: "Ask the owner of the database for the command that the message gives."},
		},
		Run: func(ctx context.Context, p createDatabaseStructureParams, feedback provider.Feedback) (structureResult, error) {
			conn, err := database.Connect(ctx, string(p.Connection), feedback)
			if err != nil {
				return structureResult{}, err
			}
			defer database.Close(ctx, conn)
			var version int
			err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
				options := database.InstallOptions{Override: p.Override, Force: p.Force}
				version, err = database.Install(ctx, tx, options, feedback)
				return err
			})
			if err != nil {
				return structureResult{}, err
			}
			return structureResult{
				Outcome: provider.Done(fmt.Sprintf("LizSync is installed with version %d of its structure.", version)),
				Version: strconv.Itoa(version),
			}, nil
		},
	})
}
