package algorithms

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// TestWhatFunctionsOnlyNameIsPackaged: PostgreSQL knows of no dependency on it, and the first edit on the clone would fail.
func TestWhatFunctionsOnlyNameIsPackaged(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema ext; create extension unaccent schema ext; create extension fuzzystrmatch schema ext; create extension pg_trgm schema ext;
		create schema s; create schema "L'autre"; create schema tools;
		create sequence s.free start 10;
		create sequence "L'autre".numero start 100;
		create sequence "L'autre".second start 200;
		create sequence "L'autre".third start 300;
		create sequence "L'autre".nobody;
		create type "L'autre".kind as enum ('a', 'b');
		create domain tools.short as text check (length(value) < 50);
		create table tools.internal (id serial primary key);
		set check_function_bodies = off;
		create function "L'autre".inner(t text) returns text language sql as 'select ext.unaccent(t)';
		create function "L'autre".outer(t text) returns text language plpgsql as $f$
		begin
			-- tools.nothing(x), "L'autre".nobody
			return "L'autre" . inner(t) || nextval('"L''autre".numero');
		end $f$;
		create function tools.sound(t text) returns text language plpgsql as 'begin return soundex(t); end';
		create function tools.close(t text) returns boolean language plpgsql set search_path = ext as 'begin return similarity(t, t) = 1; end';
		create function s.touch() returns trigger language plpgsql as $f$
		declare
			v "L'autre".kind := 'a';
			w short := 'x';
		begin
			new.nom := "L'autre".outer(new.nom) || v::text || w;
			execute 'select sound($1) where tools.close($1)' into new.code using new.nom;
			new.free := nextval('s.free');
			new.arg := nextval(tg_argv[0]);
			return new;
		end $f$;
		create table s.t (id serial primary key, nom text, code text, free bigint, arg bigint, n bigint default nextval('"L''autre".second'::text));
		create trigger touch before insert on s.t for each row execute function s.touch('"L''autre".third')`)
	central.Exec(t, "alter database "+central.Name+" set search_path = s, tools, ext, public")
	told, err := tryPack(t.Context(), t, central, t.TempDir()+"/p.zip", []any{"s.t"}, nil)
	require.NoError(t, err)
	assert.Empty(t, told.warnings)
	path := pack(t, central, []any{"s.t"}, nil)

	clone, owner := pgtest.EmptyDatabase(t), pgtest.Role(t)
	clone.Exec(t, "grant create on database "+clone.Name+" to "+owner.Name+"; alter database "+clone.Name+" set search_path = s, tools, ext, public")
	asOwner := map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)}
	require.NoError(t, deploy(t, central, clone, path, asOwner))
	clone.Exec(t, "set role "+owner.Name+"; set search_path = s, tools, ext, public; insert into s.t (nom) values ('Été'); reset role; reset search_path")
	assert.Equal(t, [][]string{{"Ete9007199253740992ax", "E320", "9007199253740992", "9007199253740992", "9007199253740992"}}, clone.Rows(t, "select nom, code, free, arg, n from s.t"))
	assert.Equal(t, pgtest.Null, clone.Text(t, `select to_regclass('"L''autre".nobody')`), "nothing names it")
	assert.Equal(t, pgtest.Null, clone.Text(t, "select to_regclass('tools.internal')"))
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner), "KEEP_UNSENT_CHANGES": true}))
}

func TestWhatCannotBeFollowedIsNamed(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema s; create schema tools;
		create table tools.register (id serial primary key, nom text);
		create table s.settings (name text primary key);
		create function s.reads_row(t text) returns text language plpgsql as 'declare r tools.register%rowtype; begin return t; end';
		create function s.reads() returns trigger language plpgsql as 'begin perform from settings; insert into tools.register (nom) values (new.nom); return new; end';
		create function s.composes() returns trigger language plpgsql as $f$ begin execute 'select ' || quote_literal(new.nom); return new; end $f$;
		create function s.after() returns trigger language plpgsql as 'begin delete from tools.register; return null; end';
		create function s.report() returns bigint language sql as 'select count(*) from tools.register';
		create table s.t (id serial primary key, nom text default s.reads_row('x'));
		create trigger a before insert on s.t for each row execute function s.reads();
		create trigger b before insert on s.t for each row execute function s.composes();
		create trigger c after insert on s.t for each row execute function s.after()`)
	central.Exec(t, "alter database "+central.Name+" set search_path = s, public")
	told, err := tryPack(t.Context(), t, central, t.TempDir()+"/p.zip", []any{"s.t"}, nil)
	require.NoError(t, err)
	require.Len(t, told.warnings, 1)
	for _, text := range []string{
		"function s.reads() names s.settings and tools.register, which are not packaged",
		"function s.reads_row(text) names tools.register, which is not packaged",
		"function s.composes() puts statements together when it runs",
	} {
		assert.Contains(t, told.warnings[0], text)
	}
	assert.NotContains(t, told.warnings[0], "s.after")
	assert.NotContains(t, told.warnings[0], "s.report")
	messages := strings.Join(told.messages, "\n")
	assert.Contains(t, messages, "function s.after() names tools.register")
	assert.Contains(t, messages, "function s.report() names tools.register")
}

func TestExtensionThatFunctionsOnlyNameIsNoReasonToRefuse(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, `
		create schema s; create extension xml2 schema public;
		create function s.path(t text) returns text language plpgsql as 'begin return public.xpath_string(t, ''/a''); end';
		create table s.t (id serial primary key, nom text)`)
	path := pack(t, central, []any{"s.t"}, nil)
	clone, owner := pgtest.Database(t), pgtest.Role(t)
	clone.Exec(t, "grant create on database "+clone.Name+" to "+owner.Name)
	told, err := tryDeploy(t.Context(), t, central, clone, path, map[string]any{"CONNECTION_NAME_CLONE": clone.As(t, owner)})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.warnings, "\n"), `functions of the package name the extension xml2, and this role may not create it; `+
		`ask an administrator to run in the database `+clone.Name+`: CREATE EXTENSION "xml2" SCHEMA "public" CASCADE`)

	clone.Exec(t, "create function public.xpath_string(text, text) returns text language sql as 'select null::text'")
	told, err = tryDeploy(t.Context(), t, central, clone, path, nil)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(told.warnings, "\n"), `functions of the package name the extension xml2, and it could not be created: function "xpath_string" already exists`)
	clone.Exec(t, "drop function public.xpath_string(text, text)")
	require.NoError(t, deploy(t, central, clone, path, nil))
	assert.Equal(t, "xml2", clone.Text(t, "select extname from pg_extension where extname = 'xml2'"))
}
