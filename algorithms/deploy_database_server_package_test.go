package algorithms

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

func tryDeploy(ctx context.Context, t *testing.T, central, clone *pgtest.DB, path string, more map[string]any) (*story, error) {
	t.Helper()
	input := map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "ZIP_FILE": path}
	for name, value := range more {
		input[name] = value
	}
	told := &story{}
	_, err := run(ctx, t, "deploy_database_server_package", input, told)
	return told, err
}

func deploy(t *testing.T, central, clone *pgtest.DB, path string, more map[string]any) error {
	t.Helper()
	_, err := tryDeploy(t.Context(), t, central, clone, path, more)
	return err
}

func synchronize(t *testing.T, central, clone *pgtest.DB) {
	t.Helper()
	_, err := trySynchronize(t, central, clone)
	require.NoError(t, err)
}

func trySynchronize(t *testing.T, central, clone *pgtest.DB) (exchange.Counts, error) {
	t.Helper()
	from, err := database.Connect(t.Context(), clone.URL, &story{})
	require.NoError(t, err)
	defer database.Close(t.Context(), from)
	to, err := database.Connect(t.Context(), central.URL, &story{})
	require.NoError(t, err)
	defer database.Close(t.Context(), to)
	return exchange.Synchronize(t.Context(), from, to, &story{})
}

// small is a central database with one table of two rows, and a package of it.
func small(t *testing.T) (central *pgtest.DB, path string) {
	t.Helper()
	central = centralDatabase(t, "create schema s; create table s.t (id serial primary key, nom text); insert into s.t (nom) values ('a'), ('b')")
	return central, pack(t, central, []any{"s.t"}, nil)
}

func TestCloneHasWhatCentralHas(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	// A clone of shared keys has other ranges of the sequences.
	central.Exec(t, "insert into lizsync.local_keys select oid from pg_class where relkind = 'r' and relnamespace in ('ville'::regnamespace, '\"Été\"'::regnamespace)")
	additional := filepath.Join(t.TempDir(), "more.sql")
	require.NoError(t, os.WriteFile(additional, []byte("\uFEFFcreate view ville.locale as select nom from ville.quartier; comment on view ville.locale is 'é;';"), 0o600))
	path := pack(t, central, cityTables, map[string]any{"ADDITIONAL_SQL_FILE": additional})
	central.Exec(t, "drop view ville.vue_autre; drop function ville.nom_autre; drop table ville.autre")

	clone := pgtest.EmptyDatabase(t)
	told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"ENABLE_AFTER_TRIGGERS": true})
	require.NoError(t, err)
	assert.Equal(t, "Chêne \"vert\"\nL'Écusson", clone.Text(t, `select concat_ws(E'\n', (select nom from ville."a.b" where tags is not null and tags <> '{}'), (select nom from ville.locale where nom ~ 'É'))`))
	clone.Exec(t, "drop view ville.locale")
	assert.Equal(t, dumped(t, central, "ville", "Été"), dumped(t, clone, "ville", "Été"))
	assert.Equal(t, "POINT Z (1.1 2.2 3.3)", clone.Text(t, `select public.st_astext(geom) from ville."a.b" where etat = 'bon' and prix = 0.1`))
	assert.Equal(t, [][]string{{clone.Name, "a.b", "arbres", "t"}}, clone.Rows(t, "select f_table_catalog, f_table_name, stylename, useasdefault from public.layer_styles"))
	assert.IsIncreasing(t, told.progress[:1])

	id := clone.Text(t, "select server_id from lizsync.server_metadata")
	assert.Equal(t, "clone_"+id[:8], clone.Text(t, "select server_name from lizsync.server_metadata"))
	tables := `["\"ville\".\"quartier\"", "\"ville\".\"a.b\"", "\"ville\".\"trace\"", "\"Été\".\"quo\"\"te\""]`
	assert.Equal(t, [][]string{{id, tables}}, clone.Rows(t, "select * from lizsync.synchronized_tables"))
	assert.Equal(t, [][]string{{id, "postgres", "t"}}, central.Rows(t, `
		select server_id, role_name, deploy_token is not null from lizsync.clones`))
	assert.Equal(t, central.Rows(t, "select sync_id, server_from, server_to, sync_type from lizsync.history where server_to <> '{}'"),
		clone.Rows(t, "select sync_id, server_from, server_to, sync_type from lizsync.history"))
	assert.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_actions"))
	assert.Contains(t, strings.Join(told.warnings, "\n"), "superuser")

	synchronize(t, central, clone)
	clone.Exec(t, `insert into ville."a.b" (nom, numero) values ('new', 900); update ville.quartier set nom = 'autre' where code = 'Q2'`)
	central.Exec(t, `update ville."a.b" set nom = 'central' where nom is null`)
	synchronize(t, central, clone)
	synchronize(t, central, clone)
	const rows = `select uid, nom, numero, etat, geom from ville."a.b" order by uid`
	assert.Equal(t, central.Rows(t, rows), clone.Rows(t, rows))
	assert.Equal(t, "autre", central.Text(t, "select nom from ville.quartier where code = 'Q2'"))
}

func TestAfterTriggersAreDisabledOnTheClone(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	path := pack(t, central, cityTables, nil)
	clone := pgtest.Database(t)
	told, err := tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.messages, "\n"), `the AFTER triggers "journal" of "ville"."a.b"`)
	assert.Equal(t, [][]string{{"audit", "A"}, {"journal", "D"}, {"touch", "O"}}, clone.Rows(t, `
		select distinct regexp_replace(tgname, '^00_(audit)_.*', '\1'), tgenabled
		from pg_trigger where tgrelid = 'ville."a.b"'::regclass and not tgisinternal and tgname !~ '^zzz_lizsync_numbers' order by 1`))
}

func TestRedeploymentReplacesTheTablesAndKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, cityTables, nil), map[string]any{"CLONE_NAME": "portable"}))
	id := clone.Text(t, "select server_id from lizsync.server_metadata")
	clone.Exec(t, "insert into public.layer_styles (f_table_schema, f_table_name, f_geometry_column, stylename, useasdefault) values ('ville', 'a.b', 'geom', 'mine', true)")

	central.Exec(t, `
		insert into ville.quartier (code, nom) values ('Q3', 'new');
		alter table ville."a.b" add column hauteur numeric;
		alter type ville.etat add value 'moyen';
		create or replace function ville.double(n integer) returns integer language sql as 'select 0'`)
	fewer := []any{"ville.quartier", `ville."a.b"`, `Été."quo""te"`, "ville.vue", "ville.resume"}
	require.NoError(t, deploy(t, central, clone, pack(t, central, fewer, nil), nil))
	assert.Equal(t, [][]string{{id, "portable"}}, clone.Rows(t, "select * from lizsync.server_metadata"))
	assert.Equal(t, "3", clone.Text(t, "select count(*) from ville.quartier"))
	assert.Equal(t, "bon,mauvais,moyen", clone.Text(t, "select string_agg(e::text, ',') from unnest(enum_range(null::ville.etat)) e"))
	assert.Equal(t, "0", clone.Text(t, "select ville.double(3)"))
	assert.Equal(t, pgtest.Null, clone.Text(t, "select to_regclass('ville.trace')"), "a table that is no longer packaged goes")
	assert.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_relations where relation_name = 'ville.trace'"))
	assert.Equal(t, [][]string{{"arbres", "t"}, {"mine", "f"}}, clone.Rows(t, "select stylename, useasdefault from public.layer_styles order by 1"))
	synchronize(t, central, clone)

	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, fewer, nil), map[string]any{"RECREATE_CLONE_SERVER_ID": true})
	require.NoError(t, err, told.messages)
	assert.NotEqual(t, id, clone.Text(t, "select server_id from lizsync.server_metadata"))
	assert.Equal(t, "2", central.Text(t, "select count(*) from lizsync.clones"))
	synchronize(t, central, clone)
}

func TestWhatIsMadeOnTheCloneIsNamedAndNotDropped(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, "create schema mine; create view mine.v as select * from s.t; create table mine.c (uid uuid references s.t (uid))")
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, "view mine.v depends on table s.t")
	assert.ErrorContains(t, err, "constraint c_uid_fkey on table mine.c depends on table s.t")
	assert.Contains(t, hint(t, err), "drop them")
}

func TestViewOfAnEarlierPackageThatIsInTheWayIsNamed(t *testing.T) {
	t.Parallel()
	central, _ := small(t)
	central.Exec(t, "create view s.v as select * from s.t")
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t", "s.v"}, nil), nil))
	central.Exec(t, "drop view s.v")
	path := pack(t, central, []any{"s.t"}, nil)
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, "that an earlier package brought, depend on what the package replaces: view s.v depends on table s.t")
	assert.Contains(t, hint(t, err), "drop them on the clone, deploy")
	clone.Exec(t, "drop view s.v")
	require.NoError(t, deploy(t, central, clone, path, nil))
}

// state is what a deployment may change: every table, where it is stored and what it holds, and the triggers and functions. Numbers that
// central has allotted are lost when it fails.
func state(t *testing.T, db *pgtest.DB) [][]string {
	t.Helper()
	return db.Rows(t, `
		select 'table', format('%I.%I', n.nspname, c.relname), c.oid || ' ' || c.relfilenode,
			query_to_xml(format('select x::text from %I.%I x order by 1', n.nspname, c.relname), true, false, '')::text
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema)' and c.relname not in ('spatial_ref_sys', 'key_blocks', 'key_sequences')
		union all
		select 'view', c.oid::regclass::text, c.oid::text, pg_get_viewdef(c.oid) from pg_class c where c.relkind = 'v' and c.oid >= 16384
		union all
		select 'trigger', tgname, oid::text, tgenabled::text from pg_trigger where not tgisinternal
		union all
		select 'function', proname, oid::text, prosrc from pg_proc where oid >= 16384
		union all
		select 'sequence', schemaname || '.' || sequencename, coalesce(last_value::text, ''), '' from pg_sequences where sequencename !~ '^(layer_styles|key_blocks|allotter_)'
		order by 1, 2, 3`)
}

// untouched deploys where it must be refused, and compares both databases before and after.
func untouched(t *testing.T, central, clone *pgtest.DB, path string, more map[string]any) error {
	t.Helper()
	before, centralBefore := state(t, clone), state(t, central)
	err := deploy(t, central, clone, path, more)
	require.Error(t, err)
	assert.Equal(t, before, state(t, clone))
	assert.Equal(t, centralBefore, state(t, central))
	return err
}

func TestWrongTargetsAreRefused(t *testing.T) {
	t.Parallel()
	central, path := small(t)

	err := untouched(t, central, central, path, nil)
	assert.ErrorContains(t, err, "cannot become a clone: it is the central database itself")

	foreign := pgtest.Database(t)
	foreign.Exec(t, "create schema s; create table s.t (precious text)")
	err = untouched(t, central, foreign, path, nil)
	assert.ErrorContains(t, err, `under names of the package, and it would be lost: "s"."t"`)

	other, otherPath := small(t)
	err = untouched(t, other, pgtest.Database(t), path, nil)
	assert.ErrorContains(t, err, "the package was made from another central database")

	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	err = untouched(t, other, clone, otherPath, nil)
	assert.ErrorContains(t, err, "is a clone of another central database")

	err = untouched(t, other, central, otherPath, nil)
	assert.ErrorContains(t, err, "has clones of its own")

	mine := pgtest.Database(t)
	mine.Exec(t, "create schema s; create view s.t as select 1")
	err = untouched(t, central, mine, path, nil)
	assert.ErrorContains(t, err, `it would be lost: "s"."t"`)
}

func TestFunctionOfTheTargetIsNotReplaced(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	path := pack(t, central, cityTables, nil)
	target := pgtest.Database(t)
	target.Exec(t, "create function public.minuscule(t text) returns text language sql as 'select 1::text'; create schema ville; create type ville.etat as enum ('x')")
	err := untouched(t, central, target, path, nil)
	assert.ErrorContains(t, err, "type ville.etat, function public.minuscule(pg_catalog.text)")
}

func TestTableOfTheCloneThatIsPackagedLaterIsNotReplaced(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, "create table s.mine (precious text)")
	central.Exec(t, "create table s.mine (id serial primary key)")
	err := untouched(t, central, clone, pack(t, central, []any{"s.t", "s.mine"}, nil), nil)
	assert.ErrorContains(t, err, `it would be lost: "s"."mine"`)
}

func TestTableOfTheCloneIsNotReplacedByAView(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, "create table s.report (note text); insert into s.report values ('mine')")
	central.Exec(t, "create view s.report as select * from s.t")
	path = pack(t, central, []any{"s.t", "s.report"}, nil)
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, `it would be lost: "s"."report"`)

	clone.Exec(t, "drop table s.report")
	require.NoError(t, deploy(t, central, clone, path, nil))
	require.NoError(t, deploy(t, central, clone, path, nil), "a view of an earlier package is replaced")
}

func TestTableThatIsAViewOnCentralNowIsReplaced(t *testing.T) {
	t.Parallel()
	central, _ := small(t)
	central.Exec(t, "create table s.u (id serial primary key, nom text)")
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t", "s.u"}, nil), nil))
	central.Exec(t, "drop table s.u; create view s.u as select * from s.t")
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t", "s.u"}, nil), nil))
	assert.Equal(t, "2", clone.Text(t, "select count(*) from s.u"))
}

func TestCloneWithUnsentEditsIsRefused(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, "update s.t set nom = 'edited'")
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, `has 2 edits that were not synchronised, and they would be lost: "s"."t" (2)`)
	assert.Contains(t, hint(t, err), "synchronize_database")
}

func TestPackageOlderThanTheCloneIsRefused(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	require.NoError(t, deploy(t, central, clone, path, nil), "the same package may be deployed again")
	central.Exec(t, "update s.t set nom = 'edited'")
	synchronize(t, central, clone)
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, "has synchronised, or was deployed, since the package was made")
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), nil))
}

// rewrite copies a package and lets change alter what its members hold; a member whose content becomes nil is left out.
func rewrite(t *testing.T, path string, change func(members map[string][]byte)) string {
	t.Helper()
	from, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, from.Close()) }()
	members := map[string][]byte{}
	var names []string
	for _, f := range from.File {
		r, err := f.Open()
		require.NoError(t, err)
		members[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
		names = append(names, f.Name)
	}
	change(members)
	for name := range members {
		if from.File != nil && !contains(names, name) {
			names = append(names, name)
		}
	}
	var buffer bytes.Buffer
	to := zip.NewWriter(&buffer)
	for _, name := range names {
		if members[name] == nil {
			continue
		}
		w, err := to.Create(name)
		require.NoError(t, err)
		_, err = w.Write(members[name])
		require.NoError(t, err)
	}
	require.NoError(t, to.Close())
	changed := filepath.Join(t.TempDir(), "changed.zip")
	require.NoError(t, os.WriteFile(changed, buffer.Bytes(), 0o600))
	return changed
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// editManifest changes a key of the manifest.
func editManifest(t *testing.T, path string, change func(manifest map[string]any)) string {
	t.Helper()
	return rewrite(t, path, func(members map[string][]byte) {
		var manifest map[string]any
		require.NoError(t, json.Unmarshal(members["manifest.json"], &manifest))
		change(manifest)
		text, err := json.Marshal(manifest)
		require.NoError(t, err)
		members["manifest.json"] = text
	})
}

func TestDamagedAndHostilePackagesAreRefused(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	bytesOf := func(content []byte) string {
		name := filepath.Join(t.TempDir(), "damaged.zip")
		require.NoError(t, os.WriteFile(name, content, 0o600))
		return name
	}
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte("data/00001.copy"))+len("data/00001.copy")+3] ^= 1
	change := func(member, content string) string {
		return rewrite(t, path, func(members map[string][]byte) { members[member] = []byte(content) })
	}
	for name, damaged := range map[string]struct{ path, text string }{
		"absent":             {path + ".no", "there is no package"},
		"a folder":           {t.TempDir(), "damaged"},
		"empty":              {bytesOf(nil), "it is not a ZIP file"},
		"no zip":             {bytesOf([]byte("hello")), "it is not a ZIP file"},
		"truncated":          {bytesOf(whole[:len(whole)-30]), "it is not a ZIP file, or not all of one"},
		"a flipped bit":      {bytesOf(flipped), "its member data/00001.copy"},
		"an extra member":    {change("data/00002.copy", "x"), "it has members that its manifest does not list: data/00002.copy"},
		"a path upwards":     {change("../evil", "x"), `"../evil", which no package has`},
		"an absolute path":   {change("/etc/evil", "x"), `"/etc/evil", which no package has`},
		"a windows path":     {change(`..\evil`, "x"), "which no package has"},
		"a missing member":   {rewrite(t, path, func(m map[string][]byte) { m["data/00001.copy"] = nil }), "its member data/00001.copy is missing"},
		"no manifest":        {rewrite(t, path, func(m map[string][]byte) { m["manifest.json"] = nil }), "it has no manifest.json"},
		"a bomb":             {change("data/00001.copy", strings.Repeat("0", 50<<20)), "has 52428800 bytes instead of"},
		"another content":    {rewrite(t, path, func(m map[string][]byte) { m["data/00001.copy"] = bytes.ToUpper(m["data/00001.copy"]) }), "another checksum"},
		"a wrong manifest":   {change("manifest.json", "{"), "manifest.json"},
		"another format":     {editManifest(t, path, func(m map[string]any) { m["format_version"] = 99 }), "has format 99, and this program reads format 2"},
		"another structure":  {editManifest(t, path, func(m map[string]any) { m["structure_version"] = 99 }), "version 99 of the LizSync structure"},
		"an unknown key":     {editManifest(t, path, func(m map[string]any) { m["evil"] = true }), "unknown field"},
		"an unknown package": {editManifest(t, path, func(m map[string]any) { m["package_id"] = "00000000-0000-0000-0000-000000000000" }), "does not know the package"},
		"a reserved schema": {editManifest(t, path, func(m map[string]any) {
			m["tables"].([]any)[0].(map[string]any)["schema"] = "lizsync"
		}), "is never synchronised"},
		"a dropped database": {editManifest(t, path, func(m map[string]any) {
			m["objects"] = []any{map[string]any{"type": "database", "identity": "postgres"}}
		}), `an object of type "database"`},
	} {
		t.Run(name, func(t *testing.T) {
			err := untouched(t, central, clone, damaged.path, nil)
			require.ErrorContains(t, err, damaged.text)
			if name != "a folder" {
				assert.NotEmpty(t, hint(t, err))
			}
		})
	}
	assert.NoError(t, deploy(t, central, clone, path, nil))
}

func TestDeploymentStoppedHalfWayChangesNothing(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, city)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, cityTables, nil), nil))
	central.Exec(t, "update ville.quartier set nom = 'edited'")
	slow := filepath.Join(t.TempDir(), "slow.sql")
	require.NoError(t, os.WriteFile(slow, []byte("select pg_sleep(600)"), 0o600))
	path := pack(t, central, cityTables, map[string]any{"ADDITIONAL_SQL_FILE": slow})
	before, centralBefore := state(t, clone), state(t, central)

	watcher := clone.Conn(t)
	const sleeping = "select count(*) = 1 from pg_stat_activity where datname = current_database() and query ~ '^select pg_sleep'"
	for name, stop := range map[string]func(cancel func()){
		"cancelled": func(cancel func()) { cancel() },
		"its connection ends": func(func()) {
			clone.Exec(t, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ~ '^select pg_sleep'")
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := tryDeploy(ctx, t, central, clone, path, nil)
			done <- err
		}()
		pgtest.WaitFor(t, watcher, sleeping)
		stop(cancel)
		assert.Error(t, <-done, name)
		cancel()
		assert.Equal(t, before, state(t, clone), name)
		assert.Equal(t, centralBefore, state(t, central), name)
	}
	synchronize(t, central, clone)
	assert.Equal(t, "edited", clone.Text(t, "select distinct nom from ville.quartier"))
}

func TestFailingAdditionalSQLChangesNothing(t *testing.T) {
	t.Parallel()
	central, _ := small(t)
	bad := filepath.Join(t.TempDir(), "bad.sql")
	require.NoError(t, os.WriteFile(bad, []byte("create table s.x ();\n\nselect é_no;"), 0o600))
	err := untouched(t, central, pgtest.Database(t), pack(t, central, []any{"s.t"}, map[string]any{"ADDITIONAL_SQL_FILE": bad}), nil)
	assert.ErrorContains(t, err, "run additional.sql, line 3 of the package on the clone: column \"é_no\" does not exist")
}

func TestEditsOfTheAdditionalSQLAreSent(t *testing.T) {
	t.Parallel()
	central, _ := small(t)
	more := filepath.Join(t.TempDir(), "more.sql")
	require.NoError(t, os.WriteFile(more, []byte("update s.t set nom = 'additional' where nom = 'a'"), 0o600))
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, map[string]any{"ADDITIONAL_SQL_FILE": more}), nil))
	synchronize(t, central, clone)
	assert.Equal(t, "1", central.Text(t, "select count(*) from s.t where nom = 'additional'"))
}

func TestUseOfTheOldTablesIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	reader := clone.Conn(t)
	_, err := reader.Exec(t.Context(), "begin; select * from s.t")
	require.NoError(t, err)
	err = deploy(t, central, clone, path, nil)
	require.ErrorContains(t, err, `somebody uses "s"."t" on the clone`)
	assert.Contains(t, hint(t, err), "close the layers")
}

func TestRoleWithoutRightsIsWarnedAbout(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	role := pgtest.Role(t)
	told, err := tryDeploy(t.Context(), t, central, pgtest.Database(t), path, map[string]any{"CENTRAL_ROLE": role.Name})
	require.NoError(t, err)
	text := strings.Join(told.warnings, "\n")
	assert.Contains(t, text, "GRANT USAGE ON SCHEMA s TO "+role.Name)
	assert.Contains(t, text, "GRANT SELECT, INSERT, UPDATE, DELETE ON s.t TO "+role.Name)
	assert.Contains(t, text, "GRANT USAGE ON SEQUENCE s.t_id_seq TO "+role.Name)
	assert.Contains(t, strings.Join(told.messages, "\n"), "the connection to central is not stored")
	assert.Equal(t, role.Name, central.Text(t, "select role_name from lizsync.clones"))

	_, err = tryDeploy(t.Context(), t, central, pgtest.Database(t), path, map[string]any{"CENTRAL_ROLE": "no such role"})
	require.ErrorContains(t, err, "has no role no such role")
}

func TestOwnerWithoutFurtherRightsDeploys(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, "create schema s; create table s.t (id serial primary key, geom geometry(Point, 2154))")
	path := pack(t, central, []any{"s.t"}, nil)
	clone := pgtest.EmptyDatabase(t)
	owner := pgtest.Role(t)
	clone.Exec(t, "create extension hstore schema public; grant create on database "+clone.Name+" to "+owner.Name)
	err := deploy(t, central, clone, path, map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)})
	require.ErrorContains(t, err, "the role "+owner.Name+" may not create in the database "+clone.Name+" what the package needs")
	assert.Equal(t, fmt.Sprintf(`a superuser runs in the database %s: CREATE EXTENSION "postgis" SCHEMA "public" CASCADE; `+
		`CREATE EXTENSION "dblink" SCHEMA "public" CASCADE; CREATE EXTENSION "postgres_fdw" SCHEMA "public" CASCADE; `+
		`GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO %s; then deploy again`, clone.Name, owner.Name), hint(t, err))

	clone.Exec(t, "create extension postgis schema public")
	told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.messages, "\n"), `for it, a superuser runs on the clone: CREATE EXTENSION "dblink" SCHEMA "public" CASCADE; `)
	assert.Equal(t, owner.Name, clone.Text(t, "select relowner::regrole from pg_class where oid = 's.t'::regclass"))

	clone.Exec(t, "insert into s.t (geom) values ('POINT(1 2)')")
	again := map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner), "KEEP_UNSENT_CHANGES": true}
	require.NoError(t, deploy(t, central, clone, path, again))
	assert.Equal(t, "1", clone.Text(t, "select count(*) from s.t"))
}

func TestConnectionToCentralIsStoredAndNeverTold(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	told, err := tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	assert.Equal(t, "central_server", clone.Text(t, "select srvname from pg_foreign_server"))
	clone.Exec(t, "update s.t set nom = 'by synchronize()'")
	assert.Equal(t, "2", clone.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))
	password := clone.Text(t, "select substring(array_to_string(umoptions, ' ') from 'password=(.*)') from pg_user_mappings")
	require.NotEmpty(t, password)
	assert.NotContains(t, strings.Join(append(told.messages, told.warnings...), "\n"), password)
}

// TestKeptEditsAreComparedWithAllThatCentralDid: also with what it did before the package was made.
func TestKeptEditsAreComparedWithAllThatCentralDid(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema s;
		create table s.parent (code text primary key, nom text, autre text);
		create table s.child (id serial primary key, nom text unique, parent text references s.parent (code) on delete cascade);
		insert into s.parent select 'p' || i, 'before', 'before' from generate_series(1, 6) as i;
		insert into s.child (nom, parent) values ('c1', 'p1')`)
	tables := []any{"s.parent", "s.child"}
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, tables, nil), nil))

	clone.Exec(t, `
		update s.parent set nom = 'clone, earlier' where code = 'p1';
		update s.parent set autre = 'clone' where code = 'p1';
		update s.parent set nom = 'clone' where code = 'p2';
		delete from s.parent where code = 'p3';
		delete from s.parent where code = 'p4';
		update s.parent set nom = 'clone' where code = 'p6';
		insert into s.child (nom, parent) values ('clone', 'p2'), ('same', 'p1');
		update s.child set nom = 'clone, again' where nom = 'clone'`)
	central.Exec(t, `
		update s.parent set nom = 'central, later' where code = 'p1';
		update s.parent set nom = 'central' where code = 'p5';
		insert into s.child (nom, parent) values ('same', 'p5'), ('new child', 'p4');
		delete from s.parent where code = 'p6'`)
	path := pack(t, central, tables, nil)
	times := clone.Rows(t, "select event_id, action_tstamp_clk, session_user_name from audit.logged_actions order by 1")
	require.ErrorContains(t, untouched(t, central, clone, path, nil), "edits that were not synchronised")

	told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.NoError(t, err)
	assert.Equal(t, times, clone.Rows(t, "select event_id, action_tstamp_clk, session_user_name from audit.logged_actions order by 1"))
	assert.Equal(t, [][]string{{"p1", "clone, earlier", "clone"}, {"p2", "clone", "before"}, {"p4", "before", "before"}, {"p5", "central", "before"}},
		clone.Rows(t, "select code, nom, autre from s.parent order by 1"))
	text := strings.Join(told.warnings, "\n")
	assert.Contains(t, text, `of "s"."child": duplicate key value violates unique constraint`)
	assert.Contains(t, text, `of "s"."parent": rows that reference it have come since`)
	assert.Equal(t, "2", clone.Text(t, "select count(*) from lizsync.pending_changes where given_up"))

	synchronize(t, central, clone)
	synchronize(t, central, clone)
	for _, rows := range []string{"select * from s.parent order by uid", "select uid, nom, parent from s.child order by uid"} {
		assert.Equal(t, central.Rows(t, rows), clone.Rows(t, rows))
	}
	assert.Equal(t, [][]string{{"p1", "central, later", "clone"}, {"p2", "clone", "before"}, {"p4", "before", "before"}, {"p5", "central", "before"}},
		central.Rows(t, "select code, nom, autre from s.parent order by 1"))
	assert.Equal(t, [][]string{{"c1"}, {"clone, again"}, {"new child"}, {"same"}}, central.Rows(t, "select nom from s.child order by 1"))
	assert.Equal(t, [][]string{{"delete wins", pgtest.Null, "p6"}, {"given up", pgtest.Null, "same"}, {"given up", pgtest.Null, pgtest.Null}, {"last edit wins", "clone, earlier", pgtest.Null}},
		central.Rows(t, "select rule_applied, clone_value, coalesce(row_data operator(public.->) 'code', row_data operator(public.->) 'nom') from lizsync.conflicts order by 1, 3"))
	assert.Equal(t, "0", clone.Text(t, "select count(*) from lizsync.pending_changes"))
	assert.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_actions"))
}

// lost synchronises a clone that loses central's reply: central has committed, the clone has not.
func lost(t *testing.T, central, clone *pgtest.DB) {
	t.Helper()
	const apply = "lizsync.apply_reply(lizsync.acknowledgement)"
	restore := clone.Text(t, "select pg_get_functiondef($1::text::regprocedure)", apply)
	clonetest.Alter(t, clone, strings.Replace(restore, "begin\n", "begin\n    raise exception 'the reply is lost';\n", 1))
	_, err := trySynchronize(t, central, clone)
	require.ErrorContains(t, err, "the reply is lost")
	clonetest.Alter(t, clone, restore)
}

// threeTrees is a central database with three trees, and a clone.
func threeTrees(t *testing.T) (central, clone *pgtest.DB) {
	t.Helper()
	central = centralDatabase(t, `
		create schema s;
		create table s.t (nom text primary key, hauteur integer);
		insert into s.t values ('a', 0), ('b', 0), ('c', 0)`)
	clone = pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), nil))
	return central, clone
}

// TestKeptEditsThatCentralHasAreNotSentAgain: those whose answer was lost. What it has refused is carried.
func TestKeptEditsThatCentralHasAreNotSentAgain(t *testing.T) {
	t.Parallel()
	keep := map[string]any{"KEEP_UNSENT_CHANGES": true}
	for _, renew := range []bool{false, true} {
		central, clone := threeTrees(t)
		clone.Exec(t, "update s.t set hauteur = 1 where nom = 'a'; update s.t set hauteur = 100 where nom = 'c'")
		central.Exec(t, `
			create function s.low() returns trigger language plpgsql as 'begin if new.hauteur >= 100 then raise check_violation; end if; return new; end';
			create trigger low before update on s.t for each row execute function s.low()`)
		older := pack(t, central, []any{"s.t"}, nil)
		lost(t, central, clone)
		central.Exec(t, "update s.t set hauteur = 2 where nom = 'a'")
		clone.Exec(t, "update s.t set hauteur = 3 where nom = 'b'")
		err := untouched(t, central, clone, older, keep)
		require.ErrorContains(t, err, "has received 1 edits of the clone")
		assert.Contains(t, hint(t, err), "make a new package")

		path := pack(t, central, []any{"s.t"}, nil)
		keep["RECREATE_CLONE_SERVER_ID"] = renew
		told, err := tryDeploy(t.Context(), t, central, clone, path, keep)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(told.messages, "\n"), "central has received 1 of the edits already")
		assert.Equal(t, "2", clone.Text(t, "select count(*) from audit.logged_actions"))
		if !renew {
			counts, err := trySynchronize(t, central, clone)
			require.NoError(t, err)
			assert.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 1}, counts)
		}
		central.Exec(t, "drop trigger low on s.t")
		for range 2 {
			synchronize(t, central, clone)
		}
		const all = "select nom, hauteur from s.t order by 1"
		assert.Equal(t, [][]string{{"a", "2"}, {"b", "3"}, {"c", "100"}}, central.Rows(t, all))
		assert.Equal(t, central.Rows(t, all), clone.Rows(t, all))
		assert.Equal(t, "0", central.Text(t, "select count(*) from lizsync.conflicts"))
	}
}

// TestEditsOfAnotherCopyAreNotTakenForThoseThatCentralHas: transaction ids say nothing then.
func TestEditsOfAnotherCopyAreNotTakenForThoseThatCentralHas(t *testing.T) {
	t.Parallel()
	central, clone := threeTrees(t)
	clone.Exec(t, "update s.t set hauteur = 1 where nom = 'a'")
	lost(t, central, clone)
	clone.Exec(t, "delete from audit.logged_actions; update s.t set hauteur = 2 where nom = 'b'; update audit.logged_actions set transaction_id = 3")
	path := pack(t, central, []any{"s.t"}, nil)
	err := untouched(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.ErrorContains(t, err, "is an older copy of itself")
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true, "RECREATE_CLONE_SERVER_ID": true}))
	synchronize(t, central, clone)
	assert.Equal(t, "1", central.Text(t, "select count(*) from s.t where hauteur = 2"))
}

// TestASynchronisationThatEndsOnCentralDuringADeploymentIsNoticed: its clone was killed, its session on central was not.
func TestASynchronisationThatEndsOnCentralDuringADeploymentIsNoticed(t *testing.T) {
	t.Parallel()
	central, clone := threeTrees(t)
	clone.Exec(t, "update s.t set hauteur = 1 where nom = 'a'")
	path := pack(t, central, []any{"s.t"}, nil)
	before := state(t, clone)
	told := &story{told: func(text string) {
		if strings.HasPrefix(text, "carrying") {
			central.Exec(t, "update lizsync.clones set offered_token = gen_random_uuid()")
		}
	}}
	_, err := run(t.Context(), t, "deploy_database_server_package", map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "ZIP_FILE": path, "KEEP_UNSENT_CHANGES": true,
	}, told)
	require.ErrorContains(t, err, "has ended on central meanwhile")
	assert.Equal(t, before, state(t, clone))
}

func TestEditsOfAnOlderCopyAreKeptUnderAnotherIdentity(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	synchronize(t, central, clone)
	clone.Exec(t, "update s.t set nom = 'copy' where nom = 'a'; update lizsync.central set token = gen_random_uuid()")
	path = pack(t, central, []any{"s.t"}, nil)
	err := untouched(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.ErrorContains(t, err, "is an older copy of itself")
	assert.Contains(t, hint(t, err), "RECREATE_CLONE_SERVER_ID")
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true, "RECREATE_CLONE_SERVER_ID": true}))
	synchronize(t, central, clone)
	assert.Equal(t, "1", central.Text(t, "select count(*) from s.t where nom = 'copy'"))
}

// TestKeptInsertsHaveTheDefaultsOfNewColumns that central has got meanwhile.
func TestKeptInsertsHaveTheDefaultsOfNewColumns(t *testing.T) {
	t.Parallel()
	for _, null := range []string{"", "not null"} {
		central, clone := threeTrees(t)
		clone.Exec(t, "insert into s.t values ('d', 1)")
		central.Exec(t, "alter table s.t add etat text "+null+" default 'bon'")
		require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"KEEP_UNSENT_CHANGES": true}))
		synchronize(t, central, clone)
		for _, db := range []*pgtest.DB{central, clone} {
			assert.Equal(t, [][]string{{"d", "1", "bon"}}, db.Rows(t, "select nom, hauteur, etat from s.t where nom = 'd'"))
		}
		assert.Equal(t, "0", clone.Text(t, "select count(*) from lizsync.pending_changes"))
	}
}

// TestKeptEditsOfAColumnThatIsNoMoreAreConflicts: it was renamed or dropped on central meanwhile.
func TestKeptEditsOfAColumnThatIsNoMoreAreConflicts(t *testing.T) {
	t.Parallel()
	for _, change := range []string{"rename hauteur to h", "drop hauteur, add h integer default 0"} {
		central, clone := threeTrees(t)
		clone.Exec(t, "update s.t set hauteur = 12 where nom = 'a'; insert into s.t values ('d', 13)")
		central.Exec(t, "alter table s.t "+change)
		require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"KEEP_UNSENT_CHANGES": true}))
		synchronize(t, central, clone)
		assert.Equal(t, [][]string{{"hauteur", "12", "clone"}, {"hauteur", "13", "clone"}},
			central.Rows(t, "select field_name, clone_value, rejected from lizsync.conflicts where rule_applied = 'column no longer exists' order by 2"), change)
		const all = "select nom, h from s.t order by 1"
		assert.Equal(t, central.Rows(t, all), clone.Rows(t, all), change)
		assert.Len(t, clone.Rows(t, all), 4, change)
	}
}

// TestCentralThatWasMovedKnowsItsOwnEdits from those of the server that it comes from, whose transaction ids are higher.
func TestCentralThatWasMovedKnowsItsOwnEdits(t *testing.T) {
	t.Parallel()
	const all = "select nom, hauteur from s.t order by 1"
	tables := []any{"s.t", "s.u"}
	for _, clones := range []bool{true, false} {
		central := centralDatabase(t, `
			create schema s;
			create table s.t (nom text primary key, hauteur integer);
			create table s.u (nom text primary key);
			insert into s.t values ('a', 0), ('b', 0), ('c', 0)`)
		pack(t, central, tables, nil)
		central.Exec(t, "do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$")
		central.Exec(t, "update s.t set hauteur = 1 where nom = 'a'")
		if clones { // the tablet that nobody finds again
			require.NoError(t, deploy(t, central, pgtest.Database(t), pack(t, central, tables, nil), nil))
		}
		moved := central.CopyTo(t, pgtest.Cluster(t), pgtest.Login{Name: "mover", Password: "x"})
		first, second := pgtest.Database(t), pgtest.Database(t)

		path := pack(t, moved, tables, nil)
		moved.Exec(t, "update s.t set hauteur = 2 where nom = 'b'")
		require.NoError(t, deploy(t, moved, first, path, nil))
		synchronize(t, moved, first)
		require.Equal(t, moved.Rows(t, all), first.Rows(t, all))

		path = pack(t, moved, tables, nil)
		moved.Exec(t, "update s.t set hauteur = 3 where nom = 'c'")
		require.NoError(t, deploy(t, moved, second, path, nil))
		synchronize(t, moved, first)
		synchronize(t, moved, second)
		require.Equal(t, moved.Rows(t, all), first.Rows(t, all))
		require.Equal(t, moved.Rows(t, all), second.Rows(t, all))

		// The events of tables that were made again are found by name.
		moved.Exec(t, "drop table s.u; create table s.u (nom text primary key)")
		require.NoError(t, deploy(t, moved, second, pack(t, moved, tables, nil), nil))
		second.Exec(t, "update s.t set hauteur = 5 where nom = 'a'")
		synchronize(t, moved, second)
		require.Equal(t, [][]string{{"a", "5"}, {"b", "2"}, {"c", "3"}}, moved.Rows(t, all))
		require.Equal(t, moved.Rows(t, all), second.Rows(t, all))
		require.Equal(t, "0", moved.Text(t, "select count(*) from lizsync.conflicts"))
	}
}

func TestKeptEditsNeedTheirTables(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, "create schema s; create table s.t (id serial primary key, nom text); create table s.u (id serial primary key, nom text)")
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t", "s.u"}, nil), nil))
	clone.Exec(t, "insert into s.u (nom) values ('x')")
	err := untouched(t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.ErrorContains(t, err, `in tables that are not in the package: "s"."u"`)
}

// TestKeptEditsOfATableThatWasRenamedOnCentral: the structures differ, so that the clone cannot synchronise before.
func TestKeptEditsOfATableThatWasRenamedOnCentral(t *testing.T) {
	t.Parallel()
	central, clone := threeTrees(t)
	clone.Exec(t, "update s.t set hauteur = 12 where nom = 'a'")
	central.Exec(t, "alter table s.t rename to v")
	_, err := trySynchronize(t, central, clone)
	require.Error(t, err)
	err = untouched(t, central, clone, pack(t, central, []any{"s.v"}, nil), map[string]any{"KEEP_UNSENT_CHANGES": true})
	require.ErrorContains(t, err, `in tables that are not in the package: "s"."t"`)
	assert.Contains(t, hint(t, err), "rename it back there until the clone has synchronised")

	central.Exec(t, "alter table s.v rename to t")
	synchronize(t, central, clone)
	central.Exec(t, "alter table s.t rename to v")
	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.v"}, nil), nil))
	assert.Equal(t, "12", central.Text(t, "select hauteur from s.v where nom = 'a'"))
	assert.Equal(t, "12", clone.Text(t, "select hauteur from s.v where nom = 'a'"))
}

// TestEditsOfATableThatWasDroppedOnTheCloneAreNotLost: the log is all that is left of them.
func TestEditsOfATableThatWasDroppedOnTheCloneAreNotLost(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `create schema "l'É"; create table "l'É"."a""b.c" (nom text primary key, hauteur integer); insert into "l'É"."a""b.c" values ('a', 0)`)
	clone := pgtest.Database(t)
	path := pack(t, central, []any{`"l'É"."a""b.c"`}, nil)
	require.NoError(t, deploy(t, central, clone, path, nil))
	clone.Exec(t, `update "l'É"."a""b.c" set hauteur = 12; drop table "l'É"."a""b.c"`)
	err := untouched(t, central, clone, path, nil)
	require.ErrorContains(t, err, `has 1 edits that were not synchronised, and they would be lost: "l'É"."a""b.c" (1)`)
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true}))
	synchronize(t, central, clone)
	assert.Equal(t, "12", central.Text(t, `select hauteur from "l'É"."a""b.c"`))
}

func TestRoleIsMadeForTheClone(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	making := map[string]any{"CREATE_CENTRAL_ROLE": true}
	told, err := tryDeploy(t.Context(), t, central, clone, path, making)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "superuser")
	dropRoleOf(t, central)
	role := central.Text(t, "select role_name from lizsync.clones")
	assert.Equal(t, "f", central.Text(t, "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = $1", role))
	clone.Exec(t, "insert into s.t (nom) values ('by its role')")
	assert.Equal(t, "1", clone.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))
	assert.Equal(t, role, central.Text(t, "select role_name from lizsync.clones"))

	require.NoError(t, deploy(t, central, clone, pack(t, central, []any{"s.t"}, nil), making))
	clone.Exec(t, "insert into s.t (nom) values ('again')")
	assert.Equal(t, "1", clone.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))

	for name, more := range map[string]map[string]any{
		"leave one of them out": {"CENTRAL_ROLE": "postgres"},
		"STORE_CENTRAL":         {"STORE_CENTRAL_CONNECTION": false},
	} {
		more["CREATE_CENTRAL_ROLE"] = true
		assert.Contains(t, hint(t, deploy(t, central, clone, path, more)), name)
	}
}

// dropRoleOf drops, after the test, the role that CREATE_CENTRAL_ROLE has made for the clone.
func dropRoleOf(t *testing.T, central *pgtest.DB) {
	t.Helper()
	role := central.Text(t, "select role_name from lizsync.clones")
	require.Contains(t, role, "lizsync_")
	t.Cleanup(func() { central.Exec(t, "drop owned by "+role+"; drop role "+role) })
}

func TestRoleThatWasMadeMayEditTablesThatArePackagedLater(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	making := map[string]any{"CREATE_CENTRAL_ROLE": true}
	require.NoError(t, deploy(t, central, clone, path, making))
	dropRoleOf(t, central)
	central.Exec(t, "create table s.u (id serial primary key, nom text); insert into s.u (nom) values ('x')")
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, []any{"s.t", "s.u"}, nil), making)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.messages, "\n"), "keeps its connection")
	clone.Exec(t, "insert into s.u (nom) values ('by its role')")
	assert.Equal(t, "1", clone.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))
	assert.Equal(t, "2", central.Text(t, "select count(*) from s.u"))
}

func TestRoleThatWasMadeIsTakenUpAgainAfterAnother(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	// The owner of the clone's tables deploys, and is no superuser.
	owner := pgtest.Role(t)
	clone.Exec(t, `
		create extension dblink schema public; create extension postgres_fdw schema public;
		grant usage on foreign data wrapper postgres_fdw to `+owner.Name+`; grant create on database `+clone.Name+` to `+owner.Name)
	deployAsOwner := func(more map[string]any) *story {
		more["CONNECTION_NAME_CLONE"] = clone.As(t, owner)
		told, err := tryDeploy(t.Context(), t, central, clone, path, more)
		require.NoError(t, err)
		return told
	}
	deployAsOwner(map[string]any{"CREATE_CENTRAL_ROLE": true})
	dropRoleOf(t, central)
	other := pgtest.Role(t)
	central.Exec(t, "grant usage on schema s to "+other.Name+"; grant all on s.t to "+other.Name+"; grant all on all sequences in schema s to "+other.Name)
	deployAsOwner(map[string]any{"CENTRAL_ROLE": other.Name})
	asOwner := &pgtest.DB{Server: clone.Server, Name: clone.Name, URL: clone.As(t, owner)}
	asOwner.Exec(t, "select lizsync.create_central_server_fdw('127.0.0.1', $1::int, $2, $3, $4)", central.Text(t, "show port"), central.Name, other.Name, other.Password)
	told := deployAsOwner(map[string]any{"CREATE_CENTRAL_ROLE": true})
	assert.Contains(t, strings.Join(told.messages, "\n"), "got a new password")
	asOwner.Exec(t, "insert into s.t (nom) values ('by its role')")
	assert.Equal(t, "1", asOwner.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))

	// A superuser who deploys sees the owner's connection, and leaves it.
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, []any{"s.t"}, nil), map[string]any{"CREATE_CENTRAL_ROLE": true})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.messages, "\n"), "keeps its connection")
	assert.Equal(t, owner.Name, clone.Text(t, "select usename from pg_user_mappings where srvname = 'central_server'"))
}

// cutDuringCommit deploys, and ends the clone's session when central has made the role: central commits, the clone does not.
func cutDuringCommit(t *testing.T, central, clone *pgtest.DB, path string) error {
	t.Helper()
	told := &story{told: func(text string) {
		if strings.Contains(text, "was made on central") {
			clone.Exec(t, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		}
	}}
	_, err := run(t.Context(), t, "deploy_database_server_package", map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "ZIP_FILE": path, "CREATE_CENTRAL_ROLE": true,
	}, told)
	require.ErrorContains(t, err, "may or may not have got the package")
	return err
}

// TestRoleThatWasMadeInADeploymentThatFailedIsTakenUp: central has committed the role, the clone not its password.
func TestRoleThatWasMadeInADeploymentThatFailedIsTakenUp(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, path, nil))
	err := cutDuringCommit(t, central, clone, path)
	assert.Equal(t, "run this again; central still knows the clone as it was", hint(t, err))
	dropRoleOf(t, central)
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"CREATE_CENTRAL_ROLE": true}))
	assert.Equal(t, "user="+central.Text(t, "select role_name from lizsync.clones"), clone.Text(t, "select umoptions[1] from pg_user_mappings"))
	clone.Exec(t, "insert into s.t (nom) values ('by its role')")
	assert.Equal(t, "1", clone.Text(t, "select number_replayed_to_central from lizsync.synchronize()"))
}

// TestNewCloneWhoseCommitFailsCanBeForgotten: nobody has its server id, and the hint names it.
func TestNewCloneWhoseCommitFailsCanBeForgotten(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	err := cutDuringCommit(t, central, clone, path)
	dropRoleOf(t, central)
	again, command, found := strings.Cut(hint(t, err), " then, run on central: ")
	require.True(t, found, hint(t, err))
	assert.Equal(t, "run this again; unless the clone has the server id "+central.Text(t, "select server_id from lizsync.clones"), again)
	require.NoError(t, deploy(t, central, clone, path, nil))
	central.Exec(t, command)
	assert.Equal(t, clone.Text(t, "select lizsync.server_id()"), central.Text(t, "select server_id from lizsync.clones"))
	synchronize(t, central, clone)
}

func TestDeployingNeedsTheOwnerShows(t *testing.T) {
	t.Parallel()
	central, path := small(t)
	clone := pgtest.Database(t)
	role := pgtest.Role(t)
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"CENTRAL_ROLE": role.Name}))
	err := deploy(t, central, clone, path, map[string]any{"CONNECTION_NAME_CENTRAL": central.As(t, role)})
	require.ErrorContains(t, err, "this role may not deploy from the central database")
	assert.Contains(t, hint(t, err), "the role that owns LizSync")
}

// The servers are told apart before anything is begun: an old one would stumble after the rows were loaded, or read another value.
func TestAServerThatCannotReadThePackageIsRefused(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema s;
		create function s.one() returns integer language sql immutable begin atomic select 1; end;
		create domain s.letter as "char";
		create table s.t (
			id serial primary key, a text compression pglz, b int4multirange, c "char", d s.letter, e "char"[], f integer default s.one(),
			constraint alike unique nulls not distinct (a)
		);
		create view s.seen with (security_invoker = true) as select a from s.t;
		create statistics s.lengths on (length(a)), f from s.t`)
	path := pack(t, central, []any{"s.t", "s.seen"}, nil)
	clone := pgtest.Database(t)
	told := func(ours int, needs ...any) error {
		return untouched(t, central, clone, editManifest(t, path, func(m map[string]any) {
			m["central"].(map[string]any)["postgresql_version"] = float64(ours) * 10000
			if needs != nil {
				m["needs"] = needs
				return
			}
			for _, need := range m["needs"].([]any) { // as they would be for a clone that is older by as much
				n := need.(map[string]any)
				if from, there := n["from"].(float64); there {
					n["from"] = from + 20
				}
				if to, there := n["to"].(float64); there {
					n["to"] = to - 10
				}
			}
		}), nil)
	}
	err := told(38)
	require.ErrorContains(t, err, "the package of PostgreSQL 38 has what the PostgreSQL 15 of the clone reads otherwise or not at all: ")
	for _, what := range []string{
		"index s.alike takes nulls for equal (from 35 on)", "view s.seen has the option security_invoker (from 35 on)",
		"column a of table s.t has a method of compression (from 34 on)", "column b of table s.t is a multirange (from 34 on)",
		"statistics object s.lengths is about expressions (from 34 on)", "function s.one() has a body of SQL (from 34 on)",
		`column c of table s.t is a "char" (up to 5)`, `column d of table s.t is a "char" (up to 5)`, `column e of table s.t is a "char" (up to 5)`,
	} {
		assert.ErrorContains(t, err, what)
	}
	assert.Contains(t, hint(t, err), "deploy to a server of PostgreSQL 38")
	err = told(18, map[string]any{"from": 16, "what": `column c of table s.t is a "char"`})
	assert.ErrorContains(t, err, `column c of table s.t is a "char" (from 16 on)`)
	require.NoError(t, deploy(t, central, clone, path, nil), "the versions are the same")
}
