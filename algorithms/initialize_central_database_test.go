package algorithms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// initialize prepares a database, with more parameters than the connection.
func initialize(t *testing.T, db *pgtest.DB, told *story, more map[string]any) (map[string]any, error) {
	t.Helper()
	input := map[string]any{"CONNECTION_NAME_CENTRAL": db.URL, "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true}
	for name, value := range more {
		input[name] = value
	}
	return run(t.Context(), t, "initialize_central_database", input, told)
}

func TestPrepareWithoutStructureSaysWhatToRun(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	_, err := initialize(t, db, &story{}, nil)
	require.EqualError(t, err, "LizSync is not installed in the database "+db.Name)
	assert.Contains(t, hint(t, err), "create_database_structure")
}

func TestCloneIsNotPreparedAsCentral(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `
		create schema city; create table city.tree (name text);
		insert into lizsync.central (server_id, system_identifier, clone_system_identifier, cursor, token, package_id, relids)
		select gen_random_uuid(), 1, 2, pg_current_snapshot(), gen_random_uuid(), gen_random_uuid(), '{}'`)
	_, err := initialize(t, db, &story{}, nil)
	require.EqualError(t, err, fmt.Sprintf("the database %s is a clone, not a central database", db.Name))
	assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.server_metadata"))
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_trigger where tgname ~ '^00_audit'"))
}

func TestPrepareOfUnknownSchemaChangesNothing(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `create schema city; create schema "a, b"; create table city.tree (name text)`)
	_, err := initialize(t, db, &story{}, map[string]any{"SCHEMAS": "city, vile"})
	require.EqualError(t, err, "there is no schema vile")
	assert.Equal(t, "the schemas that can be synchronised are public and: a, b, city", hint(t, err))
	_, err = initialize(t, db, &story{}, map[string]any{"SCHEMAS": "city, audit"})
	require.EqualError(t, err, "the schema audit is never synchronised")
	assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.server_metadata"))
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_trigger where tgname ~ '^00_audit'"))
}

func TestPrepareGoesRoundALockedTableAndFailsWithTheList(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]string{
		"an open edit":           "insert into city.b values ('plane')",
		"an open ALTER TABLE":    "alter table city.b add column height integer",
		"a reader's transaction": "select * from city.b",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := structured(t)
			db.Exec(t, `create schema city; create table city.a (name text); create table city.b (name text); create table city.c (name text)`)
			blocker, err := db.Conn(t).Begin(t.Context())
			require.NoError(t, err)
			_, err = blocker.Exec(t.Context(), lock)
			require.NoError(t, err)

			_, err = initialize(t, db, &story{}, map[string]any{"LOCK_TIMEOUT": 1})
			require.ErrorContains(t, err, "1 table is not prepared: city.b: locked by postgres (process ")
			assert.Contains(t, hint(t, err), "run this again")
			assert.Equal(t, "city.a city.c", db.Text(t, "select string_agg(tgrelid::regclass::text, ' ' order by 1) from pg_trigger where tgname = '00_audit_trigger_row'"))

			require.NoError(t, blocker.Rollback(t.Context()))
			result, err := initialize(t, db, &story{}, nil)
			require.NoError(t, err)
			assert.Equal(t, 3.0, result["NUMBER_READY"])
			assert.Equal(t, 1.0, result["NUMBER_UID_COLUMNS_ADDED"])
		})
	}
}

func TestPrepareAddsWhatIsAskedAndReportsTheRest(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `
		create schema "Ville été";
		create table "Ville été"."L'arbre ""x"".y" (id serial primary key, name text);
		insert into "Ville été"."L'arbre ""x"".y" (name) values ('platane'), (null);
		create table "Ville été".branch (uid uuid primary key default gen_random_uuid(), tree integer references "Ville été"."L'arbre ""x"".y");
		create schema quiet; create table quiet.t (id serial primary key);
		create table public.forgotten (id serial primary key);
		insert into lizsync.local_keys values ('"Ville été"."L''arbre ""x"".y"')`)
	tree := `"Ville été"."L'arbre ""x"".y"`

	var told story
	result, err := initialize(t, db, &told, map[string]any{"ADD_SERVER_ID": false, "ADD_UID_COLUMNS": false, "ADD_AUDIT_TRIGGERS": false})
	require.NoError(t, err)
	assert.Equal(t, "", result["SERVER_ID"])
	assert.Equal(t, 0.0, result["NUMBER_READY"])
	assert.Contains(t, told.messages, tree+" still lacks its uid column and its audit triggers")
	assert.Contains(t, told.messages, `"Ville été".branch still lacks its audit triggers`)
	assert.Contains(t, told.warnings, "the database has no server id; ADD_SERVER_ID=true gives it one")

	told = story{}
	result, err = initialize(t, db, &told, map[string]any{"SCHEMAS": "Ville été"})
	require.NoError(t, err)
	id := db.Text(t, "select server_id from lizsync.server_metadata where server_name = 'central'")
	assert.Equal(t, map[string]any{
		"OUTPUT_STATUS":            1.0,
		"OUTPUT_STRING":            `2 of 2 tables are ready to be synchronised (1 uid columns added, 2 newly audited). Unsafe as they are, see the messages: "Ville été".branch.`,
		"SERVER_ID":                id,
		"NUMBER_TABLES":            2.0,
		"NUMBER_READY":             2.0,
		"NUMBER_UID_COLUMNS_ADDED": 1.0,
		"NUMBER_TABLES_AUDITED":    2.0,
		"NUMBER_UNSAFE_TABLES":     1.0,
	}, result)
	assert.Equal(t, []string{tree + ": uid column added, audited from now on", `"Ville été".branch: audited from now on`}, told.messages)
	require.Len(t, told.warnings, 1)
	assert.Contains(t, told.warnings[0], `unsafe: "Ville été".branch: its foreign key branch_tree_fkey references `+tree+` (id)`)
	assert.Contains(t, told.progress, 50.0)
	assert.Equal(t, "2 2", db.Text(t, `select count(distinct uid) || ' ' || count(uid) from `+tree))
	db.Exec(t, "update "+tree+" set name = 'chêne' where id = 1")
	assert.Equal(t, "1", db.Text(t, "select count(*) from audit.logged_actions where uid is not null"))

	told = story{}
	result, err = initialize(t, db, &told, nil)
	require.NoError(t, err)
	assert.Equal(t, id, result["SERVER_ID"], "an identity is kept")
	assert.Equal(t, 1.0, result["NUMBER_UID_COLUMNS_ADDED"], "of the other schema")
	assert.Equal(t, 1.0, result["NUMBER_UNSAFE_TABLES"])
	assert.Contains(t, told.messages, "the schema public is left out unless SCHEMAS names it; its tables are: public.forgotten")
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_trigger where tgrelid = 'public.forgotten'::regclass"))

	told = story{}
	result, err = initialize(t, db, &told, map[string]any{"SCHEMAS": "public"})
	require.NoError(t, err)
	assert.Equal(t, 1.0, result["NUMBER_TABLES"])
	assert.Equal(t, []string{"the database has its server id already; it is kept", "public.forgotten: uid column added, audited from now on"}, told.messages)
}

func TestTableInPublicOfWhoeverMayNotCreateThereIsLeftWithTheCommand(t *testing.T) {
	t.Parallel()
	db, owner := pgtest.Database(t), pgtest.Role(t)
	db.Exec(t, fmt.Sprintf(`
		create table public.tree (name text); alter table public.tree owner to %s;
		grant create on database %s to %[1]s; revoke create on schema public from public`, owner.Name, db.Name))
	asOwner := &pgtest.DB{Server: db.Server, Name: db.Name, URL: db.As(t, owner)}
	install(t, asOwner)
	_, err := initialize(t, asOwner, &story{}, map[string]any{"SCHEMAS": "public"})
	require.ErrorContains(t, err, "public.tree: permission denied for schema public")
	assert.Contains(t, hint(t, err), "ask the owner of the schema, or an administrator, for: GRANT CREATE ON SCHEMA public TO "+owner.Name)
	db.Exec(t, "grant create on schema public to "+owner.Name)
	result, err := initialize(t, asOwner, &story{}, map[string]any{"SCHEMAS": "public"})
	require.NoError(t, err)
	assert.Equal(t, 1.0, result["NUMBER_READY"])
}

func TestPrepareWarnsOfReferencesThatNobodyDeclared(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `
		create schema city;
		create table city.site (id serial primary key); insert into city.site select from generate_series(1, 3);
		create table city.visit (id serial primary key, site_id integer, place integer); insert into city.visit (site_id) values (3);
		create view city."on site" as select v.id from city.visit v join city.site s on s.id = v.place;
		insert into lizsync.local_keys values ('city.site')`)
	var told story
	result, err := initialize(t, db, &told, nil)
	require.NoError(t, err)
	assert.Equal(t, 0.0, result["NUMBER_UNSAFE_TABLES"])
	const rest = `, which each database gives on its own: a row that a clone makes may belong to another row of city.site on central. ` +
		`Remedy: run initialize_central_database with SERIAL_KEYS=shared, which lets the numbers be the same everywhere`
	assert.Equal(t, []string{
		`city.visit: its column place holds the numbers of city.site.id (the view city."on site")` + rest,
		`city.visit: its column site_id holds the numbers of city.site.id (the name and the values of the column)` + rest,
	}, told.warnings)
}

func TestPrepareStopsBetweenTablesWhenCancelled(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `create schema city; create table city.a (name text); create table city.b (name text)`)
	ctx, cancel := context.WithCancel(t.Context())
	told := story{told: func(text string) {
		if strings.HasPrefix(text, "city.a: ") {
			cancel()
		}
	}}
	input := map[string]any{"CONNECTION_NAME_CENTRAL": db.URL, "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true}
	_, err := run(ctx, t, "initialize_central_database", input, &told)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "city.a", db.Text(t, "select string_agg(tgrelid::regclass::text, ' ') from pg_trigger where tgname = '00_audit_trigger_row'"))
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_attribute where attrelid = 'city.b'::regclass and attname = 'uid'"))
}

func TestPrepareByARoleWithoutRightsSaysWhatToDo(t *testing.T) {
	t.Parallel()
	db := structured(t)
	role := db.Role(t)
	_, err := run(t.Context(), t, "initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": db.As(t, role)}, &story{})
	require.EqualError(t, err, fmt.Sprintf("the role %s may not use LizSync in the database %s", role.Name, db.Name))
	assert.Contains(t, hint(t, err), "connect with the role that installed it")
}

func TestBigTableIsAnnouncedByWhoeverOnlyLooks(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, `
		create schema city; create table city.tree (name text); insert into city.tree select 'oak' from generate_series(1, 150000);
		create table city.wall (name text); analyze city.tree, city.wall`)
	var told story
	_, err := initialize(t, db, &told, map[string]any{"ADD_UID_COLUMNS": false, "ADD_AUDIT_TRIGGERS": false})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(told.messages), 3)
	assert.Equal(t, "city.tree still lacks its uid column and its audit triggers", told.messages[0])
	assert.Regexp(t, `^city.tree has about 150,000 rows and takes .* kB; its uid column is added while people read and edit it, which takes about \d+ s$`, told.messages[1])
	assert.Equal(t, "city.wall still lacks its uid column and its audit triggers", told.messages[2])
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_attribute where attrelid = 'city.tree'::regclass and attname = 'uid'"))

	told = story{}
	result, err := initialize(t, db, &told, nil)
	require.NoError(t, err)
	assert.Equal(t, 2.0, result["NUMBER_READY"])
	assert.True(t, slices.ContainsFunc(told.progress, func(p float64) bool { return p > 0 && p < 50 }), "it tells how far it is within a table")
}
