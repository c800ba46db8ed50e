package exchange_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
)

// Rules 11 and 12.
// A row that has referenced nothing for years, from before its foreign key was declared, keeps no row of its parent's table from arriving.
func TestAnOldOrphanHoldsUpNobody(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		for _, key := range []string{"", "deferrable initially deferred"} {
			central := clonetest.NewCentral(t, `
				create schema city;
				create table city.street (code text primary key, name text);
				create table city.lamp (code text primary key, street text);
				insert into city.street values ('s1'), ('s2');
				insert into city.lamp values ('orphan', 'gone'), ('l1', 's1');
				alter table city.lamp add foreign key (street) references city.street on update cascade `+key+` not valid`)
			clone := central.Clone(t, options...)
			central.Exec(t, `
				insert into city.street values ('s3'); insert into city.lamp values ('l3', 's3');
				update city.street set code = 's1b' where code = 's1';
				update city.street set name = 'x' where code = 's2'`)
			require.Equal(t, exchange.Counts{ReplayedToClone: 5}, clone.MustSync(t, via), key)
			clonetest.RequireEqual(t, central, clone)
		}
	})
}

// Rules 11 and 12.
// The clone has a lamp in a street that central renames, so that both are pending, and with them nothing else of these tables.
func TestARenamedParentWithAChildThatCentralLacksIsPendingAlone(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		for _, action := range []string{"on update cascade", "on update cascade deferrable initially deferred"} {
			central := clonetest.NewCentral(t, `
				create schema city;
				create table city.street (code text primary key);
				create table city.lamp (code text primary key, street text references city.street `+action+`);
				insert into city.street select 's' || n from generate_series(1, 5) as n`)
			clone := central.Clone(t, options...)
			clone.Exec(t, "insert into city.lamp values ('mine', 's3'), ('other', 's4')")
			central.Exec(t, `
				update city.street set code = 's3b' where code = 's3';
				insert into city.street values ('s6'); insert into city.lamp values ('l6', 's6')`)
			require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2, Pending: 2}, clone.MustSync(t, via), action)
			require.Equal(t, []string{"city.lamp refused by central", "city.street refused by clone"}, tablesPending(t, clone))
			require.Equal(t, "s1,s2,s3,s4,s5,s6", clone.Text(t, "select string_agg(code, ',' order by code) from city.street"))
			clone.Exec(t, "update city.lamp set street = 's5' where code = 'mine'")
			clone.MustSync(t, via)
			clone.MustSync(t, via)
			clonetest.RequireEqual(t, central, clone)
		}
	})
}

func tablesPending(t *testing.T, clone *clonetest.Clone) []string {
	t.Helper()
	var lines []string
	for _, row := range clone.Rows(t, `select replace(object_table, '"', '') || ' refused by ' || refused_by from lizsync.pending_changes order by 1`) {
		lines = append(lines, row[0])
	}
	return lines
}

// together is a schema whose rows hold each other by deferrable constraints of every kind.
const together = `
	create schema city;
	create extension if not exists btree_gist schema public;
	create table city.node (code text primary key, edge text, x integer);
	create table city.edge (code text primary key, node text not null, check (code <> 'bad'));
	alter table city.node add foreign key (edge) references city.edge deferrable;
	alter table city.edge add foreign key (node) references city.node deferrable initially deferred;
	create table city.plan (name text primary key, place integer unique deferrable, during int4range, exclude using gist (during with &&) deferrable);
	create table city.share (parcel text, owner text, percent integer, primary key (parcel, owner));
	create function city.adds_up() returns trigger language plpgsql as $$ begin
		if (select sum(percent) <> 100 from city.share where parcel = new.parcel) then
			raise exception 'the shares of % are not 100', new.parcel;
		end if;
		return null;
	end $$;
	create constraint trigger adds_up after insert or update on city.share deferrable initially deferred
		for each row execute function city.adds_up();
	insert into city.node values ('n1', null); insert into city.edge values ('e1', 'n1'); update city.node set edge = 'e1';
	insert into city.plan values ('p', 1, '[1,5)'), ('q', 2, '[5,9)');
	begin;
	insert into city.share values ('one', 'Anna', 50), ('one', 'Louis', 50);
	commit`

// Rule 12.
// What one transaction could do on one side, the other can do too, among rows that it refuses for good reasons.
func TestWhatOnlyAGroupSatisfiesArrives(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, together+"; create schema other; create table other.secret (node text references city.node on update cascade)",
			"city.node", "city.edge", "city.plan", "city.share")
		clone := central.Clone(t, options...)
		transactions := []string{
			"begin; insert into city.edge values ('e2', 'n2'); insert into city.node values ('n2', 'e2'); commit",
			"begin; set constraints all deferred; update city.node set code = 'n1b' where code = 'n1'; update city.edge set node = 'n1b' where code = 'e1'; commit",
			"begin; update city.plan set place = 3 - place; commit",
			"begin; set constraints all deferred; update city.plan set during = '[6,9)' where name = 'p'; update city.plan set during = '[1,6)' where name = 'q'; commit",
			"begin; update city.share set percent = 40 where owner = 'Anna'; update city.share set percent = 60 where owner = 'Louis'; commit",
		}
		central.Exec(t, "alter table city.node add check (x <> 7)")
		for _, transaction := range transactions {
			clone.Exec(t, transaction)
		}
		// Hopeless: each by itself, and one whose parent is.
		clone.Exec(t, "insert into city.node values ('n7', null, 7); insert into city.edge values ('e7', 'n7')")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 8, Pending: 2}, clone.MustSync(t, via), "%v", clone.Rows(t, "select object_table, error from lizsync.pending_changes"))
		clone.Exec(t, "update city.node set x = 8 where code = 'n7'")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)

		for _, transaction := range []string{
			"begin; insert into city.edge values ('e3', 'n3'); insert into city.node values ('n3', 'e3'); commit",
			"begin; set constraints all deferred; update city.node set code = 'n1' where code = 'n1b'; update city.edge set node = 'n1' where code = 'e1'; commit",
			"begin; update city.plan set place = 3 - place; commit",
			"begin; update city.share set percent = 30 where owner = 'Anna'; update city.share set percent = 70 where owner = 'Louis'; commit",
		} {
			central.Exec(t, transaction)
		}
		clone.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 11.
// The replica role, under which a clone may write what central sent, checks no deferrable key.
func TestDeferrableKeysAreNotLeftBrokenOnTheClone(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create extension if not exists btree_gist schema public;
			create table city.plot (code text primary key deferrable, name text);
			create table city.plan (name text, during int4range, kind text, exclude using gist (during with &&, lower(kind) with =) where (name <> 'free') deferrable);
			create table city.tag (name text primary key, number integer, unique (number) deferrable initially deferred)`)
		clone := central.Clone(t, options...)
		for _, db := range []interface {
			Exec(t testing.TB, sql string, arguments ...any)
		}{clone, central} {
			db.Exec(t, "insert into city.plot values ('x', 'one'), ('same ' || pg_backend_pid(), 'other')")
			db.Exec(t, "insert into city.plan values ('a', '[1,5)', 'K'), ('free', '[1,9)', 'k'), ('b', '[5,9)', null)")
			db.Exec(t, "insert into city.tag values ('t' || pg_backend_pid(), 5), ('u' || pg_backend_pid(), null)")
		}
		require.Equal(t, 6, clone.MustSync(t, via).Pending, "three pairs: %v", clone.Rows(t, "select object_table, refused_by, error from lizsync.pending_changes"))
		require.Equal(t, "1|1|1", clone.Text(t, `select concat_ws('|', (select count(*) from city.plot where code = 'x'),
			(select count(*) from city.plan where name = 'a'), (select count(*) from city.tag where number = 5))`))
		clone.Exec(t, "reindex table city.plot; reindex table city.plan; reindex table city.tag")

		clone.Exec(t, "update city.plot set code = 'y' where code = 'x'; update city.plan set during = '[20,25)' where name = 'a'; update city.tag set number = 6 where number = 5")
		clone.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// A row that one side has lost without a record of it, as by a load with its triggers off.
func TestAnUpdateOfARowThatTheOtherSideLacksIsNotDropped(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := city(t, "")
		clone := central.Clone(t, options...)
		unseen := func(statement string) string {
			return "alter table city.tree disable trigger all; " + statement + "; alter table city.tree enable trigger all"
		}
		clone.Exec(t, unseen("delete from city.tree where name = 'a'"))
		central.Exec(t, unseen("delete from city.tree where name = 'b'"))
		set(t, central.DB, "a", "x = 1")
		set(t, central.DB, "c", "x = 1")
		set(t, clone.DB, "b", "x = 1")
		set(t, clone.DB, "d", "x = 1")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1, Pending: 2}, clone.MustSync(t, via))
		require.Equal(t, []string{"b refused by central", "city.tree refused by clone"}, pending(t, clone.DB))
		require.Empty(t, conflicts(t, central), "nobody has deleted it")
		require.Equal(t, "t", clone.Text(t, "select bool_and(error like '%missing%') from lizsync.pending_changes"))

		// What the clone lacks comes whole the next time.
		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 0 0", clone.DB)
		// Central's row is for people to decide.
		clone.Exec(t, "select lizsync.give_up(object_table::regclass, object_uid) from lizsync.pending_changes")
		clone.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		require.Equal(t, []string{"?: clone rejected, given up"}, conflicts(t, central))
		clonetest.RequireEqual(t, central, clone)
	})
}
