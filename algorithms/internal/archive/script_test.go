package archive

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStatementsSplitAsPsqlDoes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"plain":           {"select 1;", "select 2;"},
		"quotes":          {`select 'a;b''c;' as "d;e""f;";`, "x;"},
		"escapes":         {`select E'a\';b', e'\\';`, "x;"},
		"no escape":       {`select 'a\';`, "x;"},
		"dollar":          {"do $$ a; $x$ b; $$;", "do $é_1$ a; $$ ; $é_1$;"},
		"no dollar":       {"select a$b$c, $1;", "select 2;"},
		"comment inside":  {"select /* ; /* ; */ ; */ 1 -- ;\n, 2;", "x;"},
		"parentheses":     {"create rule r as on insert to t do (a; b);", "x;"},
		"sql body":        {"create function f() returns int begin atomic select case when true then 1 end; select 2; end;", "x;"},
		"replace":         {"CREATE OR REPLACE PROCEDURE f() BEGIN ATOMIC a; END;", "x;"},
		"plpgsql":         {"create function f() returns int as $$ begin; $$ language plpgsql;", "begin;", "x;"},
		"no end":          {"select 1;", "select 'a"},
		"psql":            {`\restrict abc`, "select 1;", `\unrestrict abc`},
		"psql in a text":  {"select '\n\\restrict\n';"},
		"unclosed dollar": {"select $a$ ; b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := "-- comment; 'x\n" + strings.Join(want, "\n/* between; */ ")
			var got []string
			for _, s := range statements(script) {
				got = append(got, script[s.start:s.end])
			}
			assert.Equal(t, want, got)
		})
	}
}

func FuzzStatementsCoverTheScript(f *testing.F) {
	for _, seed := range []string{"select 1;", "$a$;$a$", `E'\';`, "/*/**/", `"a;`, "\\x\n;", "$", "é$1;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, script string) {
		end := 0
		for _, s := range statements(script) {
			require.True(t, end <= s.start && s.start < s.end && s.end <= len(script), "%q: %d %+v", script, end, s)
			end = s.end
		}
	})
}

func TestSettingsAndPsqlCommandsAreTakenOutOfStructure(t *testing.T) {
	t.Parallel()
	const body = `CREATE FUNCTION ville.f() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
begin
SET transaction_timeout = 0;
\restrict no
end $_$;
`
	got := structureOnly(`--
-- PostgreSQL database dump
--
\restrict Abc

SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
` + body + `
SET default_table_access_method = heap;
CREATE TABLE ville."SET" (a text DEFAULT 'x;
SET y = 1;');
\unrestrict Abc
`)
	assert.Contains(t, got, body)
	assert.Contains(t, got, "DEFAULT 'x;\nSET y = 1;'")
	assert.NotContains(t, got, "Abc")
	assert.NotContains(t, got, "set_config")
	assert.NotContains(t, got, "default_table_access_method")
	assert.Equal(t, 1, strings.Count(got, "transaction_timeout"))
}

func TestAdditionalSQLMayNotEndTheDeployment(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"", "grant select on t to x", "do $$ begin commit; end $$;", "savepoint a; rollback to a;", "insert into t values ('commit;');",
		"create function f() returns int begin atomic select 1; end;", "copy t to '/tmp/x';",
	} {
		assert.NoError(t, checkAdditional("a.sql", good), good)
	}
	for bad, want := range map[string]string{
		"select 1;\n-- end\nCOMMIT;":            `line 3 of a.sql cannot be deployed: COMMIT;: the file runs inside the transaction of the deployment, which it must not end`,
		"begin transaction":                     "line 1 of a.sql",
		"rollback;":                             "line 1 of a.sql",
		"\n\n\\i other.sql":                     `line 3 of a.sql cannot be deployed: \i other.sql: it is a command of psql's and not SQL`,
		"copy ville.t (a)\nfrom stdin;\n1\n\\.": `line 1 of a.sql cannot be deployed: copy ville.t (a) …: it reads rows from the standard input`,
	} {
		assert.ErrorContains(t, checkAdditional("a.sql", bad), want)
	}
}
