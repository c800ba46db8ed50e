package database_test

import (
	"fmt"
	"os/exec"
	"slices"
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

const digest = "select digest from lizsync.functions_state()"

func TestEveryFunctionIsRecorded(t *testing.T) {
	t.Parallel()
	db := installed(t)
	assert.Empty(t, db.Rows(t, `
		select p.oid::regprocedure
		from pg_proc p
		where p.pronamespace in ('audit'::regnamespace, 'lizsync'::regnamespace)
			and p.oid not in (select function_oid from lizsync.installed_functions)`))
	assert.Equal(t, [][]string{{provider.Version(), sql.Current().Digest()}}, db.Rows(t, "select version, digest from lizsync.installed_program"))
	assert.Equal(t, "{}", db.Text(t, "select altered from lizsync.functions_state()"))
}

// The upgrade is not asked to run: it does nothing but put functions right.
func TestAlteredFunctionsAreNamedAndRepaired(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, "insert into lizsync.server_metadata (server_name) values ('central')")
	before, kept := dump(t, db), db.Text(t, "select m::text from lizsync.server_metadata m")
	for _, c := range []struct{ altered, want string }{
		{"create or replace function lizsync.server_id() returns uuid language sql as 'select null::uuid'", "lizsync.server_id() was altered"},
		{"drop function lizsync.exchange()", "lizsync.exchange() is missing"},
		{"drop function lizsync.server_id(); create function lizsync.server_id() returns text language sql as 'select 1'", "lizsync.server_id() was altered"},
		{"alter function lizsync.server_id() volatile", "lizsync.server_id() was altered"},
		{"alter function lizsync.receive_batch(text) security invoker", "lizsync.receive_batch(text) was altered"},
		{"alter function lizsync.server_id() set search_path = public", "lizsync.server_id() was altered"},
		{"alter function lizsync.server_id() reset search_path", "lizsync.server_id() was altered"},
		{"alter function lizsync.server_id() set work_mem = '1GB'", "lizsync.server_id() was altered"},
		{"alter procedure lizsync.purge security definer", "lizsync.purge(interval,interval) was altered"},
		{
			`drop aggregate lizsync.net_fields(public.hstore);
			create aggregate lizsync.net_fields(public.hstore) (sfunc = public.hs_concat, stype = public.hstore, initcond = 'a=>1', parallel = safe)`,
			"lizsync.net_fields(hstore) was altered",
		},
		{
			"alter function audit.log_row() leakproof; alter function lizsync.server_id() strict",
			"audit.log_row() was altered, lizsync.server_id() was altered",
		},
		{"drop function lizsync.current_version()", "lizsync.current_version() is missing"},
		{"drop function lizsync.functions_state()", "lizsync.functions_state() is missing"},
		{
			"alter function lizsync.server_id() strict; drop function lizsync.function_digests()",
			"function lizsync.function_digests() does not exist",
		},
		{
			"drop function lizsync.snapshot_with(pg_snapshot, xid8), lizsync.snapshot_contains(pg_snapshot, pg_snapshot)",
			"lizsync.snapshot_contains(pg_snapshot,pg_snapshot) is missing, lizsync.snapshot_with(pg_snapshot,xid8) is missing",
		},
		{"delete from lizsync.installed_program", "nothing is recorded"},
	} {
		db.Exec(t, c.altered)
		err := check(t, db.URL)
		require.EqualError(t, err, "the functions of LizSync in the database "+db.Name+" are not as they were installed: "+c.want, c.altered)
		assert.Equal(t, "run upgrade_database_structure on it", failure(t, err).Hint)
		upgraded, err := upgrade(t, db.URL, false)
		require.NoError(t, err, c.altered)
		assert.NotEmpty(t, upgraded.Altered, c.altered)
		require.NoError(t, check(t, db.URL), c.altered)
		require.True(t, before == dump(t, db), c.altered)
	}
	assert.Equal(t, kept, db.Text(t, "select m::text from lizsync.server_metadata m"))
}

func TestManyAlteredFunctionsAreNotAllNamed(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `do $$ declare f text; begin
		for f in select signature from lizsync.installed_functions where signature ~ '^lizsync.[a-m].*\(\)' and signature !~ 'function|version' loop
			execute 'drop function ' || f;
		end loop; end $$`)
	err := check(t, db.URL)
	require.ErrorContains(t, err, "lizsync.apply_changes() is missing, ")
	require.ErrorContains(t, err, ", …")
	assert.Equal(t, 10, strings.Count(err.Error(), "is missing"))
}

func TestFunctionsThatLizSyncDidNotMakeAreNoneOfItsBusiness(t *testing.T) {
	t.Parallel()
	db := installed(t)
	before := db.Text(t, digest)
	db.Exec(t, `
		create function lizsync.mine() returns integer language sql as 'select 1';
		create function lizsync.server_id(integer) returns integer language sql as 'select 1'`)
	require.NoError(t, check(t, db.URL))
	_, err := upgrade(t, db.URL, true)
	require.NoError(t, err)
	assert.Equal(t, before, db.Text(t, digest))
	assert.Equal(t, "1 1", db.Text(t, "select concat_ws(' ', lizsync.mine(), lizsync.server_id(1))"))
}

// What may differ between two databases without any difference in what the functions do.
func TestTheDigestIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	db := installed(t)
	want := db.Text(t, digest)

	elsewhere := pgtest.EmptyDatabase(t)
	owner := elsewhere.Role(t)
	elsewhere.Exec(t, fmt.Sprintf(`
		create schema "Ext's"; create extension hstore schema "Ext's"; grant usage on schema "Ext's" to public;
		grant create on database %s to %s`, elsewhere.Name, owner.Name))
	err := pgx.BeginFunc(t.Context(), connect(t, elsewhere.As(t, owner), &recorder{}), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "set local quote_all_identifiers = on; set local search_path = lizsync, pg_temp; set local intervalstyle = iso_8601")
		require.NoError(t, err)
		_, err = database.Install(t.Context(), tx, database.InstallOptions{}, &recorder{})
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, want, elsewhere.Text(t, digest))

	// All the rows of the catalog are new there.
	restored := pgtest.EmptyDatabase(t)
	text, err := exec.CommandContext(t.Context(), "pg_dump", "--no-owner", "--dbname", elsewhere.URL).Output()
	require.NoError(t, err)
	restore := exec.CommandContext(t.Context(), "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", restored.URL)
	restore.Stdin = strings.NewReader(string(text))
	output, err := restore.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Equal(t, [][]string{{want, "{}"}}, restored.Rows(t, "select digest, altered from lizsync.functions_state()"))
	require.NoError(t, check(t, restored.URL))
}

// A look at the rows of the catalog is enough as long as nobody has written them.
func TestAGrantIsNoAlteration(t *testing.T) {
	t.Parallel()
	const written = "select count(*) from lizsync.installed_functions where written <> (select xmin from pg_proc where oid = function_oid)"
	db := installed(t)
	require.Equal(t, "0", db.Text(t, written))
	role := db.Role(t)
	db.Exec(t, "select lizsync.register_clone(gen_random_uuid(), 'tablet', $1, '{}', pg_current_snapshot(), gen_random_uuid(), pg_current_snapshot(), 1)", role.Name)
	require.Equal(t, "0", db.Text(t, written))
	db.Exec(t, "grant execute on all functions in schema lizsync to "+role.Name)
	require.NotEqual(t, "0", db.Text(t, written))
	require.NoError(t, check(t, db.URL))
	db.Exec(t, "alter function lizsync.server_id() strict")
	require.ErrorContains(t, check(t, db.URL), "lizsync.server_id() was altered")
	db.Exec(t, "select lizsync.grant_exchange($1)", role.Name)
	require.ErrorContains(t, check(t, db.URL), "lizsync.server_id() was altered")
}

// other is a program of this version of the structure whose functions are others: an object without a text is none of them.
func other(version string, texts map[string]string) database.Installer {
	structure := sql.Current()
	structure.Functions = slices.DeleteFunc(slices.Clone(structure.Functions), func(f sql.Function) bool {
		_, found := texts[f.Object()]
		return found
	})
	for object, text := range texts {
		if text != "" {
			name := strings.Replace(object, ".", "/room/", 1) + ".sql"
			structure.Functions = append(structure.Functions, sql.Function{Script: sql.Script{Name: name, Text: text}})
		}
	}
	return database.Installer{Structure: structure, Version: version, Patience: 10 * time.Second}
}

func upgradeTo(t *testing.T, db *pgtest.DB, program database.Installer, run bool, feedback provider.Feedback) (upgraded database.Upgraded, err error) {
	t.Helper()
	err = pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		upgraded, err = program.Upgrade(t.Context(), tx, run, feedback)
		return database.Explain(err)
	})
	return upgraded, err
}

// Each of the programs has what the next one lacks, and the other way round.
func TestFunctionsAloneAreUpgraded(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `
		insert into lizsync.server_metadata (server_name) values ('central');
		create function lizsync.mine() returns integer language sql as 'select 1'`)
	before, rows, own := dump(t, db), db.Text(t, "select m::text from lizsync.server_metadata m"), db.Text(t, digest)
	former := other("v0.0.1", map[string]string{
		"lizsync.slot_lock_class": `create or replace function lizsync.slot_lock_class(p_former integer) returns integer language sql as 'select p_former';
comment on function lizsync.slot_lock_class(integer) is 'With an argument.';`,
		"lizsync.text_size": `create or replace function lizsync.text_size(p_former hstore) returns bigint language sql as 'select 1::bigint';
comment on function lizsync.text_size(hstore) is 'With another result, and another name of its argument.';`,
		"lizsync.former": `create or replace function lizsync.former(p_slot lizsync.slot) returns integer language sql as 'select 1';
comment on function lizsync.former(lizsync.slot) is 'No more.';`,
		"lizsync.relation_name": "",
	})
	var told recorder
	upgraded, err := upgradeTo(t, db, former, true, &told)
	require.NoError(t, err)
	assert.Equal(t, provider.Version(), upgraded.Program)
	assert.Contains(t, told.lines, "message: dropped, because it is no longer part of LizSync: lizsync.relation_name(oid)")
	assert.Equal(t, "integer bigint 1", db.Text(t, `
		select concat_ws(' ', pg_get_function_result('lizsync.slot_lock_class(integer)'::regprocedure),
			pg_get_function_result('lizsync.text_size(public.hstore)'::regprocedure), lizsync.former(null))`))
	assert.NotEqual(t, own, db.Text(t, digest))

	err = check(t, db.URL)
	require.EqualError(t, err, fmt.Sprintf("the functions of LizSync in the database %s are not those of this program, %s, but of v0.0.1", db.Name, provider.Version()))
	assert.Equal(t, "run upgrade_database_structure on it", failure(t, err).Hint)
	functions, err := database.CheckVersion(t.Context(), db.Conn(t))
	require.NoError(t, err)
	assert.NoError(t, functions.CheckIntact(), "this program may use them all the same")

	upgraded, err = upgrade(t, db.URL, false)
	require.NoError(t, err)
	assert.Equal(t, "v0.0.1", upgraded.Program)
	assert.Empty(t, upgraded.Altered)
	require.NoError(t, check(t, db.URL))
	assert.True(t, before == dump(t, db), "as before, with the function that is not LizSync's")
	assert.Equal(t, own, db.Text(t, digest))
	assert.Equal(t, rows, db.Text(t, "select m::text from lizsync.server_metadata m"))

	_, err = upgradeTo(t, db, former, true, &recorder{})
	require.NoError(t, err)
	db.Exec(t, "drop function lizsync.mine()")
	require.NoError(t, install(t, db.URL, database.InstallOptions{Override: true}, &recorder{}), "LizSync's own functions may go")
	require.NoError(t, check(t, db.URL))
}

func TestFunctionsOfANewerProgramAreReplacedWhenAskedAlone(t *testing.T) {
	t.Parallel()
	db := installed(t)
	newer, older := other("v2.0.0", map[string]string{"lizsync.slot_lock_class": `create or replace function lizsync.slot_lock_class() returns integer language sql as 'select 2';
comment on function lizsync.slot_lock_class() is 'Newer.';`}), other("v1.9.9", nil)
	_, err := upgradeTo(t, db, newer, false, &recorder{})
	require.NoError(t, err)
	db.Exec(t, "alter function lizsync.server_id() strict")
	for _, run := range []bool{false, true} {
		upgraded, err := upgradeTo(t, db, older, run, &recorder{})
		require.NoError(t, err)
		assert.Equal(t, "v2.0.0", upgraded.Program)
		assert.True(t, upgraded.IsNewer)
		assert.Equal(t, run, db.Text(t, "select version from lizsync.installed_program") == "v1.9.9")
	}
	assert.NoError(t, check(t, db.URL))
}

func TestNoFunctionIsDroppedThatSomethingElseNeeds(t *testing.T) {
	t.Parallel()
	db := installed(t)
	const gone = "lizsync.relation_name"
	db.Exec(t, "create schema city; create view city.\"Mine\" as select lizsync.relation_name('pg_class'::regclass)")
	for why, text := range map[string]string{
		"no longer part of LizSync": "",
		"to be made anew": `create or replace function lizsync.relation_name(p_relid oid) returns name language sql as $$ select 'x'::name $$;
comment on function lizsync.relation_name(oid) is 'With another result.';`,
	} {
		before := dump(t, db)
		_, err := upgradeTo(t, db, other("v0.0.1", map[string]string{gone: text}), false, &recorder{})
		require.EqualError(t, err, "the function lizsync.relation_name(oid) is "+why+", and other objects depend on it: "+
			"view city.\"Mine\" depends on function lizsync.relation_name(oid)")
		assert.True(t, before == dump(t, db))
	}
}

func TestAFunctionThatLizSyncDidNotMakeIsNotDroppedForAnother(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, "create function lizsync.fresh() returns text language sql as $$ select 'mine' $$")
	_, err := upgradeTo(t, db, other("v0.0.1", map[string]string{"lizsync.fresh": `create or replace function lizsync.fresh() returns integer language sql as 'select 1';
comment on function lizsync.fresh() is 'New.';`}), false, &recorder{})
	require.EqualError(t, err, "run lizsync/room/fresh.sql: cannot change return type of existing function")
	assert.Equal(t, "mine", db.Text(t, "select lizsync.fresh()"))
}
