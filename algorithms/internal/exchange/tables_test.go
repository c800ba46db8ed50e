package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

func TestADifferenceOfStructureStopsBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		for i, c := range []struct{ onCentral, onClone, undo, want string }{
			{"alter table city.tree alter z type bigint", "", "alter table city.tree alter z type integer", `"city"."tree".z is bigint on central and integer on the clone`},
			{"", "alter table city.tree add \"Été\" text", "alter table city.tree drop \"Été\"", `"city"."tree"."Été" is absent on central and text on the clone`},
			{"alter table city.street rename name to title", "", "alter table city.street rename title to name", `"city"."street".title is text on central and absent on the clone`},
		} {
			set(t, clone.DB, "a", fmt.Sprintf("x = %d", i+1))
			set(t, central.DB, "b", fmt.Sprintf("x = %d", i+1))
			central.Exec(t, c.onCentral)
			clone.Exec(t, c.onClone)
			_, err := clone.Sync(t, via)
			require.ErrorContains(t, err, "the structures differ: ")
			require.ErrorContains(t, err, c.want)
			trees(t, "a", fmt.Sprintf("%d 0 0", i), central.DB)
			trees(t, "b", fmt.Sprintf("%d 0 0", i), clone.DB)
			if c.onCentral != "" {
				central.Exec(t, c.undo)
			} else {
				clone.Exec(t, c.undo)
			}
			require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
		}
	})
}

// What was edited before has the old columns: an insert lacks the new one, whose value is in the row alone.
func TestAColumnThatIsAddedOnBothSidesHasItsDefaultOnBoth(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		for _, null := range []string{"", "not null"} {
			central := city(t, "")
			clone, other := central.Clone(t), central.Clone(t)
			clone.Exec(t, "insert into city.tree (name, x) values ('e', 1)")
			central.Exec(t, "insert into city.tree (name, x) values ('f', 2)")
			set(t, central.DB, "a", "x = 3")
			for _, db := range []*pgtest.DB{central.DB, clone.DB, other.DB} {
				db.Exec(t, "alter table city.tree add state text "+null+" default 'good'")
			}
			require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2}, clone.MustSync(t, via))
			require.Equal(t, 3, other.MustSync(t, via).ReplayedToClone)
			require.Zero(t, clone.MustSync(t, via))
			clonetest.RequireEqual(t, central, clone, other)
			require.Equal(t, "6", central.Text(t, "select count(*) from city.tree where state = 'good'"))
			require.Empty(t, conflicts(t, central))
		}
	})
}

// By a subtransaction, whose id no snapshot lists, of a transaction that was open when the clone synchronised.
func TestAColumnThatIsAddedInASavepointHasItsDefaultOnBoth(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	migration, watch := begin(t, central.DB), central.Conn(t)
	execute(t, migration, "insert into city.tree (name) values ('e')")
	execute(t, migration, "savepoint s")
	execute(t, migration, "alter table city.tree add state text default 'good'")
	central.Exec(t, "update city.street set name = name || '!'")
	done := start(t, clone, via)
	blocked(t, watch, migration)
	execute(t, migration, "commit")
	require.NoError(t, (<-done).err)
	clone.Exec(t, "alter table city.tree add state text default 'good'")
	clone.MustSync(t, via)
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// What is added to an insert must not make a batch longer than the log says: a later edit is sent as such.
func TestAnInsertFromBeforeAColumnDoesNotTakeItsPhotosAlong(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	clone.Exec(t, "insert into city.tree (name) select 'n' || n from generate_series(1, 60) as n")
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		db.Exec(t, "alter table city.tree add photo text")
	}
	clone.Exec(t, "update city.tree set photo = repeat('x', 100000) where name like 'n%'")
	require.Equal(t, "t", clone.Text(t, `
		select octet_length(lizsync.outgoing_batch(pg_current_snapshot(), 0, max(event_id))) < 100000 from audit.logged_actions where action = 'I'`))
	require.Equal(t, 60, clone.MustSync(t, via).ReplayedToCentral)
	clone.MustSync(t, via)
	clonetest.RequireEqual(t, central, clone)
}

// Such a row goes whole, and is not written down again each time.
func TestARowFromBeforeAColumnThatTheCloneRefusesIsGivenOnce(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, "insert into city.tree (name, badge) values ('e', 50)")
	clone.Exec(t, "insert into city.tree (name, badge) values ('f', 50)")
	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		db.Exec(t, "alter table city.tree add state text default 'good'")
	}
	for range 3 {
		require.Equal(t, 2, clone.MustSync(t, via).Pending)
		require.Equal(t, "2", events(t, central))
	}
	set(t, central.DB, "e", "badge = 51")
	clone.MustSync(t, via)
	clone.MustSync(t, via)
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// Nobody can tell a column that was renamed from one that was dropped and another that was added.
func TestEditsOfAColumnThatIsRenamedOnBothSidesAreConflicts(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone, other := central.Clone(t), central.Clone(t)
		set(t, clone.DB, "a", "x = 1, y = 1")
		set(t, clone.DB, "b", "x = 2, badge = 30")
		set(t, central.DB, "b", "x = 3")
		set(t, central.DB, "c", "x = 4")
		set(t, central.DB, "d", "badge = 30") // so that b is held
		for _, db := range []*pgtest.DB{central.DB, clone.DB, other.DB} {
			db.Exec(t, "alter table city.tree rename x to height")
		}
		require.Equal(t, 2, clone.MustSync(t, via).Pending)
		require.Equal(t, []string{"a.x: clone 1, central nothing: clone rejected, column no longer exists"}, conflicts(t, central))
		set(t, clone.DB, "b", "badge = 31")
		clone.MustSync(t, via)
		require.Equal(t, []string{
			"a.x: clone 1, central nothing: clone rejected, column no longer exists",
			"b.x: clone 2, central nothing: clone rejected, column no longer exists",
		}, conflicts(t, central))
		clone.MustSync(t, via)
		other.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone, other)
		require.Equal(t, "0 3 4 0", central.Text(t, "select string_agg(height::text, ' ' order by name) from city.tree"))
	})
}

// A trigger's writes are recorded before the rows of the statement that fired it which come later.
func TestWhatATriggerHasOverwrittenIsNotRecordedAfterIt(t *testing.T) {
	t.Parallel()
	const after = `
		create function city.after_tree() returns trigger language plpgsql as $$ begin %s; return null; end $$;
		create trigger after_tree after insert or update on city.tree for each row execute function city.after_tree()`
	for _, c := range []struct{ trigger, edit, want string }{
		// There is one main tree.
		{"if new.x = 1 then update city.tree set x = 0 where uid <> new.uid and x = 1; end if", "update city.tree set x = 1 where name in ('a', 'b')", "a 0,b 0,c 0,d 0"},
		{"if pg_trigger_depth() = 1 then update city.tree set x = x + 1 where uid <> new.uid; end if", "update city.tree set x = 10", "a 13,b 13,c 13,d 13"},
		{"if new.x = 1 then update city.tree set x = 0 where uid <> new.uid and x = 1; end if", "insert into city.tree (name, x) values ('e', 1), ('f', 1)", "a 0,b 0,c 0,d 0,e 0,f 0"},
		{"if new.x = 1 then delete from city.tree where uid <> new.uid and x = 1; end if", "update city.tree set x = 1 where name in ('a', 'b')", "c 0,d 0"},
	} {
		central := city(t, "", fmt.Sprintf(after, c.trigger))
		clone, other := central.Clone(t), central.Clone(t)
		const trees = "select string_agg(name || ' ' || x, ',' order by name) from city.tree"
		central.Exec(t, c.edit)
		now := central.Text(t, trees)
		clone.MustSync(t, via)
		require.Equal(t, now, clone.Text(t, trees), c.edit)
		require.Equal(t, c.want, now)

		clone.Exec(t, strings.NewReplacer("1)", "3)", "x = 1", "x = 3").Replace(c.edit))
		clone.MustSync(t, via)
		other.MustSync(t, via)
		clone.MustSync(t, via)
		clonetest.RequireEqual(t, central, clone, other)
	}
}

// The row itself is not looked at where it may not be read, nor where several rows may have one uid: every edit is recorded then.
func TestATriggerHidesNoEditOfATableThatIsOnlyAudited(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"no uid":     "",
		"one uid":    "update city.bench set uid = (select uid from city.street limit 1)",
		"unreadable": "update city.bench set uid = gen_random_uuid(); revoke select on city.bench from %s",
		"hidden":     "update city.bench set uid = gen_random_uuid(); alter table city.bench enable row level security; create policy p on city.bench to %s using (true)",
	} {
		central := city(t, "")
		central.Exec(t, `
			create table city.bench (id integer primary key, uid uuid, x integer);
			insert into city.bench values (1, null, 0), (2, null, 0);
			create function city.after_bench() returns trigger language plpgsql as $$
			begin
				if pg_trigger_depth() = 1 then update city.bench set x = x + 1 where id <> new.id; end if;
				return null;
			end $$;
			create trigger after_bench after update on city.bench for each row execute function city.after_bench()`)
		editor, of := central.Role(t), central.Owner.Name
		central.Exec(t, fmt.Sprintf("grant select on city.bench to %s; grant usage on schema city to %[2]s; grant select, update on city.bench to %[2]s", of, editor.Name))
		if name == "hidden" {
			of = editor.Name
		}
		central.Exec(t, "alter table city.bench disable trigger after_bench; "+strings.ReplaceAll(change, "%s", of)+"; alter table city.bench enable trigger after_bench")
		central.Exec(t, "select audit.audit_table('city.bench')")
		conn := connect(t, central.As(t, editor))
		execute(t, conn, "update city.bench set x = 10 * id")
		require.NoError(t, conn.Close(t.Context()))
		require.Equal(t, "4", central.Text(t, "select count(*) from audit.logged_actions where table_name = 'bench'"), name)
	}
}

// Its events, and those of the clone, would be another table's.
func TestATableShowsThatWasMadeAgainIsRefused(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	central.Exec(t, fmt.Sprintf(`
		drop table city.tree;
		create table city.tree (
			id serial primary key, uid uuid not null unique default gen_random_uuid(), name text not null,
			x integer, y integer, z integer, badge integer unique, street uuid references city.street (uid)
		);
		select audit.audit_table('city.tree');
		grant select, insert, update, delete on city.tree to %s`, clone.Role.Name))
	_, err := clone.Sync(t, via)
	require.ErrorContains(t, err, `central has dropped or created again: "city"."tree"`)
	require.Equal(t, "1", clone.Text(t, "select count(*) from audit.logged_actions"))
}

func TestStructuresOfDifferentVersionsRefuseEachOther(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		for _, c := range []struct {
			newer *pgtest.DB
			want  string
		}{
			{central.DB, fmt.Sprintf("central has version 1000 of the LizSync structure and this clone version %d", sql.Current().Version())},
			{clone.DB, fmt.Sprintf("central has version %d of the LizSync structure and this clone version 1000", sql.Current().Version())},
		} {
			c.newer.Exec(t, "insert into lizsync.structure_version (version, description) values (1000, 'of tomorrow')")
			_, err := clone.Sync(t, via)
			require.ErrorContains(t, err, c.want)
			c.newer.Exec(t, "delete from lizsync.structure_version where version = 1000")
		}
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	})
}

func TestATruncateDeletesTheRowsEverywhere(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 1")
	other.Exec(t, "insert into city.tree (name) values ('e')")
	clone.Exec(t, "truncate city.tree")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 4, Conflicts: 1}, clone.MustSync(t, via))
	require.Equal(t, []string{"a: central rejected, delete wins"}, conflicts(t, central))
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 4}, other.MustSync(t, via))
	clone.MustSync(t, via)
	require.Equal(t, "e", clone.Text(t, "select string_agg(name, ' ') from city.tree"), "what the truncate has not seen stays")
	clonetest.RequireEqual(t, central, clone, other)
}

func TestAChangedUIDIsADeleteAndAnInsert(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	clone.Exec(t, "update city.tree set uid = gen_random_uuid(), x = 5 where name = 'a'")
	central.Exec(t, "update city.tree set uid = gen_random_uuid(), badge = null where name = 'b'")
	clone.MustSync(t, via)
	other.MustSync(t, via)
	clone.MustSync(t, via)
	require.Equal(t, "a b c d", central.Text(t, "select string_agg(name, ' ' order by name) from city.tree"))
	trees(t, "a", "5 0 0", central.DB, clone.DB, other.DB)
	clonetest.RequireEqual(t, central, clone, other)
}

// Keys of every kind, generated columns, and names that need quotes.
func TestTablesOfEveryKindOfKey(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema "Ville d'été.1";
			create table "Ville d'été.1"."Sérial ""x""" (id serial primary key, "Nom" text);
			create table "Ville d'été.1"."Identity" (id integer generated always as identity primary key, "Nom" text);
			create table "Ville d'été.1"."Numbered" (number integer generated always as identity, "Nom" text);
			create table "Ville d'été.1"."Natural" ("Code" text primary key, "Nom" text);
			create table "Ville d'été.1"."Composite" (a integer, b date, "Nom" text, primary key (a, b));
			create table "Ville d'été.1"."Uid" (uid uuid primary key default gen_random_uuid(), "Nom" text);
			create table "Ville d'été.1"."Generated" (code integer primary key, "Nom" text, twice integer generated always as (code * 2) stored);
			create table "Ville d'été.1"."Typed" (code integer primary key, "Nom" text, tags text[], at timestamptz, place public.geometry, doc jsonb, ratio float8, image bytea)`)
		clone, other := central.Clone(t, options...), central.Clone(t, options...)
		const quoted = `"Ville d'été.1".`
		for _, side := range []struct {
			name string
			exec func(string)
		}{
			{"ici", func(sql string) { clone.Exec(t, sql) }},
			{"là-bas", func(sql string) { central.Exec(t, sql) }},
		} {
			n := "1"
			if side.name == "ici" {
				n = "2"
			}
			for _, insert := range []string{
				`"Sérial ""x""" ("Nom") values ('%')`, `"Identity" ("Nom") values ('%')`, `"Numbered" ("Nom") values ('%')`, `"Natural" values ('c%', '%')`,
				`"Composite" values (` + n + `, '2026-01-01', '%')`, `"Uid" ("Nom") values ('%')`, `"Generated" values (` + n + `, '%')`,
				`"Typed" values (` + n + `, '%', array['a,b', null, '"{\}'], '2026-07-04 12:00:00.123456+02', public.st_setsrid(public.st_makepoint(0.1, 0.2, 0.3), 2154), '{"a": [1, null]}', 0.1::float8 + 0.2, '\x00ff')`,
			} {
				side.exec("insert into " + quoted + strings.ReplaceAll(insert, "%", side.name))
			}
		}
		require.Equal(t, exchange.Counts{ReplayedToCentral: 8, ReplayedToClone: 8}, clone.MustSync(t, via))
		require.Equal(t, exchange.Counts{ReplayedToClone: 16}, other.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone, other)
		require.Equal(t, "2", other.Text(t, `select count(*) from "Ville d'été.1"."Generated" where twice = code * 2`))
		require.Equal(t, "0.30000000000000004", other.Text(t, `select distinct ratio from "Ville d'été.1"."Typed"`))

		for _, table := range []string{`"Sérial ""x"""`, `"Identity"`, `"Numbered"`, `"Natural"`, `"Composite"`, `"Uid"`, `"Generated"`, `"Typed"`} {
			clone.Exec(t, "update "+quoted+table+` set "Nom" = "Nom" || ' changed' where "Nom" = 'ici'; delete from `+quoted+table+` where "Nom" = 'là-bas'`)
		}
		clone.Exec(t, `update "Ville d'été.1"."Natural" set "Code" = 'new'; update "Ville d'été.1"."Generated" set code = 50`)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 16}, clone.MustSync(t, via))
		require.Equal(t, exchange.Counts{ReplayedToClone: 16}, other.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone, other)
		require.Equal(t, "100", other.Text(t, `select twice from "Ville d'été.1"."Generated"`))
	})
}
