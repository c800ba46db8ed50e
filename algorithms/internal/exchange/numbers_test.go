package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
)

// sites is a schema as people have it: numbers that only the QGIS project relates.
const sites = `
	create schema city;
	create table city.site (id serial primary key, name text);
	create table city.visit (id integer generated always as identity primary key, site_id integer, note text);
	create table city.part (id serial primary key, site_id integer not null references city.site, name text);
	insert into city.site (name) values ('well'), ('spring');
	insert into city.visit (site_id, note) values (1, 'first');
	insert into city.part (site_id, name) values (2, 'pipe')`

// parents tells of each child which site its number leads to.
const parents = `
	select string_agg(c.what || ' of ' || coalesce(s.name, 'nobody'), ', ' order by c.what)
	from (select note, site_id from city.visit union all select name, site_id from city.part) as c (what, site_id)
	left join city.site s on s.id = c.site_id`

func TestNumbersAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for _, via := range []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL} {
		t.Run(via.String(), func(t *testing.T) {
			t.Parallel()
			central := clonetest.NewCentral(t, sites)
			a, b := central.Clone(t), central.Clone(t, clonetest.ReplicaRoleOnClone)
			for i, db := range []interface {
				Exec(testing.TB, string, ...any)
			}{a, b, central} {
				who := string("abc"[i])
				db.Exec(t, fmt.Sprintf(`
					with s as (insert into city.site (name) values ('site %[1]s') returning id),
						v as (insert into city.visit (site_id, note) select id, 'visit %[1]s' from s)
					insert into city.part (site_id, name) select id, 'part %[1]s' from s`, who))
			}
			for range 2 {
				for _, clone := range []*clonetest.Clone{a, b} {
					assert.Zero(t, clone.MustSync(t, via).Pending)
				}
			}
			clonetest.RequireEqual(t, central, a, b)
			const want = "first of well, part a of site a, part b of site b, part c of site c, pipe of spring, visit a of site a, visit b of site b, visit c of site c"
			for _, db := range []interface {
				Text(testing.TB, string, ...any) string
			}{central, a, b} {
				assert.Equal(t, want, db.Text(t, parents))
				assert.Equal(t, "0", db.Text(t, "select count(*) from city.site where name = 'site c' and id <> 3"), "central's own sequence goes on")
			}
			assert.Equal(t, "6", central.Text(t, "select count(*) from lizsync.key_blocks k where not exists (select from lizsync.key_blocks o where o.id <> k.id and o.sequence = k.sequence and o.range && k.range)"))
		})
	}
}

func TestBlockThatIsUsedUp(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.site (id smallserial primary key, name text);
		create table city.visit (id smallint generated always as identity primary key, name text);
		create sequence city.label;
		alter sequence city.label as smallint;
		create function city.number() returns trigger language plpgsql as $$ begin new.id := nextval('city.label'); return new; end $$;
		create table city.part (id smallint primary key, name text);
		create trigger number before insert on city.part for each row execute function city.number()`)
	clone := central.Clone(t)
	for _, table := range []string{"site", "visit", "part"} {
		name := "city." + table
		for range 2 {
			_, err := clone.Conn(t).Exec(t.Context(), "insert into "+name+" (name) select 'x' from generate_series(1, 1000)")
			require.ErrorContains(t, err, "synchronise")
			assert.Equal(t, "0", clone.Text(t, "select count(*) from "+name))
		}
		clone.MustSync(t, clonetest.ViaSQL)
		clone.Exec(t, "insert into "+name+" (name) select 'x' from generate_series(1, 60)")
		clone.MustSync(t, clonetest.ViaProgram)
		clone.Exec(t, "insert into "+name+" (name) select 'x' from generate_series(1, 60)")
		clone.MustSync(t, clonetest.ViaSQL)
	}
	clonetest.RequireEqual(t, central, clone)
}

// Somebody gives a number by hand that central has given too. Only what was made on the clone goes with its row.
func TestNumberGivenByHand(t *testing.T) {
	t.Parallel()
	for _, option := range []clonetest.Option{clonetest.SuperuserOnClone, clonetest.SuperuserOnCentral} {
		t.Run(fmt.Sprint(option), func(t *testing.T) {
			t.Parallel()
			central := clonetest.NewCentral(t, sites)
			central.Exec(t, `insert into lizsync.key_references values ('"city"."visit"', 'site_id', '"city"."site"', 'id', 'a test')`)
			clone, other := central.Clone(t, option), central.Clone(t)
			central.Exec(t, `
				insert into city.site (name) values ('central''s'); insert into city.visit (site_id, note) values (3, 'of central''s');
				insert into city.part (site_id, name) values (3, 'part of central''s')`)
			clone.Exec(t, `
				insert into city.site (id, name) values (3, 'the clone''s'), (17, 'free');
				insert into city.visit (site_id, note) values (3, 'of the clone''s'), (17, 'of free');
				insert into city.part (site_id, name) values (3, 'part of the clone''s')`)
			for _, via := range []clonetest.Via{clonetest.ViaSQL, clonetest.ViaProgram} {
				assert.Equal(t, 6, clone.MustSync(t, via).Pending)
			}
			const central3 = "first of well, of central's of central's, of free of free, part of central's of central's, pipe of spring"
			assert.Equal(t, central3, central.Text(t, parents))
			other.MustSync(t, clonetest.ViaSQL)
			clonetest.RequireEqual(t, central, other)
			reason := clone.Text(t, `select error from lizsync.pending_changes where object_table = '"city"."site"' and refused_by = 'central'`)
			remedy := reason[strings.Index(reason, "SELECT"):strings.Index(reason, " (23505)")]
			assert.Equal(t, [][]string{{"city.site", "id", "1"}, {"city.part", "site_id", "1"}, {"city.visit", "site_id", "1"}},
				clone.Rows(t, "select r.* from "+strings.TrimPrefix(remedy, "SELECT ")+" as r"))

			clone.MustSync(t, clonetest.ViaProgram)
			assert.Zero(t, clone.MustSync(t, clonetest.ViaSQL).Pending)
			other.MustSync(t, clonetest.ViaProgram)
			clonetest.RequireEqual(t, central, clone, other)
			assert.Equal(t, "first of well, of central's of central's, of free of free, of the clone's of the clone's, part of central's of central's, part of the clone's of the clone's, pipe of spring",
				central.Text(t, parents))
		})
	}
}

// The number of a row that central has is changed to one that another row has there.
func TestNumberChangedByHand(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.site (id serial primary key, name text);
		create table city.part (id serial primary key, site_id integer references city.site on update cascade, name text);
		insert into city.site (name) values ('well'), ('spring')`)
	clone := central.Clone(t)
	clone.Exec(t, "with s as (insert into city.site (name) values ('the clone''s') returning id) insert into city.part (site_id, name) select id, 'part' from s")
	clone.MustSync(t, clonetest.ViaSQL)
	central.Exec(t, "insert into city.site (name) values ('central''s')")
	clone.Exec(t, "update city.site set id = 3 where name = 'the clone''s'")
	clone.MustSync(t, clonetest.ViaSQL)
	const parent = "select s.name from city.part p join city.site s on s.id = p.site_id"
	assert.Equal(t, "the clone's", central.Text(t, parent))
	assert.Equal(t, "the clone's", clone.Text(t, parent))

	clone.Exec(t, "select lizsync.renumber('city.site', uid) from city.site where name = 'the clone''s'")
	clone.MustSync(t, clonetest.ViaProgram)
	assert.Zero(t, clone.MustSync(t, clonetest.ViaSQL).Pending)
	assert.Equal(t, "the clone's", central.Text(t, parent))
	clonetest.RequireEqual(t, central, clone)
}

func TestRenumber(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.site (id integer generated always as identity primary key, up integer references city.site on update restrict, name text);
		create table city.hist (id serial, version integer, site integer references city.site on update cascade, primary key (id, version));
		create table city.page (hist integer, version integer, foreign key (hist, version) references city.hist);
		create table city.visit (id serial primary key, site_id integer, other_id integer);
		create table city.named (code text primary key);
		insert into city.site (up, name) values (null, 'root'), (1, 'leaf');
		insert into city.hist (id, version, site) values (1, 1, 1), (1, 2, 2);
		insert into city.page values (1, 1), (1, 2);
		insert into city.visit (site_id, other_id) values (1, 2), (2, 1), (1, 1)`)
	central.Exec(t, `insert into lizsync.key_references
		select '"city"."visit"', c, '"city"."site"', 'id', 'a test' from unnest(array['site_id', 'other_id']) as c`)
	clone := central.Clone(t, clonetest.ReplicaRoleOnClone)
	uid := central.Text(t, "select uid from city.site where name = 'root'")
	assert.Equal(t, [][]string{{"city.site", "id", "1"}, {"city.site", "up", "1"}, {"city.hist", "site", "1"}, {"city.visit", "other_id", "2"}, {"city.visit", "site_id", "2"}},
		central.Rows(t, "select * from lizsync.renumber('city.site', $1::text::uuid, 77)", uid))
	assert.Equal(t, [][]string{{"77", ""}, {"2", "77"}}, central.Rows(t, "select id, coalesce(up::text, '') from city.site order by name desc"))
	assert.Equal(t, "77-2 2-77 77-77", central.Text(t, "select string_agg(site_id || '-' || other_id, ' ' order by id) from city.visit"))
	assert.Equal(t, "a", central.Text(t, "select attidentity from pg_attribute where attrelid = 'city.site'::regclass and attname = 'id'"))
	assert.Empty(t, central.Rows(t, "select * from lizsync.renumber('city.site', $1::text::uuid, 77)", uid))

	version := central.Text(t, "select uid from city.hist where version = 1")
	central.Exec(t, "select lizsync.renumber('city.hist', $1::text::uuid)", version)
	assert.Equal(t, "2-1 1-2", central.Text(t, "select string_agg(id || '-' || version, ' ' order by version) from city.hist"))
	assert.Equal(t, "2-1 1-2", central.Text(t, "select string_agg(hist || '-' || version, ' ' order by version) from city.page"))

	for statement, message := range map[string]string{
		"select lizsync.renumber('city.named', (select uid from city.named))":                                                               "no key that a sequence numbers",
		"select lizsync.renumber('city.site', gen_random_uuid())":                                                                           "city.site has no row with the uid",
		"select lizsync.renumber('city.site', '" + uid + "', 2)":                                                                            "duplicate key",
		"insert into lizsync.local_keys values ('city.visit'); select lizsync.renumber('city.visit', (select uid from city.visit limit 1))": "local",
	} {
		_, err := central.Conn(t).Exec(t.Context(), statement)
		assert.ErrorContains(t, err, message)
	}
	clone.MustSync(t, clonetest.ViaSQL)
	clone.MustSync(t, clonetest.ViaSQL)
	clonetest.RequireEqual(t, central, clone)
}
