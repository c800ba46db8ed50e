package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// audited is a database with the structure, what a script makes in it, and its table city.tree audited with further
// arguments of audit_table.
func audited(t *testing.T, script string, arguments ...string) *pgtest.DB {
	t.Helper()
	db := pgtest.Database(t)
	conn := db.Conn(t)
	execute(t, conn, "begin; set local search_path = pg_catalog, public, pg_temp; set local check_function_bodies = off")
	for _, upgrade := range sql.Current().Upgrades {
		execute(t, conn, upgrade.Text)
	}
	for _, function := range sql.Current().Functions {
		execute(t, conn, function.Text)
	}
	execute(t, conn, "commit")
	db.Exec(t, "create schema city; "+script)
	db.Exec(t, fmt.Sprintf("select audit.audit_table(%s)", strings.Join(append([]string{"'city.tree'"}, arguments...), ", ")))
	return db
}

const tree = `create table city.tree (
	id serial primary key, uid uuid not null unique default gen_random_uuid(), name text, x integer, note text);`

func execute(t *testing.T, conn *pgx.Conn, script string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), script, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err, script)
}

// log lists the events, each as its action and a field of the fields written.
func log(t *testing.T, db *pgtest.DB, field string) []string {
	t.Helper()
	var lines []string
	for _, row := range db.Rows(t, `
		select concat_ws(' ', action, coalesce(changed_fields, row_data) operator(public.->) $1)
		from audit.logged_actions order by event_id`, field) {
		lines = append(lines, row[0])
	}
	return lines
}

func TestValuesDoNotDependOnTheSession(t *testing.T) {
	t.Parallel()
	db := audited(t, `
		create type city.kind as enum ('a', 'b');
		create table city.tree (
			name text, at timestamptz, day date, span interval, ratio double precision, image bytea,
			bounds daterange, days timestamptz[], kind city.kind, place public.geometry, price money);`)
	for i, setting := range []string{
		"datestyle = 'ISO, MDY'", "datestyle = 'SQL, DMY'", "datestyle = 'German'", "datestyle = 'Postgres, MDY'",
		"timezone = 'Asia/Tokyo'", "timezone = 'America/New_York'",
		"intervalstyle = 'iso_8601'", "intervalstyle = 'sql_standard'", "intervalstyle = 'postgres_verbose'",
		"extra_float_digits = -15", "extra_float_digits = 3", "bytea_output = 'escape'",
		"search_path = city, public", "search_path = ''", "lc_monetary = 'C'", "xmloption = 'document'", "lc_numeric = 'C'",
	} {
		conn := db.Conn(t)
		execute(t, conn, fmt.Sprintf(`
			set %s;
			insert into city.tree values (
				'%[2]d', '2026-07-04 12:00:00.123456+00'::timestamptz, make_date(2026, 2, 3), make_interval(years => 1, days => 2, hours => -3), 0.1::float8 + 0.2::float8,
				'\x00ff41'::bytea, daterange(make_date(2026, 2, 3), make_date(2026, 4, 5)), array['2026-07-04 12:00:00+00'::timestamptz], 'b',
				public.st_setsrid(public.st_makepoint(0.1, 0.2), 2154), 12.5::numeric::money);
			update city.tree set ratio = ratio + 1 where name = '%[2]d';
			delete from city.tree where name = '%[2]d'`, setting, i))
		require.NoError(t, conn.Close(t.Context()))
	}
	require.Equal(t, "3", db.Text(t, `
		select count(distinct (action, row_data operator(public.-) 'name'::text, changed_fields)) from audit.logged_actions`))
	require.Equal(t, "0.30000000000000004", db.Text(t, "select distinct row_data operator(public.->) 'ratio' from audit.logged_actions where action = 'I'"))
	require.Equal(t, "2026-07-04 12:00:00.123456+00", db.Text(t, "select distinct row_data operator(public.->) 'at' from audit.logged_actions"))
	require.Equal(t, "b", db.Text(t, "select distinct row_data operator(public.->) 'kind' from audit.logged_actions"))
}

func TestGeometriesKeepSRIDAndEveryCoordinate(t *testing.T) {
	t.Parallel()
	db := audited(t, "create table city.tree (name text, place public.geometry);")
	for name, geometry := range map[string]string{
		"Z":        "SRID=2154;POINT Z (770123.4567890123 6279123.000000001 12.3)",
		"M":        "SRID=4326;LINESTRING M (0.1 0.2 0.3, 1e-300 2 3)",
		"ZM":       "SRID=3857;POLYGON ZM ((0 0 1 2, 1 0 1 2, 1 1 1 2, 0 0 1 2))",
		"curve":    "SRID=2154;CIRCULARSTRING (0 0, 1 1, 2 0)",
		"empty":    "SRID=2154;POINT EMPTY",
		"many":     "SRID=2154;GEOMETRYCOLLECTION Z (POINT Z (1 2 3), LINESTRING Z (1 2 3, 4 5 6))",
		"infinite": "SRID=2154;POINT (1e308 -1e308)",
	} {
		db.Exec(t, "insert into city.tree values ($1, $2::text::public.geometry)", name, geometry)
	}
	require.Equal(t, "t", db.Text(t, `
		select bool_and(public.st_asewkb((l.row_data operator(public.->) 'place')::public.geometry) = public.st_asewkb(t.place)) and count(*) = 7
		from audit.logged_actions l join city.tree t on t.name = l.row_data operator(public.->) 'name'`))
}

func TestChangesOfIgnoredColumnsAloneAreNotRecorded(t *testing.T) {
	t.Parallel()
	db := audited(t, tree, "true", "false", "'{note,x}'")
	db.Exec(t, `
		insert into city.tree (name, x, note) values ('a', 1, 'n');
		update city.tree set x = 2;
		update city.tree set x = 3, note = 'm';
		update city.tree set name = name;
		update city.tree set name = 'b', x = 4`)
	require.Equal(t, []string{"I a", "U b"}, log(t, db, "name"))
}

func TestTheClientsStatementIsCutAndOffByDefault(t *testing.T) {
	t.Parallel()
	long := "insert into city.tree (name) values ('" + strings.Repeat("é", 5000) + "')"
	db := audited(t, tree)
	db.Exec(t, long)
	require.Equal(t, pgtest.Null, db.Text(t, "select client_query from audit.logged_actions"))
	db.Exec(t, "select audit.audit_table('city.tree', true, true)")
	db.Exec(t, long)
	require.Equal(t, string([]rune(long)[:1000]), db.Text(t, "select client_query from audit.logged_actions order by event_id desc limit 1"))
}

func TestUnchangedPhotosAreLeftOutOfAnUpdate(t *testing.T) {
	t.Parallel()
	db := audited(t, tree)
	db.Exec(t, `
		insert into city.tree (name, x, note) select 'a', 1, string_agg(md5(n::text), '') from generate_series(1, 500) as n;
		update city.tree set x = 2;
		update city.tree set note = 'short';
		update city.tree set x = 3`)
	require.Equal(t, [][]string{
		{"I", "t", "f"}, {"U", "f", "f"}, {"U", "t", "t"}, {"U", "t", "f"},
	}, db.Rows(t, "select action, row_data operator(public.?) 'note', coalesce(changed_fields operator(public.?) 'note', false) from audit.logged_actions order by event_id"))
	require.Equal(t, "16000", db.Text(t, "select length(row_data operator(public.->) 'note') from audit.logged_actions where changed_fields operator(public.?) 'note'"))
}

func TestTruncateIsTheDeleteOfEachRow(t *testing.T) {
	t.Parallel()
	db := audited(t, tree)
	db.Exec(t, "insert into city.tree (name) values ('a'), ('b'); truncate city.tree")
	require.Equal(t, []string{"I a", "I b", "D a", "D b"}, log(t, db, "name"))
	require.Equal(t, "2", db.Text(t, "select count(distinct uid) from audit.logged_actions where action = 'D'"))
	conn := db.Conn(t)
	execute(t, conn, "begin isolation level repeatable read")
	_, err := conn.Exec(t.Context(), "truncate city.tree")
	require.ErrorContains(t, err, "needs the isolation level READ COMMITTED")
}

func TestAChangedUIDIsADeleteAndAnInsert(t *testing.T) {
	t.Parallel()
	db := audited(t, tree)
	db.Exec(t, "insert into city.tree (name) values ('a'); update city.tree set uid = gen_random_uuid(), x = 5")
	require.Equal(t, []string{"I", "D", "I 5"}, log(t, db, "x"))
	require.Equal(t, "t", db.Text(t, "select e.uid = t.uid from audit.logged_actions e, city.tree t order by event_id desc limit 1"))
}

// What a trigger writes to the row that fired it comes after the change that fired it.
func TestNestedWritesReduceToTheRowAsItIs(t *testing.T) {
	t.Parallel()
	db := audited(t, tree+`
		create function city.after_tree() returns trigger language plpgsql as $$
		begin
			if new.x < 5 then
				update city.tree set x = x + 1, note = 'from ' || new.x where id = new.id;
			end if;
			return null;
		end $$;
		create trigger "10 climb" after insert or update on city.tree for each row execute function city.after_tree();
		create trigger a_climb after update of name on city.tree for each row execute function city.after_tree()`)
	db.Exec(t, "insert into city.tree (name, x) values ('a', 1)")
	db.Exec(t, "update city.tree set x = 3, name = 'b'")
	require.Equal(t, "t", db.Text(t, `
		select lizsync.net_fields(coalesce(changed_fields, row_data) order by event_id) operator(public.=) public.hstore((select t from city.tree t))
		from audit.logged_actions`))
	require.Equal(t, "6", db.Text(t, "select x from city.tree"), "both triggers saw less than 5")
}

func TestViewsAreAuditedWhereTheyHaveTriggersOfTheirOwn(t *testing.T) {
	t.Parallel()
	db := audited(t, tree+`
		create view city.plain as select id, name from city.tree;
		create view city.shown as select id, upper(name) as label from city.tree;
		create function city.write_shown() returns trigger language plpgsql as $$
		begin
			if tg_op = 'DELETE' then
				delete from city.tree where id = old.id;
				return old;
			elsif tg_op = 'INSERT' then
				insert into city.tree (name) values (lower(new.label)) returning id into new.id;
			else
				update city.tree set name = lower(new.label) where id = old.id;
			end if;
			return new;
		end $$;
		create trigger "10_write" instead of insert or update or delete on city.shown for each row execute function city.write_shown()`)
	conn := db.Conn(t)
	_, err := conn.Exec(t.Context(), "select audit.audit_view('city.plain', '{id}'::text[])")
	require.ErrorContains(t, err, "has no INSTEAD OF trigger of its own")
	db.Exec(t, "update city.plain set name = name") // it goes on being writable

	for range 2 { // again does no harm
		db.Exec(t, "select audit.audit_view('city.shown', '{id}'::text[])")
	}
	db.Exec(t, "insert into city.shown (label) values ('OAK'); update city.shown set label = 'ELM'; delete from city.shown")
	require.Equal(t, "0", db.Text(t, "select count(*) from city.tree"))
	require.Equal(t, [][]string{{"I"}, {"U"}, {"D"}}, db.Rows(t, "select action from audit.logged_actions where table_name = 'shown' order by event_id"))
	require.Equal(t, "3", db.Text(t, "select count(*) from audit.logged_actions where table_name = 'tree'"))
	require.Equal(t, "id", db.Text(t, "select uid_column from audit.logged_relations where relation_name = 'city.shown'"))
}

func TestAnEventIsReplayed(t *testing.T) {
	t.Parallel()
	db := audited(t, tree)
	db.Exec(t, `
		insert into city.tree (name, x) values ('a', 1);
		update city.tree set x = 2;
		update city.tree set x = 3;
		delete from city.tree`)
	for event, want := range []string{"a 1", "a 2", "a 3", ""} {
		db.Exec(t, "select audit.replay_event((select min(event_id) + $1::text::bigint from audit.logged_actions))", fmt.Sprint(event))
		require.Equal(t, want, db.Text(t, "select coalesce((select name || ' ' || x from city.tree), '')"))
	}
	conn := db.Conn(t)
	_, err := conn.Exec(t.Context(), "select audit.replay_event((select min(event_id) + 1 from audit.logged_actions))")
	require.ErrorContains(t, err, "its row is not in")
}

func TestAnEventIsUndoneUnlessItsRowWasEditedSince(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{
		"with uid":      tree,
		"with key only": `create table city.tree ("Na me" text primary key, name text, x integer, note text)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			insert := "insert into city.tree (name, x) values ('a', 1)"
			if name == "with key only" {
				insert = `insert into city.tree ("Na me", name, x) values ('key', 'a', 1)`
			}
			db := audited(t, table)
			db.Exec(t, insert+"; update city.tree set x = 2; update city.tree set note = 'n'; delete from city.tree")
			undo := func(event string) error {
				conn := db.Conn(t)
				_, err := conn.Exec(t.Context(), "select audit.rollback_event((select min(event_id) from audit.logged_actions) + $1::text::bigint)", event)
				return err
			}
			require.ErrorContains(t, undo("1"), "its row was edited again")
			require.NoError(t, undo("3"))
			require.Equal(t, "a 2 n", db.Text(t, "select concat_ws(' ', name, x, note) from city.tree"))
			require.ErrorContains(t, undo("2"), "its row was edited again", "the undoing is an edit")
			require.ErrorContains(t, undo("1000"), "there is no event")

			db.Exec(t, "delete from audit.logged_actions; update city.tree set x = 7")
			require.NoError(t, undo("0"))
			require.Equal(t, "a 2 n", db.Text(t, "select concat_ws(' ', name, x, note) from city.tree"))
		})
	}
}

func TestATableThatIsAuditedIsNotLockedByAuditingItAgain(t *testing.T) {
	t.Parallel()
	db := audited(t, tree, "true", "true", "'{note}'")
	db.Exec(t, "insert into city.tree (name) values ('a')")
	editor, second := db.Conn(t), db.Conn(t)
	execute(t, editor, "begin; update city.tree set x = 1; lock table city.tree in share row exclusive mode")
	execute(t, second, "set lock_timeout = '1s'; select audit.audit_table('city.tree', true, true, '{note}')")
	_, err := second.Exec(t.Context(), "select audit.audit_table('city.tree')")
	require.ErrorContains(t, err, "lock timeout", "with other arguments the triggers are made anew")
	execute(t, editor, "commit")
	execute(t, second, "select audit.audit_table('city.tree')")
	db.Exec(t, "update city.tree set note = 'n'; select audit.audit_table('city.tree', false); update city.tree set note = 'm'")
	require.Equal(t, []string{"I", "U", "U n"}, log(t, db, "note"))
	require.Equal(t, "0", db.Text(t, "select count(*) from audit.logged_relations"))
}

// Rule 14 of the protocol. An ordinary user may set any of these.
func TestAUserWhoSetsSessionVariablesIsStillAudited(t *testing.T) {
	t.Parallel()
	db := audited(t, tree+"insert into city.tree (name) values ('a')")
	user := pgtest.Role(t)
	db.Exec(t, fmt.Sprintf("grant usage on schema city to %[1]s; grant select, update, insert, delete on city.tree to %[1]s; grant usage on sequence city.tree_id_seq to %[1]s", user.Name))
	conn, err := pgx.Connect(t.Context(), db.As(t, user))
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	settings := db.Rows(t, `
		select distinct m[1] from pg_proc p, regexp_matches(p.prosrc, '(?:current_setting|set_config)\(''((?:lizsync|audit)\.\w+)''', 'g') as m
		where p.pronamespace in ('audit'::regnamespace, 'lizsync'::regnamespace)`)
	for _, setting := range append(settings, []string{"lizsync.replaying"}, []string{"lizsync.anything"}, []string{"audit.off"}) {
		for _, value := range []string{"on", "off", "1", "true", ""} {
			execute(t, conn, fmt.Sprintf("set %s = '%s'; begin; update city.tree set x = coalesce(x, 0) + 1; commit", setting[0], value))
		}
	}
	_, err = conn.Exec(t.Context(), "set session_replication_role = 'replica'")
	require.ErrorContains(t, err, "permission denied")
	require.Equal(t, db.Text(t, "select x from city.tree"), db.Text(t, "select count(*) from audit.logged_actions"))
	require.Equal(t, user.Name, db.Text(t, "select distinct session_user_name from audit.logged_actions"))
	_, err = conn.Exec(t.Context(), "select from audit.logged_actions")
	require.ErrorContains(t, err, "permission denied")
}

// byStatement has what a session writes to city.tree recorded by statement, as an exchange has.
const byStatement = "select set_config((lizsync.audit_arguments('city.tree'))[4], 'on', false);"

func TestAStatementIsRecordedAsItsRowsAre(t *testing.T) {
	t.Parallel()
	db := audited(t, tree, "true", "true", "'{note}'")
	script := `
		set datestyle = 'German'; set timezone = 'Asia/Tokyo';
		insert into city.tree (name, x, note) select n::text, n, repeat('long', 5000) from generate_series(1, 5) as n;
		update city.tree set x = x + 1 where x > 3;
		update city.tree set note = 'ignored' where x = 1;
		update city.tree set note = 'short', name = 'seven' where x = 5;
		update city.tree set name = name;
		update city.tree set uid = md5(x::text)::uuid, x = -x where x < 3;
		delete from city.tree;`
	var events [2][][]string
	for i, prefix := range []string{"select", byStatement} {
		db.Exec(t, "truncate audit.logged_actions; alter sequence city.tree_id_seq restart")
		conn := db.Conn(t)
		execute(t, conn, prefix)
		execute(t, conn, script)
		events[i] = db.Rows(t, `
			select action, row_data operator(public.->) 'name', md5((row_data operator(public.-) 'uid'::text)::text), changed_fields operator(public.-) 'uid'::text,
				client_query, uid = (row_data operator(public.->) 'uid')::uuid
			from audit.logged_actions order by 1, 2, 3, 4`)
	}
	require.Len(t, events[0], 17)
	require.Equal(t, events[0], events[1])
}

// Rule 14 of the protocol. The setting that an exchange sets is no way round the audit, however it is set.
// What does not come from a client is an edit as well: else it would be on one database alone for ever.
func TestWhatIsReplicatedOrLoadedIsRecorded(t *testing.T) {
	t.Parallel()
	db := audited(t, tree)
	db.Exec(t, "set session_replication_role = replica; insert into city.tree (name) values ('loaded'); update city.tree set x = 1; delete from city.tree")
	require.Equal(t, []string{"I loaded", "U", "D loaded"}, log(t, db, "name"))

	publisher := pgtest.Database(t)
	publisher.Exec(t, "create schema city; "+tree+"insert into city.tree (name) values ('before'); create publication trees for table city.tree")
	slot := publisher.Name
	require.Equal(t, slot, publisher.Text(t, "select slot_name from pg_create_logical_replication_slot($1, 'pgoutput')", slot))
	// In one cluster the subscription cannot make the slot itself.
	db.Exec(t, fmt.Sprintf("create subscription trees connection '%s' publication trees with (create_slot = false, slot_name = '%s')", publisher.URL, slot))
	defer db.Exec(t, "alter subscription trees disable; alter subscription trees set (slot_name = none); drop subscription trees")
	defer pgtest.WaitFor(t, db.Conn(t), "select not active from pg_replication_slots where slot_name = $1", slot)
	defer db.Exec(t, "alter subscription trees disable")
	pgtest.WaitFor(t, db.Conn(t), "select srsubstate = 'r' from pg_subscription_rel") // the table was copied
	require.Equal(t, "subscription warning", db.Text(t, "select string_agg(concat_ws(' ', problem, severity), ',') from lizsync.unsafe_tables(array['city'])"))
	publisher.Exec(t, "insert into city.tree (name) values ('replicated')")
	publisher.Exec(t, "update city.tree set x = 2 where name = 'replicated'; delete from city.tree where name = 'before'; truncate city.tree")
	pgtest.WaitFor(t, db.Conn(t), "select not exists (select from city.tree) and count(*) >= 8 from audit.logged_actions")
	require.Equal(t, []string{"I loaded", "U", "D loaded", "I before", "I replicated", "U", "D before", "D replicated"}, log(t, db, "name"))
}

func TestNobodyEscapesBothRowAndStatement(t *testing.T) {
	t.Parallel()
	db := audited(t, tree+"insert into city.tree (name, x) select 'a', n from generate_series(1, 3) as n;")
	setting := db.Text(t, "select (lizsync.audit_arguments('city.tree'))[4]")
	edit := "update city.tree set x = x + 1"
	// The setting changes after the first, the second or the last row.
	flip := func(value string) string {
		return fmt.Sprintf("update city.tree set x = x + length(set_config('%s', '%s', false)) - %d + 1 where id >= %%d", setting, value, len(value))
	}
	for _, script := range []string{
		edit,
		"set %[1]s = 'on'; " + edit,
		"set %[1]s = 'on'; set %[1]s = ''; " + edit,
		"set %[1]s = 'on'; reset %[1]s; " + edit,
		"set %[1]s = 'on'; reset all; " + edit,
		"set %[1]s = 'on'; discard all; " + edit,
		"begin; set local %[1]s = 'on'; rollback; " + edit,
		"begin; savepoint a; set %[1]s = 'on'; rollback to a; " + edit + "; commit",
		"begin; set local %[1]s = 'on'; " + edit + "; set local %[1]s = ''; " + edit + "; commit; " + edit,
		fmt.Sprintf(flip("on"), 1),
		"set %[1]s = 'on'; " + fmt.Sprintf(flip(""), 1),
	} {
		db.Exec(t, "delete from audit.logged_actions")
		before := db.Rows(t, "select uid, x from city.tree order by uid")
		conn := db.Conn(t)
		if strings.Contains(script, "%[1]s") {
			script = fmt.Sprintf(script, setting)
		}
		for statement := range strings.SplitSeq(script, "; ") {
			execute(t, conn, statement)
		}
		require.NotEqual(t, before, db.Rows(t, "select uid, x from city.tree order by uid"), script)
		require.Equal(t, "3", db.Text(t, `
			with last as (
				select distinct on (uid) uid, changed_fields operator(public.->) 'x' as x from audit.logged_actions order by uid, event_id desc
			), first as (
				select distinct on (uid) uid, row_data operator(public.->) 'x' as x from audit.logged_actions order by uid, event_id
			)
			select count(*)
			from city.tree t
			join last l on l.uid = t.uid and l.x = t.x::text
			join first f on f.uid = t.uid and f.x <> l.x`), script)
	}

	conn := db.Conn(t)
	execute(t, conn, byStatement)
	db.Exec(t, `
		create function city.after_tree() returns trigger language plpgsql as $$ begin return null; end $$;
		create trigger after_tree after update on city.tree for each row execute function city.after_tree()`)
	_, err := conn.Exec(t.Context(), edit)
	require.ErrorContains(t, err, "the table has got a trigger since it synchronised")
	db.Exec(t, edit)
}
