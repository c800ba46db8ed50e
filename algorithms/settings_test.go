package algorithms

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// settings are what a database may have of its own, in the way of whoever does not expect it. Where lizsync.synchronize() cannot
// work in a session of the clone as it is, refuses is what it says, and remedy what makes it work there.
var settings = map[string]struct {
	set             []string
	refuses, remedy string
}{
	"strings":  {set: []string{"standard_conforming_strings = off", "backslash_quote = off", "transform_null_equals = on", "array_nulls = off"}},
	"quotes":   {set: []string{"quote_all_identifiers = on"}},
	"readOnly": {set: []string{"default_transaction_read_only = on"}, refuses: "this transaction is read only", remedy: "default_transaction_read_only = off"},
	"serializable": {
		set:     []string{"default_transaction_isolation = serializable", "default_transaction_deferrable = on"},
		refuses: "a synchronisation needs the isolation level READ COMMITTED", remedy: "default_transaction_isolation = 'read committed'",
	},
	"repeatable": {
		set:     []string{"default_transaction_isolation = 'repeatable read'"},
		refuses: "a synchronisation needs the isolation level READ COMMITTED", remedy: "default_transaction_isolation = 'read committed'",
	},
	"timeouts": {set: []string{"statement_timeout = '1min'", "lock_timeout = '1ms'", "idle_in_transaction_session_timeout = '1min'"}},
	"files":    {set: []string{"temp_file_limit = 0"}},
	"path":     {set: []string{"search_path = ''"}},
	"odd path": {set: []string{"search_path = nowhere, city, pg_catalog"}},
	"formats": {set: []string{
		"bytea_output = escape", "intervalstyle = sql_standard", "datestyle = 'German, DMY'", "timezone = 'Asia/Kathmandu'",
		"extra_float_digits = -15", "xmloption = document", "client_encoding = LATIN1", "row_security = off",
	}},
}

func TestTheWholeWorkflowGoesUnderAnySettingOfEitherDatabase(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		for _, side := range []string{"central", "clone"} {
			t.Run(name+" on "+side, func(t *testing.T) {
				t.Parallel()
				central, clone := pgtest.Database(t), pgtest.Database(t)
				central.Exec(t, `
					create schema "Ville été"; create schema city;
					create table "Ville été"."L'arbre ""x"".y" (
						id serial primary key, "text" text, d date, ts timestamptz, f double precision, b bytea, i interval, a text[], geom public.geometry(point, 2154)
					);
					insert into "Ville été"."L'arbre ""x"".y" ("text", d, ts, f, b, i, a, geom)
					select 'a\b''c' || n, '2026-02-03', '2026-02-03 04:05:06+01', 0.1 * n, '\xdead00', '1 day 02:00', array['null', null, '\'],
						public.st_setsrid(public.st_makepoint(n / 3.0, n), 2154)
					from generate_series(1, 300) as n`)
				with := map[string]*pgtest.DB{"central": central, "clone": clone}[side]
				clone.Exec(t, "create extension dblink schema public; create extension postgres_fdw schema public")
				for _, set := range setting.set {
					with.Exec(t, fmt.Sprintf("alter database %s set %s", with.Name, set))
				}
				workflow(t, central, clone, side == "clone", setting.refuses, setting.remedy)
			})
		}
	}
}

func workflow(t *testing.T, central, clone *pgtest.DB, isClone bool, refuses, remedy string) {
	t.Helper()
	const table = `"Ville été"."L'arbre ""x"".y"`
	step := func(id string, input map[string]any) map[string]any {
		t.Helper()
		result, err := run(t.Context(), t, id, input, &story{})
		if err != nil {
			t.Fatalf("%s: %v (%s)", id, err, hint(t, database.Explain(err)))
		}
		return result
	}
	step("create_database_structure", map[string]any{"CONNECTION_NAME": central.URL})
	central.Exec(t, "update pg_class set reltuples = 200000 where oid = $1::text::regclass", table) // as a big one
	result := step("initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true})
	require.EqualValues(t, 1, result["NUMBER_READY"])
	require.EqualValues(t, 0, result["NUMBER_UNSAFE_TABLES"])
	path := filepath.Join(t.TempDir(), "package.zip")
	step("package_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "PG_LAYERS": []any{table}, "ZIP_FILE": path})
	step("deploy_database_server_package", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "ZIP_FILE": path})

	edit := func(db *pgtest.DB, sql string) {
		t.Helper()
		conn := session(t, db)
		for _, sql := range []string{"set default_transaction_read_only = off", "set client_encoding = 'UTF8'", sql} {
			require.NoError(t, conn.PgConn().Exec(t.Context(), sql).Close())
		}
		require.NoError(t, conn.Close(t.Context()))
	}
	equal := func(when string) {
		t.Helper()
		const rows = `select uid, "text", d, ts, f, b, i, a, geom from ` + table + ` order by uid`
		here, there := clone.Rows(t, rows), central.Rows(t, rows)
		require.Len(t, here, len(there), when)
		for i := range there {
			require.Equal(t, there[i], here[i], when)
		}
	}
	for n, via := range []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL} {
		edit(clone, fmt.Sprintf(`update %s set "text" = 'clone%d' where id %% 3 = %[2]d; insert into %[1]s ("text", f, i) values ('new', 1e-5 / 3, '-1 day +01:00')`, table, n))
		edit(central, fmt.Sprintf(`update %s set "text" = 'central%d', f = 1e100 / 7, d = d + 1 where id %% 2 = %[2]d; delete from %[1]s where id = %d`, table, n, 10+n))
		if via == clonetest.ViaProgram {
			step("synchronize_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL})
			equal("by the program")
			continue
		}
		conn := session(t, clone)
		err := conn.PgConn().Exec(t.Context(), "select * from lizsync.synchronize()").Close()
		if isClone && refuses != "" {
			require.ErrorContains(t, err, refuses)
			assert.Contains(t, hint(t, database.Explain(err)), remedy, "what to do")
			require.NoError(t, conn.PgConn().Exec(t.Context(), "set "+remedy).Close())
			err = conn.PgConn().Exec(t.Context(), "select * from lizsync.synchronize()").Close()
		}
		require.NoError(t, err)
		equal("by synchronize()")
		require.NoError(t, conn.PgConn().Exec(t.Context(), "set client_encoding = 'UTF8'").Close()) // that of this file
		rows, err := conn.PgConn().Exec(t.Context(), `select count(*) from lizsync.compare_tables('Ville été', 'L''arbre "x".y')`).ReadAll()
		require.NoError(t, err)
		require.Equal(t, "0", string(rows[0].Rows[0][0]), "lizsync.compare_tables")
	}
	status := step("show_synchronization_status", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL})
	require.NotNil(t, status)
	step("upgrade_database_structure", map[string]any{"CONNECTION_NAME": central.URL, "RUN_MIGRATIONS": true})
	step("upgrade_database_structure", map[string]any{"CONNECTION_NAME": clone.URL, "RUN_MIGRATIONS": true})
}

// session is one of somebody else's program, with the settings that the database has.
func session(t *testing.T, db *pgtest.DB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.URL)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func TestSynchronizeSaysWhatMakesItsSessionReadOnly(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone := central.Clone(t)
	conn, there := clone.Conns(t)
	_, err := conn.Exec(t.Context(), "set default_transaction_read_only = on")
	require.NoError(t, err)
	_, err = clone.Sync(t, clonetest.ViaSQL)
	require.EqualError(t, database.Explain(err), "this transaction is read only")
	assert.Contains(t, hint(t, database.Explain(err)), "default_transaction_read_only")
	_, err = conn.Exec(t.Context(), "set default_transaction_read_only = off")
	require.NoError(t, err)

	// However it came to that, after the slot was given.
	_, err = there.Exec(t.Context(), "begin isolation level repeatable read read only")
	require.NoError(t, err)
	_, err = there.Exec(t.Context(), "select lizsync.open_exchange(null, null, null, '0', true)")
	require.EqualError(t, database.Explain(err), "central takes no writes in this transaction")
	assert.Contains(t, hint(t, database.Explain(err)), "default_transaction_read_only")
}

func TestLimitOfTemporaryFilesIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	db.Exec(t, fmt.Sprintf("alter database %s set temp_file_limit = 0; alter database %[1]s set work_mem = '64kB'", db.Name))
	conn, err := database.Connect(t.Context(), db.URL, &story{})
	require.NoError(t, err)
	defer database.Close(t.Context(), conn)
	_, err = conn.Exec(t.Context(), "select n from generate_series(1, 100000) as n order by n desc")
	require.ErrorContains(t, err, "temporary file size exceeds temp_file_limit (0kB)")
	assert.Contains(t, hint(t, database.Explain(err)), "ALTER DATABASE ... SET temp_file_limit")
}

func TestCentralsSettingsEndWithTheSlot(t *testing.T) {
	t.Parallel()
	clone := trees(t).Clone(t)
	_, central := clone.Conns(t)
	for _, set := range []string{"statement_timeout = '1h'", "default_transaction_read_only = on", "default_transaction_deferrable = on"} {
		_, err := central.Exec(t.Context(), "set "+set)
		require.NoError(t, err)
	}
	_, err := central.Exec(t.Context(), "select lizsync.acquire_slot()")
	require.NoError(t, err)
	var settings string
	require.NoError(t, central.QueryRow(t.Context(), `
		select concat_ws(' ', current_setting('statement_timeout'), current_setting('transaction_read_only'), current_setting('transaction_deferrable'))`).Scan(&settings))
	require.Equal(t, "0 off off", settings)
}
