package algorithms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// elsewhere is a central database whose users find extensions in a schema of their own, and whose tables compute with functions that
// leave out every schema.
func elsewhere(t *testing.T) *pgtest.DB {
	t.Helper()
	central := centralDatabase(t, `
		create schema ext;
		create extension unaccent schema ext;
		create extension cube schema ext;
		create extension earthdistance schema ext;
		create schema s;
		set search_path to s, ext, public;
		create function plain(t text) returns text language sql immutable as 'select lower(unaccent(t))';
		create function flat(g geometry) returns boolean language plpgsql immutable as 'begin return st_ndims(g) = 2; end';
		create function rounded(g geometry) returns geometry language sql immutable as 'select st_snaptogrid(g, 1)';
		create domain word as text check (plain(value) ~ '^[a-z]+$');
		create table t (
			id serial primary key,
			nom text constraint named check (plain(nom) <> ''),
			mot word,
			lat double precision,
			lon double precision,
			place earth,
			geom geometry check (flat(geom)),
			nom_plain text generated always as (plain(nom)) stored,
			exclude using gist (rounded(geom) with &&)
		);
		create index by_plain on t (plain(nom));
		create index near on t using gist (ll_to_earth(lat, lon));
		create materialized view names as select plain(nom) as n from t;
		insert into t (nom, mot, lat, lon, place, geom) values ('Été', 'Épi', 43.6, 3.9, ll_to_earth(43.6, 3.9), 'POINT(1 2)'), ('Hêtre', null, 0, 0, ll_to_earth(0, 0), 'POINT(5 6)');
		refresh materialized view names`)
	central.Exec(t, "alter database "+central.Name+" set search_path = s, ext, public")
	return central
}

func TestFunctionsOfTheTablesFindWhatTheUsersOfCentralFind(t *testing.T) {
	t.Parallel()
	central := elsewhere(t)
	central.Exec(t, "insert into lizsync.local_keys values ('s.t')")
	clone := pgtest.Database(t)
	clone.Exec(t, "create schema ext; create extension unaccent schema ext")
	more := filepath.Join(t.TempDir(), "more.sql")
	require.NoError(t, os.WriteFile(more, []byte("create view s.plain_names as select plain(nom) as n from t"), 0o600))
	path := pack(t, central, []any{"s.t", "s.names"}, map[string]any{"ADDITIONAL_SQL_FILE": more})
	told, err := tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.warnings, "\n"), `ALTER DATABASE "`+clone.Name+`" SET search_path = s, ext, public`)
	clone.Exec(t, "drop view s.plain_names; alter database "+clone.Name+" set search_path = s, ext, public")
	assert.Equal(t, pgDump(t, central, "--schema-only", "--schema=s"), pgDump(t, clone, "--schema-only", "--schema=s"))
	clone.Exec(t, "set search_path to s, ext, public")
	assert.Equal(t, "ete,hetre", clone.Text(t, "select string_agg(nom_plain, ',' order by id) from s.t"))
	assert.Equal(t, "ete,hetre", clone.Text(t, "select string_agg(n, ',' order by n) from s.names"))

	told, err = tryDeploy(t.Context(), t, central, clone, pack(t, central, []any{"s.t", "s.names"}, nil), nil)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "search_path")
}

// TestKeptEditsRunTheFunctionsOfTheTables as the rows of the package do.
func TestKeptEditsRunTheFunctionsOfTheTables(t *testing.T) {
	t.Parallel()
	central := elsewhere(t)
	clone := pgtest.Database(t)
	clone.Exec(t, "create schema ext; create extension unaccent schema ext; alter database "+clone.Name+" set search_path = s, ext, public")
	clone.Exec(t, "set search_path to s, ext, public")
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), nil))
	clone.Exec(t, "update s.t set nom = 'Chêne' where nom = 'Hêtre'; insert into s.t (nom) values ('Érable')")
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "given up")
	assert.Equal(t, "chene,erable,ete", clone.Text(t, "select string_agg(nom_plain, ',' order by nom_plain) from s.t"))
}

// registry has tables that look each other up where no foreign key says so. The first in a package refers to the second.
const registry = `
	create schema s;
	create table s.tree (id serial primary key, species text, parent integer, cut date);
	create table s.species (code text primary key, label text);
	insert into s.species values ('oak', 'Oak'), ('elm', 'Elm');
	insert into s.tree (species, parent, cut) values ('oak', 2, null), ('elm', 1, '2020-01-01');
	create function s.known(c text) returns boolean language plpgsql stable as 'begin return c is null or exists (select from s.species where code = c); end';
	create function s.planted(c text) returns boolean language plpgsql stable as 'begin return exists (select from s.tree where species = c); end';
	create function s.standing(i integer) returns boolean language plpgsql stable as 'begin return exists (select from s.tree where id = i); end';
	create function s.label(c text) returns text language plpgsql immutable as
		'declare v text; begin select label into v from s.species where code = c; return v; end';
	create function s.number(c text) returns bigint language plpgsql immutable as 'begin return (select count(*) from s.tree where species = c); end';
	create function s.whole(t s.tree) returns boolean language plpgsql stable as 'begin return exists (select from s.species where code = t.species); end';
	create domain s.code as text constraint known check (s.known(value));
	comment on constraint known on domain s.code is 'of a domain';
	alter table s.tree
		add constraint known check (s.known(species)),
		add constraint parent_stands check (s.standing(parent)),
		add constraint whole check (s.whole(tree)),
		add constraint never check (cut is null) not valid,
		add column code s.code,
		add column label text generated always as (s.label(species)) stored;
	alter table s.species
		add constraint planted check (s.planted(code)) no inherit,
		add column number bigint generated always as (s.number(code)) stored;
	comment on constraint known on s.tree is 'é''s';
	update s.tree set cut = null, code = species where cut is null;`

func TestChecksAreMadeOnceAllRowsAreThere(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, registry)
	central.Exec(t, "insert into lizsync.local_keys values ('s.tree')")
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.tree", "s.species"}, nil), nil))
	assert.Equal(t, dumped(t, central, "s"), dumped(t, clone, "s"))
	const computed = "select t.label, s.number from s.tree t join s.species s on s.code = t.species order by 1"
	const constraints = "select conname, convalidated, pg_get_constraintdef(oid), obj_description(oid) from pg_constraint where connamespace = 's'::regnamespace order by 1, 3"
	assert.Equal(t, [][]string{{"Elm", "1"}, {"Oak", "1"}}, clone.Rows(t, computed))
	assert.Equal(t, central.Rows(t, constraints), clone.Rows(t, constraints))
	_, err := clone.Conn(t).Exec(t.Context(), "insert into s.tree (species) values ('ash')")
	assert.ErrorContains(t, err, "known")
}

// TestDomainInsideOfAnotherTypeNeedsItsRowsFirst: PostgreSQL does not check such a column when the rows are there.
func TestDomainInsideOfAnotherTypeNeedsItsRowsFirst(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema s;
		create table s.species (code text primary key);
		create function s.known(c text) returns boolean language plpgsql stable as 'begin return exists (select from s.species where code = c); end';
		create domain s.code as text constraint known check (s.known(value));
		create table s.tree (id serial primary key, codes s.code[]);
		insert into s.species values ('oak');
		insert into s.tree (codes) values ('{oak}')`)
	clone := pgtest.Database(t)
	err := untouched(t, central, clone, pack(t, central, []any{"s.tree", "s.species"}, nil), nil)
	require.ErrorContains(t, err, `load "s"."tree": value for domain s.code violates check constraint "known"`)
	assert.Contains(t, hint(t, err), "before this one in PG_LAYERS")
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.species", "s.tree"}, nil), nil))
	assert.Equal(t, "{oak}", clone.Text(t, "select codes from s.tree"))
}

func TestRowsThatBreakTheirCheckAreNamed(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]struct{ constraint, text string }{
		"a check of the table":   {"alter table s.tree drop constraint whole, drop column code", "rows of the table s.tree break its check known"},
		"a check of whole rows":  {"alter table s.tree drop constraint known, drop column code", "ALTER TABLE s.tree ADD CONSTRAINT whole CHECK (s.whole(tree.*))"},
		"a check of the domain":  {"alter table s.tree drop constraint known, drop constraint whole", `rows of the table "s"."tree" break, in the column "code", the check known of the domain s.code`},
		"a check without lookup": {"alter table s.tree drop constraint known, drop constraint whole, drop column code; alter table s.tree add constraint early check (current_setting('lizsync.early', true) is not null)", "rows of the table s.tree break its check early"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			central := centralDatabase(t, registry+"alter table s.tree drop column label; alter table s.species drop constraint planted; set lizsync.early = 'x';"+refused.constraint)
			central.Exec(t, "update s.species set code = 'beech' where code = 'oak'")
			err := untouched(t, central, pgtest.Database(t), pack(t, central, []any{"s.tree", "s.species"}, nil), nil)
			require.ErrorContains(t, err, refused.text)
			assert.Contains(t, hint(t, err), "NOT VALID")
		})
	}
}

// TestWhatFindsNoFunctionIsNamed: the users of central do not find it either.
func TestWhatFindsNoFunctionIsNamed(t *testing.T) {
	t.Parallel()
	for what, definition := range map[string]string{
		`load "s"."t"`: "alter table s.t add plain_nom text generated always as (s.plain(nom)) stored",
		"check the rows of the table s.t by its check plain_nom": "alter table s.t add constraint plain_nom check (s.plain(nom) <> '')",
		"CREATE INDEX by_plain ON s.t":                           "create index by_plain on s.t (s.plain(nom))",
		`refresh "s"."v"`:                                        "create materialized view s.v as select s.plain(nom) from s.t",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			central := centralDatabase(t, `
				create schema ext; create extension unaccent schema ext; create schema s;
				create function s.plain(t text) returns text language plpgsql immutable as 'begin return ext.unaccent(t); end';
				create table s.t (id serial primary key, nom text);
				insert into s.t (nom) values ('é');`+definition)
			layers := []any{"s.t"}
			if strings.Contains(what, "refresh") {
				layers = append(layers, "s.v")
			}
			pack(t, central, layers, nil)
			central.Exec(t, "create or replace function s.plain(t text) returns text language plpgsql immutable as 'begin return not_there(t); end'")
			err := untouched(t, central, pgtest.Database(t), pack(t, central, layers, nil), nil)
			require.ErrorContains(t, err, what)
			assert.ErrorContains(t, err, "function not_there(text) does not exist")
			assert.ErrorContains(t, err, "function s.plain(text) line 1")
			assert.Contains(t, hint(t, err), "ALTER FUNCTION")
		})
	}
}
