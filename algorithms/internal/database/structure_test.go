package database_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// install installs the structure over a connection value, in a transaction of its own.
func install(t *testing.T, value string, options database.InstallOptions, feedback provider.Feedback) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), connect(t, value, feedback), func(tx pgx.Tx) error {
		version, err := database.Install(t.Context(), tx, options, feedback)
		if err == nil {
			assert.Equal(t, sql.Current().Version(), version)
		}
		return database.Explain(err)
	})
}

func upgrade(t *testing.T, value string, run bool) (upgraded database.Upgraded, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), connect(t, value, &recorder{}), func(tx pgx.Tx) error {
		upgraded, err = database.Upgrade(t.Context(), tx, run, &recorder{})
		return database.Explain(err)
	})
	return upgraded, err
}

func check(t *testing.T, value string) error {
	t.Helper()
	return database.Explain(database.CheckStructure(t.Context(), connect(t, value, &recorder{})))
}

// installed is a database with the structure.
func installed(t *testing.T) *pgtest.DB {
	t.Helper()
	db := pgtest.EmptyDatabase(t)
	require.NoError(t, install(t, db.URL, database.InstallOptions{}, &recorder{}))
	return db
}

// failure is the *provider.Failure of an error, for its hint.
func failure(t *testing.T, err error) *provider.Failure {
	t.Helper()
	var f *provider.Failure
	require.ErrorAs(t, err, &f)
	return f
}

const schemas = "select coalesce(string_agg(nspname, ' ' order by nspname), '') from pg_namespace where nspname in ('audit', 'lizsync')"

// held lists what is in the schemas audit and lizsync.
const held = `
	select coalesce(string_agg(pg_describe_object(classid, objid, objsubid), ', ' order by classid, objid), '')
	from pg_depend d join pg_namespace n on n.oid = d.refobjid
	where d.refclassid = 'pg_namespace'::regclass and n.nspname in ('audit', 'lizsync')`

// dump is the structure of a database as pg_dump writes it, without the keys that make each dump different.
func dump(t *testing.T, db *pgtest.DB) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "pg_dump", "--schema-only", "--dbname", db.URL).CombinedOutput()
	require.NoError(t, err, string(output))
	return strings.Join(slices.DeleteFunc(strings.Split(string(output), "\n"), func(line string) bool {
		return strings.HasPrefix(line, `\restrict`) || strings.HasPrefix(line, `\unrestrict`)
	}), "\n")
}

func TestInstallNeedsTheRightToCreateSchemas(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	role := db.Role(t)
	err := install(t, db.As(t, role), database.InstallOptions{}, &recorder{})
	require.EqualError(t, err, fmt.Sprintf("the role %s may not create the schemas audit and lizsync in the database %s", role.Name, db.Name))
	assert.Equal(t, fmt.Sprintf("ask its owner for: GRANT CREATE ON DATABASE %s TO %s", db.Name, role.Name), failure(t, err).Hint)
	assert.Empty(t, db.Text(t, schemas))

	db.Exec(t, failure(t, err).Hint[len("ask its owner for: "):])
	require.NoError(t, install(t, db.As(t, role), database.InstallOptions{}, &recorder{}))
	assert.NoError(t, check(t, db.As(t, role)))
}

func TestEmptySchemasOfTheRoleAreTakenOver(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	role := db.Role(t)
	db.Exec(t, fmt.Sprintf("create schema audit; grant create on database %s to %s", db.Name, role.Name))
	err := install(t, db.As(t, role), database.InstallOptions{}, &recorder{})
	require.EqualError(t, err, "the database "+db.Name+" holds a schema audit that LizSync did not make")

	db.Exec(t, "alter schema audit owner to "+role.Name)
	require.NoError(t, install(t, db.As(t, role), database.InstallOptions{}, &recorder{}))
	assert.NoError(t, check(t, db.As(t, role)))
}

func TestInstallCreatesHstoreWhenItMay(t *testing.T) {
	t.Parallel()
	role := pgtest.Role(t)
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf("grant create on database %s to %s", db.Name, role.Name))
	require.NoError(t, install(t, db.As(t, role), database.InstallOptions{}, &recorder{}))
	assert.Equal(t, "public", db.Text(t, "select extnamespace::regnamespace from pg_extension where extname = 'hstore'"))
}

func TestInstallNamesTheCommandWhenItMayNotCreateHstore(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, `
		create function public.refuse() returns event_trigger language plpgsql as
		$$ begin raise exception 'extensions are not allowed here' using errcode = 'insufficient_privilege'; end $$;
		create event trigger refuse on ddl_command_start when tag in ('CREATE EXTENSION') execute function public.refuse()`)
	err := install(t, db.URL, database.InstallOptions{}, &recorder{})
	require.ErrorContains(t, err, "create the extension hstore: ")
	require.ErrorContains(t, err, "extensions are not allowed here")
	assert.Equal(t, "ask the owner of the database, or an administrator, for: create extension hstore schema public", failure(t, err).Hint)
	assert.Empty(t, db.Text(t, schemas))
}

func TestSchemaOfHstoreThatMayNotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	role := db.Role(t)
	db.Exec(t, fmt.Sprintf(`create schema "Ext's"; create extension hstore schema "Ext's"; grant create on database %s to %s`, db.Name, role.Name))
	err := install(t, db.As(t, role), database.InstallOptions{}, &recorder{})
	require.EqualError(t, err, "this role may not use the schema Ext's, which has the extension hstore")
	assert.Equal(t, `ask an administrator for: GRANT USAGE ON SCHEMA "Ext's" TO PUBLIC`, failure(t, err).Hint)
}

func TestHstoreIsUsedWhereverItIs(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, `create schema "Ext's"; create extension hstore schema "Ext's"`)
	require.NoError(t, install(t, db.URL, database.InstallOptions{}, &recorder{}))
	assert.Equal(t, `search_path=pg_catalog, "Ext's", pg_temp`,
		db.Text(t, "select c from pg_proc, unnest(proconfig) c where oid = 'audit.log_row'::regproc and c ~ '^search_path'"))
	db.Exec(t, `
		create schema city;
		create table city.tree (name text);
		select audit.audit_table('city.tree');
		insert into city.tree values ('plane')`)
	assert.Equal(t, "1", db.Text(t, "select count(*) from audit.logged_actions"))
}

func TestOpenSchemaOfHstoreIsWarnedAbout(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, "create extension hstore schema public; grant create on schema public to public")
	var told recorder
	require.NoError(t, install(t, db.URL, database.InstallOptions{}, &told))
	assert.Contains(t, strings.Join(told.lines, "\n"), "warning: everybody may create objects in the schema public")
	assert.Contains(t, strings.Join(told.lines, "\n"), "REVOKE CREATE ON SCHEMA public FROM PUBLIC")

	db.Exec(t, "revoke create on schema public from public")
	told = recorder{}
	require.NoError(t, install(t, db.URL, database.InstallOptions{Override: true}, &told))
	assert.NotContains(t, strings.Join(told.lines, "\n"), "REVOKE CREATE")
}

func TestWhatSomethingElseMadeIsNamedAndKept(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	for name, c := range map[string]struct{ made, want string }{
		"generic audit tool": {
			`create schema audit;
			create table audit.logged_actions (event_id bigserial primary key, schema_name text, row_data text, page integer not null);
			create table audit.logged_relations (relation_name text, uid_column text);
			insert into audit.logged_actions (schema_name, page) values ('city', 1)`,
			"holds an audit log that LizSync cannot share: logged_actions.action is missing, logged_actions.action_tstamp_clk is missing, " +
				"logged_actions.action_tstamp_stm is missing, logged_actions.action_tstamp_tx is missing, logged_actions.application_name is missing, " +
				"logged_actions.changed_fields is missing, logged_actions.client_addr is missing, logged_actions.client_port is missing, " +
				"logged_actions.client_query is missing, logged_actions.page must be filled, logged_actions.relid is missing, " +
				"logged_actions.row_data is of type text, logged_actions.session_user_name is missing, logged_actions.statement_only is missing, " +
				"logged_actions.table_name is missing, logged_actions.transaction_id is missing",
		},
		"an audit of their own": {
			`create schema audit; create table audit.book (page integer)`,
			"holds a schema audit that LizSync did not make",
		},
		"functions alone": {
			`create schema lizsync; create function lizsync.f() returns integer language sql as 'select 1'`,
			"holds a schema lizsync that LizSync did not make",
		},
		"a type alone": {
			`create schema audit; create schema lizsync; create type lizsync.mood as enum ('good'); create domain audit.d as text`,
			"holds schemas audit and lizsync that LizSync did not make",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db.Exec(t, c.made)
			before := db.Text(t, held)
			require.NotEmpty(t, before)
			for _, options := range []database.InstallOptions{{}, {Override: true, Force: true}} {
				err := install(t, db.URL, options, &recorder{})
				require.EqualError(t, err, "the database "+db.Name+" "+c.want)
				assert.NotEmpty(t, failure(t, err).Hint)
			}
			_, err := upgrade(t, db.URL, true)
			require.EqualError(t, err, "the database "+db.Name+" "+c.want)
			assert.Equal(t, before, db.Text(t, held))
			db.Exec(t, "set client_min_messages = warning; drop schema if exists audit, lizsync cascade")
		})
	}
}

func TestOriginalLizSyncThatMayNotBeReadIsStillRecognised(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	role := db.Role(t)
	db.Exec(t, `create schema lizsync;
		create table lizsync.sys_structure_metadonnee (id integer primary key, date_ajout date, version text, description text)`)
	err := install(t, db.As(t, role), database.InstallOptions{}, &recorder{})
	require.EqualError(t, err, "the database "+db.Name+" has the original LizSync of unknown version")
	assert.EqualError(t, check(t, db.As(t, role)), fmt.Sprintf("the database %s has the original LizSync of unknown version, and this program needs version %d of the LizSync structure", db.Name, sql.Current().Version()))
}

func TestForeignAuditBesideOurStructureIsKept(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `drop schema audit cascade;
		create schema audit; create table audit.logged_actions (id integer); create table audit.logged_relations (id integer)`)
	err := install(t, db.URL, database.InstallOptions{Override: true, Force: true}, &recorder{})
	require.EqualError(t, err, "the database "+db.Name+" holds a schema audit that LizSync did not make")
	assert.Equal(t, "2", db.Text(t, "select count(*) from pg_class where relnamespace = 'audit'::regnamespace and relkind = 'r'"))
}

func TestDamagedStructureIsReportedAndCanBeReplaced(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `drop schema audit cascade`)
	_, err := upgrade(t, db.URL, true)
	require.EqualError(t, err, "the LizSync structure of the database "+db.Name+" is damaged: the table audit.logged_actions is missing")
	require.NoError(t, install(t, db.URL, database.InstallOptions{Override: true}, &recorder{}))
	assert.Equal(t, dump(t, installed(t)), dump(t, db))
}

func TestInstalledStructureIsNotReplacedUnasked(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, "insert into lizsync.server_metadata (server_name) values ('central')")
	err := install(t, db.URL, database.InstallOptions{}, &recorder{})
	require.EqualError(t, err, fmt.Sprintf("LizSync is installed in the database %s already, with version %d of its structure", db.Name, sql.Current().Version()))
	assert.Contains(t, failure(t, err).Hint, "upgrade_database_structure")
	assert.Equal(t, "1", db.Text(t, "select count(*) from lizsync.server_metadata"))
}

func TestOverrideIsRefusedWhileOthersRelyOnTheStructure(t *testing.T) {
	t.Parallel()
	const clone = `
		insert into lizsync.clones (server_id, server_name, role_name, relids, central_system_identifier, clone_system_identifier,
			received, accepted_token, offered_token, digest, pending_digest, horizon, revoked)
		select gen_random_uuid(), 'tablet of Zoé', 'postgres', '{}', 1, 2, pg_current_snapshot(), gen_random_uuid(), gen_random_uuid(),
			'', '', 3, `
	for name, c := range map[string]struct{ made, want string }{
		"a clone is registered": {clone + "false", "clones of the database %s are registered: tablet of Zoé"},
		"it is a clone": {
			`insert into lizsync.central (server_id, system_identifier, clone_system_identifier, cursor, token, package_id, relids)
			select gen_random_uuid(), 1, 2, pg_current_snapshot(), gen_random_uuid(), gen_random_uuid(), '{}'`,
			"the database %s is a clone",
		},
		"its clones are revoked": {clone + "true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := installed(t)
			db.Exec(t, c.made)
			db.Exec(t, "insert into lizsync.server_metadata (server_name) values ('central')")
			err := install(t, db.URL, database.InstallOptions{Override: true}, &recorder{})
			if c.want != "" {
				require.EqualError(t, err, fmt.Sprintf(c.want, db.Name))
				assert.Contains(t, failure(t, err).Hint, "FORCE=true")
				assert.Equal(t, "1", db.Text(t, "select count(*) from lizsync.server_metadata"))
				err = install(t, db.URL, database.InstallOptions{Override: true, Force: true}, &recorder{})
			}
			require.NoError(t, err)
			assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.server_metadata"))
			assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.clones"))
		})
	}
}

func TestOverrideNeverTakesAlongWhatItDidNotMake(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, "create schema city")
	for name, c := range map[string]struct{ made, want, drop string }{
		"a view of the log": {
			`create view city."Recent édits" as select * from audit.logged_actions`,
			`other objects depend on the LizSync structure and would be dropped with it: rule _RETURN on view city."Recent édits"`,
			`drop view city."Recent édits"`,
		},
		"a foreign key": {
			`create table city.note (clone uuid references lizsync.clones)`,
			`other objects depend on the LizSync structure and would be dropped with it: constraint note_clone_fkey on table city.note`,
			`drop table city.note`,
		},
		"a default": {
			`create table city.note (server uuid default lizsync.server_id())`,
			`other objects depend on the LizSync structure and would be dropped with it: default value for column server of table city.note`,
			`drop table city.note`,
		},
		"a table in our schema": {
			`create table lizsync."Mine" (id integer)`,
			`the schemas audit and lizsync hold objects that this version of LizSync does not make, and they would be lost: table lizsync."Mine"`,
			`drop table lizsync."Mine"`,
		},
		"a function in our schema": {
			`create function audit.mine(integer) returns integer language sql as 'select 1'`,
			`the schemas audit and lizsync hold objects that this version of LizSync does not make, and they would be lost: function audit.mine(integer)`,
			`drop function audit.mine`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			db.Exec(t, c.made)
			before := db.Text(t, held)
			err := install(t, db.URL, database.InstallOptions{Override: true, Force: true}, &recorder{})
			require.EqualError(t, err, c.want)
			assert.Equal(t, before, db.Text(t, held))
			db.Exec(t, c.drop) // it was still there
		})
	}
}

func TestOverrideStopsTheAuditAndKeepsTheData(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema "Ville été";
		create table "Ville été"."L'arbre ""x"".y" (id serial primary key, name text);
		select lizsync.add_uid_columns('Ville été', 'L''arbre "x".y');
		select audit.audit_table('"Ville été"."L''arbre ""x"".y"');
		insert into "Ville été"."L'arbre ""x"".y" (name) values ('plane')`)
	db.Exec(t, `select lizsync.allot_blocks(gen_random_uuid(), array[pg_get_serial_sequence('"Ville été"."L''arbre ""x"".y"', 'id')])`)
	assert.Equal(t, "1", db.Text(t, "select count(*) from pg_sequences where sequencename like 'allotter%'"))
	var told recorder
	require.NoError(t, install(t, db.URL, database.InstallOptions{Override: true}, &told))
	assert.Contains(t, told.lines, "warning: the old structure is replaced: 1 recorded edits, the history, the conflicts and the server id go with it")
	assert.Contains(t, told.lines, `warning: these tables are no longer audited, run initialize_central_database with ADD_AUDIT_TRIGGERS=true: "Ville été"."L'arbre ""x"".y"`)
	assert.Equal(t, "1", db.Text(t, `select count(uid) from "Ville été"."L'arbre ""x"".y"`))
	db.Exec(t, `update "Ville été"."L'arbre ""x"".y" set name = 'oak'`)
	assert.Equal(t, "0", db.Text(t, `select count(*) from audit.logged_actions`))

	db.Exec(t, `drop schema "Ville été" cascade`)
	assert.Equal(t, dump(t, installed(t)), dump(t, db))
}

func TestOverrideGivesUpBehindAnOpenEdit(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		create schema city; create table city.tree (name text);
		select audit.audit_table('city.tree')`)
	editor := db.Conn(t)
	edit, err := editor.Begin(t.Context())
	require.NoError(t, err)
	_, err = edit.Exec(t.Context(), "insert into city.tree values ('plane')")
	require.NoError(t, err)

	impatient := database.Installer{Structure: sql.Current(), Patience: 50 * time.Millisecond}
	err = pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		_, err := impatient.Install(t.Context(), tx, database.InstallOptions{Override: true}, &recorder{})
		return err
	})
	require.EqualError(t, err, "somebody works on city.tree, and it was not free within 50ms")
	require.NoError(t, edit.Commit(t.Context()))
	assert.Equal(t, "1", db.Text(t, "select count(*) from audit.logged_actions"))
}

func TestTwoInstallersQueue(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	first, err := connect(t, db.URL, &recorder{}).Begin(t.Context())
	require.NoError(t, err)
	_, err = database.Install(t.Context(), first, database.InstallOptions{}, &recorder{})
	require.NoError(t, err)

	second := make(chan error)
	var told recorder
	conn := connect(t, db.URL, &told)
	go func() {
		second <- pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			_, err := database.Install(t.Context(), tx, database.InstallOptions{}, &told)
			return err
		})
	}()
	pgtest.WaitFor(t, db.Conn(t), "select exists (select from pg_locks where locktype = 'advisory' and not granted and pid = $1)",
		int32(conn.PgConn().PID()))
	require.NoError(t, first.Commit(t.Context()))
	assert.ErrorContains(t, <-second, "is installed in the database "+db.Name+" already")
	assert.Equal(t, []string{"message: somebody else is installing or upgrading LizSync in this database; waiting for the end of it"}, told.lines)
}

func TestWaitForAnotherInstallerCanBeCancelled(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	first, err := connect(t, db.URL, &recorder{}).Begin(t.Context())
	require.NoError(t, err)
	_, err = database.Install(t.Context(), first, database.InstallOptions{}, &recorder{})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	conn := connect(t, db.URL, &recorder{})
	second := make(chan error)
	go func() {
		second <- pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			_, err := database.Install(ctx, tx, database.InstallOptions{}, &recorder{})
			return err
		})
	}()
	const waiting = "select count(*) = $1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())"
	pgtest.WaitFor(t, db.Conn(t), waiting, 1)
	cancel()
	require.Error(t, <-second)
	pgtest.WaitFor(t, db.Conn(t), waiting, 0)
	assert.NoError(t, first.Commit(t.Context()))
}

func TestInstallLeavesTheTransactionAsItWas(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	conn := connect(t, db.URL, &recorder{})
	const settings = `select array_agg(name || '=' || setting order by name) from pg_settings
		where name in ('search_path', 'check_function_bodies', 'client_min_messages', 'lock_timeout', 'role')`
	err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		var before, after []string
		_, err := tx.Exec(t.Context(), `set local search_path = "L'été", public; set local lock_timeout = '7s'`)
		require.NoError(t, err)
		require.NoError(t, tx.QueryRow(t.Context(), settings).Scan(&before))
		_, err = database.Install(t.Context(), tx, database.InstallOptions{}, &recorder{})
		require.NoError(t, err)
		_, err = database.Upgrade(t.Context(), tx, true, &recorder{})
		require.NoError(t, err)
		require.NoError(t, tx.QueryRow(t.Context(), settings).Scan(&after))
		assert.Equal(t, before, after)
		return nil
	})
	require.NoError(t, err)
}

func TestUpgradeOfTheCurrentVersionDoesNothing(t *testing.T) {
	t.Parallel()
	db := installed(t)
	before := dump(t, db)
	version := sql.Current().Version()
	const recorded = "select * from lizsync.structure_version order by version"
	rows := db.Rows(t, recorded)
	for range 2 {
		upgraded, err := upgrade(t, db.URL, true)
		require.NoError(t, err)
		assert.Equal(t, database.Upgraded{Before: version, After: version, Upgrades: []sql.Upgrade{}, Altered: []string{}}, upgraded)
		assert.Equal(t, before, dump(t, db), "a fresh install equals an install that was upgraded")
		assert.Equal(t, rows, db.Rows(t, recorded))
	}
}

func TestUpgradeRepairsFunctions(t *testing.T) {
	t.Parallel()
	db := installed(t)
	role := db.Role(t)
	db.Exec(t, "select lizsync.register_clone(gen_random_uuid(), 'tablet', $1, '{}', pg_current_snapshot(), gen_random_uuid(), pg_current_snapshot(), 1)", role.Name)
	before := dump(t, db)
	for _, run := range []bool{false, true} {
		db.Exec(t, `
			create or replace function lizsync.server_id() returns uuid language sql as 'select null::uuid';
			drop function lizsync.exchange()`)
		upgraded, err := upgrade(t, db.URL, run)
		require.NoError(t, err)
		assert.Equal(t, []string{"lizsync.exchange() is missing", "lizsync.server_id() was altered"}, upgraded.Altered)
		assert.Equal(t, before, dump(t, db), "with what the role of a clone may call")
	}
}

// next is the program's structure with upgrades added.
func next(texts ...string) database.Installer {
	structure := sql.Current()
	structure.Upgrades = slices.Clone(structure.Upgrades)
	for _, text := range texts {
		version := structure.Version() + 1
		structure.Upgrades = append(structure.Upgrades, sql.Upgrade{
			Version: version, Description: fmt.Sprintf("step %d", version), Script: sql.Script{Name: fmt.Sprintf("upgrade/%04d_step.sql", version), Text: text},
		})
	}
	return database.Installer{Structure: structure, Version: "v1.0.0", Patience: 50 * time.Millisecond}
}

const versions = "select string_agg(version::text, ' ' order by version) from lizsync.structure_version"

func TestUpgradeRunsWhatIsMissingOnce(t *testing.T) {
	t.Parallel()
	db := installed(t)
	version := sql.Current().Version()
	newer := next("alter table lizsync.conflicts add column note text; comment on column lizsync.conflicts.note is 'A note.'", "create table lizsync.extra (id integer)")
	run := func(run bool) database.Upgraded {
		var upgraded database.Upgraded
		require.NoError(t, pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) (err error) {
			upgraded, err = newer.Upgrade(t.Context(), tx, run, &recorder{})
			return err
		}))
		return upgraded
	}
	before := dump(t, db)
	assert.Len(t, run(false).Upgrades, 2)
	assert.Equal(t, before, dump(t, db))

	assert.Equal(t, version, run(true).Before)
	assert.Equal(t, "0", db.Text(t, "select count(note) from lizsync.conflicts"))
	assert.Equal(t, strconv.Itoa(version+2), db.Text(t, "select max(version) from lizsync.structure_version"))
	assert.Empty(t, run(true).Upgrades)

	fresh := pgtest.EmptyDatabase(t)
	require.NoError(t, pgx.BeginFunc(t.Context(), fresh.Conn(t), func(tx pgx.Tx) error {
		_, err := newer.Install(t.Context(), tx, database.InstallOptions{}, &recorder{})
		return err
	}))
	assert.Equal(t, dump(t, fresh), dump(t, db), "a fresh install equals an older one that was upgraded")
}

func TestFailedUpgradeChangesNothingAndNamesTheLine(t *testing.T) {
	t.Parallel()
	db := installed(t)
	before, recorded := dump(t, db), db.Text(t, versions)
	newer := next("create table lizsync.extra (id integer)", "-- été\n\nselect 1;\nselect nothing from lizsync.extra;\n")
	err := pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		_, err := newer.Upgrade(t.Context(), tx, true, &recorder{})
		return database.Explain(err)
	})
	require.EqualError(t, err, fmt.Sprintf(`run upgrade/%04d_step.sql, line 4: column "nothing" does not exist`, sql.Current().Version()+2))
	assert.Equal(t, before, dump(t, db))
	assert.Equal(t, recorded, db.Text(t, versions))
}

func TestUpgradeGivesUpBehindAnOpenEdit(t *testing.T) {
	t.Parallel()
	db := installed(t)
	edit, err := db.Conn(t).Begin(t.Context())
	require.NoError(t, err)
	_, err = edit.Exec(t.Context(), "lock table lizsync.conflicts in row exclusive mode")
	require.NoError(t, err)
	newer := next("alter table lizsync.conflicts add column note text")
	err = pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		_, err := newer.Upgrade(t.Context(), tx, true, &recorder{})
		return err
	})
	require.EqualError(t, err, "somebody works on a table of the schemas audit and lizsync, and it was not free within 50ms")
	assert.NoError(t, edit.Commit(t.Context()))
}

func TestUpgradeByAnotherRoleLeavesTheOwner(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	owner, other := db.Role(t), db.Role(t)
	db.Exec(t, fmt.Sprintf("grant create on database %s to %s", db.Name, owner.Name))
	require.NoError(t, install(t, db.As(t, owner), database.InstallOptions{}, &recorder{}))
	before := dump(t, db)

	_, err := upgrade(t, db.As(t, other), true)
	require.EqualError(t, err, fmt.Sprintf("the role %s may not change the LizSync structure of the database %s, which belongs to %s", other.Name, db.Name, owner.Name))
	assert.Contains(t, failure(t, err).Hint, fmt.Sprintf("GRANT %s TO %s", owner.Name, other.Name))

	db.Exec(t, "drop function lizsync.server_id()")
	_, err = upgrade(t, db.URL, true)
	require.NoError(t, err)
	assert.Equal(t, before, dump(t, db), "what a superuser's upgrade makes belongs to the owner of the rest")
}

func TestWrongStructureIsRefusedWithWhatToRun(t *testing.T) {
	t.Parallel()
	version := sql.Current().Version()
	for name, c := range map[string]struct{ made, want, hint string }{
		"missing": {
			"drop schema lizsync, audit cascade",
			"LizSync is not installed in the database %s",
			"run create_database_structure on it first",
		},
		"older": {
			"delete from lizsync.structure_version",
			"the LizSync structure of the database %s has version 0, and this program needs version " + strconv.Itoa(version),
			"run upgrade_database_structure on it with RUN_MIGRATIONS=true",
		},
		"newer": {
			"insert into lizsync.structure_version (version, description) values (999, 'the future')",
			"the LizSync structure of the database %s has version 999, newer than this program, which knows version " + strconv.Itoa(version),
			"use a newer version of LizSync",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := installed(t)
			require.NoError(t, check(t, db.URL))
			db.Exec(t, c.made)
			err := check(t, db.URL)
			require.EqualError(t, err, fmt.Sprintf(c.want, db.Name))
			assert.Equal(t, c.hint, failure(t, err).Hint)
		})
	}
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, "insert into lizsync.structure_version (version, description) values (999, 'the future')")
	want := fmt.Sprintf("the LizSync structure of the database %s has version 999, newer than this program, which knows version %d", db.Name, sql.Current().Version())
	for _, run := range []bool{false, true} {
		_, err := upgrade(t, db.URL, run)
		assert.EqualError(t, err, want)
	}
	assert.EqualError(t, install(t, db.URL, database.InstallOptions{Override: true, Force: true}, &recorder{}), want)
	assert.Equal(t, "1", db.Text(t, "select count(*) from lizsync.structure_version where version = 999"))
}

func TestUpgradeWithoutStructureNamesTheInstallation(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	_, err := upgrade(t, db.URL, true)
	require.EqualError(t, err, "LizSync is not installed in the database "+db.Name)
	assert.Contains(t, failure(t, err).Hint, "create_database_structure")
}

func TestRoleWithoutRightsOnTheStructureIsToldSo(t *testing.T) {
	t.Parallel()
	db := installed(t)
	role := db.Role(t)
	assert.EqualError(t, check(t, db.As(t, role)), fmt.Sprintf("the role %s may not use LizSync in the database %s", role.Name, db.Name))
	_, err := upgrade(t, db.As(t, role), false)
	assert.ErrorContains(t, err, fmt.Sprintf("the role %s may not change the LizSync structure", role.Name))
}

// A text that some encoding lacks makes the whole installation fail there.
func TestStructureIsInstalledWhateverTheEncoding(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"LATIN1", "WIN1252", "EUC_JP", "SQL_ASCII"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			db := pgtest.Encoded(t, encoding)
			require.NoError(t, install(t, db.URL, database.InstallOptions{}, &recorder{}))
			assert.Equal(t, "{}", db.Text(t, "select altered from lizsync.functions_state()"))
		})
	}
}
