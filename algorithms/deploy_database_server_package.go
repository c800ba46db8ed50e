package algorithms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

type deployDatabaseServerPackageParams struct {
	deploymentConnections
	ZipFile provider.File `json:"ZIP_FILE" jsonschema:"title=Package" jsonschema_description:"The package. central_database_package.zip in the temporary folder when empty." qgis:"extension=zip,temporary=central_database_package.zip"`
	deploymentOptions
}

// deploymentConnections say from where to where a package is deployed.
type deploymentConnections struct {
	Central    provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Central database" jsonschema_description:"The central database that the package was made from, with the role that owns LizSync there."`
	Clone      provider.Connection `json:"CONNECTION_NAME_CLONE" jsonschema:"required,title=Clone" jsonschema_description:"The database that becomes a clone, with the role that is to own its tables."`
	BinaryPath provider.Folder     `json:"POSTGRESQL_BINARY_PATH" jsonschema:"title=PostgreSQL binary folder" jsonschema_description:"Accepted for old scripts; a deployment needs no programs of PostgreSQL's." qgis:"advanced"`
}

// deploymentOptions say how.
type deploymentOptions struct {
	RecreateID      bool   `json:"RECREATE_CLONE_SERVER_ID" jsonschema:"title=Give the clone a new server id,default=false" jsonschema_description:"Make it another clone than it was: for a database that was copied from a clone together with its identity."`
	CloneName       string `json:"CLONE_NAME" jsonschema:"title=Name of the clone" jsonschema_description:"A name for people, such as the laptop's. The one that it has when empty, clone_ and eight characters for a new clone." qgis:"advanced"`
	CentralRole     string `json:"CENTRAL_ROLE" jsonschema:"title=Role of the clone on central" jsonschema_description:"The role of the central database that may synchronise this clone, with its own rights. The role of the connection to central when empty." qgis:"advanced"`
	CreateRole      bool   `json:"CREATE_CENTRAL_ROLE" jsonschema:"title=Make a role for the clone on central,default=false" jsonschema_description:"Make a role for this clone alone that may edit the tables of the package and nothing else, and store its connection in the clone. The role of the connection to central must be allowed to create roles." qgis:"advanced"`
	StoreConnection bool   `json:"STORE_CENTRAL_CONNECTION" jsonschema:"title=Store the connection to central in the clone,default=true" jsonschema_description:"Let lizsync.synchronize() in the clone connect to central as this connection does, with its password." qgis:"advanced"`
	KeepUnsent      bool   `json:"KEEP_UNSENT_CHANGES" jsonschema:"title=Keep the edits that were not synchronised,default=false" jsonschema_description:"Carry the edits that central has not received over to the new tables. The next synchronisation compares them with all that central did meanwhile; a row that no longer fits is given up, and its values go to lizsync.conflicts."`
	AfterTriggers   bool   `json:"ENABLE_AFTER_TRIGGERS" jsonschema:"title=Leave AFTER triggers enabled,default=false" jsonschema_description:"What an AFTER trigger does to other tables must happen once, on central, so that those of the tables are disabled on the clone unless this is true." qgis:"advanced"`
}

type deployDatabaseServerPackageResult struct {
	provider.Outcome
	deployed
}

// deployed is what is known of a clone after its deployment.
type deployed struct {
	ServerID   string `json:"SERVER_ID" jsonschema:"title=Server id" jsonschema_description:"The identity of the clone."`
	ServerName string `json:"SERVER_NAME" jsonschema:"title=Name" jsonschema_description:"The name of the clone."`
	Tables     int    `json:"NUMBER_TABLES" jsonschema:"title=Tables" jsonschema_description:"Tables that were deployed."`
	Rows       int64  `json:"NUMBER_ROWS" jsonschema:"title=Rows" jsonschema_description:"Rows in these tables."`
	Carried    int    `json:"NUMBER_CARRIED" jsonschema:"title=Edits carried over" jsonschema_description:"Edits that central has not received and that were kept."`
}

func deployDatabaseServerPackage() provider.Algorithm {
	return provider.Define(provider.Definition[deployDatabaseServerPackageParams, deployDatabaseServerPackageResult]{
		ID:    "deploy_database_server_package",
		Group: "02 PostgreSQL synchronization",
		Title: "Deploy a database package to the clone",
		Description: `Makes a database a clone, or brings a clone up to date, from a package that package_central_database has made: LizSync is installed when it is missing, the tables of the package replace those that were deployed before, and central learns of the clone.

All that happens in one transaction: a deployment that fails, is stopped or loses its connection leaves both databases as they were, and so does a package that is damaged anywhere. A clone keeps its identity, and other tables, views and styles that were made there are left alone.

A clone with edits that central has not received yet is refused: synchronise it first, or let them be carried over.`,
		Errors: []provider.KnownError{
			{When: "the role of the connection to central does not own LizSync there", Remedy: "Connect with the owner; CENTRAL_ROLE names the role that is to synchronise."},
			{When: "the package is damaged, has another format, or was made from another central database or for another version of LizSync", Remedy: "Make a new package and copy it again."},
			{When: "the clone is the central database itself, has clones of its own, or is the clone of another central database", Remedy: "Check CONNECTION_NAME_CLONE."},
			{When: "the clone has edits that were not synchronised", Remedy: "Run synchronize_database first, or let KEEP_UNSENT_CHANGES be true."},
			{When: "the clone to keep edits of is an older copy of itself, or central was restored from a dump older than its last synchronisation", Remedy: "Let RECREATE_CLONE_SERVER_ID be true as well, so that its edits are told from those of the other copy."},
			{When: "the clone has synchronised since the package was made, even if the answer was lost", Remedy: "Make a new package."},
			{When: "the database has tables of its own under names of the package", Remedy: "Deploy to another database, or rename them."},
			{When: "objects that were made on the clone, or that an earlier package brought, depend on the tables to be replaced", Remedy: "Drop the objects that the message names on the clone, deploy, and make those again that were made there."},
			{When: "PostGIS or another extension is missing and this role may not create it", Remedy: "Ask an administrator to run the command in the message."},
			{When: "somebody uses the tables on the clone", Remedy: "Close the layers and sessions there, then run it again."},
		},
		Run: runDeployDatabaseServerPackage,
	})
}

func runDeployDatabaseServerPackage(ctx context.Context, p deployDatabaseServerPackageParams, feedback provider.Feedback) (deployDatabaseServerPackageResult, error) {
	var result deployDatabaseServerPackageResult
	path := string(p.ZipFile)
	if path == "" {
		path = defaultPackage()
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return result, fmt.Errorf("find the package: %w", err)
	}
	pack, err := archive.Open(path)
	if err != nil {
		return result, err
	}
	defer func() { _ = pack.Close() }()
	if err := pack.Verify(ctx); err != nil {
		return result, err
	}

	central, err := database.Connect(ctx, string(p.Central), feedback)
	if err != nil {
		return result, fmt.Errorf("central: %w", err)
	}
	defer database.Close(ctx, central)
	if err := database.CheckStructure(ctx, central); err != nil {
		return result, fmt.Errorf("central: %w", err)
	}
	clone, err := database.Connect(ctx, string(p.Clone), feedback)
	if err != nil {
		return result, fmt.Errorf("clone: %w", err)
	}
	defer database.Close(ctx, clone)

	d := &deployment{
		params: p, feedback: feedback, central: central, clone: clone, manifest: pack.Manifest,
		restorer: &archive.Restorer{Package: pack, Feedback: feedback},
	}
	if err := d.checkOrigin(ctx); err != nil {
		return result, err
	}
	if err := d.checkRole(ctx); err != nil {
		return result, err
	}
	if err := d.checkTarget(ctx); err != nil {
		return result, err
	}
	if err := d.run(ctx); err != nil {
		return result, err
	}
	result.ServerID, result.ServerName = d.serverID, d.serverName
	result.Tables, result.Rows = len(pack.Manifest.Tables), pack.Manifest.RowCount()
	text := fmt.Sprintf("%d tables with %d rows are deployed to the clone %s", result.Tables, result.Rows, d.serverName)
	if d.carried != nil && d.carried.Edits > 0 {
		result.Carried = d.carried.Edits
		text += fmt.Sprintf("; %d edits were carried over, synchronise to send them", result.Carried)
	}
	result.Outcome = provider.Done(text)
	return result, nil
}

// deployment is one run of deploy_database_server_package.
type deployment struct {
	params         deployDatabaseServerPackageParams
	feedback       provider.Feedback
	central, clone *pgx.Conn
	manifest       *archive.Manifest
	restorer       *archive.Restorer

	centralRole string
	newPassword string // of the role, when it is to be made, or the clone does not know the one that it has
	roleThere   bool   // the role that CREATE_CENTRAL_ROLE asks for was made before
	target      target

	serverID, serverName string
	token                string           // that the clone presents first
	historyID            string           // of the deployment, the same on both sides
	carried              *archive.Carried // nil unless edits are kept
	received             string           // the clone's snapshot before the deployment, which is not in it
	offered              string           // the token in the clone's entry on central that the edits to keep were chosen by
}

// target is what the clone is before the deployment.
type target struct {
	database         string
	installed        bool
	serverID         string
	serverName       string
	isClone          bool // of this central
	systemIdentifier int64
	whiteList        []archive.Name
}

// checkOrigin refuses a package that the given central database has not made, or cannot honour any more.
func (d *deployment) checkOrigin(ctx context.Context) error {
	var name, serverID string
	var system int64
	var known bool
	err := d.central.QueryRow(ctx, `
		select current_database(), coalesce(lizsync.server_id()::text, ''), lizsync.system_identifier(),
			exists (select from lizsync.history where sync_id = $1 and sync_type = 'full')`, d.manifest.PackageID,
	).Scan(&name, &serverID, &system, &known)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege {
		return &provider.Failure{
			Text: "this role may not deploy from the central database: " + pg.Message,
			Hint: "connect to central with the role that owns LizSync there; CENTRAL_ROLE names the one that is to synchronise", Err: err,
		}
	}
	if err != nil {
		return fmt.Errorf("look for the package in central's history: %w", err)
	}
	of := d.manifest.Central
	again := "make a new package from it with package_central_database"
	switch {
	case of.ServerID != serverID:
		return &provider.Failure{
			Text: fmt.Sprintf("the package was made from another central database, %s (%s), and not from %s", of.ServerName, of.ServerID, name),
			Hint: "give CONNECTION_NAME_CENTRAL the database that the package was made from, or " + again,
		}
	case of.SystemIdentifier != system:
		return &provider.Failure{Text: fmt.Sprintf("the central database %s was moved to another server, or restored, since the package was made", name), Hint: again}
	case !known:
		return &provider.Failure{Text: fmt.Sprintf("the central database %s does not know the package: it was restored from an older backup, or somebody altered the package", name), Hint: again}
	case d.manifest.StructureVersion != sql.Current().Version():
		return &provider.Failure{
			Text: fmt.Sprintf("the package was made with version %d of the LizSync structure, and this program has version %d", d.manifest.StructureVersion, sql.Current().Version()),
			Hint: again,
		}
	}
	return nil
}

// checkRole finds the role that is to speak for the clone on central, and warns of rights that it lacks or should not have.
func (d *deployment) checkRole(ctx context.Context) error {
	if d.params.CreateRole {
		return d.checkNewRole(ctx)
	}
	var super bool
	err := d.central.QueryRow(ctx, "select rolname, rolsuper from pg_roles where rolname = coalesce(nullif($1, ''), session_user)", d.params.CentralRole).
		Scan(&d.centralRole, &super)
	if errors.Is(err, pgx.ErrNoRows) {
		return &provider.Failure{
			Text: fmt.Sprintf("the central database has no role %s", d.params.CentralRole),
			Hint: fmt.Sprintf("create it: CREATE ROLE %s LOGIN PASSWORD '…', and grant it the tables; or leave CENTRAL_ROLE empty", pgx.Identifier{d.params.CentralRole}.Sanitize()),
		}
	}
	if err != nil {
		return fmt.Errorf("look for the role of the clone on central: %w", err)
	}
	if super {
		d.feedback.Warning(fmt.Sprintf("the role %s, which speaks for the clone on central, is a superuser: whoever has the clone has the whole server; "+
			"give CENTRAL_ROLE a role that may only edit the tables, or let CREATE_CENTRAL_ROLE make one", d.centralRole))
		return nil
	}
	owned, commands, err := d.rights(ctx, d.central)
	if err != nil {
		return err
	}
	if owned != nil {
		d.feedback.Warning(fmt.Sprintf("the role %s, which speaks for the clone on central, owns %s there: whoever has the clone may alter and drop it; "+
			"give CENTRAL_ROLE a role that may only edit the tables, or let CREATE_CENTRAL_ROLE make one", d.centralRole, strings.Join(owned, ", ")))
	}
	if commands != nil {
		d.feedback.Warning(fmt.Sprintf("the role %s, which speaks for the clone on central, may not write everything there, and such edits will stay pending; run on central: %s",
			d.centralRole, strings.Join(commands, "; ")))
	}
	return nil
}

// checkNewRole makes sure that a role can be made when its time has come.
func (d *deployment) checkNewRole(ctx context.Context) error {
	if d.params.CentralRole != "" {
		return &provider.Failure{
			Text: "CREATE_CENTRAL_ROLE makes a role, and CENTRAL_ROLE names one that is there",
			Hint: "leave one of them out",
		}
	}
	if !d.params.StoreConnection {
		return &provider.Failure{
			Text: "the password of the role that CREATE_CENTRAL_ROLE makes would be known to nobody",
			Hint: "let STORE_CENTRAL_CONNECTION be true, or make the role yourself and name it in CENTRAL_ROLE",
		}
	}
	var user string
	var may bool
	if err := d.central.QueryRow(ctx, "select rolname, rolsuper or rolcreaterole from pg_roles where rolname = current_user").Scan(&user, &may); err != nil {
		return fmt.Errorf("look at the rights on central: %w", err)
	}
	if !may {
		return &provider.Failure{
			Text: fmt.Sprintf("the role %s may not create roles on central", user),
			Hint: "ask an administrator to create one for the clone, and name it in CENTRAL_ROLE",
		}
	}
	return nil
}

// rights looks at what the clone's role may do on central: the tables that it owns, and the commands that grant what
// it lacks.
func (d *deployment) rights(ctx context.Context, q database.Querier) (owned, commands []string, err error) {
	rows, err := q.Query(ctx, `
		with t as (
			select c.oid, c.relowner, format('%I.%I', n.nspname, c.relname) as label, n.oid as nspoid, quote_ident(n.nspname) as schema
			from unnest($2::text[]) as u (name) join pg_class c on c.oid = to_regclass(u.name) join pg_namespace n on n.oid = c.relnamespace
		)
		select 1, label, '' from t where pg_has_role($1::name, relowner, 'usage')
		union all
		select 2, '', format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), $1::name)
		where not has_database_privilege($1::name, current_database(), 'connect')
		union all
		select distinct 3, schema, format('GRANT USAGE ON SCHEMA %s TO %I', schema, $1::name) from t where not has_schema_privilege($1::name, nspoid, 'usage')
		union all
		select 4, label, format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', label, $1::name) from t
		where not (has_table_privilege($1::name, oid, 'select') and has_table_privilege($1::name, oid, 'insert')
			and has_table_privilege($1::name, oid, 'update') and has_table_privilege($1::name, oid, 'delete'))
		union all
		select 5, s.oid::regclass::text, format('GRANT USAGE ON SEQUENCE %s TO %I', s.oid::regclass, $1::name)
		from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.classid = 'pg_class'::regclass and d.deptype = 'a'
		join pg_class s on s.oid = d.objid
		-- The planner may ask for the privilege before it looks at the kind; CASE keeps the order.
		where case s.relkind when 'S' then not has_sequence_privilege($1::name, s.oid, 'usage') end
		order by 1, 2`, d.centralRole, d.manifest.WhiteList())
	if err != nil {
		return nil, nil, fmt.Errorf("look at the rights of %s on central: %w", d.centralRole, err)
	}
	var kind int
	var object, command string
	_, err = pgx.ForEachRow(rows, []any{&kind, &object, &command}, func() error {
		if kind == 1 {
			owned = append(owned, object)
		} else {
			commands = append(commands, command)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look at the rights of %s on central: %w", d.centralRole, err)
	}
	return owned, commands, nil
}

// checkTarget looks at the database that is to become the clone.
func (d *deployment) checkTarget(ctx context.Context) error {
	t := &d.target
	var same uint32
	err := d.clone.QueryRow(ctx, `
		select current_database(), to_regclass('lizsync.structure_version') is not null, s.system_identifier, d.oid
		from pg_control_system() s, pg_database d where d.datname = current_database()`).Scan(&t.database, &t.installed, &t.systemIdentifier, &same)
	if err != nil {
		return fmt.Errorf("look at the clone: %w", err)
	}
	var centralOID uint32
	if err := d.central.QueryRow(ctx, "select oid from pg_database where datname = current_database()").Scan(&centralOID); err != nil {
		return fmt.Errorf("look at the central database: %w", err)
	}
	if t.systemIdentifier == d.manifest.Central.SystemIdentifier && same == centralOID {
		return d.isCentral("is the central database itself")
	}
	if !t.installed {
		return nil
	}
	if err := database.CheckStructure(ctx, d.clone); err != nil {
		return fmt.Errorf("clone: %w", err)
	}
	return d.readTarget(ctx, d.clone)
}

func (d *deployment) isCentral(why string) error {
	return &provider.Failure{
		Text: fmt.Sprintf("the database %s cannot become a clone: it %s", d.target.database, why),
		Hint: "give CONNECTION_NAME_CLONE another database",
	}
}

// readTarget reads what a database with the structure is, and refuses one that must not become a clone, or whose edits
// would be lost.
func (d *deployment) readTarget(ctx context.Context, q database.Querier) error {
	t := &d.target
	var clones, fresh bool
	var centralID string
	var names []string
	err := q.QueryRow(ctx, `
		select
			coalesce(m.server_id::text, ''), coalesce(m.server_name, ''),
			exists (select from lizsync.clones),
			coalesce(c.server_id::text, ''),
			c.server_id is null or c.system_identifier <> $2 or lizsync.snapshot_contains($1::text::pg_snapshot, c.cursor),
			array(select relation from lizsync.publication_list(m.server_id))
		from (select) as one
		left join lizsync.server_metadata m on true
		left join lizsync.central c on true`, d.manifest.Central.Snapshot, d.manifest.Central.SystemIdentifier,
	).Scan(&t.serverID, &t.serverName, &clones, &centralID, &fresh, &names)
	if err != nil {
		return fmt.Errorf("look at the clone: %w", err)
	}
	t.isClone = centralID == d.manifest.Central.ServerID
	switch {
	case t.serverID == d.manifest.Central.ServerID:
		return d.isCentral("is a copy of the central database, with its server id")
	case clones:
		return d.isCentral("has clones of its own")
	case centralID != "" && !t.isClone:
		return d.isCentral("is a clone of another central database, " + centralID)
	case !fresh:
		return &provider.Failure{
			Text: fmt.Sprintf("the clone %s has synchronised, or was deployed, since the package was made", t.serverName),
			Hint: "make a new package with package_central_database; this one would take the clone back behind what it has received",
		}
	}
	t.whiteList = nil
	if len(names) > 0 {
		t.whiteList, err = archive.ParseNames(names)
	}
	return err
}

// run is the deployment's transaction. Central commits first: until the clone speaks with the new token, its previous
// state holds there.
func (d *deployment) run(ctx context.Context) error {
	tx, err := d.clone.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin the deployment: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = tx.Rollback(ctx) // a connection that is gone has taken its transaction along
	}()
	d.restorer.Tx = tx
	steps := []func(context.Context, pgx.Tx) error{
		d.begin, d.install, d.replace, d.identify, d.record, d.storeConnection,
		func(ctx context.Context, _ pgx.Tx) error { return d.restorer.Additional(ctx) },
		func(ctx context.Context, tx pgx.Tx) error {
			// What may still fail must not wait for the commit.
			_, err := tx.Exec(ctx, "set constraints all immediate")
			return err
		},
	}
	for _, step := range steps {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	if err := d.register(ctx); err != nil {
		return err
	}
	// Cancelling now would leave nobody better off.
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := tx.Commit(ctx); err != nil {
		hint := "run this again; central still knows the clone as it was"
		if d.serverID != d.target.serverID {
			// The next run makes it a clone with yet another id, and the purge would wait for this one.
			hint = fmt.Sprintf("run this again; unless the clone has the server id %[1]s then, run on central: SELECT lizsync.forget_clone('%[1]s')", d.serverID)
		}
		return &provider.Failure{
			Text: fmt.Sprintf("the clone %s may or may not have got the package: its connection failed during the commit (%v)", d.serverName, err),
			Hint: hint, Err: err,
		}
	}
	d.restorer.Feedback.Progress(100)
	return nil
}

// begin takes the clone's snapshot, which the deployment itself is not in, and keeps synchronisations out.
func (d *deployment) begin(ctx context.Context, tx pgx.Tx) error {
	if err := tx.QueryRow(ctx, "select pg_current_snapshot()::text, gen_random_uuid()::text, gen_random_uuid()::text").Scan(&d.received, &d.token, &d.historyID); err != nil {
		return fmt.Errorf("take a snapshot of the clone: %w", err)
	}
	if err := d.restorer.Pin(ctx); err != nil {
		return err
	}
	if d.target.serverID == "" {
		return nil
	}
	var free bool
	// The lock of lizsync.begin_synchronization.
	const lock = "select pg_try_advisory_xact_lock(hashtextextended('lizsync.synchronize ' || $1::text, 0))"
	if err := tx.QueryRow(ctx, lock, d.target.serverID).Scan(&free); err != nil {
		return fmt.Errorf("keep synchronisations out: %w", err)
	}
	if !free {
		return &provider.Failure{
			Text: fmt.Sprintf("a synchronisation or deployment of the clone %s is running", d.target.serverName),
			Hint: "wait until it has ended, then run this again",
		}
	}
	return nil
}

// install brings the extensions and the structure.
func (d *deployment) install(ctx context.Context, tx pgx.Tx) error {
	if err := d.restorer.CreateExtensions(ctx); err != nil {
		return err
	}
	if d.target.installed {
		return nil
	}
	d.feedback.Message("installing LizSync in the clone")
	_, err := database.Install(ctx, tx, database.InstallOptions{}, d.feedback)
	if err != nil {
		return fmt.Errorf("clone: %w", err)
	}
	return nil
}

// replace puts the package's tables in the place of those that were deployed before.
func (d *deployment) replace(ctx context.Context, tx pgx.Tx) error {
	if d.target.installed {
		// Again, now that nobody else can change it.
		if err := d.restorer.Lock(ctx, d.target.whiteList); err != nil {
			return err
		}
		if err := d.readTarget(ctx, tx); err != nil {
			return err
		}
	}
	var ours []string
	if d.target.isClone {
		for _, name := range d.target.whiteList {
			ours = append(ours, name.SQL())
		}
		if err := d.keepOrRefuseUnsent(ctx, tx); err != nil {
			return err
		}
	}
	if err := d.restorer.CheckFree(ctx, ours, d.target.isClone); err != nil {
		return err
	}
	if err := d.restorer.Drop(ctx, d.target.whiteList); err != nil {
		return err
	}
	if err := d.restorer.Restore(ctx); err != nil {
		return err
	}
	if d.carried != nil {
		if err := d.restorer.Carry(ctx, d.carried); err != nil {
			return err
		}
	}
	if err := d.restorer.Audit(ctx); err != nil {
		return err
	}
	if !d.params.AfterTriggers {
		disabled, err := d.restorer.DisableAfterTriggers(ctx)
		if err != nil {
			return err
		}
		if len(disabled) > 0 {
			d.feedback.Message("disabled on the clone, because what they do comes from central: the AFTER triggers " + strings.Join(disabled, ", "))
		}
	}
	return d.restorer.ForgetEdits(ctx, slices.Concat(ours, d.manifest.WhiteList()), d.carried)
}

// keepOrRefuseUnsent deals with the edits that central has not got.
func (d *deployment) keepOrRefuseUnsent(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "select lizsync.remap_log()"); err != nil {
		return fmt.Errorf("look for edits that were not synchronised: %w", err)
	}
	if !d.params.KeepUnsent {
		return d.refuseUnsent(ctx)
	}
	entry, err := d.readEntry(ctx, tx)
	if err != nil {
		return err
	}
	carried, err := d.restorer.Keep(ctx, entry.received)
	if err != nil || carried.Edits+carried.Received == 0 {
		return err
	}
	switch {
	case (entry.otherCopy || carried.OtherCopy) && !d.params.RecreateID:
		// Edits of another copy count as this clone's own: they would not be compared with its older ones.
		return &provider.Failure{
			Text: fmt.Sprintf("the clone %s is an older copy of itself, or central is: another copy has synchronised since, or one of them was restored from a backup", d.target.serverName),
			Hint: "let RECREATE_CLONE_SERVER_ID be true too, so that the edits that it keeps are told from those of the other copy",
		}
	case carried.Received > 0 && !entry.packaged:
		return &provider.Failure{
			Text: fmt.Sprintf("central has received %d edits of the clone %s since the package was made, which are not in it", carried.Received, d.target.serverName),
			Hint: "make a new package with package_central_database: the answer of that synchronisation was lost, and the edits are on central alone now",
		}
	case carried.Received > 0:
		d.feedback.Message(fmt.Sprintf("central has received %d of the edits already, in a synchronisation whose answer was lost", carried.Received))
	}
	d.carried = carried
	return nil
}

// entry is what central knows of the clone.
type entry struct {
	otherCopy bool              // the clone does not have the token of its last synchronisation
	packaged  bool              // what that did on central is in the package
	received  *archive.Received // nil when nobody can tell
}

// readEntry reads it, for the token that the clone has. A deployment that the clone got and has not used since begins anew.
func (d *deployment) readEntry(ctx context.Context, tx pgx.Tx) (entry, error) {
	var token string
	if err := tx.QueryRow(ctx, "select token::text from lizsync.central").Scan(&token); err != nil {
		return entry{}, fmt.Errorf("look at the clone: %w", err)
	}
	var e entry
	var known bool
	var received archive.Received
	err := d.central.QueryRow(ctx, `
		select
			c.offered_token::text,
			$2::uuid <> all (array_remove(array[c.accepted_token, c.offered_token, c.deploy_token], null)),
			c.central_system_identifier <> lizsync.system_identifier() or coalesce(lizsync.snapshot_contains($3::text::pg_snapshot, c.offered), true),
			$2::uuid in (c.accepted_token, c.offered_token) and $2::uuid is distinct from c.deploy_token
				and c.clone_system_identifier = $4 and lizsync.snapshot_contains($5::text::pg_snapshot, c.received),
			c.received::text, case $2::uuid when c.offered_token then c.pending_digest else c.digest end,
			array_agg(p.object_table) filter (where p.received is not null),
			array_agg(p.object_uid::text) filter (where p.received is not null),
			array_agg(p.received::text) filter (where p.received is not null)
		from lizsync.clones c left join lizsync.pending_changes p on p.clone_id = c.server_id
		where c.server_id = $1
		group by c.server_id`, d.target.serverID, token, d.manifest.Central.Snapshot, d.target.systemIdentifier, d.received,
	).Scan(&d.offered, &e.otherCopy, &e.packaged, &known, &received.Snapshot, &received.Digest, &received.Relations, &received.UIDs, &received.Snapshots)
	if errors.Is(err, pgx.ErrNoRows) {
		return entry{}, nil // forgotten
	}
	if err != nil {
		return entry{}, fmt.Errorf("look at the clone's entry on central: %w", err)
	}
	if known {
		e.received = &received
	}
	return e, nil
}

// refuseUnsent refuses a clone whose edits central has not got.
func (d *deployment) refuseUnsent(ctx context.Context) error {
	edits, where, err := d.restorer.Unsent(ctx)
	if err != nil {
		return err
	}
	if edits == 0 {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the clone %s has %d edits that were not synchronised, and they would be lost: %s", d.target.serverName, edits, strings.Join(where, ", ")),
		Hint: "run synchronize_database, make a new package, then deploy that; or let KEEP_UNSENT_CHANGES be true, which carries them over",
	}
}

// identify gives the clone its id and its name.
func (d *deployment) identify(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `
		with new as (
			select coalesce(case when not $2 then nullif($1::text, '') end::uuid, gen_random_uuid()) as id
		), named as (
			select id, coalesce(nullif($3, ''), case when not $2 or $4 !~ '^clone_[0-9a-f]{8}$' then nullif($4, '') end, 'clone_' || left(id::text, 8)) as name
			from new
		), gone as (
			delete from lizsync.server_metadata where server_id <> (select id from new)
		)
		select id::text, name from named`, d.target.serverID, d.params.RecreateID, d.params.CloneName, d.target.serverName,
	).Scan(&d.serverID, &d.serverName)
	if err != nil {
		return fmt.Errorf("give the clone its server id: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into lizsync.server_metadata (server_id, server_name) values ($1, $2)
		on conflict (server_id) do update set server_name = excluded.server_name`, d.serverID, d.serverName)
	if err != nil {
		return fmt.Errorf("give the clone its server id: %w", err)
	}
	if !d.params.CreateRole {
		return nil
	}
	// The role of an earlier deployment is kept, with the password that the clone has: a new one would lock the clone out
	// if its commit failed.
	d.centralRole = "lizsync_" + strings.ReplaceAll(d.serverID, "-", "")
	if err := d.central.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", d.centralRole).Scan(&d.roleThere); err != nil {
		return fmt.Errorf("look for the role of the clone on central: %w", err)
	}
	connected, err := d.isConnected(ctx, tx)
	if err != nil {
		return err
	}
	if !d.roleThere || !connected {
		d.newPassword = rand.Text()
	}
	return nil
}

// isConnected tells whether anybody on the clone connects to central as its role there. The connections of others are hidden from
// all but superusers; they are taken for the role's, because a new one would take them away.
func (d *deployment) isConnected(ctx context.Context, tx pgx.Tx) (connected bool, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(bool_or(coalesce('user=' || $1 = any (umoptions), true)), false) from pg_user_mappings where srvname = 'central_server'`,
		d.centralRole).Scan(&connected)
	if err != nil {
		return false, fmt.Errorf("look at the connection to central that the clone has: %w", err)
	}
	return connected, nil
}

// record writes down on the clone what it was deployed from.
func (d *deployment) record(ctx context.Context, tx pgx.Tx) error {
	m := d.manifest
	_, err := tx.Exec(ctx, "select lizsync.record_deployment($1, $2, $3::text::pg_snapshot, $4, $5, $6)",
		m.Central.ServerID, m.Central.SystemIdentifier, m.Central.Snapshot, d.token, m.PackageID, m.WhiteList())
	if err != nil {
		return fmt.Errorf("record the deployment on the clone: %w", err)
	}
	if d.carried != nil {
		if err := d.restorer.Stand(ctx); err != nil {
			return err
		}
		for _, row := range d.carried.GivenUp {
			d.feedback.Warning("given up, because it no longer fits, the edits of " + row + "; the next synchronisation puts them into lizsync.conflicts on central")
		}
	}
	return d.recordHistory(ctx, tx)
}

func (d *deployment) recordHistory(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		insert into lizsync.history (sync_id, server_from, server_to, sync_type, sync_status) values ($1, $2, array[$3::text], 'full', 'done')`,
		d.historyID, d.manifest.Central.ServerID, d.serverID)
	if err != nil {
		return fmt.Errorf("record the deployment in the history: %w", err)
	}
	return nil
}

// storeConnection lets the clone find central by itself. Without it, synchronize_database does the same work.
func (d *deployment) storeConnection(ctx context.Context, tx pgx.Tx) error {
	if !d.params.StoreConnection {
		return nil
	}
	const otherwise = "; lizsync.synchronize() on the clone does not work without, synchronize_database does"
	for _, extension := range []string{"dblink", "postgres_fdw"} {
		err := pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
			_, err := nested.Exec(ctx, "create extension if not exists "+extension+" schema public")
			return err
		})
		if isUnavailable(err) {
			return d.notStored(fmt.Sprintf("a superuser creates on the clone: CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw (%v)%s", err, otherwise))
		}
		if err != nil {
			return fmt.Errorf("create the extension %s: %w", extension, err)
		}
	}
	config := d.central.Config()
	user, password := config.User, config.Password
	switch {
	case d.newPassword != "":
		user, password = d.centralRole, d.newPassword
	case d.params.CreateRole:
		d.feedback.Message(fmt.Sprintf("the clone has its role %s on central already, and keeps its connection", d.centralRole))
		return nil
	case d.centralRole != user:
		d.feedback.Message(fmt.Sprintf("the connection to central is not stored in the clone: the password of %s is not known here; "+
			"run there: SELECT lizsync.create_central_server_fdw(host, port, dbname, user, password)%s", d.centralRole, otherwise))
		return nil
	}
	err := pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		_, err := nested.Exec(ctx, "select lizsync.create_central_server_fdw($1, $2, $3, $4, $5)", config.Host, int(config.Port), config.Database, user, password)
		return err
	})
	if isUnavailable(err) {
		return d.notStored(fmt.Sprintf("the connection to central could not be stored in the clone (%v)%s", err, otherwise))
	}
	if err != nil {
		return fmt.Errorf("store the connection to central: %w", err)
	}
	if isLocal(config.Host) && !isLocal(d.clone.Config().Host) {
		d.feedback.Warning(fmt.Sprintf("the clone will look for central on %s, which is another machine as seen from there; "+
			"deploy with a connection to central that names its host%s", config.Host, otherwise))
	}
	return nil
}

// notStored tells that the clone does not know how to reach central, which only matters when nobody else does.
func (d *deployment) notStored(text string) error {
	if d.newPassword != "" {
		return &provider.Failure{Text: text, Hint: "make a role for the clone yourself and name it in CENTRAL_ROLE: nobody would know the password of the one made here"}
	}
	d.feedback.Message(text)
	return nil
}

// isLocal tells whether a host is the machine that asks.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

// isUnavailable tells whether something failed for want of rights or of files on the server.
func isUnavailable(err error) bool {
	return slices.Contains([]string{pgerrcode.InsufficientPrivilege, pgerrcode.FeatureNotSupported, pgerrcode.UndefinedFile}, database.SQLState(err))
}

// register makes the clone known on central.
func (d *deployment) register(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, d.central, func(tx pgx.Tx) error {
		if d.params.CreateRole {
			if err := d.createRole(ctx, tx); err != nil {
				return err
			}
		}
		if err := d.checkEntry(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "select lizsync.register_clone($1, $2, $3, $4, $5::text::pg_snapshot, $6, $7::text::pg_snapshot, $8)",
			d.serverID, d.serverName, d.centralRole, d.manifest.WhiteList(), d.manifest.Central.Snapshot, d.token, d.received, d.target.systemIdentifier)
		if err != nil {
			return err
		}
		return d.recordHistory(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("register the clone on central: %w", err)
	}
	return nil
}

// checkEntry makes sure that central has received nothing of the clone since it was asked which edits to keep: a session of
// a synchronisation that was cut may go on there.
func (d *deployment) checkEntry(ctx context.Context, tx pgx.Tx) error {
	if d.offered == "" {
		return nil
	}
	var same bool
	err := tx.QueryRow(ctx, "select offered_token = $2 from lizsync.clones where server_id = $1 for update", d.target.serverID, d.offered).Scan(&same)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("look at the clone's entry on central: %w", err)
	}
	if !same {
		return &provider.Failure{
			Text: fmt.Sprintf("a synchronisation of the clone %s has ended on central meanwhile", d.target.serverName),
			Hint: "make a new package with package_central_database, then deploy that",
		}
	}
	return nil
}

// createRole makes the role that speaks for the clone, unless it is there, with the rights on the tables that this needs.
func (d *deployment) createRole(ctx context.Context, tx pgx.Tx) error {
	if d.newPassword != "" {
		command := "create"
		if d.roleThere {
			command = "alter"
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf("%s role %s login password '%s'", command, pgx.Identifier{d.centralRole}.Sanitize(), d.newPassword)); err != nil {
			return fmt.Errorf("%s the role %s: %w", command, d.centralRole, err)
		}
	}
	_, commands, err := d.rights(ctx, tx)
	if err != nil {
		return err
	}
	for _, command := range commands {
		if _, err := tx.Exec(ctx, command); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	switch {
	case !d.roleThere:
		d.feedback.Message(fmt.Sprintf("the role %s was made on central, and may edit the tables of the package", d.centralRole))
	case d.newPassword != "":
		d.feedback.Message(fmt.Sprintf("the role %s of central got a new password, because the clone had no connection with it", d.centralRole))
	}
	return nil
}
