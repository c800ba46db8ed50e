package algorithms

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// shared is a central database with what others may be given rights on, and a clone of it.
func shared(t *testing.T, connection func(clone *pgtest.DB) map[string]any) (central, clone *pgtest.DB) {
	t.Helper()
	central = centralDatabase(t, `
		create schema "S";
		create type "S".kind as enum ('a');
		create sequence "S".free;
		create function "S".f(t text) returns text language sql immutable as 'select t';
		create procedure "S".p() language sql as 'select';
		create table "S"."t.é" (id serial primary key, nom text, secret text);
		create table "S".u (id serial primary key, nom text);
		create view "S".v as select id, nom from "S".u`)
	clone = pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, sharedTables, nil), connection(clone)))
	return central, clone
}

var sharedTables = []any{`S."t.é"`, "S.u", "S.v"}

func asSuperuser(*pgtest.DB) map[string]any { return nil }

// rights are all the rights in the schemas of a database, but for those of who owns the object.
func rights(t *testing.T, db *pgtest.DB) [][]string {
	t.Helper()
	return db.Rows(t, `
		select x.name, case x.grantee when 0 then 'public' else x.grantee::regrole::text end, x.privilege_type, x.is_grantable
		from (
			select c.oid::regclass::text as name, c.relowner as owner, a.*
			from pg_class c cross join aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) as a
			where c.relnamespace = '"S"'::regnamespace and c.relkind in ('r', 'v', 'S')
			union all
			select c.oid::regclass || '.' || t.attname, c.relowner, a.*
			from pg_class c join pg_attribute t on t.attrelid = c.oid cross join aclexplode(t.attacl) as a
			where c.relnamespace = '"S"'::regnamespace
			union all
			select p.oid::regprocedure::text, p.proowner, a.*
			from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
			where p.pronamespace = '"S"'::regnamespace
			union all
			select y.oid::regtype::text, y.typowner, a.*
			from pg_type y cross join aclexplode(coalesce(y.typacl, acldefault('T', y.typowner))) as a
			where y.typnamespace = '"S"'::regnamespace and y.typtype = 'e'
		) as x
		where x.grantee <> x.owner
		order by 1, 2, 3`)
}

func TestRightsOfOthersSurviveARedeployment(t *testing.T) {
	t.Parallel()
	central, clone := shared(t, asSuperuser)
	reader, editor := pgtest.Role(t), pgtest.Role(t)
	clone.Exec(t, strings.NewReplacer("reader", reader.Name, "editor", editor.Name).Replace(`
		grant usage on schema "S" to reader, editor;
		alter default privileges in schema "S" grant select on tables to reader;
		grant select on "S".v, "S".u to reader;
		grant insert, update on "S"."t.é" to editor with grant option;
		set role editor; grant insert on "S"."t.é" to reader; reset role;
		grant update (nom), select (nom, id) on "S"."t.é" to reader;
		grant delete on "S".u to public;
		grant usage on sequence "S".u_id_seq, "S".free to editor;
		revoke execute on function "S".f(text) from public;
		grant execute on function "S".f(text) to reader;
		revoke execute on procedure "S".p() from public;
		revoke usage on type "S".kind from public`))
	before := rights(t, clone)
	require.Len(t, before, 12)
	central.Exec(t, `alter table "S"."t.é" add column hauteur integer`)
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, sharedTables, nil), nil)
	require.NoError(t, err)
	assert.Equal(t, before, rights(t, clone))
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "GRANT")

	// A column that is gone takes its rights along.
	central.Exec(t, `drop view "S".v; alter table "S"."t.é" rename nom to name; create view "S".v as select id, nom from "S".u`)
	told, err = tryDeploy(t.Context(), t, central, clone, pack(t, central, sharedTables, nil), nil)
	require.NoError(t, err)
	text := strings.Join(told.warnings, "\n")
	assert.Contains(t, text, `GRANT UPDATE (nom) ON TABLE "S"."t.é" TO `+reader.Name)
	assert.Contains(t, text, `GRANT SELECT (nom) ON TABLE "S"."t.é" TO `+reader.Name)
	assert.Contains(t, text, `column nom of table "S"."t.é"`)
	assert.Len(t, rights(t, clone), len(before)-2)
}

func TestPublicationsOfTheCloneSurviveARedeployment(t *testing.T) {
	t.Parallel()
	central, clone := shared(t, asSuperuser)
	clone.Exec(t, `
		create publication every for all tables;
		create publication field for table "S"."t.é" (id, nom, uid) where (nom <> ''), "S".u;
		create publication "autre É" for table "S".u, tables in schema "S";
		alter table "S".u replica identity full`)
	const members = `
		select pubname, tablename, attnames, rowfilter from pg_publication_tables where schemaname = 'S' order by 1, 2`
	const named = "select p.pubname, r.prrelid::regclass from pg_publication_rel r join pg_publication p on p.oid = r.prpubid order by 1, 2"
	const identities = `select relname, relreplident from pg_class where relnamespace = '"S"'::regnamespace and relkind = 'r' order by 1`
	before, namedBefore, identitiesBefore := clone.Rows(t, members), clone.Rows(t, named), clone.Rows(t, identities)
	require.Len(t, namedBefore, 3)
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, sharedTables, nil), nil)
	require.NoError(t, err)
	assert.Equal(t, before, clone.Rows(t, members))
	assert.Equal(t, namedBefore, clone.Rows(t, named))
	assert.Equal(t, identitiesBefore, clone.Rows(t, identities))
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "PUBLICATION")
}

// TestPublicationOfAnotherRoleIsNamed, which the owner of the tables may not alter.
func TestPublicationOfAnotherRoleIsNamed(t *testing.T) {
	t.Parallel()
	owner := pgtest.Role(t)
	asOwner := func(clone *pgtest.DB) map[string]any {
		clone.Exec(t, "grant create on database "+clone.Name+" to "+owner.Name)
		return map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)}
	}
	central, clone := shared(t, asOwner)
	clone.Exec(t, `create publication field for table "S"."t.é" (id, nom) where (nom <> ''), "S".u`)
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, sharedTables, nil), asOwner(clone))
	require.NoError(t, err)
	text := strings.Join(told.warnings, "\n")
	assert.Contains(t, text, `ALTER PUBLICATION field ADD TABLE "S"."t.é" (id, nom) WHERE ((nom <> ''::text))`)
	assert.Contains(t, text, `ALTER PUBLICATION field ADD TABLE "S".u`)
	assert.Contains(t, text, "must be owner of publication field")
	assert.Equal(t, "0", clone.Text(t, "select count(*) from pg_publication_rel"))

	// Those commands are what is needed.
	_, commands, _ := strings.Cut(text, "run on the clone: ")
	for command := range strings.SplitSeq(commands, "; ") {
		command, _, _ = strings.Cut(command, " -- ")
		if strings.HasPrefix(command, "ALTER PUBLICATION") {
			clone.Exec(t, command)
		}
	}
	assert.Equal(t, "2", clone.Text(t, "select count(*) from pg_publication_rel"))
}

func TestFormerOwnerKeepsItsRightsAndIsNamed(t *testing.T) {
	t.Parallel()
	owner := pgtest.Role(t)
	central, clone := shared(t, func(clone *pgtest.DB) map[string]any {
		clone.Exec(t, "grant create on database "+clone.Name+" to "+owner.Name)
		return map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)}
	})
	told, err := tryDeploy(t.Context(), t, central, clone, pack(t, central, sharedTables, nil), nil)
	require.NoError(t, err)
	text := strings.Join(told.warnings, "\n")
	assert.Contains(t, text, `ALTER TABLE "S"."t.é" OWNER TO `+owner.Name)
	assert.Equal(t, "t", clone.Text(t, `select has_table_privilege($1, '"S".u', 'select, insert, update, delete, truncate') and has_sequence_privilege($1, '"S".u_id_seq', 'usage')`, owner.Name))
}

func TestWhatWasMadeOnTheTablesOfTheCloneIsNamedWhenItGoes(t *testing.T) {
	t.Parallel()
	central, clone := shared(t, asSuperuser)
	clone.Exec(t, `
		create function public.mine() returns trigger language plpgsql as 'begin return new; end';
		create index mine on "S".u (nom);
		create trigger mine before insert on "S".u for each row execute function public.mine();
		create rule mine as on update to "S".u do also notify mine;
		create policy mine on "S".u using (true);
		create statistics public.mine on id, nom from "S".u;
		alter table "S".u add constraint mine check (nom <> '');
		alter table "S".u add column mine text`)
	path := pack(t, central, sharedTables, nil)
	told, err := tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	text := strings.Join(told.warnings, "\n")
	for _, part := range []string{
		`index "S".mine of "S".u`, `trigger mine on table "S".u`, `rule mine on table "S".u`, `policy mine on table "S".u`,
		"statistics object public.mine", `constraint mine on table "S".u`, `column mine of table "S".u`,
	} {
		assert.Contains(t, text, part)
	}
	assert.NotContains(t, text, "audit")
	told, err = tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(told.warnings, "\n"), "gone")
}
