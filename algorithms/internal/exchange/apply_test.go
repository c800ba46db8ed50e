package exchange_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
)

// asEach runs a test for both ways to keep triggers from running on a clone: the owner of the tables disables them, a
// superuser or an owner who may sets the replica role.
func asEach(t *testing.T, test func(t *testing.T, options ...clonetest.Option)) {
	t.Helper()
	for name, options := range map[string][]clonetest.Option{
		"owner": nil, "owner with the replica role": {clonetest.ReplicaRoleOnClone}, "superuser": {clonetest.SuperuserOnClone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, options...)
		})
	}
}

// Rule 11.
func TestAnEditMadeDuringTheSynchronisationIsNotOverwritten(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "x = 9, z = 9")
		set(t, central.DB, "b", "x = 9")
		counts, err := during(t, clone, via, func() { set(t, clone.DB, "a", "x = 3") })
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 1}, counts)
		trees(t, "a", "3 0 0", clone.DB)
		trees(t, "b", "9 0 0", clone.DB)

		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1, Conflicts: 1}, clone.MustSync(t, via))
		trees(t, "a", "3 0 9", central.DB, clone.DB)
		require.Equal(t, []string{"a.x: clone 3, central 9: central rejected, last edit wins"}, conflicts(t, central))
		require.Zero(t, clone.MustSync(t, via))
	})
}

// Rule 11. Central confirms what was sent, and no more.
func TestAnEditMadeDuringTheSynchronisationIsNotForgotten(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		counts, err := during(t, clone, via, func() {
			set(t, clone.DB, "a", "y = 2")
			set(t, clone.DB, "b", "x = 2")
			set(t, central.DB, "c", "x = 3") // after the exchange's snapshot
		})
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, counts)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 2 0", central.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 11. The tree cannot come to central, whose street is gone; the street cannot go from the clone, whose tree is there.
func TestAReplayedDeleteTakesNoRowsAlong(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"on delete cascade", "on delete set null"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			asEach(t, func(t *testing.T, options ...clonetest.Option) {
				central := city(t, action)
				clone := central.Clone(t, options...)
				central.Exec(t, "delete from city.street where name = 'Quiet Lane'")
				clone.Exec(t, "insert into city.tree (name, x, street) select 'e', 1, uid from city.street where name = 'Quiet Lane'")
				set(t, clone.DB, "a", "x = 1")
				require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 2}, clone.MustSync(t, via))
				require.Equal(t, []string{`city.street refused by clone`, "e refused by central"}, pending(t, clone.DB))
				require.Equal(t, "Quiet Lane", clone.Text(t, "select s.name from city.tree t join city.street s on s.uid = t.street where t.name = 'e'"))

				clone.Exec(t, "update city.tree set street = (select uid from city.street where name = 'Park Road') where name = 'e'")
				require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
				require.Zero(t, clone.MustSync(t, via))
				clonetest.RequireEqual(t, central, clone)
			})
		})
	}
}

// Nor does a key that is renamed: a foreign key would change rows that the clone alone has, and nobody would have edited them.
func TestARenamedKeyTakesNoRowsAlong(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create table city.kind (code text primary key);
			create table city.bench (name text not null, kind text references city.kind (code) on update cascade);
			insert into city.kind values ('k'), ('m');
			insert into city.bench values ('old', 'm')`)
		clone := central.Clone(t, options...)
		central.Exec(t, "update city.kind set code = 'm2' where code = 'm'")
		require.Equal(t, exchange.Counts{ReplayedToClone: 2}, clone.MustSync(t, via))
		clone.Exec(t, "insert into city.bench values ('new', 'k')")
		central.Exec(t, "update city.kind set code = 'k2' where code = 'k'")
		require.Equal(t, 2, clone.MustSync(t, via).Pending, "the bench has no kind on central; the kind has a bench here")
		const benches = "select string_agg(name || ' ' || coalesce(kind, '-'), ',' order by name) from city.bench"
		require.Equal(t, "new k,old m2", clone.Text(t, benches))

		central.Exec(t, "insert into city.kind values ('k')")
		clone.MustSync(t, via)
		clone.MustSync(t, via)
		require.Equal(t, "new k,old m2", clone.Text(t, benches))
		require.Equal(t, "new k,old m2", central.Text(t, benches))
		clone.Exec(t, "update city.bench set kind = null where name = 'new'")
		clone.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// A child that somebody inserts while its parent's delete waits for him keeps its parent.
func TestAReplayedDeleteLeavesNoChildInsertedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "on delete cascade", "on delete set null"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			asEach(t, func(t *testing.T, options ...clonetest.Option) {
				central := city(t, action)
				clone := central.Clone(t, options...)
				central.Exec(t, "delete from city.street where name = 'Quiet Lane'")
				editor, watch := begin(t, clone.DB), clone.DB.Conn(t)
				execute(t, editor, "insert into city.tree (name, street) select 'e', uid from city.street where name = 'Quiet Lane'")
				done := start(t, clone, via)
				blocked(t, watch, editor)
				execute(t, editor, "commit")
				end := <-done
				require.NoError(t, end.err)
				require.Equal(t, []string{"city.street refused by clone"}, pending(t, clone.DB))
				require.Equal(t, "Quiet Lane", clone.Text(t, "select s.name from city.tree t join city.street s on s.uid = t.street where t.name = 'e'"))
			})
		})
	}
}

// A row does not arrive whose parent somebody is deleting.
func TestAReplayedChildOutlivesNoParentDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := city(t, "")
		clone := central.Clone(t, options...)
		central.Exec(t, "insert into city.tree (name, street) select 'e', uid from city.street where name = 'Quiet Lane'")
		set(t, central.DB, "a", "x = 1")
		editor := begin(t, clone.DB)
		execute(t, editor, "delete from city.street where name = 'Quiet Lane'")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 1}, clone.MustSync(t, via))
		execute(t, editor, "commit")
		trees(t, "a", "1 0 0", clone.DB)
		trees(t, "e", "", clone.DB)
		clone.MustSync(t, via)
		require.Equal(t, "0", clone.Text(t, "select count(*) from city.tree t left join city.street s on s.uid = t.street where t.street is not null and s.uid is null"))
	})
}

// A constraint that the clone alone has stands for whatever makes it refuse a row.
func TestNoConstraintIsLeftBrokenOnTheClone(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := city(t, "")
		clone := central.Clone(t, options...)
		clone.Exec(t, `
			alter table city.street add constraint no_new_street check (name <> 'New Street');
			create unique index one_nine on city.tree (x) where x = 9`)
		central.Exec(t, `
			insert into city.street (name) values ('New Street'), ('Newer Street');
			insert into city.tree (name, street) select 'e', uid from city.street where name = 'New Street';
			insert into city.tree (name, street) select 'f', uid from city.street where name = 'Newer Street';
			update city.tree set x = 9 where name in ('a', 'b');
			update city.tree set y = 1 where name = 'c'`)
		counts := clone.MustSync(t, via)
		require.Equal(t, 3, counts.Pending, "%v", pending(t, clone.DB))
		require.Equal(t, 4, counts.ReplayedToClone)
		trees(t, "e", "", clone.DB)
		trees(t, "f", "- - -", clone.DB)
		require.Equal(t, "0", clone.Text(t, "select count(*) from city.tree t left join city.street s on s.uid = t.street where t.street is not null and s.uid is null"))
		require.Equal(t, "1", clone.Text(t, "select count(*) from city.tree where x = 9"))
		for _, reason := range []string{"no_new_street", "tree_street_fkey", "one_nine"} {
			require.Contains(t, clone.Text(t, "select string_agg(error, ' ') from lizsync.pending_changes"), reason)
		}

		clone.Exec(t, "alter table city.street drop constraint no_new_street; drop index city.one_nine")
		require.Equal(t, exchange.Counts{ReplayedToClone: 3}, clone.MustSync(t, via))
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

func TestTriggersOfTheCloneDoNotRunOnReplayedRows(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := city(t, "")
		clone := central.Clone(t, options...)
		clone.Exec(t, before("insert or update", "new.z := 99; return new;"))
		clone.Exec(t, `
			create function city.rename_streets() returns trigger language plpgsql as $$ begin update city.street set name = 'touched'; return null; end $$;
			create trigger rename_streets after update on city.tree execute function city.rename_streets();
			alter table city.tree disable trigger rename_streets;
			create trigger rename_streets_too after update on city.tree execute function city.rename_streets();
			create trigger always before insert or update on city.tree for each row execute function city.before_tree();
			alter table city.tree enable always trigger always;
			create trigger replica before insert or update on city.tree for each row execute function city.before_tree();
			alter table city.tree enable replica trigger replica`)
		const enabled = "select string_agg(concat(tgname, ' ', tgenabled), ', ' order by tgname) from pg_trigger where tgrelid = 'city.tree'::regclass"
		triggers := clone.Text(t, enabled)
		set(t, central.DB, "a", "x = 1")
		central.Exec(t, "insert into city.tree (name, z) values ('e', 5)")
		require.Equal(t, exchange.Counts{ReplayedToClone: 2}, clone.MustSync(t, via))
		trees(t, "a", "1 0 0", clone.DB)
		trees(t, "e", "- - 5", clone.DB)
		require.Equal(t, triggers, clone.Text(t, enabled))
		require.Equal(t, "0", clone.Text(t, "select count(*) from city.street where name = 'touched'"))
		require.Zero(t, clone.MustSync(t, via), "what was replayed is not an edit of the clone")

		set(t, clone.DB, "b", "x = 2") // a user of the clone fires them
		trees(t, "b", "2 0 99", clone.DB)
	})
}

func TestMaterializedViewsOfTheCloneShowWhatArrived(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := city(t, "", `
			create view city.seen as select name, x, y from city.tree`, `
			create materialized view city."A summary" as select sum(x) as x, count(10 / (y - 3)) as trees from city.seen`, `
			create materialized view city.again as select x from city."A summary"`, `
			create materialized view city.never as select x from city.tree with no data`)
		clone := central.Clone(t, options...)
		set(t, central.DB, "a", "x = 5")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
		require.Equal(t, "5", clone.Text(t, `select x from city."A summary"`))
		require.Equal(t, "5", clone.Text(t, "select x from city.again"))

		set(t, central.DB, "a", "x = 6, y = 3")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via), "a view that fails holds nothing up")
		trees(t, "a", "6 3 0", clone.DB)
		require.Equal(t, "5", clone.Text(t, `select x from city."A summary"`))
		set(t, clone.DB, "a", "y = 4")
		set(t, central.DB, "b", "x = 1")
		clone.MustSync(t, via)
		require.Equal(t, "7", clone.Text(t, "select x from city.again"))
	})
}

// Rule 12.
// On central they run as for any client: with the search path of the session, also in a group of rows that are written together.
func TestTriggersOfCentralFindWhatTheyFindForAnyClient(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "", "create table city.journal (uid uuid primary key default gen_random_uuid(), words text)")
		central.Exec(t, fmt.Sprintf("alter database %s set search_path = city, public", central.Name))
		central.Exec(t, `
			create function city.note() returns trigger language plpgsql as $$
			begin
				insert into journal (words) values (format('%s %s %s', tg_op, new.name, old.name));
				return null;
			end $$;
			create trigger note after insert or update or delete on city.tree for each row execute function city.note()`)
		clone := central.Clone(t)
		clone.Exec(t, "insert into city.tree (name) values ('e'); delete from city.tree where name = 'd'; update city.tree set badge = null where name = 'a'; update city.tree set badge = 1 where name = 'b'; update city.tree set badge = 2 where name = 'a'")
		require.Zero(t, clone.MustSync(t, via).Pending)
		require.Equal(t, "DELETE  d;INSERT e ;UPDATE a a;UPDATE b b", central.Text(t, "select string_agg(distinct words, ';' order by words) from city.journal"))
		clone.MustSync(t, via)
		clonetest.RequireEqual(t, central, clone)
	})
}

func TestOneBadRowDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, "insert into city.tree (name, badge) values ('p', 1100), ('q', 1200); alter table city.tree add constraint no_ten check (x <> 10)")
	clone.Exec(t, "insert into city.tree (name, badge, x) select 'n' || n, 1000 + n, case n when 7 then 10 else 1 end from generate_series(1, 300) as n")
	counts := clone.MustSync(t, via)
	require.Equal(t, exchange.Counts{ReplayedToCentral: 297, Pending: 5}, counts, "three from the clone; p and q, whose badges it has given")
	require.Equal(t, []string{
		"city.tree refused by clone", "city.tree refused by clone",
		"n100 refused by central", "n200 refused by central", "n7 refused by central",
	}, pending(t, clone.DB))
	require.Equal(t, "t", clone.Text(t, "select bool_or(error like '%no_ten%(23514)') and bool_or(error like '%tree_badge_key%(23505)') from lizsync.pending_changes"))

	clone.Exec(t, "update city.tree set badge = badge + 1000 where badge > 1000; update city.tree set x = 11 where x = 10")
	require.Zero(t, clone.MustSync(t, via).Pending)
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// Rule 12.
func TestRowsThatSwapUniqueValuesArePendingNowhere(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create table city.plot (name text primary key, badge integer unique, code text not null unique, x integer);
			insert into city.plot select 'p' || n, n, 'code ' || n, 0 from generate_series(1, 12) as n;
			create table city.visit (plot text references city.plot (name), day date, primary key (plot, day));
			insert into city.visit select name, '2026-01-01' from city.plot`)
		clone, other := central.Clone(t, options...), central.Clone(t, options...)
		rotate := func(from, to int) string { // badges and codes move round within a range of plots
			return fmt.Sprintf(`
				create temporary table kept as select name, badge, code from city.plot where badge between %[1]d and %[2]d;
				update city.plot set badge = null, code = 'aside ' || badge where name in (select name from kept);
				update city.plot p set (badge, code) = (
					select k.badge, k.code from kept k where k.badge = case o.badge when %[2]d then %[1]d else o.badge + 1 end
				) from kept o where o.name = p.name;
				drop table kept`, from, to)
		}
		clone.Exec(t, rotate(1, 2)+";"+rotate(3, 6))
		central.Exec(t, rotate(7, 8)+";"+rotate(9, 12))
		require.Equal(t, exchange.Counts{ReplayedToCentral: 6, ReplayedToClone: 6}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		require.Equal(t, exchange.Counts{ReplayedToClone: 12}, other.MustSync(t, via))
		clonetest.RequireEqual(t, central, other)
	})
}

// Rule 12.
func TestChildrenDoNotComeBeforeTheirParents(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create table city.a_child (name text primary key, parent text);
			create table city.b_parent (name text primary key);
			alter table city.a_child add foreign key (parent) references city.b_parent (name);
			create table city.part (name text primary key, whole text references city.part (name))`)
		clone, other := central.Clone(t, options...), central.Clone(t, options...)
		clone.Exec(t, `
			insert into city.b_parent (name) select 'p' || n from generate_series(1, 20) as n;
			insert into city.a_child (name, parent) select 'c' || n, 'p' || n from generate_series(1, 20) as n;
			insert into city.part (name, whole) select 'n' || n, nullif('n' || n - 1, 'n0') from generate_series(1, 20) as n;
			update city.part set whole = 'n20' where name = 'n1'`)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 60}, clone.MustSync(t, via))
		require.Equal(t, exchange.Counts{ReplayedToClone: 60}, other.MustSync(t, via))
		clone.Exec(t, "delete from city.a_child; delete from city.b_parent; update city.part set whole = null; delete from city.part where name <> 'n5'")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 60}, clone.MustSync(t, via))
		require.Equal(t, exchange.Counts{ReplayedToClone: 60}, other.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone, other)
		require.Equal(t, "1", central.Text(t, "select count(*) from city.part"))
	})
}

func TestFieldsThatOnlyACheckBindsTogetherArePendingWhole(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 7, z = 1")
	set(t, central.DB, "a", "y = 7")
	require.Equal(t, exchange.Counts{Pending: 1}, clone.MustSync(t, via))
	require.Contains(t, clone.Text(t, "select error from lizsync.pending_changes"), "not_both_sevens")
	trees(t, "a", "0 7 0", central.DB)
	trees(t, "a", "7 0 1", clone.DB)
	set(t, central.DB, "a", "y = 6")
	require.Zero(t, clone.MustSync(t, via).Pending)
	trees(t, "a", "7 6 1", central.DB, clone.DB)
}

// Rule 10: nor does a cascade on central take a row that the clone has changed and that cannot be written yet.
func TestARowThatIsPendingIsNotTakenByACascade(t *testing.T) {
	t.Parallel()
	central := city(t, "on delete cascade")
	clone := central.Clone(t)
	central.Exec(t, "insert into city.tree (name, badge) values ('e', 70)")
	clone.Exec(t, "update city.tree set badge = 70, street = null where name = 'a'; delete from city.street where name = 'Park Road'")
	counts := clone.MustSync(t, via)
	require.Equal(t, "1", central.Text(t, "select count(*) from city.tree where name = 'a'"), "%+v", counts)
	set(t, central.DB, "e", "badge = 71")
	require.Zero(t, clone.MustSync(t, via).Pending)
	require.Zero(t, clone.MustSync(t, via).Pending)
	require.Equal(t, "70", central.Text(t, "select badge from city.tree where name = 'a'"))
	require.Equal(t, "a e", central.Text(t, "select string_agg(name, ' ' order by name) from city.tree"))
	clonetest.RequireEqual(t, central, clone)
}
