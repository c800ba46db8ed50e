package algorithms

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// city is a structure with most of what PostgreSQL has, and odd names.
const city = `
	create schema ville;
	create schema "Été";
	create type ville.etat as enum ('bon', 'mauvais');
	create type ville.mesure as (valeur numeric, unite text);
	create domain ville.code as text constraint code_check check (value ~ '^[A-Z]+$');
	create function public.minuscule(t text) returns text language sql immutable as 'select lower(t)';
	create function ville.touch() returns trigger language plpgsql as $f$
/*
\restrict abc
SET transaction_timeout = 0;
*/
	begin
		-- ; ' "
		new.maj := coalesce(new.maj, '2020-01-01');
		return new;
	end $f$;
	create function ville.journal() returns trigger language plpgsql as 'begin insert into ville.trace (texte) values (new.nom); return null; end';
	create function ville.double(n integer) returns integer language sql begin atomic select case when n > 0 then n * 2 else 0 end; end;
	create sequence ville.numero start 500;

	create table ville.quartier (code text primary key, nom text not null, geom geometry(MultiPolygon, 2154));
	create table ville.trace (id serial primary key, texte text);
	create table ville."a.b" (
		id serial primary key,
		cle integer generated always as identity unique,
		numero integer not null default nextval('ville.numero'),
		nom text,
		nom_min text generated always as (public.minuscule(nom)) stored,
		etat ville.etat not null default 'bon',
		code ville.code,
		mesure ville.mesure,
		tags text[],
		photo bytea,
		options jsonb,
		attributs hstore,
		prix double precision,
		duree interval,
		maj timestamptz,
		quartier text references ville.quartier (code) on update cascade deferrable,
		geom geometry(PointZ, 2154),
		check (prix is null or prix >= 0)
	);
	comment on table ville."a.b" is 'Une table: "bizarre"';
	comment on column ville."a.b".nom is 'Nom;
	sur deux lignes';
	create table "Été"."quo""te" (uid uuid primary key default gen_random_uuid(), "Nom d'été" text unique, geom geometry(LineString, 4326));
	create index on ville."a.b" using gist (geom);
	create trigger touch before insert or update on ville."a.b" for each row execute function ville.touch();
	comment on trigger touch on ville."a.b" is 'essai';
	create trigger journal after insert on ville."a.b" for each row execute function ville.journal();
	create view ville.vue as select id, nom, etat from ville."a.b";
	create materialized view ville.resume as select etat, count(*) as n from ville."a.b" group by etat;
	create unique index on ville.resume (etat);

	create table ville.autre (id serial primary key, nom text);
	create function ville.nom_autre(a ville.autre) returns text language sql as 'select a.nom';
	create view ville.vue_autre as select * from ville.autre;

	insert into ville.quartier values
		('Q1', 'L''Écusson', st_multi(st_geomfromtext('POLYGON((0 0, 10 0, 10 10, 0 0))', 2154))),
		('Q2', E'tab\tnew\nline\\back', null);
	alter table ville."a.b" disable trigger journal;
	insert into ville."a.b" (nom, etat, code, mesure, tags, photo, options, attributs, prix, duree, maj, quartier, geom) values
		('Chêne "vert"', 'bon', 'ABC', (1.50, 'm'), '{a,"b,c",NULL,"é"}', '\x00ff27', '{"a": [1, null]}', 'k=>"v \"q\""', 0.1, '1 mon 2 days 03:04:05', '2024-06-01 12:00+02', 'Q1', st_geomfromtext('POINT Z (1.1 2.2 3.3)', 2154)),
		(null, 'mauvais', null, null, '{}', '', null, '', 'NaN', null, 'infinity', null, null),
		('\N', 'bon', null, null, null, null, null, null, 1e-300, '-1 day', null, 'Q2', st_geomfromtext('POINT Z EMPTY', 2154));
	alter table ville."a.b" enable trigger journal;
	insert into "Été"."quo""te" ("Nom d'été", geom) values ('é', st_geomfromtext('LINESTRING(0 0, 1 1)', 4326)), ('', null);
	refresh materialized view ville.resume;

	create table public.layer_styles (
		id serial primary key, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar, f_geometry_column varchar,
		stylename text, styleqml xml, stylesld xml, useasdefault boolean, description text, owner varchar(63), ui xml, update_time timestamp default current_timestamp
	);
	insert into public.layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, stylename, styleqml, useasdefault) values
		(current_database(), 'ville', 'a.b', 'geom', 'arbres', '<!DOCTYPE qgis><qgis a="''"/>', true),
		(current_database(), 'ville', 'autre', null, 'autre', '<qgis/>', true);`

// cityTables are those of city that go together, and its views.
var cityTables = []any{"ville.quartier", `ville."a.b"`, "ville.trace", `Été."quo""te"`, "ville.vue", "ville.resume"}

// centralDatabase is a central database with the given structure, not prepared but for its server id.
func centralDatabase(t *testing.T, structure string) *pgtest.DB {
	t.Helper()
	db := pgtest.Database(t)
	install(t, db)
	db.Exec(t, "set search_path to public; "+structure+"; reset search_path")
	return db
}

func install(t *testing.T, db *pgtest.DB) {
	t.Helper()
	_, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
	require.NoError(t, err)
	_, err = run(t.Context(), t, "initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": db.URL}, &story{})
	require.NoError(t, err)
}

// pack packages tables and returns the package.
func pack(t *testing.T, db *pgtest.DB, layers []any, more map[string]any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "package.zip")
	_, err := tryPack(t.Context(), t, db, path, layers, more)
	require.NoError(t, err)
	return path
}

func tryPack(ctx context.Context, t *testing.T, db *pgtest.DB, path string, layers []any, more map[string]any) (*story, error) {
	t.Helper()
	input := map[string]any{"CONNECTION_NAME_CENTRAL": db.URL, "PG_LAYERS": layers, "ZIP_FILE": path}
	for name, value := range more {
		input[name] = value
	}
	told := &story{}
	_, err := run(ctx, t, "package_central_database", input, told)
	return told, err
}

func TestPackageWarnsOfReferencesBetweenItsTables(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, `
		create schema city;
		create table city.site (id serial primary key);
		create table city.visit (id serial primary key, site_id integer);
		insert into lizsync.local_keys values ('city.site')`)
	references := func(layers ...any) (found []string) {
		told, err := tryPack(t.Context(), t, db, filepath.Join(t.TempDir(), "package.zip"), layers, nil)
		require.NoError(t, err)
		for _, warning := range told.warnings {
			if strings.Contains(warning, "its column site_id holds the numbers of city.site.id") {
				found = append(found, warning)
			}
		}
		return found
	}
	assert.Len(t, references("city.site", "city.visit"), 1)
	assert.Empty(t, references("city.visit"), "the numbers of a table that no clone has are central's")
}

// filesBeside lists what is in the folder of a package.
func filesBeside(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestPackageSaysWhatItHolds(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, city)
	path := pack(t, db, cityTables, nil)
	assert.Equal(t, []string{"package.zip"}, filesBeside(t, path))

	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, archive.Close()) }()
	file, err := archive.Open("manifest.json")
	require.NoError(t, err)
	var manifest struct {
		PackageID string `json:"package_id"`
		Central   struct {
			ServerID string `json:"server_id"`
		} `json:"central"`
		Extensions []struct {
			Name string `json:"name"`
		} `json:"extensions"`
		Tables []struct {
			Schema, Name string
			Rows         int
		} `json:"tables"`
		Sequences []struct {
			Name  string
			Value int `json:"last_value"`
		} `json:"sequences"`
		Objects []struct{ Identity string } `json:"objects"`
	}
	require.NoError(t, json.NewDecoder(file).Decode(&manifest))
	text := fmt.Sprintf("%v", manifest)
	assert.Equal(t, db.Text(t, "select server_id from lizsync.server_metadata"), manifest.Central.ServerID)
	assert.Equal(t, [][]string{{manifest.Central.ServerID, "{}", "full", "done"}},
		db.Rows(t, "select server_from, server_to, sync_type, sync_status from lizsync.history where sync_id = $1", manifest.PackageID))
	assert.Contains(t, text, "[{hstore} {postgis}]")
	assert.Contains(t, text, "[{ville quartier 2} {ville a.b 3} {ville trace 0} {Été quo\"te 2}]")
	assert.Contains(t, text, "{numero 502}")
	assert.Contains(t, text, "public.minuscule(pg_catalog.text)")
	assert.Contains(t, text, "ville.double(integer)")
	assert.NotContains(t, text, "autre")
}

func TestPackageRefusesWhatCannotBeSynchronised(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, `
		create schema s;
		create table s.parent (id serial primary key, nom text);
		create table s.child (id serial primary key, parent_id integer references s.parent (id));
		create table s.named (nom text primary key);
		create table s.naming (id serial primary key, nom text references s.named (nom));
		create table s.secret (id serial primary key);
		alter table s.secret enable row level security;
		create view s.mixed as select n.nom from s.named n join s.parent p on p.nom = n.nom;
		create function audit.own() returns integer language sql as 'select 1';
		create table s.internal (id integer primary key default audit.own());
		create table public.t (id serial primary key, srid integer references public.spatial_ref_sys);
		create table public.layer_styles (id serial primary key);
		select lizsync.set_serial_keys('s.parent', true)`)
	path := filepath.Join(t.TempDir(), "package.zip")
	for name, refused := range map[string]struct {
		layers     []any
		text, hint string
	}{
		"foreign key on a serial key":  {[]any{"s.parent", "s.child"}, "s.child: its foreign key child_parent_id_fkey references s.parent (id)", "remedy"},
		"foreign key to another table": {[]any{"s.naming"}, "naming_nom_fkey of s.naming references s.named", "add s.named to PG_LAYERS"},
		"row-level security":           {[]any{"s.secret"}, "row-level security", "remedy"},
		"view of another table":        {[]any{"s.named", "s.mixed"}, "view s.mixed needs table s.parent", "add the tables"},
		"view alone":                   {[]any{"s.mixed"}, "only views were chosen", "PG_LAYERS"},
		"function of LizSync's schema": {[]any{"s.internal"}, "needs function audit.own()", "may depend on the schemas audit and lizsync"},
		"tables of tools": {
			[]any{"public.layer_styles", "public.spatial_ref_sys", "public.geometry_columns"},
			"never synchronised: public.layer_styles belongs to QGIS; public.spatial_ref_sys belongs to the extension postgis; public.geometry_columns belongs to the extension postgis",
			"every database has its own",
		},
		"foreign key to PostGIS": {[]any{"public.t"}, "public.t: its foreign key t_srid_fkey references public.spatial_ref_sys, which belongs to the extension postgis", "remedy"},
		"unknown":                {[]any{"s.nothing", `"S".parent`, "s.named"}, `there is no table or view "s"."nothing", "S"."parent"`, "capitals"},
		"no name":                {[]any{"parent"}, `"parent" is not the name of a table`, "schema.table"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tryPack(t.Context(), t, db, path, refused.layers, nil)
			require.ErrorContains(t, err, refused.text)
			assert.Contains(t, hint(t, err), refused.hint)
		})
	}
	assert.Empty(t, filesBeside(t, path))
	assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.history"))
	assert.Equal(t, "0", db.Text(t, "select count(*) from pg_trigger where tgname ~ '^00_audit' and tgrelid <> 's.named'::regclass and tgrelid <> 's.internal'::regclass"),
		"what is refused is not prepared")
}

func TestPackageRefusesUnpreparedTablesUnlessItMayPrepareThem(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key)")
	path := filepath.Join(t.TempDir(), "package.zip")
	never := map[string]any{"ADD_UID_COLUMNS": false, "ADD_AUDIT_TRIGGERS": false}
	_, err := tryPack(t.Context(), t, db, path, []any{"s.t"}, never)
	require.ErrorContains(t, err, "not prepared: s.t lacks its uid column and its audit triggers")
	assert.Contains(t, hint(t, err), "ADD_UID_COLUMNS")
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, nil)
	require.NoError(t, err)
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, never)
	require.NoError(t, err)
}

func TestTablesOfAnotherRoleThatWerePreparedArePackaged(t *testing.T) {
	t.Parallel()
	owner, people := pgtest.Role(t), pgtest.Role(t)
	central := pgtest.Database(t)
	central.Exec(t, "alter database "+central.Name+" owner to "+owner.Name)
	asOwner := &pgtest.DB{Server: central.Server, Name: central.Name, URL: central.As(t, owner)}
	install(t, asOwner)
	central.Exec(t, `
		create schema s authorization `+people.Name+`; set role `+people.Name+`;
		create table s.t (id serial primary key, nom text); create table s.u (id integer generated by default as identity primary key);
		insert into s.t (nom) values ('x'); insert into s.u select 1; reset role;
		insert into lizsync.local_keys values ('s.t'), ('s.u')`)
	_, err := run(t.Context(), t, "initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true}, &story{})
	require.NoError(t, err)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, asOwner, clone, pack(t, asOwner, []any{"s.t", "s.u"}, nil), map[string]any{"CENTRAL_ROLE": people.Name}))
	assert.Equal(t, "1", clone.Text(t, "select last_value from s.t_id_seq where is_called"))
}

func TestPackageNeedsCentralDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	path := filepath.Join(t.TempDir(), "package.zip")
	_, err := tryPack(t.Context(), t, db, path, []any{"s.t"}, nil)
	require.ErrorContains(t, err, `there is no table or view "s"."t"`)
	db.Exec(t, "create schema s; create table s.t (id serial primary key)")
	never := map[string]any{"ADD_AUDIT_TRIGGERS": false}
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, never)
	require.ErrorContains(t, err, "LizSync is not installed")
	assert.Equal(t, pgtest.Null, db.Text(t, "select to_regnamespace('lizsync')"), "nothing is installed by mistake")

	_, err = run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
	require.NoError(t, err)
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, never)
	require.ErrorContains(t, err, "has no server id")
	assert.Contains(t, hint(t, err), "initialize_central_database")
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, nil)
	require.NoError(t, err)
}

func TestPackageInstallsLizSyncWhereNothingOfItIs(t *testing.T) {
	t.Parallel()
	db, owner, other := pgtest.Database(t), pgtest.Role(t), pgtest.Role(t)
	db.Exec(t, fmt.Sprintf(`
		create schema s; create table s.t (id serial primary key); alter schema s owner to %[1]s; alter table s.t owner to %[1]s;
		grant usage on schema s to %[2]s; grant create on database %[3]s to %[2]s`, owner.Name, other.Name, db.Name))
	as := func(role pgtest.Login) *pgtest.DB {
		return &pgtest.DB{Server: db.Server, Name: db.Name, URL: db.As(t, role)}
	}
	path := filepath.Join(t.TempDir(), "package.zip")

	_, err := tryPack(t.Context(), t, as(other), path, []any{"s.t"}, nil)
	require.ErrorContains(t, err, "LizSync is not installed in the database "+db.Name+", and s.t belongs to "+owner.Name)
	assert.Contains(t, hint(t, err), "connect as "+owner.Name)
	_, err = tryPack(t.Context(), t, as(owner), path, []any{"s.t"}, nil)
	require.ErrorContains(t, err, "may not create the schemas audit and lizsync")
	assert.Contains(t, hint(t, err), fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s", db.Name, owner.Name))
	db.Exec(t, "create schema lizsync")
	db.Exec(t, fmt.Sprintf("grant create on database %s to %s", db.Name, owner.Name))
	_, err = tryPack(t.Context(), t, as(owner), path, []any{"s.t"}, nil)
	require.ErrorContains(t, err, "LizSync is not installed in the database "+db.Name, "what somebody else made is left for a person")
	db.Exec(t, "drop schema lizsync")

	told, err := tryPack(t.Context(), t, as(owner), path, []any{"s.t"}, nil)
	require.NoError(t, err)
	assert.Equal(t, "nothing of LizSync is in the database yet: installing it", told.messages[0])
	assert.Equal(t, "1", db.Text(t, "select count(*) from lizsync.server_metadata where server_name = 'central'"))
}

// TestOpenEditsDoNotHoldUpThePackage: the packaged data are those of before the edit.
func TestOpenEditsDoNotHoldUpThePackage(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key, nom text); insert into s.t (nom) values ('before')")
	pack(t, db, []any{"s.t"}, nil)

	editor := db.Conn(t)
	_, err := editor.Exec(t.Context(), "begin; update s.t set nom = 'after'; insert into s.t (nom) values ('new')")
	require.NoError(t, err)
	path := pack(t, db, []any{"s.t"}, nil)
	_, err = editor.Exec(t.Context(), "commit")
	require.NoError(t, err)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, db, clone, path, nil))
	assert.Equal(t, "before", clone.Text(t, "select string_agg(nom, ',') from s.t"))
	assert.Equal(t, [][]string{{"U"}, {"I"}}, db.Rows(t, `
		select l.action from audit.logged_actions l, lizsync.clones c
		where not pg_visible_in_snapshot(l.transaction_id::text::xid8, c.deploy_presented) order by l.event_id`), "the edits are still to be sent")
}

func TestCancelledPackageLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key); insert into s.t select")
	path := pack(t, db, []any{"s.t"}, nil)
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	// Somebody changes the structure: pg_dump waits for the lock on a table beside.
	blocker := db.Conn(t)
	_, err = blocker.Exec(t.Context(), "begin; lock table s.t in access exclusive mode")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := tryPack(ctx, t, db, path, []any{"s.t"}, nil)
		done <- err
	}()
	pgtest.WaitFor(t, blocker, "select count(*) > 0 from pg_locks where relation = 's.t'::regclass and not granted")
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Equal(t, []string{"package.zip"}, filesBeside(t, path))
}

// TestCancelledPackageEndsPgDump: the program that runs is told to stop, too.
func TestCancelledPackageEndsPgDump(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key)")
	folder, started := fakeDump(t, "99.0"), filepath.Join(t.TempDir(), "started")
	script := fmt.Sprintf("#!/bin/sh\ncase $1 in --version) echo 'pg_dump (PostgreSQL) 99.0';; *) mkfifo %[1]s; read line < %[1]s;; esac\n", started)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "pg_dump"), []byte(script), 0o755))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := tryPack(ctx, t, db, filepath.Join(t.TempDir(), "package.zip"), []any{"s.t"}, map[string]any{"POSTGRESQL_BINARY_PATH": folder})
		done <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, time.Minute, 5*time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

// fakeDump puts a pg_dump into a folder that says it has another version.
func fakeDump(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"pg_dump", "pg_restore"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s'\n", name, version)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	return dir
}

func TestPgDumpMustBeAsNewAsTheServer(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key)")
	path := filepath.Join(t.TempDir(), "package.zip")
	old := fakeDump(t, "9.6.24")
	_, err := tryPack(t.Context(), t, db, path, []any{"s.t"}, map[string]any{"POSTGRESQL_BINARY_PATH": old})
	require.ErrorContains(t, err, "pg_dump in "+old+" has version 9, too old")
	assert.Contains(t, hint(t, err), "postgresql-client-")
	_, err = tryPack(t.Context(), t, db, path, []any{"s.t"}, map[string]any{"POSTGRESQL_BINARY_PATH": t.TempDir()})
	require.ErrorContains(t, err, "there is no pg_dump that works in")
}

func TestAdditionalSQLIsCheckedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key)")
	script := filepath.Join(t.TempDir(), "more.sql")
	require.NoError(t, os.WriteFile(script, []byte("select 1;\ncommit;"), 0o600))
	_, err := tryPack(t.Context(), t, db, filepath.Join(t.TempDir(), "package.zip"), []any{"s.t"}, map[string]any{"ADDITIONAL_SQL_FILE": script})
	require.ErrorContains(t, err, "line 2 of "+script+" cannot be deployed: commit;")
	_, err = tryPack(t.Context(), t, db, filepath.Join(t.TempDir(), "package.zip"), []any{"s.t"}, map[string]any{"ADDITIONAL_SQL_FILE": script + ".no"})
	require.ErrorContains(t, err, "no such file")
}

func TestPackageIsNotWrittenWhereItCannotBe(t *testing.T) {
	t.Parallel()
	db := centralDatabase(t, "create schema s; create table s.t (id serial primary key)")
	_, err := tryPack(t.Context(), t, db, filepath.Join(t.TempDir(), "none", "package.zip"), []any{"s.t"}, nil)
	require.ErrorContains(t, err, "the package cannot be written to")
	_, err = tryPack(t.Context(), t, db, t.TempDir(), []any{"s.t"}, nil)
	require.ErrorContains(t, err, "it is not a file")
}

// dumped is the structure and data of schemas as pg_dump writes them, to compare databases. Audit triggers are left out.
func dumped(t *testing.T, db *pgtest.DB, schemas ...string) string {
	t.Helper()
	arguments := []string{"--inserts", "--column-inserts"}
	for _, schema := range schemas {
		arguments = append(arguments, "--schema="+schema)
	}
	return pgDump(t, db, arguments...)
}

// pgDump is what pg_dump writes, without what differs from run to run.
func pgDump(t *testing.T, db *pgtest.DB, arguments ...string) string {
	t.Helper()
	bin, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	require.NoError(t, err)
	program := "pg_dump"
	if len(bin) > 0 {
		program = bin[len(bin)-1]
	}
	arguments = append(arguments, "--dbname="+db.URL, "--no-owner", "--no-privileges")
	text, err := exec.CommandContext(t.Context(), program, arguments...).Output()
	require.NoError(t, err)
	var kept []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, `\`) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
