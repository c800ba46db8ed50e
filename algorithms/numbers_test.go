package algorithms

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

const siteTables = `
	create schema city;
	create table city.site (id serial primary key, name text);
	create table city.part (id integer generated always as identity primary key, site_id integer references city.site, name text);
	create table city.visit (id serial primary key, site_id integer, note text);
	insert into city.site (name) values ('well'), ('spring');
	insert into city.part (site_id, name) values (1, 'pump');
	insert into city.visit (site_id, note) values (2, 'first')`

var siteLayers = []any{"city.site", "city.part", "city.visit"}

// children tells of which site each part and visit is.
const children = `
	select string_agg(c.what || ' of ' || coalesce(s.name, 'nobody'), ', ' order by c.what)
	from (select note, site_id from city.visit union all select name, site_id from city.part) as c (what, site_id)
	left join city.site s on s.id = c.site_id`

func moveKeys(t *testing.T, central *pgtest.DB, to string) *story {
	t.Helper()
	told := &story{}
	_, err := run(t.Context(), t, "initialize_central_database", map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "SCHEMAS": "city", "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true, "SERIAL_KEYS": to,
	}, told)
	require.NoError(t, err)
	return told
}

// What a clone with local keys has not sent gets new numbers, and what refers to it follows.
func TestKeysAreMovedFromLocalToSharedAndBack(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, siteTables)
	central.Exec(t, "alter table city.part drop constraint part_site_id_fkey")
	moveKeys(t, central, "local")
	a, b := pgtest.Database(t), pgtest.Database(t)
	path := pack(t, central, siteLayers, nil)
	for _, clone := range []*pgtest.DB{a, b} {
		require.NoError(t, deploy(t, central, clone, path, nil))
	}
	central.Exec(t, "insert into city.site (name) values ('central''s')")
	a.Exec(t, `insert into city.site (name) values ('a''s'); insert into city.visit (site_id, note) values (3, 'visit of a')`)
	synchronize(t, central, b) // for it central's site has the number 3 too
	b.Exec(t, `
		update city.visit set site_id = 3 where note = 'first'; update city.site set name = 'well of b' where name = 'well';
		insert into city.site (name) values ('b''s'); insert into city.part (site_id, name) values (4, 'part of b'), (3, 'part of central''s')`)

	told := moveKeys(t, central, "shared")
	assert.Contains(t, told.all(), "city.part, city.site, city.visit are now shared")
	central.Exec(t, "alter table city.part add foreign key (site_id) references city.site")
	_, err := trySynchronize(t, central, a)
	require.ErrorContains(t, err, "central has changed how the keys of these tables are numbered")
	path = pack(t, central, siteLayers, nil)
	for clone, message := range map[*pgtest.DB]string{a: "2 rows", b: "3 rows"} {
		told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true})
		require.NoError(t, err)
		assert.Contains(t, told.all(), message+" that the clone has made get new numbers")
	}
	for range 2 {
		synchronize(t, central, a)
		synchronize(t, central, b)
	}
	const want = "first of central's, part of b of b's, part of central's of central's, pump of well of b, visit of a of a's"
	for _, db := range []*pgtest.DB{central, a, b} {
		assert.Equal(t, want, db.Text(t, children))
		assert.Equal(t, "well of b 1, spring 2, central's 3", db.Text(t, "select string_agg(name || ' ' || id, ', ' order by id) from city.site where id < 10"))
	}

	moveKeys(t, central, "local")
	_, err = trySynchronize(t, central, a)
	require.ErrorContains(t, err, "central has changed how the keys of these tables are numbered")
}

// Both copies of a clone, and what was restored from a backup, draw the same numbers until they are deployed again.
func TestCopyOfACloneGetsOtherNumbers(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, siteTables)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, siteLayers, nil), nil))
	duplicate := clone.Copy(t)
	for who, db := range map[string]*pgtest.DB{"one": clone, "other": duplicate} {
		db.Exec(t, `
			with s as (insert into city.site (name) values ($1) returning id), p as (insert into city.part (site_id, name) select id, 'part of ' || $1 from s)
			insert into city.visit (site_id, note) select id, 'visit of ' || $1 from s`, who)
	}
	assert.Equal(t, clone.Text(t, "select max(id) from city.site"), duplicate.Text(t, "select max(id) from city.site"))
	synchronize(t, central, clone)
	_, err := trySynchronize(t, central, duplicate)
	require.ErrorContains(t, err, "from the clone")
	told, err := tryDeploy(t.Context(), t, central, duplicate, pack(t, central, siteLayers, nil), map[string]any{"KEEP_UNSENT_CHANGES": true, "RECREATE_CLONE_SERVER_ID": true})
	require.NoError(t, err)
	assert.Contains(t, told.all(), "3 rows that the clone has made get new numbers")
	for range 2 {
		synchronize(t, central, duplicate)
		synchronize(t, central, clone)
	}
	const want = "first of spring, part of one of one, part of other of other, pump of well, visit of one of one, visit of other of other"
	for _, db := range []*pgtest.DB{central, clone, duplicate} {
		assert.Equal(t, want, db.Text(t, children))
		assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.pending_changes"))
	}
	assert.Equal(t, "6", central.Text(t, "select count(distinct (sequence, range)) from lizsync.key_blocks"))
}

func TestNumbersOfEveryKindOfKey(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema city;
		create sequence city.all_of_them increment 10 start 5;
		create function city.next() returns bigint language sql as $$ select nextval('city.all_of_them') $$;
		create table city.a (id bigint primary key default nextval('city.all_of_them'), name text);
		create table city.b (id integer primary key default nextval('city.all_of_them'::text)::integer, name text);
		create table city.c (code text primary key default 'C-' || nextval('city.all_of_them'), name text);
		create table city.d (id bigint primary key default city.next(), name text);
		create table city.hist (id serial, version integer, name text, primary key (id, version));
		create table city.label (uid uuid primary key default gen_random_uuid(), number serial, name text);
		create table city.small (id smallserial primary key, name text);
		create domain city.number as integer not null;
		create sequence city.of_domain;
		create table city.domain (id city.number default nextval('city.of_domain') primary key, name text);
		create sequence city.of_numeric;
		create table city.numeric (id numeric(6, 0) default nextval('city.of_numeric') primary key, name text);
		insert into city.a (id, name) values (2147483605, 'by hand')`)
	layers := []any{"city.a", "city.b", "city.c", "city.d", "city.hist", "city.label", "city.small", "city.domain", "city.numeric"}
	a, b := pgtest.Database(t), pgtest.Database(t)
	path := pack(t, central, layers, nil)
	for _, clone := range []*pgtest.DB{a, b} {
		require.NoError(t, deploy(t, central, clone, path, nil))
	}
	for _, db := range []*pgtest.DB{central, a, b} {
		for _, table := range []string{"a", "b", "c", "d", "label", "small", "domain", "numeric"} {
			db.Exec(t, "insert into city."+table+" (name) select 'x' from generate_series(1, 3)")
		}
		db.Exec(t, "insert into city.hist (version, name) values (1, 'x'), (1, 'x'); insert into city.hist (id, version, name) select id, 2, 'x' from city.hist")
	}
	for range 2 {
		synchronize(t, central, a)
		synchronize(t, central, b)
	}
	for _, db := range []*pgtest.DB{central, a, b} {
		assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.pending_changes"))
		assert.Equal(t, "36", db.Text(t, `
			select count(distinct n)
			from (select id from city.a where name = 'x' union all select id from city.b union all select substr(code, 3)::bigint from city.c union all select id from city.d) as n (n)`))
		assert.Equal(t, "1", db.Text(t, "select count(distinct mod(id, 10)) from city.a where name = 'x'"))
		assert.Equal(t, "9 9 12 9 9", db.Text(t, `
			select (select count(distinct number) from city.label) || ' ' || (select count(distinct id) from city.small) || ' ' || (select count(*) from city.hist)
				|| ' ' || (select count(distinct id) from city.domain) || ' ' || (select count(distinct id) from city.numeric)`))
	}
}

// A well is a site: its key is the number of the site, and what refers to it has that number too.
func TestKeysThatAreReferencesFollow(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema city;
		create table city.site (id serial primary key, name text);
		create table city.well (id integer primary key references city.site, up integer references city.well, depth integer);
		create table city.visit (id serial primary key, well_id integer references city.well, note text);
		insert into city.site (name) values ('one'); insert into city.well (id) values (1)`)
	clone := pgtest.Database(t)
	layers := []any{"city.site", "city.well", "city.visit"}
	require.NoError(t, deploy(t, central, clone, pack(t, central, layers, nil), nil))
	duplicate := clone.Copy(t)
	for who, db := range map[string]*pgtest.DB{"first": clone, "second": duplicate} {
		db.Exec(t, `
			with s as (insert into city.site (name) values ($1) returning id)
			insert into city.well (id, up) select id, id from s`, who)
		db.Exec(t, "insert into city.visit (well_id, note) select id, 'visit of ' || $1 from city.site where name = $1", who)
	}
	synchronize(t, central, clone)
	require.NoError(t, deploy(t, central, duplicate, pack(t, central, layers, nil), map[string]any{"KEEP_UNSENT_CHANGES": true, "RECREATE_CLONE_SERVER_ID": true}))
	for range 2 {
		synchronize(t, central, duplicate)
		synchronize(t, central, clone)
	}
	for _, db := range []*pgtest.DB{central, clone, duplicate} {
		assert.Equal(t, "visit of first first first, visit of second second second", db.Text(t, `
			select string_agg(concat_ws(' ', v.note, s.name, u.name), ', ' order by v.note)
			from city.visit v join city.well w on w.id = v.well_id join city.site s on s.id = w.id join city.site u on u.id = w.up`))
	}
	central.Exec(t, "select lizsync.renumber('city.site', (select uid from city.site where name = 'one'), 900)")
	assert.Equal(t, "900", central.Text(t, "select id from city.well where depth is null and up is null"))
}

// What a clone with local keys refers to was deleted: the number is that of another row on central.
func TestReferenceToADeletedRowOfLocalKeysIsNotGivenToAnother(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, siteTables)
	central.Exec(t, "alter table city.part drop constraint part_site_id_fkey")
	moveKeys(t, central, "local")
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, siteLayers, nil), nil))
	central.Exec(t, "insert into city.site (name) values ('c3'), ('doomed'), ('c5')")
	synchronize(t, central, clone)
	clone.Exec(t, `
		insert into city.visit (site_id, note) select id, 'visit of doomed' from city.site where name = 'doomed';
		insert into city.site (name) values ('mine'); insert into city.visit (site_id, note) select id, 'visit of mine' from city.site where name = 'mine';
		delete from city.site where name = 'mine'`)
	central.Exec(t, "update city.site set id = id + 100 where name = 'doomed'; delete from city.site where name = 'doomed'; insert into city.site (name) select 'c' from generate_series(1, 9)")
	moveKeys(t, central, "shared")
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, siteLayers, nil), map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.NoError(t, err)
	assert.Contains(t, told.all(), "the row that it refers to was deleted")
	synchronize(t, central, clone)
	synchronize(t, central, clone)
	for _, db := range []*pgtest.DB{central, clone} {
		assert.Equal(t, "first of spring, pump of well", db.Text(t, children))
	}
	assert.Equal(t, "2", central.Text(t, "select count(*) from lizsync.conflicts where rule_applied = 'given up' and row_data operator(public.->) 'note' like 'visit of %'"))
}

// Apostrophes and quotes in names, and bodies of functions that name sequences which are gone.
func TestSequencesAreFoundWhateverTheirNames(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema city;
		create sequence city."L'arbre ""b"".c";
		create function city.gone() returns trigger language plpgsql as $$ begin new.id := nextval('other.gone_seq'); return new; end $$;
		create function city.quoted() returns trigger language plpgsql as $$ begin new.id := nextval('"L''arbre ""b"".c"'); return new; end $$;
		create table city.a (id integer primary key);
		create table city.b (id integer primary key default nextval('city."L''arbre ""b"".c"'::text));
		create table city."L'été" (id serial primary key);
		create trigger gone before insert on city.a for each row execute function city.gone();
		create trigger quoted before insert on city.b for each row execute function city.quoted()`)
	assert.Equal(t, [][]string{
		{"city.b", pgtest.Null, `city."L'arbre ""b"".c"`, "f"}, {"city.b", "id", `city."L'arbre ""b"".c"`, "t"}, {`city."L'été"`, "id", `city."L'été_id_seq"`, "t"},
	}, central.Rows(t, `
		select relid::regclass::text collate "C", column_name, sequence::regclass::text, is_plain
		from lizsync.drawn_columns(array(select oid from pg_class where relkind = 'r' and relnamespace = 'city'::regnamespace)) order by 1 desc, 2 nulls first`))
}
