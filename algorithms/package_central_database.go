package algorithms

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

type packageCentralDatabaseParams struct {
	packageSource
	Layers provider.Layers `json:"PG_LAYERS" jsonschema:"required,title=PostgreSQL layers" jsonschema_description:"The tables to send to the clones, and the views to go with them, each as schema.table. A part with a dot or a quote in it stands in double quotes."`
	packageOptions
	ZipFile provider.OutputFile `json:"ZIP_FILE" jsonschema:"title=Package" jsonschema_description:"The file to write. central_database_package.zip in the temporary folder when empty." qgis:"extension=zip,temporary=central_database_package.zip"`
}

// packageSource says what database a package is made from, and with what.
type packageSource struct {
	Central    provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Central database" jsonschema_description:"The central database, with the role that owns LizSync there."`
	BinaryPath provider.Folder     `json:"POSTGRESQL_BINARY_PATH" jsonschema:"title=PostgreSQL binary folder" jsonschema_description:"The folder with pg_dump and pg_restore, at least as new as the server. The newest ones of this machine when empty." qgis:"advanced"`
}

// packageOptions say how a package is made.
type packageOptions struct {
	AddUIDs       bool          `json:"ADD_UID_COLUMNS" jsonschema:"title=Add uid columns,default=true" jsonschema_description:"Add the column uid to the tables that lack it."`
	AddAudit      bool          `json:"ADD_AUDIT_TRIGGERS" jsonschema:"title=Add audit triggers,default=true" jsonschema_description:"Record from now on the edits of the tables that are not audited yet."`
	AdditionalSQL provider.File `json:"ADDITIONAL_SQL_FILE" jsonschema:"title=Additional SQL file" jsonschema_description:"SQL that runs on each clone at the end of the deployment, in its transaction." qgis:"extension=sql"`
	LockTimeout   int           `json:"LOCK_TIMEOUT" jsonschema:"title=Seconds to wait for a table,minimum=1,maximum=3600,default=5" jsonschema_description:"How long to wait for a table that is to be prepared and that somebody is editing." qgis:"advanced"`
}

type packageCentralDatabaseResult struct {
	provider.Outcome
	packed
}

// packed is what is known of a package that was made.
type packed struct {
	ZipFile   string `json:"ZIP_FILE" jsonschema:"title=Package" jsonschema_description:"The package."`
	PackageID string `json:"PACKAGE_ID" jsonschema:"title=Package id" jsonschema_description:"Its item in lizsync.history."`
	Tables    int    `json:"NUMBER_TABLES" jsonschema:"title=Tables" jsonschema_description:"Tables in the package."`
	Rows      int64  `json:"NUMBER_ROWS" jsonschema:"title=Rows" jsonschema_description:"Rows in these tables."`
}

// defaultPackage is where package and deploy put and look for a package when they are not told.
func defaultPackage() string {
	return filepath.Join(os.TempDir(), "central_database_package.zip")
}

func packageCentralDatabase() provider.Algorithm {
	return provider.Define(provider.Definition[packageCentralDatabaseParams, packageCentralDatabaseResult]{
		ID:    "package_central_database",
		Group: "02 PostgreSQL synchronization",
		Title: "Create a package from the central database",
		Description: `Writes a ZIP file with the structure and the data of the chosen tables, from which clones are made with deploy_database_server_package.

The tables bring their sequences, indexes, constraints, triggers, the types, functions and sequences that they need, wherever these are, the other ones of their schemas, public aside, and the styles that QGIS has saved for them. What the body of a function only names is followed too, as far as it can be read there; a warning lists the rest. Views are packaged when they are chosen and all their tables are. The package shows everything at one moment, and people can go on editing: a table that is prepared already is not locked in any way that an edit would notice.

Tables that lack their uid column or their audit triggers are prepared first, unless that is turned off. With ADD_AUDIT_TRIGGERS, LizSync itself is installed where nothing of it is yet, and the database gets its server id. The file gets its name when it is whole; a package that is stopped half-way leaves the one before as it was.`,
		Errors: []provider.KnownError{
			{When: "LizSync is installed with an older structure, or is not installed and this role may not do so", Remedy: "Run upgrade_database_structure, or what the message says."},
			{When: "the database is a clone", Remedy: "Choose the central database."},
			{When: "a table belongs to an extension or to QGIS, such as spatial_ref_sys and layer_styles", Remedy: "Take it out of PG_LAYERS: every database has its own."},
			{When: "a table does not exist, or is unsafe to synchronise", Remedy: "Do what the message says for that table."},
			{When: "a foreign key or a view needs a table that is not packaged", Remedy: "Add the table to PG_LAYERS."},
			{When: "pg_dump is missing, or older than the server", Remedy: "Install the client programs of the server's version, or name their folder in POSTGRESQL_BINARY_PATH."},
			{When: "a table to be prepared is locked by somebody's open edit", Remedy: "Ask them to save, then run it again."},
		},
		Run: runPackageCentralDatabase,
	})
}

func runPackageCentralDatabase(ctx context.Context, p packageCentralDatabaseParams, feedback provider.Feedback) (packageCentralDatabaseResult, error) {
	return packageTables(ctx, p, nil, feedback)
}

// packageTables also warns of the references that are told by somebody who knows more than the database.
func packageTables(ctx context.Context, p packageCentralDatabaseParams, told []database.Reference, feedback provider.Feedback) (packageCentralDatabaseResult, error) {
	var result packageCentralDatabaseResult
	path := string(p.ZipFile)
	if path == "" {
		path = defaultPackage()
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return result, fmt.Errorf("find the folder of the package: %w", err)
	}
	names, err := archive.ParseNames(p.Layers)
	if err != nil {
		return result, err
	}
	central, err := database.Resolve(string(p.Central))
	if err != nil {
		return result, err
	}
	conn, err := central.Connect(ctx, feedback)
	if err != nil {
		return result, err
	}
	defer database.Close(ctx, conn)
	selection, err := checkCentral(ctx, conn, names, p.AddAudit, feedback)
	if err != nil {
		return result, err
	}
	references, err := database.UnsafeReferences(ctx, conn, selection.OIDs(), told)
	if err != nil {
		return result, err
	}
	for _, reference := range references {
		feedback.Warning(reference.String())
	}
	if err := prepareSelection(ctx, conn, selection, p, portion{feedback, 0, 10}); err != nil {
		return result, err
	}
	if err := database.NoteReferences(ctx, conn, selection.OIDs(), told); err != nil {
		return result, err
	}
	manifest, err := archive.Pack(ctx, conn, archive.PackOptions{
		Central:       central,
		ProgramFolder: string(p.BinaryPath),
		Selection:     selection,
		AdditionalSQL: string(p.AdditionalSQL),
		Path:          path,
	}, portion{feedback, 10, 100})
	if err != nil {
		return result, err
	}
	result.ZipFile, result.PackageID, result.Tables, result.Rows = path, manifest.PackageID, len(manifest.Tables), manifest.RowCount()
	result.Outcome = provider.Done(fmt.Sprintf("%d tables with %d rows are in %s", result.Tables, result.Rows, path))
	return result, nil
}

// checkCentral refuses, before any table is prepared, what could not be packaged or synchronised. When it may prepare, it makes the
// database a central one first.
func checkCentral(ctx context.Context, conn *pgx.Conn, names []archive.Name, mayPrepare bool, feedback provider.Feedback) (archive.Selection, error) {
	// First: nothing is installed in a database that was mistaken for another one.
	selection, err := archive.Select(ctx, conn, names)
	if err != nil {
		return selection, err
	}
	if mayPrepare {
		if err := makeCentral(ctx, conn, selection, feedback); err != nil {
			return selection, err
		}
	}
	if err := database.CheckStructure(ctx, conn); err != nil {
		return selection, err
	}
	if err := refuseClone(ctx, conn); err != nil {
		return selection, err
	}
	if id, err := serverID(ctx, conn, mayPrepare, provider.Silent{}); err != nil {
		return selection, err
	} else if id == "" {
		return selection, &provider.Failure{
			Text: "the database has no server id",
			Hint: "run initialize_central_database on it first, or let ADD_AUDIT_TRIGGERS be true",
		}
	}
	if err := selection.CheckTools(ctx, conn); err != nil {
		return selection, err
	}
	problems, err := database.UnsafeTables(ctx, conn, selection.Schemas())
	if err != nil {
		return selection, err
	}
	var unsafe []string
	for _, problem := range problems {
		switch {
		case !selection.Has(problem.Schema, problem.Name):
		case problem.IsError:
			unsafe = append(unsafe, problem.String())
		case problem.Problem == "numbers_run_short":
			feedback.Warning(problem.String())
		}
	}
	if unsafe != nil {
		return selection, &provider.Failure{
			Text: "unsafe to synchronise: " + strings.Join(unsafe, "; "),
			Hint: "follow the remedy of each, or take the table out of PG_LAYERS",
		}
	}
	return selection, selection.CheckReferences(ctx, conn)
}

// makeCentral installs LizSync where nothing of it is yet. Whoever installs it owns it, which is for the owner of the tables.
func makeCentral(ctx context.Context, conn *pgx.Conn, selection archive.Selection, feedback provider.Feedback) error {
	nothing, err := database.HasNothing(ctx, conn)
	if err != nil || !nothing {
		return err
	}
	if err := selection.CheckOwner(ctx, conn); err != nil {
		return err
	}
	feedback.Message("nothing of LizSync is in the database yet: installing it")
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := database.Install(ctx, tx, database.InstallOptions{}, feedback)
		return err
	})
}

// prepareSelection adds what the selected tables lack, as far as that is wanted, and refuses those that still lack
// something.
func prepareSelection(ctx context.Context, conn *pgx.Conn, selection archive.Selection, p packageCentralDatabaseParams, feedback provider.Feedback) error {
	states, err := selectedStates(ctx, conn, selection)
	if err != nil {
		return err
	}
	prepared, err := database.Prepare(ctx, conn, states, database.PrepareOptions{
		AddUIDs: p.AddUIDs, AddAudit: p.AddAudit, LockTimeout: time.Duration(p.LockTimeout) * time.Second,
	}, feedback)
	if err != nil {
		return err
	}
	if err := prepared.Failure(); err != nil {
		return err
	}
	if states, err = selectedStates(ctx, conn, selection); err != nil {
		return err
	}
	var lacking []string
	for _, state := range states {
		if lacks := state.Lacks(); len(lacks) > 0 {
			lacking = append(lacking, state.Label+" lacks "+strings.Join(lacks, " and "))
		}
	}
	if lacking != nil {
		return &provider.Failure{
			Text: "not prepared: " + strings.Join(lacking, "; "),
			Hint: "let ADD_UID_COLUMNS and ADD_AUDIT_TRIGGERS be true, or run initialize_central_database with them",
		}
	}
	return nil
}

func selectedStates(ctx context.Context, conn *pgx.Conn, selection archive.Selection) ([]database.TableState, error) {
	states, err := database.TableStates(ctx, conn, selection.Schemas())
	return slices.DeleteFunc(states, func(s database.TableState) bool { return !selection.Has(s.Schema, s.Name) }), err
}

// portion shows the progress of one part of the work.
type portion struct {
	provider.Feedback
	from, to float64
}

func (p portion) Progress(percent float64) {
	p.Feedback.Progress(p.from + (p.to-p.from)*percent/100)
}
