package database_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

// brokenRules looks at what is really installed, by rule: what a file declares and what PostgreSQL made of it can differ.
func brokenRules(t *testing.T, db *pgtest.DB) map[string][]string {
	t.Helper()
	// The functions and relations of both schemas.
	const (
		functions = `with f as (
			select p.*, p.oid::regprocedure::text as name
			from pg_proc p join pg_namespace n on n.oid = p.pronamespace
			where n.nspname in ('audit', 'lizsync')
		) `
		relations = `with r as (
			select c.*, c.oid::regclass::text as name
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname in ('audit', 'lizsync')
		) `
	)
	broken := map[string][]string{}
	// Each query lists what breaks a rule.
	for rule, query := range map[string]string{
		"every function pins its search_path and ends it with pg_temp": functions + `
			select name from f
			where not exists (select from unnest(proconfig) as c where c ~ '^search_path=.*\mpg_temp$')
				and prokind <> 'a' -- can pin nothing, and has no text of its own
				and prokind <> 'p' -- could not commit
				-- A pinned function is not inlined. What the owner alone may call, in SQL, is seen from the functions
				-- that call it, and those are pinned.
				and not (
					prolang = (select oid from pg_language where lanname = 'sql') and not prosecdef
					and not exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner)
				)
			order by name`,
		"no SECURITY DEFINER function is for everybody": functions + `
			select name from f
			where prosecdef and exists (
				select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and privilege_type = 'EXECUTE'
			)`,
		"no function swallows every error": functions + `
			select name from f
			where prosrc ~* 'exception\s+when\s+others' and prosrc !~* '\mraise\s*;'`,
		"every function says what it does": functions + `
			select name from f where obj_description(oid, 'pg_proc') is null`,
		"every table, view and composite type says what it is": relations + `
			select name from r where relkind in ('r', 'p', 'v', 'm', 'f', 'c') and obj_description(oid, 'pg_class') is null
				and (relkind <> 'c' or obj_description(reltype, 'pg_type') is null)
			order by name`,
		"every column says what it holds": relations + `
			select name || '.' || attname
			from r join pg_attribute a on a.attrelid = r.oid
			where relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped and col_description(r.oid, attnum) is null`,
		"every domain and enumeration says what it is": `
			select t.oid::regtype::text
			from pg_type t join pg_namespace n on n.oid = t.typnamespace
			where n.nspname in ('audit', 'lizsync') and typtype in ('d', 'e') and obj_description(t.oid, 'pg_type') is null`,
		"both schemas say what they are for": `
			select nspname from pg_namespace
			where nspname in ('audit', 'lizsync') and obj_description(oid, 'pg_namespace') is null`,
		"everybody has nothing on the schemas": `
			select nspname || ': ' || privilege_type
			from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
			where nspname in ('audit', 'lizsync') and grantee = 0`,
		"everybody has nothing on the tables and sequences": relations + `
			select name || ': ' || privilege_type
			from r, aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)))
			where grantee = 0`,
		"everybody has nothing on a column": relations + `
			select name || '.' || attname || ': ' || privilege_type
			from r join pg_attribute a on a.attrelid = r.oid, aclexplode(attacl)
			where grantee = 0`,
		"what belongs to the structure has one owner": `
			select format('%s belongs to %s', object, owner::regrole)
			from (
				select oid::regprocedure::text, proowner from pg_proc where pronamespace in ('audit'::regnamespace, 'lizsync'::regnamespace)
				union all
				select oid::regclass::text, relowner from pg_class where relnamespace in ('audit'::regnamespace, 'lizsync'::regnamespace)
			) as o (object, owner)
			where owner <> (select nspowner from pg_namespace where nspname = 'lizsync')`,
	} {
		for _, row := range db.Rows(t, query) {
			broken[rule] = append(broken[rule], row[0])
		}
	}
	return broken
}

func TestCatalogKeepsTheRules(t *testing.T) {
	t.Parallel()
	assert.Empty(t, brokenRules(t, installed(t)))
}

func TestBrokenCatalogRulesAreFound(t *testing.T) {
	t.Parallel()
	db := installed(t)
	role := db.Role(t)
	db.Exec(t, `
		create function lizsync.bad() returns integer language plpgsql security definer as
		$$ begin return 1; exception when others then return 0; end $$;
		create function lizsync.raises() returns integer language plpgsql set search_path = pg_catalog, pg_temp as
		$$ begin return 1; exception when others then raise; end $$;
		create function lizsync.half_pinned() returns integer language sql set search_path = pg_catalog, public as 'select 1';
		comment on function lizsync.half_pinned() is 'x';
		comment on function lizsync.raises() is 'x';
		create table audit.bad (id integer);
		create type lizsync.mood as enum ('good');
		create type lizsync.pair as (a integer);
		grant usage on schema audit to public;
		grant select on audit.bad to public;
		grant update (id) on audit.bad to public;
		comment on schema lizsync is null;
		alter table audit.bad owner to `+role.Name)
	assert.Equal(t, map[string][]string{
		"every function pins its search_path and ends it with pg_temp": {"lizsync.bad()", "lizsync.half_pinned()"},
		"no SECURITY DEFINER function is for everybody":                {"lizsync.bad()"},
		"no function swallows every error":                             {"lizsync.bad()"},
		"every function says what it does":                             {"lizsync.bad()"},
		"every table, view and composite type says what it is":         {"audit.bad", "lizsync.pair"},
		"every column says what it holds":                              {"audit.bad.id"},
		"every domain and enumeration says what it is":                 {"lizsync.mood"},
		"both schemas say what they are for":                           {"lizsync"},
		"everybody has nothing on the schemas":                         {"audit: USAGE"},
		"everybody has nothing on the tables and sequences":            {"audit.bad: SELECT"},
		"everybody has nothing on a column":                            {"audit.bad.id: UPDATE"},
		"what belongs to the structure has one owner":                  {"audit.bad belongs to " + role.Name},
	}, brokenRules(t, db))
}

func TestConflictsTakeTheRulesOfTheListAndNoOther(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, rule := range sql.ConflictRules {
		listed = append(listed, rule.Name)
	}
	var checked []string
	for _, row := range installed(t).Rows(t, `
		select (regexp_matches(pg_get_constraintdef(oid), '''(.*?)''::text', 'g'))[1]
		from pg_constraint where conrelid = 'lizsync.conflicts'::regclass and conname = 'conflicts_rule_applied_check'`) {
		checked = append(checked, row[0])
	}
	assert.Equal(t, listed, checked)
}
