package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

const (
	// structureLock is the advisory lock that lets one installation or upgrade at a time into a database.
	structureLock int64 = 0x4c697a53796e63 // "LizSync"

	// structurePatience bounds the wait for each table: whoever waits for a table's exclusive lock makes everybody
	// else wait behind.
	structurePatience = 10 * time.Second

	minimumServer = 130000 // server_version_num
)

// InstallOptions are the choices of Install.
type InstallOptions struct {
	Override bool // replace a structure that is there, with its log and this database's identity
	Force    bool // with Override, although clones are registered, or although this is a clone
}

// Install installs the structure of this program and returns its version. The transaction's settings are as before when
// it returns; it stays open, and is of no more use after an error.
func Install(ctx context.Context, tx pgx.Tx, options InstallOptions, feedback provider.Feedback) (int, error) {
	return installer{tx, sql.Current(), provider.Version(), structurePatience, feedback}.install(ctx, options)
}

// HasNothing tells whether a database has neither a schema audit nor a schema lizsync, so that the structure can be installed
// without a thought of what was there.
func HasNothing(ctx context.Context, q Querier) (bool, error) {
	var nothing bool
	if err := q.QueryRow(ctx, "select to_regnamespace('audit') is null and to_regnamespace('lizsync') is null").Scan(&nothing); err != nil {
		return false, fmt.Errorf("look for the LizSync structure: %w", err)
	}
	return nothing, nil
}

// Upgraded tells what Upgrade did, or what it would do.
type Upgraded struct {
	Original      string // version of the original LizSync that was taken over; empty for none
	Before, After int
	Upgrades      []sql.Upgrade // those between the two
	Altered       []string      // functions that were altered or dropped since they were installed; empty for none
	Program       string        // version of another program that had installed other functions; empty for none
	IsNewer       bool          // that one is newer than this one
}

// Upgrade brings the structure of a database up to this program's, its functions included, and takes over a database of
// the original LizSync, for which the transaction must be READ COMMITTED. Unless run is true it only reports what it would
// do; but when nothing differs except functions, it repairs them, and replaces those of an older program. The transaction is
// left as Install leaves it.
func Upgrade(ctx context.Context, tx pgx.Tx, run bool, feedback provider.Feedback) (Upgraded, error) {
	return installer{tx, sql.Current(), provider.Version(), structurePatience, feedback}.upgrade(ctx, run)
}

// CheckStructure returns a *provider.Failure that names the algorithm to run when the structure of a database is
// missing, older or newer than this program's, or when its functions are not those of this program.
func CheckStructure(ctx context.Context, conn *pgx.Conn) error {
	functions, err := CheckVersion(ctx, conn)
	if err != nil {
		return err
	}
	if err := functions.CheckIntact(); err != nil {
		return err
	}
	return functions.CheckProgram()
}

// CheckVersion is CheckStructure without a look at the functions, which it returns. Two databases may synchronise although the
// program that is asked to do it has other functions than they: it is for them to say whether they understand each other.
func CheckVersion(ctx context.Context, conn *pgx.Conn) (Functions, error) {
	var database, user string
	var installed, usable, original bool
	var missing []string
	err := conn.QueryRow(ctx, `
		select current_database(), current_user,
			exists (select from pg_class where relnamespace = n.oid and relname = 'structure_version'),
			array(
				select format('lizsync.%s() is missing', f) from unnest(array['current_version', 'functions_state']) as f
				where not exists (select from pg_proc where pronamespace = n.oid and proname = f and pronargs = 0)
			),
			coalesce(has_schema_privilege(n.oid, 'usage') and not exists (
				select from pg_proc
				where pronamespace = n.oid and proname in ('current_version', 'functions_state') and not has_function_privilege(oid, 'execute')
			), false),
			exists (select from pg_class where relnamespace = n.oid and relname = 'sys_structure_metadonnee' and relkind = 'r')
		from (select) as one
		left join pg_namespace n on n.nspname = 'lizsync'
	`).Scan(&database, &user, &installed, &missing, &usable, &original)
	if err != nil {
		return Functions{}, fmt.Errorf("look for the LizSync structure: %w", err)
	}
	program := sql.Current().Version()
	switch {
	case original:
		version, err := originalVersion(ctx, conn)
		if err != nil {
			return Functions{}, err
		}
		return Functions{}, &provider.Failure{
			Text: fmt.Sprintf("the database %s has the original LizSync %s, and this program needs version %d of the LizSync structure", database, version, program),
			Hint: "run upgrade_database_structure on it with RUN_MIGRATIONS=true",
		}
	case !installed:
		return Functions{}, missingStructure(database)
	case len(missing) > 0:
		return Functions{}, Functions{database: database, Altered: missing}.CheckIntact()
	case !usable:
		return Functions{}, &provider.Failure{
			Text: fmt.Sprintf("the role %s may not use LizSync in the database %s", user, database),
			Hint: "connect with the role that installed it, or with the role of a clone that is registered there",
		}
	}
	var version int
	if err := conn.QueryRow(ctx, "select coalesce(lizsync.current_version(), 0)").Scan(&version); err != nil {
		return Functions{}, fmt.Errorf("read the version of the LizSync structure: %w", err)
	}
	if version < program {
		return Functions{}, &provider.Failure{
			Text: fmt.Sprintf("the LizSync structure of the database %s has version %d, and this program needs version %d", database, version, program),
			Hint: "run upgrade_database_structure on it with RUN_MIGRATIONS=true",
		}
	}
	if err := newerStructure(database, version, program); err != nil {
		return Functions{}, err
	}
	return readFunctions(ctx, conn, database)
}

func missingStructure(database string) error {
	return &provider.Failure{
		Text: fmt.Sprintf("LizSync is not installed in the database %s", database),
		Hint: "run create_database_structure on it first",
	}
}

// newerStructure is the error of a database that is newer than the program, nil for another one.
func newerStructure(database string, version, program int) error {
	if version <= program {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the LizSync structure of the database %s has version %d, newer than this program, which knows version %d", database, version, program),
		Hint: "use a newer version of LizSync",
	}
}

// Close ends a session, after ctx was cancelled too.
func Close(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelPatience)
	defer cancel()
	_ = conn.Close(ctx) // its work is committed or given up: nothing depends on how it ends
}

// installer runs the scripts of a structure in a transaction.
type installer struct {
	tx        pgx.Tx
	structure sql.Structure
	version   string        // of the program
	patience  time.Duration // for each lock on a table
	feedback  provider.Feedback
}

// contents is what a database holds under the names that LizSync uses.
type contents struct {
	database, user string
	ours           bool   // schema lizsync is LizSync's
	whole          bool   // and schema audit too
	version        int    // of the structure
	original       string // version of the original LizSync, whose schema lizsync is; empty for none
	isEarly        bool   // its log is in the schema audit, as up to 0.4.5
	generic        bool   // a generic audit tool, whose log is shared, has the schema audit
	owner          string // of schema lizsync
	isOwner        bool   // the user has that role
	mayCreate      bool   // the user may create schemas
	foreign        string // what else is there, for a person; empty when there is nothing
}

func (i installer) install(ctx context.Context, options InstallOptions) (int, error) {
	found, err := i.begin(ctx)
	if err != nil {
		return 0, err
	}
	switch {
	case found.foreign != "":
		return 0, foreignStructure(found)
	case found.original != "":
		return 0, &provider.Failure{
			Text: fmt.Sprintf("the database %s has the original LizSync %s", found.database, found.original),
			Hint: "run upgrade_database_structure with RUN_MIGRATIONS=true, which takes it over with all that it holds",
		}
	case found.ours && !options.Override:
		return 0, &provider.Failure{
			Text: fmt.Sprintf("LizSync is installed in the database %s already, with version %d of its structure", found.database, found.version),
			Hint: "run upgrade_database_structure to bring it up to date; OVERRIDE=true would replace it, and its log would be lost",
		}
	}
	if err := newerStructure(found.database, found.version, i.structure.Version()); err != nil {
		return 0, err
	}
	if !found.mayCreate {
		return 0, mayNotCreate(found)
	}
	return i.structure.Version(), i.pinned(ctx, "", func(hstore string) error {
		var before []string
		if found.ours {
			before, err = i.remove(ctx, found, options.Force)
			if err != nil {
				return err
			}
		}
		if found.generic {
			if err := i.shareAudit(ctx); err != nil {
				return err
			}
		}
		if err := i.run(ctx, hstore, i.structure.Upgrades); err != nil {
			return err
		}
		return i.refuseToLose(ctx, before)
	})
}

func (i installer) upgrade(ctx context.Context, run bool) (Upgraded, error) {
	found, err := i.begin(ctx)
	if err != nil {
		return Upgraded{}, err
	}
	done := Upgraded{Original: found.original, Before: found.version, After: i.structure.Version(), Upgrades: i.structure.After(found.version)}
	switch {
	case found.foreign != "":
		return done, foreignStructure(found)
	case found.original != "":
		if !run {
			return done, nil
		}
		return done, i.takeOver(ctx, found)
	case !found.ours:
		return done, missingStructure(found.database)
	}
	if err := newerStructure(found.database, found.version, i.structure.Version()); err != nil {
		return done, err
	}
	if !found.whole {
		return done, &provider.Failure{
			Text: fmt.Sprintf("the LizSync structure of the database %s is damaged: the table audit.logged_actions is missing", found.database),
			Hint: "restore it from a backup, or replace the structure by create_database_structure with OVERRIDE=true",
		}
	}
	functions, err := i.readFunctions(ctx, found.database)
	if err != nil {
		return done, err
	}
	done.Altered = functions.Altered
	if !functions.isOf(i.structure) {
		done.Program = cmp.Or(functions.Version, "unknown")
		done.IsNewer = isNewer(functions.Version, i.version)
	}
	if differ := len(done.Altered) > 0 || done.Program != ""; !run && (!differ || done.IsNewer || len(done.Upgrades) > 0) {
		return done, nil
	}
	if !found.isOwner {
		return done, notOwner(found)
	}
	// What the upgrade adds must belong to whom the rest belongs, whoever runs it.
	return done, i.pinned(ctx, found.owner, func(hstore string) error {
		return i.run(ctx, hstore, done.Upgrades)
	})
}

// begin waits for its turn and looks at what is there.
func (i installer) begin(ctx context.Context) (contents, error) {
	var server int
	var free bool
	const query = "select current_setting('server_version_num')::integer, pg_try_advisory_xact_lock($1)"
	if err := i.tx.QueryRow(ctx, query, structureLock).Scan(&server, &free); err != nil {
		return contents{}, fmt.Errorf("begin the installation: %w", err)
	}
	if server < minimumServer {
		return contents{}, &provider.Failure{
			Text: fmt.Sprintf("PostgreSQL %d is too old for LizSync", server/10000),
			Hint: "it needs PostgreSQL 13 or newer",
		}
	}
	if !free {
		i.feedback.Message("somebody else is installing or upgrading LizSync in this database; waiting for the end of it")
		if _, err := i.tx.Exec(ctx, "select pg_advisory_xact_lock($1)", structureLock); err != nil {
			return contents{}, fmt.Errorf("wait for another installation: %w", err)
		}
	}
	return i.look(ctx)
}

// look reads the catalogs alone: what is there may belong to somebody else.
func (i installer) look(ctx context.Context) (contents, error) {
	var c contents
	var generic, readable, original bool
	var occupied []string
	err := i.tx.QueryRow(ctx, `
		with relation as (
			select n.nspname, c.relname, c.oid,
				exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'sync_data' and not a.attisdropped) as has_sync_data
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname in ('audit', 'lizsync') and c.relkind in ('r', 'p')
		),
		schema as (
			select n.nspname, n.nspowner,
				-- An empty one is taken over, when it is the user's.
				pg_has_role(n.nspowner, 'usage')
					and not exists (select from pg_class where relnamespace = n.oid)
					and not exists (select from pg_proc where pronamespace = n.oid)
					and not exists (select from pg_type where typnamespace = n.oid) as is_free
			from pg_namespace n
			where n.nspname in ('audit', 'lizsync')
		)
		select
			current_database(), current_user,
			exists (select from relation where nspname = 'lizsync' and relname = 'structure_version'),
			exists (select from relation where nspname = 'audit' and relname = 'logged_actions' and has_sync_data),
			coalesce((select pg_get_userbyid(nspowner) from schema where nspname = 'lizsync'), ''),
			coalesce((select pg_has_role(nspowner, 'usage') from schema where nspname = 'lizsync'), false),
			has_database_privilege(current_database(), 'create'),
			exists (select from relation where nspname = 'lizsync' and relname = 'sys_structure_metadonnee'),
			not exists (select from relation where nspname = 'lizsync' and relname = 'logged_actions'),
			2 = (select count(*) from relation where nspname = 'audit' and relname in ('logged_actions', 'logged_relations')),
			array(select nspname::text from schema where not is_free order by nspname),
			coalesce(has_schema_privilege(to_regnamespace('lizsync'), 'usage'), false)
	`).Scan(&c.database, &c.user, &c.ours, &c.whole, &c.owner, &c.isOwner, &c.mayCreate, &original, &c.isEarly, &generic, &occupied, &readable)
	if err != nil {
		return c, fmt.Errorf("look at the schemas audit and lizsync: %w", err)
	}
	switch {
	case original:
		c.ours = false
		if c.original, err = originalVersion(ctx, i.tx); err != nil {
			return c, err
		}
		if !c.isEarly && slices.Contains(occupied, "audit") {
			return c, i.lookAtAudit(ctx, &c, generic)
		}
	case c.ours && !readable:
		return c, notOwner(c)
	case c.ours:
		const greatest = "select coalesce(max(version), 0) from lizsync.structure_version"
		if err := i.tx.QueryRow(ctx, greatest).Scan(&c.version); err != nil {
			return c, fmt.Errorf("read the version of the LizSync structure: %w", err)
		}
		if !c.whole && slices.Contains(occupied, "audit") {
			c.foreign = "a schema audit that LizSync did not make"
		}
	case slices.Equal(occupied, []string{"audit"}):
		return c, i.lookAtAudit(ctx, &c, generic)
	case len(occupied) == 1:
		c.foreign = "a schema " + occupied[0] + " that LizSync did not make"
	case len(occupied) > 1:
		c.foreign = "schemas " + strings.Join(occupied, " and ") + " that LizSync did not make"
	}
	return c, nil
}

func foreignStructure(found contents) error {
	return &provider.Failure{
		Text: fmt.Sprintf("the database %s holds %s", found.database, found.foreign),
		Hint: "LizSync needs these names for itself and never touches what it did not make; if nobody uses it any more, rename or drop it yourself, then run this again",
	}
}

func mayNotCreate(found contents) error {
	return &provider.Failure{
		Text: fmt.Sprintf("the role %s may not create the schemas audit and lizsync in the database %s", found.user, found.database),
		Hint: fmt.Sprintf("ask its owner for: GRANT CREATE ON DATABASE %s TO %s", quote(found.database), quote(found.user)),
	}
}

func notOwner(found contents) error {
	return &provider.Failure{
		Text: fmt.Sprintf("the role %s may not change the LizSync structure of the database %s, which belongs to %s", found.user, found.database, found.owner),
		Hint: fmt.Sprintf("connect as %s, or ask an administrator for: GRANT %s TO %s", found.owner, quote(found.owner), quote(found.user)),
	}
}

// pinned calls do with the settings that the scripts need, and puts the transaction's own back. The functions declare
// SET search_path FROM CURRENT, so that they find the extension wherever it is and nothing that a user may have made.
func (i installer) pinned(ctx context.Context, role string, do func(hstore string) error) error {
	hstore, err := i.hstoreSchema(ctx)
	if err != nil {
		return err
	}
	return i.withSettings(ctx, hstore, role, func() error { return do(hstore) })
}

func (i installer) withSettings(ctx context.Context, hstore, role string, do func() error) error {
	settings := [][2]string{
		{"search_path", "pg_catalog, " + quote(hstore) + ", pg_temp"},
		{"check_function_bodies", "off"},
		{"quote_all_identifiers", "off"}, // which a SET clause of a function would keep
		{"client_min_messages", "warning"},
		{"lock_timeout", milliseconds(i.patience)},
	}
	if role != "" {
		settings = append(settings, [2]string{"role", role})
	}
	before := make([][2]string, len(settings))
	for n, s := range settings {
		before[n][0] = s[0]
		if err := i.tx.QueryRow(ctx, "select current_setting($1)", s[0]).Scan(&before[n][1]); err != nil {
			return fmt.Errorf("read the setting %s: %w", s[0], err)
		}
	}
	set := func(all [][2]string) error {
		for _, s := range all {
			if _, err := i.tx.Exec(ctx, "select set_config($1, $2, true)", s[0], s[1]); err != nil {
				return fmt.Errorf("set %s: %w", s[0], err)
			}
		}
		return nil
	}
	if err := set(settings); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	slices.Reverse(before) // the role first: another may not be allowed to set the rest
	return set(before)
}

// hstoreSchema finds the schema of the extension hstore, which it creates when it is missing.
func (i installer) hstoreSchema(ctx context.Context) (string, error) {
	const query = `
		select n.nspname, quote_ident(n.nspname), has_schema_privilege(n.oid, 'usage'), has_schema_privilege('public', n.oid, 'create')
		from pg_extension e join pg_namespace n on n.oid = e.extnamespace
		where e.extname = 'hstore'`
	var schema, quoted string
	var usable, open bool
	err := i.tx.QueryRow(ctx, query).Scan(&schema, &quoted, &usable, &open)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := i.createHstore(ctx); err != nil {
			return "", err
		}
		err = i.tx.QueryRow(ctx, query).Scan(&schema, &quoted, &usable, &open)
	}
	if err != nil {
		return "", fmt.Errorf("look for the extension hstore: %w", err)
	}
	if !usable {
		return "", &provider.Failure{
			Text: fmt.Sprintf("this role may not use the schema %s, which has the extension hstore", schema),
			Hint: fmt.Sprintf("ask an administrator for: GRANT USAGE ON SCHEMA %s TO PUBLIC", quoted),
		}
	}
	if open {
		i.feedback.Warning(fmt.Sprintf("everybody may create objects in the schema %s, and could so slip into the functions of LizSync; "+
			"close it: REVOKE CREATE ON SCHEMA %s FROM PUBLIC", schema, quoted))
	}
	return schema, nil
}

func (i installer) createHstore(ctx context.Context) error {
	var available bool
	const query = "select exists (select from pg_available_extensions where name = 'hstore')"
	if err := i.tx.QueryRow(ctx, query).Scan(&available); err != nil {
		return fmt.Errorf("look for the extension hstore: %w", err)
	}
	if !available {
		return &provider.Failure{
			Text: "the extension hstore is not available on this server",
			Hint: "install PostgreSQL's contrib package there: postgresql-contrib on Debian, Ubuntu and Red Hat",
		}
	}
	const create = "create extension hstore schema public"
	if _, err := i.tx.Exec(ctx, create); err != nil {
		return &provider.Failure{
			Text: fmt.Sprintf("create the extension hstore: %v", err),
			Hint: "ask the owner of the database, or an administrator, for: " + create,
			Err:  err,
		}
	}
	i.feedback.Message("the extension hstore was created in the schema public")
	return nil
}

// remove drops what Install made. It returns what was there, for refuseToLose.
func (i installer) remove(ctx context.Context, found contents, force bool) ([]string, error) {
	if !found.isOwner {
		return nil, notOwner(found)
	}
	if err := i.refuseWhileInUse(ctx, found, force); err != nil {
		return nil, err
	}
	if err := i.refuseDependents(ctx, "audit", "lizsync"); err != nil {
		return nil, err
	}
	// They belong to the take-over of a database that had the original LizSync, which happens once.
	if _, err := i.tx.Exec(ctx, "drop view if exists lizsync.logged_actions, lizsync.synchronized_schemas, lizsync.sys_structure_metadonnee"); err != nil {
		return nil, fmt.Errorf("drop the old structure: %w", err)
	}
	before, err := i.objects(ctx)
	if err != nil {
		return nil, err
	}
	audited, err := i.dropTriggers(ctx, "audit", "lizsync")
	if err != nil {
		return nil, err
	}
	if _, err := i.tx.Exec(ctx, "drop schema if exists lizsync, audit cascade"); err != nil {
		return nil, i.explainLock(fmt.Errorf("drop the old structure: %w", err), "a table of the schemas audit and lizsync")
	}
	if len(audited) > 0 {
		i.feedback.Warning("these tables are no longer audited, run initialize_central_database with ADD_AUDIT_TRIGGERS=true: " + strings.Join(audited, ", "))
	}
	return before, nil
}

func (i installer) refuseWhileInUse(ctx context.Context, found contents, force bool) error {
	var clones []string
	var central bool
	err := i.tx.QueryRow(ctx, `
		select array(select server_name from lizsync.clones where not revoked order by server_name),
			exists (select from lizsync.central)
	`).Scan(&clones, &central)
	if err != nil {
		return fmt.Errorf("look for clones: %w", err)
	}
	switch {
	case len(clones) > 0 && !force:
		return &provider.Failure{
			Text: fmt.Sprintf("clones of the database %s are registered: %s", found.database, strings.Join(clones, ", ")),
			Hint: "replacing the structure cuts them off, and what they have not sent yet can no longer be synchronised; FORCE=true does it all the same",
		}
	case central && !force:
		return &provider.Failure{
			Text: fmt.Sprintf("the database %s is a clone", found.database),
			Hint: "replacing the structure cuts it off from central, and what it has not sent yet can no longer be synchronised; FORCE=true does it all the same",
		}
	}
	var events int64
	if found.whole {
		if err := i.tx.QueryRow(ctx, "select count(*) from audit.logged_actions").Scan(&events); err != nil {
			return fmt.Errorf("count the recorded edits: %w", err)
		}
	}
	i.feedback.Warning(fmt.Sprintf("the old structure is replaced: %d recorded edits, the history, the conflicts and the server id go with it", events))
	return nil
}

// refuseDependents stops when something outside would be dropped along, such as somebody's view of the log.
func (i installer) refuseDependents(ctx context.Context, schemas ...string) error {
	rows, err := i.tx.Query(ctx, `
		with schema as (
			select oid from pg_namespace where nspname = any ($1)
		),
		ours as (
			select 'pg_class'::regclass as classid, oid from pg_class where relnamespace in (select oid from schema)
			union all
			select 'pg_proc'::regclass, oid from pg_proc where pronamespace in (select oid from schema)
			union all
			select 'pg_type'::regclass, oid from pg_type where typnamespace in (select oid from schema)
		),
		dependent as (
			select d.classid, d.objid, max(d.objsubid) as objsubid
			from pg_depend d join ours o on o.classid = d.refclassid and o.oid = d.refobjid
			where d.deptype in ('n', 'a')
			group by d.classid, d.objid
		),
		located as (
			select d.*, coalesce(
				(select relnamespace from pg_class where d.classid = 'pg_class'::regclass and oid = d.objid),
				(select pronamespace from pg_proc where d.classid = 'pg_proc'::regclass and oid = d.objid),
				(select typnamespace from pg_type where d.classid = 'pg_type'::regclass and oid = d.objid),
				(select c.relnamespace from pg_rewrite r join pg_class c on c.oid = r.ev_class
					where d.classid = 'pg_rewrite'::regclass and r.oid = d.objid),
				(select c.relnamespace from pg_attrdef a join pg_class c on c.oid = a.adrelid
					where d.classid = 'pg_attrdef'::regclass and a.oid = d.objid),
				(select connamespace from pg_constraint where d.classid = 'pg_constraint'::regclass and oid = d.objid),
				(select c.relnamespace from pg_trigger t join pg_class c on c.oid = t.tgrelid
					where d.classid = 'pg_trigger'::regclass and t.oid = d.objid)
			) as schema
			from dependent d
		)
		select pg_describe_object(classid, objid, objsubid)
		from located
		where coalesce(schema not in (select oid from schema), true)
			-- The triggers of audited tables are dropped by name.
			and not exists (
				select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
				where classid = 'pg_trigger'::regclass and t.oid = objid and p.pronamespace in (select oid from schema)
			)
		order by 1`, schemas)
	if err != nil {
		return fmt.Errorf("look for what depends on the structure: %w", err)
	}
	dependents, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for what depends on the structure: %w", err)
	}
	if len(dependents) == 0 {
		return nil
	}
	return &provider.Failure{
		Text: "other objects depend on the LizSync structure and would be dropped with it: " + strings.Join(dependents, ", "),
		Hint: "drop them yourself if nobody needs them, then run this again",
	}
}

// dropTriggers drops the triggers that call functions of some schemas, and names their tables.
func (i installer) dropTriggers(ctx context.Context, schemas ...string) ([]string, error) {
	type trigger struct{ Table, Name string }
	rows, err := i.tx.Query(ctx, `
		select format('%I.%I', n.nspname, c.relname), quote_ident(t.tgname)
		from pg_trigger t
		join pg_proc p on p.oid = t.tgfoid
		join pg_namespace pn on pn.oid = p.pronamespace
		join pg_class c on c.oid = t.tgrelid
		join pg_namespace n on n.oid = c.relnamespace
		where pn.nspname = any ($1) and not t.tgisinternal and t.tgparentid = 0 and n.nspname not in ('audit', 'lizsync')
		order by 1, 2`, schemas)
	if err != nil {
		return nil, fmt.Errorf("look for audited tables: %w", err)
	}
	triggers, err := pgx.CollectRows(rows, pgx.RowToStructByPos[trigger])
	if err != nil {
		return nil, fmt.Errorf("look for audited tables: %w", err)
	}
	var tables []string
	for _, t := range triggers {
		if _, err := i.tx.Exec(ctx, fmt.Sprintf("drop trigger %s on %s", t.Name, t.Table)); err != nil {
			return nil, i.explainLock(fmt.Errorf("stop the audit of %s: %w", t.Table, err), t.Table)
		}
		if !slices.Contains(tables, t.Table) {
			tables = append(tables, t.Table)
		}
	}
	return tables, nil
}

// objects describes what is in both schemas, but for the functions that LizSync has installed: others may take their place.
func (i installer) objects(ctx context.Context) ([]string, error) {
	rows, err := i.tx.Query(ctx, `
		with schema as (
			select oid from pg_namespace where nspname in ('audit', 'lizsync')
		)
		select pg_describe_object('pg_class'::regclass, oid, 0) from pg_class
		where relnamespace in (select oid from schema) and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
			and not (relkind = 'S' and relname ~ '^allotter_[0-9a-f]{32}$') -- made with the blocks of clones, and again when there is none
		union all
		select pg_describe_object('pg_proc'::regclass, oid, 0) from pg_proc
		where pronamespace in (select oid from schema) and oid::regprocedure::text not in (select signature from lizsync.installed_functions)
		union all
		select pg_describe_object('pg_type'::regclass, t.oid, 0) from pg_type t left join pg_class c on c.oid = t.typrelid
		where typnamespace in (select oid from schema) and (typtype in ('d', 'e') or c.relkind = 'c')
		order by 1`)
	if err != nil {
		return nil, fmt.Errorf("list the objects of the structure: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// refuseToLose stops when something that was in the schemas has not come back: LizSync did not make it.
func (i installer) refuseToLose(ctx context.Context, before []string) error {
	if len(before) == 0 {
		return nil
	}
	after, err := i.objects(ctx)
	if err != nil {
		return err
	}
	lost := slices.DeleteFunc(before, func(object string) bool { return slices.Contains(after, object) })
	if len(lost) == 0 {
		return nil
	}
	return &provider.Failure{
		Text: "the schemas audit and lizsync hold objects that this version of LizSync does not make, and they would be lost: " + strings.Join(lost, ", "),
		Hint: "move them to another schema, or drop them; for an older structure run upgrade_database_structure first",
	}
}

// run makes the upgrades and replaces all the functions.
func (i installer) run(ctx context.Context, hstore string, upgrades []sql.Upgrade) error {
	for _, u := range upgrades {
		i.feedback.Message(fmt.Sprintf("upgrade %d: %s", u.Version, u.Description))
		if err := i.script(ctx, u.Script); err != nil {
			return err
		}
		const record = "insert into lizsync.structure_version (version, description) values ($1, $2)"
		if _, err := i.tx.Exec(ctx, record, u.Version, u.Description); err != nil {
			return fmt.Errorf("record upgrade %d: %w", u.Version, err)
		}
	}
	i.feedback.Message(fmt.Sprintf("%d functions, with hstore from the schema %s", len(i.structure.Functions), hstore))
	return i.installFunctions(ctx)
}

// script runs the statements of a file.
func (i installer) script(ctx context.Context, script sql.Script) error {
	return i.explainScript(i.exec(ctx, script.Name, script.Text), script, 0)
}

// exec runs statements under the name of the script that they are of.
func (i installer) exec(ctx context.Context, name, text string) error {
	done := Trace(ctx, i.tx.Conn(), "run "+name)
	err := i.tx.Conn().PgConn().Exec(ctx, text).Close()
	done(pgconn.CommandTag{}, err)
	return err
}

// explainScript names the line of a script that failed, which was sent after a number of other characters.
func (i installer) explainScript(err error, script sql.Script, before int) error {
	if err == nil {
		return nil
	}
	place := script.Name
	var pg *pgconn.PgError
	if errors.As(err, &pg) && int(pg.Position) > before {
		place = fmt.Sprintf("%s, line %d", place, line(script.Text, int(pg.Position)-before))
	}
	return i.explainLock(fmt.Errorf("run %s: %w", place, err), "a table of the schemas audit and lizsync")
}

// line is the number of the line of a character, counted from 1 as PostgreSQL does.
func line(text string, character int) int {
	number := 1
	for _, r := range text {
		if character--; character <= 0 {
			break
		}
		if r == '\n' {
			number++
		}
	}
	return number
}

// explainLock says what to do when a lock was not had in time.
func (i installer) explainLock(err error, what string) error {
	if SQLState(err) != pgerrcode.LockNotAvailable {
		return err
	}
	return &provider.Failure{
		Text: fmt.Sprintf("somebody works on %s, and it was not free within %s", what, i.patience),
		Hint: "nothing was changed; ask people to save their edits or close their sessions, then run this again",
		Err:  err,
	}
}

// quote writes an identifier for a person: quoted where SQL needs it, keywords aside.
func quote(name string) string {
	plain := name != "" && utf8.ValidString(name)
	for n, r := range name {
		plain = plain && (r >= 'a' && r <= 'z' || r == '_' || n > 0 && r >= '0' && r <= '9')
	}
	if plain {
		return name
	}
	return pgx.Identifier{name}.Sanitize()
}

// milliseconds writes a time limit as PostgreSQL's settings take it.
func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
