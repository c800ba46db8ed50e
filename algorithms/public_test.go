package algorithms

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// loaded is what people load with ogr2ogr: tables in public, which refer to each other by numbers.
const loaded = `
	create table public.site (ogc_fid serial primary key, name varchar, wkb_geometry public.geometry(Point, 2154));
	create table public.visit (ogc_fid serial primary key, site_id integer, note text);
	create table public."L'Été" (code text primary key, n integer default public.unlucky());
	create view public.visited as select s.name, v.note from public.site s join public.visit v on v.site_id = s.ogc_fid;
	insert into public.site (name, wkb_geometry) values ('Écusson', public.st_setsrid(public.st_makepoint(770000, 6280000), 2154)), ('B', null);
	insert into public.visit (site_id, note) values (1, 'first');
	insert into public."L'Été" values ('a')`

// publicCentral is a database of an ordinary role with its tables in public, and nothing of LizSync.
func publicCentral(t *testing.T) (central *pgtest.DB, owner pgtest.Login) {
	t.Helper()
	owner = pgtest.Role(t)
	central = pgtest.Database(t)
	central.Exec(t, fmt.Sprintf("alter database %s owner to %s; revoke create on schema public from public; grant create on schema public to %[2]s", central.Name, owner.Name))
	central.Exec(t, "set role "+owner.Name+`;
		create function public.unlucky() returns integer language sql as 'select 13';
		create function public.helper() returns text language sql as 'select ''of central''::text';`+loaded+"; reset role")
	return &pgtest.DB{Server: central.Server, Name: central.Name, URL: central.As(t, owner)}, owner
}

var publicLayers = []any{"public.site", "public.visit", `public."L'Été"`, "public.visited"}

func TestTablesOfPublicAreSynchronisedWhenTheyAreNamed(t *testing.T) {
	t.Parallel()
	central, owner := publicCentral(t)
	super := pgtest.Database(t)
	super.Exec(t, fmt.Sprintf(`
		alter database %s owner to %s; revoke create on schema public from public; grant create on schema public to %[2]s;
		create extension dblink schema public; create extension postgres_fdw schema public; grant usage on foreign data wrapper postgres_fdw to %[2]s;
		create table public.mine (precious text); insert into public.mine values ('kept');
		create function public.helper() returns text language sql as 'select ''of the clone''::text'`, super.Name, owner.Name))
	clone := &pgtest.DB{Server: super.Server, Name: super.Name, URL: super.As(t, owner)}

	path := pack(t, central, publicLayers, nil)
	told, err := tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	for _, warning := range told.warnings {
		assert.NotContains(t, warning, "tables of the clone belong to", "there were none")
	}
	synchronize(t, central, clone)

	clone.Exec(t, `
		update public.site set name = 'Lez' where name = 'B';
		insert into public.visit (site_id, note) values (2, 'of the clone');
		insert into public."L'Été" values ('b')`)
	central.Exec(t, `update public.site set wkb_geometry = public.st_setsrid(public.st_makepoint(1, 2), 2154) where name = 'B'; delete from public."L'Été" where code = 'a'`)
	assert.Equal(t, [][]string{{"0", "0"}}, clone.Rows(t, "select number_conflicts, number_pending from lizsync.synchronize()"))
	const rows = `select name, public.st_astext(wkb_geometry), (select string_agg(note, ',' order by note) from public.visited), (select string_agg(code || n, ',') from public."L'Été") from public.site order by uid`
	assert.Equal(t, central.Rows(t, rows), clone.Rows(t, rows))
	assert.Contains(t, fmt.Sprint(clone.Rows(t, rows)), "[Lez POINT(1 2) first,of the clone b13]")

	assert.Equal(t, "0", clone.Text(t, "select count(*) from lizsync.compare_tables('public', 'site')"))
	central.Exec(t, "update public.site set name = 'other' where name = 'Lez'")
	assert.Equal(t, [][]string{{"not equal", `"name"=>"Lez"`, `"name"=>"other"`}},
		clone.Rows(t, "select status, clone_table_values, central_table_values from lizsync.compare_tables('public', 'site')"))

	// What the clone has of its own in public stays, when a package comes again as well.
	require.NoError(t, deploy(t, central, clone, pack(t, central, publicLayers, nil), nil))
	assert.Equal(t, "other", clone.Text(t, "select string_agg(name, ',') from public.site where name <> 'Écusson'"))
	assert.Equal(t, [][]string{{"kept", "of the clone"}}, super.Rows(t, "select precious, public.helper() from public.mine"))
}

func TestTableOfTheCloneInPublicIsNotReplaced(t *testing.T) {
	t.Parallel()
	central, _ := publicCentral(t)
	path := pack(t, central, publicLayers, nil)
	for name, made := range map[string]string{
		`it would be lost: "public"."site"`:             "create table public.site (mine text)",
		`it would be lost: "public"."visited"`:          "create view public.visited as select 1",
		`it would be lost: "public"."site_ogc_fid_seq"`: "create sequence public.site_ogc_fid_seq",
		`it would be lost: "public"."visit"`:            "create table public.precious (mine text); create index visit on public.precious (mine)",
		"it would be lost: function public.unlucky()":   "create function public.unlucky() returns integer language sql as 'select 7'",
	} {
		clone := pgtest.Database(t)
		clone.Exec(t, made)
		assert.ErrorContains(t, untouched(t, central, clone, path, nil), name)
	}

	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, "create table public.later (mine text)")
	central.Exec(t, "create table public.later (id serial primary key)")
	err := untouched(t, central, clone, pack(t, central, append(publicLayers, "public.later"), nil), nil)
	assert.ErrorContains(t, err, `it would be lost: "public"."later"`)
}

func TestCloneWithoutTheSchemaPublicGetsIt(t *testing.T) {
	t.Parallel()
	central, _ := publicCentral(t)
	clone := pgtest.EmptyDatabase(t)
	clone.Exec(t, "drop schema public")
	require.NoError(t, deploy(t, central, clone, pack(t, central, publicLayers, nil), nil))
	assert.Equal(t, "2", clone.Text(t, "select count(*) from public.site"))
}
