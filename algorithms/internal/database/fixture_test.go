package database_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

// Each structure that was released is kept in testdata as two dumps, of a central database and of a clone, which are
// never written again. They lack the functions of the schema lizsync, which each upgrade replaces, but for the one that a
// trigger of a clone's tables calls. Those of a new version are made by
//
//	go test ./algorithms/internal/database -run TestEveryStructureIsUpgraded -write-fixtures
var writeFixtures = flag.Bool("write-fixtures", false, "write the dumps of this version of the structure into testdata")

var (
	comments        = regexp.MustCompile(`(?m)^(--.*)?\n`) // and empty lines
	psqlCommand     = regexp.MustCompile(`(?m)^\\.*\n`)
	lizsyncFunction = regexp.MustCompile(`^Name: (?:(?:FUNCTION|PROCEDURE|AGGREGATE) .*; Type: (?:COMMENT|ACL)|[^;]*; Type: (?:FUNCTION|PROCEDURE|AGGREGATE)); Schema: lizsync;`)
)

// kept is what an upgrade must not change: everything in the tables of both schemas but the records of upgrades and functions.
var kept = []struct{ table, columns string }{
	{"lizsync.server_metadata", "*"},
	{"lizsync.synchronized_tables", "*"},
	{"lizsync.history", "sync_id, sync_time, server_from, server_to, min_event_id, max_event_id, sync_type, sync_status, number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, duration, clock_offset"},
	{"lizsync.conflicts", "id, conflict_time, object_table, object_uid, clone_id, sync_id, field_name, central_value, clone_value, central_time, clone_time, central_author, clone_author, row_data, rejected, rule_applied"},
	{"lizsync.pending_changes", "clone_id, object_table, object_uid, received, refused_by, pending_since, last_tried, error, given_up"},
	{"lizsync.clones", "server_id, server_name, role_name, received, accepted_token, offered_token, digest, pending_digest, horizon, revoked, registered_at, last_synchronized"},
	{"lizsync.central", "server_id, cursor, token, package_id, deployed_at, last_synchronized"},
	{"audit.logged_relations", "*"},
	{"audit.logged_actions", "event_id, schema_name, table_name, session_user_name, action_tstamp_clk, transaction_id, action, row_data, changed_fields, sync_data, uid"},
	{`"Ville été"."L'arbre ""x"".y"`, "*"},
}

// keptNumbers are the tables that the fixtures have since numbers are shared.
var keptNumbers = []struct{ table, columns string }{
	{"lizsync.local_keys", "*"},
	{"lizsync.key_references", "*"},
	{"lizsync.key_sequences", "sequence, allotter, size, era"},
	{"lizsync.key_blocks", "*"},
	{`"Ville été".feuille`, "*"},
}

// contents are the rows of some tables, of each table in one text.
func contents(t *testing.T, db *pgtest.DB, tables []struct{ table, columns string }) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, k := range tables {
		all[k.table] = db.Text(t, fmt.Sprintf("select coalesce(string_agg(row::text, e'\n' order by row::text), '') from (select %s from %s) as row", k.columns, k.table))
	}
	return all
}

func TestEveryStructureIsUpgraded(t *testing.T) {
	t.Parallel()
	if *writeFixtures {
		writePair(t)
	}
	names, err := filepath.Glob("testdata/version_*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for program, installer := range map[string]database.Installer{
		"this one": {Structure: sql.Current(), Version: "v1.0.0", Patience: 10 * time.Second},
		// However few upgrades there are: each of them is tested with data before it is written.
		"the next one": next("alter table lizsync.conflicts add column note text; comment on column lizsync.conflicts.note is 'A note.'"),
	} {
		for _, name := range names {
			t.Run(filepath.Base(name)+" to "+program, func(t *testing.T) {
				t.Parallel()
				text, err := os.ReadFile(name)
				require.NoError(t, err)
				db := pgtest.EmptyDatabase(t)
				db.Exec(t, string(text))
				kept := kept
				if !strings.Contains(name, "version_1_") {
					kept = slices.Concat(kept, keptNumbers)
				}
				before := contents(t, db, kept)
				elsewhere := "lizsync.central"
				if strings.HasSuffix(name, "clone.sql") {
					elsewhere = "lizsync.clones lizsync.conflicts lizsync.key_sequences"
				}
				for _, k := range kept {
					assert.Equal(t, strings.Contains(elsewhere, k.table), before[k.table] == "", k.table)
				}

				for range 2 {
					upgraded, err := upgradeTo(t, db, installer, true, &recorder{})
					require.NoError(t, err)
					assert.Equal(t, installer.Structure.Version(), upgraded.After)
				}
				assert.Equal(t, before, contents(t, db, kept))
				assert.Equal(t, "{}", db.Text(t, "select altered from lizsync.functions_state()"))

				db.Exec(t, `drop schema "Ville été" cascade`)
				for _, allotter := range db.Rows(t, "select allotter from lizsync.key_sequences") {
					db.Exec(t, "drop sequence "+allotter[0])
				}
				fresh := pgtest.EmptyDatabase(t)
				for _, extension := range db.Rows(t, "select extname from pg_extension where extname <> 'plpgsql'") {
					fresh.Exec(t, "create extension "+extension[0]+" schema public")
				}
				require.NoError(t, pgx.BeginFunc(t.Context(), fresh.Conn(t), func(tx pgx.Tx) error {
					_, err := installer.Install(t.Context(), tx, database.InstallOptions{}, &recorder{})
					return err
				}))
				assert.Equal(t, dump(t, fresh), dump(t, db))
				assert.Equal(t, fresh.Text(t, digest), db.Text(t, digest))
			})
		}
	}
}

// writePair makes a central database and a clone with something in every table, and dumps them.
func writePair(t *testing.T) {
	t.Helper()
	central := clonetest.NewCentral(t, `
		create schema "Ville été";
		create table "Ville été"."L'arbre ""x"".y" (
			id serial primary key, uid uuid not null unique default gen_random_uuid(), "Nom" text, badge integer unique, geom public.geometry(PointZ, 2154)
		);
		insert into "Ville été"."L'arbre ""x"".y" ("Nom", badge, geom)
		select 'tree ' || n, n, public.ST_SetSRID(public.ST_MakePoint(n / 3.0, n, 0.1), 2154) from generate_series(1, 4) as n;
		create table "Ville été".feuille (id serial primary key, uid uuid not null unique default gen_random_uuid(), arbre integer);
		insert into "Ville été".feuille (arbre) values (1)`)
	central.Exec(t, `insert into lizsync.local_keys values ('"Ville été".feuille');
		insert into lizsync.key_references values ('"Ville été"."feuille"', 'arbre', '"Ville été"."L''arbre ""x"".y"', 'id', 'a view')`)
	const table = `"Ville été"."L'arbre ""x"".y"`
	clone := central.Clone(t)
	central.Exec(t, fmt.Sprintf(`update %[1]s set "Nom" = 'central''s' where id = 1; update %[1]s set badge = 40 where id = 2`, table))
	clone.Exec(t, fmt.Sprintf(`update %[1]s set "Nom" = 'the clone''s' where id = 1; update %[1]s set badge = 40 where id = 3; insert into %[1]s ("Nom") values ('new')`, table))
	clone.MustSync(t, clonetest.ViaSQL)
	// What is not sent yet.
	central.Exec(t, fmt.Sprintf(`delete from %s where id = 4`, table))
	clone.Exec(t, fmt.Sprintf(`update %s set "Nom" = 'later' where id = 2`, table))
	clone.Exec(t, "drop server central_server cascade") // its user mapping is of a role of this test
	for name, db := range map[string]*pgtest.DB{"central": central.DB, "clone": clone.DB} {
		db.Exec(t, fmt.Sprintf("reassign owned by %s to postgres; drop owned by %[1]s; drop owned by %s", central.Owner.Name, clone.Role.Name))
		db.Exec(t, "update lizsync.clones set role_name = 'anna'")
		output, err := exec.CommandContext(t.Context(), "pg_dump", "--inserts", "--dbname", db.URL).CombinedOutput()
		require.NoError(t, err, string(output))
		text := psqlCommand.ReplaceAllString(string(output), "")
		// Each object has a header of three lines, of which the first and the last are empty comments.
		const header = "\n--\n-- "
		objects := slices.DeleteFunc(strings.Split(text, header), func(object string) bool {
			return lizsyncFunction.MatchString(object) && !strings.Contains(object, "check_numbers()")
		})
		file := fmt.Sprintf("testdata/version_%d_%s.sql", sql.Current().Version(), name)
		require.NoError(t, os.WriteFile(file, []byte(comments.ReplaceAllString(strings.Join(objects, header), "")), 0o644))
	}
}
