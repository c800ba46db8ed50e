package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
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

// Rules 11 and 12.
// Two keys that are swapped are set aside meanwhile, and what references them comes to where it belongs; also what only central has.
func TestRowsThatReferenceSwappedKeysFollowThem(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		for _, onCentral := range []bool{false, true} {
			for _, key := range map[bool][]string{false: {"integer unique"}, true: {"integer not null unique"}}[onCentral] {
				central := clonetest.NewCentral(t, `
					create schema city;
					create table city.plot (name text primary key, k `+key+`);
					create table city.child (name text primary key, k integer references city.plot (k) on update cascade);
					insert into city.plot values ('X', 1), ('Y', 2);
					insert into city.child values ('cx', 1), ('cy', 2)`)
				clone := central.Clone(t, options...)
				editor := clone.DB
				if onCentral {
					editor = central.DB
				} else {
					central.Exec(t, "insert into city.child values ('new', 1)")
				}
				editor.Exec(t, "update city.plot set k = 9 where name = 'X'; update city.plot set k = 1 where name = 'Y'; update city.plot set k = 2 where name = 'X'")
				require.Zero(t, clone.MustSync(t, via).Pending)
				require.Zero(t, clone.MustSync(t, via))
				clonetest.RequireEqual(t, central, clone)
				require.Equal(t, "Y cy 1,X cx 2", central.Text(t, `
					select string_agg(concat_ws(' ', p.name, c.name, p.k), ',' order by p.k) from city.plot p join city.child c using (k) where c.name <> 'new'`))
				require.Contains(t, []string{"", "X"}, central.Text(t, `
					select coalesce((select p.name from city.plot p join city.child c using (k) where c.name = 'new'), '')`))
			}
		}
	})
}

// Rule 12.
// PostgreSQL looks at foreign keys as a statement ends: rows of several tables that need each other arrive by one, and go by one.
func TestCirclesOfKeysThatAreNotDeferrableArrive(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		central := clonetest.NewCentral(t, `
			create schema city;
			create table city.node (code text primary key, edge text, x integer check (x <> 7));
			create table city.edge (code text primary key, node text not null references city.node);
			alter table city.node add foreign key (edge) references city.edge`)
		clone := central.Clone(t, options...)
		circle := func(name string) string {
			return fmt.Sprintf(`
				insert into city.node values ('n%[1]s', null);
				insert into city.edge values ('e%[1]s', 'n%[1]s');
				update city.node set edge = 'e%[1]s' where code = 'n%[1]s';`, name)
		}
		central.Exec(t, "alter table city.node add check (code <> 'nbad')")
		clone.Exec(t, circle("1"))
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))
		clone.Exec(t, "begin;"+circle("2")+"commit; begin;"+circle("bad")+"commit")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2, Pending: 2}, clone.MustSync(t, via), "by their transaction, beside a hopeless one")
		central.Exec(t, "alter table city.node drop constraint node_code_check")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))

		central.Exec(t, circle("3"))
		require.Equal(t, exchange.Counts{ReplayedToClone: 2}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		for i, db := range []*pgtest.DB{clone.DB, central.DB} {
			db.Exec(t, fmt.Sprintf("update city.node set edge = null where code in ('n%[1]d'); delete from city.edge where code = 'e%[1]d'; delete from city.node where code = 'n%[1]d'", i+1))
			counts := clone.MustSync(t, via)
			require.Zero(t, counts.Pending, "%v", clone.Rows(t, "select object_table, error from lizsync.pending_changes"))
			clonetest.RequireEqual(t, central, clone)
		}
		require.Equal(t, "2", central.Text(t, "select count(*) from city.node"))
	})
}

// Rule 12.
// A value that no row has may be below zero, or above all others.
func TestRowsSwapUniqueValuesWhateverIsFree(t *testing.T) {
	t.Parallel()
	asEach(t, func(t *testing.T, options ...clonetest.Option) {
		for _, column := range []string{
			"date not null", "timestamptz not null", "timestamp not null", "integer not null check (v > 0)", "smallint check (v is not null and v > 0)",
			"numeric(3, 0) not null check (v < 3)", "double precision not null check (v >= 1)", "city.positive",
		} {
			central := clonetest.NewCentral(t, `
				create schema city;
				create domain city.positive as bigint not null check (value > 0);
				create table city.visit (name text primary key, v `+column+` unique)`)
			values := [3]string{"1", "2", "2.5"}
			if strings.Contains(column, "integer") || strings.Contains(column, "positive") || strings.Contains(column, "smallint") {
				values[2] = "3"
			}
			if strings.Contains(column, "date") || strings.Contains(column, "timestamp") {
				values = [3]string{"'2026-01-01'", "'2026-01-02'", "'2026-01-03'"}
			}
			if strings.Contains(column, "numeric") {
				values[2] = "0"
			}
			central.Exec(t, fmt.Sprintf("insert into city.visit values ('a', %s), ('b', %s)", values[0], values[1]))
			clone := central.Clone(t, options...)
			swap := fmt.Sprintf(`
				create temporary table k as select name, v from city.visit;
				update city.visit set v = %s where name = 'a';
				update city.visit set v = (select v from k where name = 'a') where name = 'b';
				update city.visit set v = (select v from k where name = 'b') where name = 'a';
				drop table k`, values[2])
			for i, db := range []*pgtest.DB{clone.DB, central.DB} {
				db.Exec(t, swap)
				counts := clone.MustSync(t, via)
				require.Zero(t, counts.Pending, "%s, %d", column, i)
				require.Equal(t, 2, counts.ReplayedToCentral+counts.ReplayedToClone)
				clonetest.RequireEqual(t, central, clone)
			}
		}
	})
}

// Rule 12.
func TestManyRowsThatSwapUniqueValuesArrive(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"integer unique", "smallint not null unique", "varchar(10) not null unique"} {
		central := clonetest.NewCentral(t, `
			create schema city;
			create table city.plot (name text primary key, badge `+kind+`);
			insert into city.plot select 'p' || n, n from generate_series(1, 300) as n`)
		clone := central.Clone(t)
		clone.Exec(t, `
			create temporary table k as select name, badge from city.plot;
			update city.plot p set badge = 10000 + k.badge::integer from k where k.name = p.name;
			update city.plot p set badge = 301 - k.badge::integer from k where k.name = p.name`)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 300}, clone.MustSync(t, via), kind)
		clonetest.RequireEqual(t, central, clone)
	}
}

// Rule 12.
// Triggers raise what they like, also of values that are only set aside.
func TestATriggerThatFailsInAGroupHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"declare k text; begin select kind into strict k from city.kind where badge = new.badge; return new; end",
		"begin if new.badge is null or new.badge > 4 then raise exception 'no badge' using errcode = 'CT001'; end if; return new; end",
	} {
		central := city(t, "", "create table city.kind (uid uuid primary key default gen_random_uuid(), badge integer, kind text); insert into city.kind (badge, kind) select n, 'k' from generate_series(1, 4) as n")
		clone := central.Clone(t)
		central.Exec(t, "create function city.look() returns trigger language plpgsql as $$ "+body+" $$; create trigger look before update on city.tree for each row execute function city.look()")
		clone.Exec(t, "update city.tree set badge = null where name = 'a'; update city.tree set badge = 1 where name = 'b'; update city.tree set badge = 2 where name = 'a'; update city.tree set x = 5 where name = 'c'")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 2}, clone.MustSync(t, via))
		trees(t, "c", "5 0 0", central.DB)
	}
}

// Rule 12.
// What a constraint trigger calls is found by the client's path, also when it was deferred.
func TestDeferredTriggersFindWhatTheyFindForAnyClient(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, together)
	central.Exec(t, `
		create or replace function city.adds_up() returns trigger language plpgsql as $$ begin
			if (select sum(percent) <> 100 from share where parcel = new.parcel) then
				raise exception 'the shares of % are not 100', new.parcel;
			end if;
			return null;
		end $$`)
	central.Exec(t, "alter database "+central.Name+" set search_path = city, public")
	clone := central.Clone(t)
	clone.Exec(t, "set search_path = city; begin; update city.share set percent = 40 where owner = 'Anna'; insert into city.share values ('one', 'Zoe', 10); commit")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 2}, clone.MustSync(t, via))
}

// Rule 12.
func TestADeleteThatIsRefusedDoesNotHoldUpItsTransaction(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, together)
	central.Exec(t, "insert into city.node values ('old')")
	clone := central.Clone(t)
	central.Exec(t, "insert into city.edge values ('eo', 'old')")
	clone.Exec(t, "begin; insert into city.edge values ('e2', 'n2'); insert into city.node values ('n2', 'e2'); delete from city.node where code = 'old'; commit")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 2, Pending: 2}, clone.MustSync(t, via), "the delete; what central added")
	require.Equal(t, "e2", central.Text(t, "select edge from city.node where code = 'n2'"))
}

// Rule 12.
// A constraint that the role of a clone cannot look at holds up no row but its own.
func TestADeferrableKeyOfATableThatTheRoleMayNotReadHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	central := city(t, "", `
		create schema other;
		create table other.t (id serial primary key deferrable, uid uuid not null unique default gen_random_uuid(), x integer check (x < 9));
		insert into other.t (x) values (1), (2)`)
	clone := central.Clone(t)
	central.Exec(t, "revoke all on other.t from "+clone.Role.Name+"; grant select (id, uid, x), update, insert, delete on other.t to "+clone.Role.Name)
	clone.Exec(t, "update city.tree set x = 1 where name = 'a'; alter table other.t drop constraint t_x_check; update other.t set x = x + 10")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 2}, clone.MustSync(t, via))
	central.Exec(t, "revoke usage on schema other from "+clone.Role.Name)
	clone.Exec(t, "update city.tree set x = 2 where name = 'a'")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 2}, clone.MustSync(t, via))
}

// Rule 11.
// The replica role checks no key, LizSync does: as the index does, whoever made the type and wherever it is, and without the right to write the parent.
func TestKeysAreCheckedWithTheirOwnOperators(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ltree", "citext"} {
		central := clonetest.NewCentral(t, `
			create schema ext; create extension `+kind+` schema ext; grant usage on schema ext to public;
			create schema city;
			create table city.kind ("50%" ext.`+kind+` primary key);
			create table city.tree (name text primary key, kind ext.`+kind+` references city.kind, tag ext.`+kind+` unique deferrable);
			insert into city.kind values ('a')`, "city.tree")
		clone := central.Clone(t, clonetest.ReplicaRoleOnClone)
		clone.Exec(t, "create role keeper_"+clone.Name+"; alter table city.kind owner to keeper_"+clone.Name+"; grant usage on schema city to keeper_"+clone.Name+"; grant select on city.kind to "+clone.Session.Name)
		upper := map[string]string{"ltree": "a", "citext": "A"}[kind]
		central.Exec(t, "insert into city.tree values ('one', '"+upper+"', 'a'), ('two', null, 'b')")
		clone.Exec(t, "insert into city.tree values ('mine', null, '"+upper+"')")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 2}, clone.MustSync(t, via), kind)
		require.Equal(t, "mine,two", clone.Text(t, "select string_agg(name, ',' order by name) from city.tree"))
		clone.Exec(t, "drop owned by keeper_"+clone.Name+" cascade; drop role keeper_"+clone.Name)
	}
}

// Whoever may make functions in a schema of the path has none of them called with the rights of who synchronises.
func TestNoFunctionOfAUserIsTakenForOneOfPostgreSQL(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.plot (name text primary key, k integer not null unique);
		insert into city.plot values ('X', 1), ('Y', 2)`)
	clone := central.Clone(t, clonetest.SuperuserOnClone)
	for _, db := range []interface {
		Exec(t testing.TB, sql string, arguments ...any)
	}{clone, central} {
		db.Exec(t, `
			create table public.trap (who text); grant insert on public.trap to public;
			create function public.hashtextextended(text, integer) returns bigint language plpgsql as $$
				begin insert into public.trap values (current_user); return pg_catalog.hashtextextended($1, $2); end $$;
			create function public.uuid_hash_extended(uuid, integer) returns bigint language plpgsql as $$
				begin insert into public.trap values (current_user); return pg_catalog.uuid_hash_extended($1, $2); end $$;
			create function public.remainder(bigint, integer) returns bigint language plpgsql as $$
				begin insert into public.trap values (current_user); return pg_catalog.mod($1, $2::bigint); end $$;
			create operator public.% (leftarg = bigint, rightarg = integer, function = public.remainder)`)
	}
	for _, db := range []interface {
		Exec(t testing.TB, sql string, arguments ...any)
	}{clone, central} {
		db.Exec(t, "update city.plot set k = 9 where name = 'X'; update city.plot set k = k - 1 where name = 'Y'; update city.plot set k = 2 where name = 'X'")
		clone.MustSync(t, via)
	}
	require.Equal(t, "0", clone.Text(t, "select count(*) from public.trap"))
	require.Equal(t, "0", central.Text(t, "select count(*) from public.trap"))
}
