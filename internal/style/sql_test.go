package style_test

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var (
	// In this order at each place of a text: a string in which a dash is no comment, a comment, or a body.
	stringOrComment = regexp.MustCompile(`'(?:[^']|'')*'|--[^\n]*|(?s:/\*.*?\*/)`)
	dollarQuote     = regexp.MustCompile(`\$[a-z_]*\$`)
)

// code is SQL without its comments and with its strings emptied; the bodies of functions stay.
func code(sql string) string {
	return stringOrComment.ReplaceAllStringFunc(sql, func(found string) string {
		if found[0] == '\'' {
			return "''"
		}
		return ""
	})
}

// statements is code with the bodies of functions emptied too.
func statements(sql string) string {
	var outside strings.Builder
	for rest := code(sql); ; {
		open := dollarQuote.FindStringIndex(rest)
		if open == nil {
			outside.WriteString(rest)
			return outside.String()
		}
		outside.WriteString(rest[:open[0]] + "''")
		_, after, closed := strings.Cut(rest[open[1]:], rest[open[0]:open[1]])
		if !closed {
			return outside.String()
		}
		rest = after
	}
}

var (
	creation = regexp.MustCompile(`(?i)(?:^|;)\s*create\s+(?:or\s+replace\s+)?(\w+)\s+(?:if\s+not\s+exists\s+)?([^\s(;]+)`)
	comment  = regexp.MustCompile(`(?i)(?:^|;)\s*comment\s+on\s+(\w+)\s+([^\s(;]+)`)
	revoking = regexp.MustCompile(`(?i)(?:^|;)\s*revoke\s+all\s+on\s+(\w+)\s+([^\s(;]+)[^;]*\sfrom\s+public`)
)

// oneObject: overloads of a function are one object, each with its comment and its rights.
func oneObject(_ *testing.T, name, sql string) (broken []string) {
	object := path.Base(path.Dir(path.Dir(name))) + "." + strings.TrimSuffix(path.Base(name), ".sql")
	outside := statements(sql)
	commented, revoked := 0, 0
	for _, found := range comment.FindAllStringSubmatch(outside, -1) {
		if found[2] == object {
			commented++
		}
	}
	for _, found := range revoking.FindAllStringSubmatch(outside, -1) {
		if found[2] == object {
			revoked++
		}
	}
	created, functions := 0, 0
	for _, found := range creation.FindAllStringSubmatch(outside, -1) {
		if found[2] != object {
			broken = append(broken, "it creates "+found[2])
			continue
		}
		created++
		if kind := strings.ToLower(found[1]); kind == "function" || kind == "procedure" {
			functions++
		}
	}
	if created == 0 {
		broken = append(broken, "it does not create "+object)
	}
	if commented < created {
		broken = append(broken, fmt.Sprintf("%d of %d have a comment", commented, created))
	}
	if revoked < functions {
		broken = append(broken, fmt.Sprintf("%d of %d are revoked from public", revoked, functions))
	}
	return broken
}

// reason: the comment at the top says why a function has the rights of its owner.
func reason(_ *testing.T, _, sql string) []string {
	var header strings.Builder
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			break
		}
		header.WriteString(line)
	}
	if securityDefiner.MatchString(code(sql)) && !strings.Contains(header.String(), "SECURITY DEFINER") {
		return []string{"its header gives no reason for SECURITY DEFINER"}
	}
	return nil
}

var securityDefiner = regexp.MustCompile(`(?i)\bsecurity\s+definer\b`)

var (
	catchAll = regexp.MustCompile(`(?i)\bwhen\s+(?:\w+\s+or\s+)*others\b`)
	raising  = regexp.MustCompile(`(?i)\braise\s*(?:;|using\b|exception\b)`)
)

// noSwallowing: a handler of every error raises it again, if only those that it doesn't expect. It ends where a line is
// indented as EXCEPTION is, or less.
func noSwallowing(_ *testing.T, _, sql string) (broken []string) {
	indent := 0
	lines := strings.Split(code(sql), "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		if strings.HasPrefix(strings.ToLower(text), "exception") {
			indent = len(line) - len(text)
		}
		if !catchAll.MatchString(line) {
			continue
		}
		handler := line
		for _, next := range lines[i+1:] {
			inner := strings.TrimLeft(next, " ")
			if inner != "" && len(next)-len(inner) <= indent {
				break
			}
			handler += "\n" + next
		}
		if !raising.MatchString(handler) {
			broken = append(broken, fmt.Sprintf("line %d: EXCEPTION WHEN OTHERS swallows what nobody thought of", i+1))
		}
	}
	return broken
}

// The operator after EXECUTE's own string: what follows USING is a value and may be joined from others.
var concatenation = regexp.MustCompile(`(?i)\bexecute\s+\(?(?:''|\$[a-z_]*\$)\s*\|\|`)

func noConcatenation(_ *testing.T, _, sql string) []string {
	if concatenation.MatchString(code(sql)) {
		return []string{"dynamic SQL is made by format('%I') and USING, not by joining strings"}
	}
	return nil
}

var upperCase = regexp.MustCompile(`\b(?:ALTER|AND|AS|BEGIN|BY|CASE|COMMENT|CREATE|DECLARE|DELETE|DROP|ELSE|END|EXECUTE|EXISTS|FOR|` +
	`FROM|FUNCTION|GRANT|GROUP|IF|IN|INSERT|INTO|IS|JOIN|LANGUAGE|LOOP|NOT|NULL|ON|OR|ORDER|PERFORM|RAISE|RETURN|RETURNS|` +
	`REVOKE|SELECT|SET|TABLE|THEN|TRIGGER|UPDATE|USING|VALUES|WHEN|WHERE|WITH)\b`)

func lowerCase(_ *testing.T, _, sql string) (broken []string) {
	for _, word := range upperCase.FindAllString(code(sql), -1) {
		broken = append(broken, word+" is not in lower case")
	}
	return broken
}

func tidy(_ *testing.T, _, sql string) (broken []string) {
	number := 0
	for line := range strings.Lines(sql) {
		number++
		ended := strings.TrimSuffix(line, "\n")
		switch {
		case ended == line:
			broken = append(broken, fmt.Sprintf("line %d: no newline at the end of the file", number))
		case strings.TrimRight(ended, " \t\r") != ended:
			broken = append(broken, fmt.Sprintf("line %d: white space at the end", number))
		case strings.Contains(line, "\t"):
			broken = append(broken, fmt.Sprintf("line %d: a tab", number))
		}
	}
	return broken
}

// ascii: a database of another encoding may not have the character.
func ascii(_ *testing.T, _, sql string) (broken []string) {
	number := 0
	for line := range strings.Lines(sql) {
		number++
		if i := strings.IndexFunc(line, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
			character, _ := utf8.DecodeRuneInString(line[i:])
			broken = append(broken, fmt.Sprintf("line %d: %q is not ASCII", number, character))
		}
	}
	return broken
}

// noBackslash: with standard_conforming_strings = off, a function reads it as an escape.
func noBackslash(_ *testing.T, _, sql string) (broken []string) {
	for _, at := range stringOrComment.FindAllStringIndex(sql, -1) {
		text := sql[at[0]:at[1]]
		escapes := at[0] > 0 && strings.ContainsRune("eE", rune(sql[at[0]-1]))
		if text[0] == '\'' && !escapes && strings.Contains(text, `\`) {
			broken = append(broken, text+" holds a backslash, which is another text with standard_conforming_strings = off; e'' is the same with both")
		}
	}
	return broken
}

func TestSQLKeepsTheRules(t *testing.T) {
	objects := files(t, root, ".sql", "sql/audit", "sql/lizsync")
	require.Contains(t, objects, "sql/audit/api/audit_table.sql")
	require.Contains(t, objects, "sql/lizsync/api/synchronize.sql")
	hold(t, objects, map[string]rule{"one object a file": oneObject})
	// Functions are read again in each session, under its settings; an upgrade runs once, under the program's.
	hold(t, files(t, root, ".sql", "sql/lizsync", "sql/audit"), map[string]rule{"no backslash": noBackslash})

	all := files(t, root, ".sql", "sql")
	require.Greater(t, len(all), len(objects), "the upgrades")
	hold(t, all, map[string]rule{
		"a reason":         reason,
		"ascii":            ascii,
		"no swallowing":    noSwallowing,
		"no concatenation": noConcatenation,
		"lower case":       lowerCase,
		"tidy":             tidy,
	})
}

func TestBrokenSQLRulesAreFound(t *testing.T) {
	const good = `-- Tells -- whose it is. SECURITY DEFINER: everybody may ask.
create or replace function audit.good(p_of text) returns text
language sql stable security definer
as $$ select 'SELECT -- no comment' || $1; create table other (id int); $$;
comment on function audit.good(text) is 'Whose it''s; create table x.y (';
revoke all on function audit.good(text) from public;
`
	holdExamples(t, map[string]example{
		"one object":  {oneObject, "sql/audit/api/good.sql", good, nil},
		"other file":  {oneObject, "sql/audit/api/other.sql", good, []string{"it creates audit.good", "it does not create audit.other"}},
		"other place": {oneObject, "sql/lizsync/api/good.sql", good, []string{"it creates audit.good", "it does not create lizsync.good"}},
		"two overloads, one comment": {oneObject, "sql/audit/api/good.sql",
			good + "create function audit.good() returns text language sql as $body$ select '' $body$;",
			[]string{"1 of 2 have a comment", "1 of 2 are revoked from public"}},
		"reason":    {reason, "", good, nil},
		"no reason": {reason, "", "-- Tells.\n\nsecurity definer", []string{"its header gives no reason for SECURITY DEFINER"}},
		"swallowed": {noSwallowing, "",
			"begin\n    begin\n    exception when data_exception OR  OTHERS then\n        return 'raise;'; -- raise;\n    end;\n    raise;\nend",
			[]string{"line 3: EXCEPTION WHEN OTHERS swallows what nobody thought of"}},
		"raised again":       {noSwallowing, "", "exception\n    when others then\n        if a then\n            raise;\n        end if;\nend", nil},
		"told of others":     {noSwallowing, "", "-- when others\nselect 'when others'", nil},
		"concatenation":      {noConcatenation, "", "execute 'drop table ' || v_name;", []string{"dynamic SQL is made by format('%I') and USING, not by joining strings"}},
		"values joined":      {noConcatenation, "", "execute format('select %I', v_name) using a || b;", nil},
		"upper case":         {lowerCase, "", "SELECT 1 from t -- WHERE", []string{"SELECT is not in lower case"}},
		"upper case allowed": {lowerCase, "", good, nil},
		"ascii":              {ascii, "", good, nil},
		"not ascii":          {ascii, "", "-- a\n'…' b", []string{"line 2: '…' is not ASCII"}},
		"a backslash": {noBackslash, "", `-- '\'` + "\n" + `'^\d' e'\n' '\(' /* '\' */`, []string{
			`'^\d' holds a backslash, which is another text with standard_conforming_strings = off; e'' is the same with both`,
			`'\(' holds a backslash, which is another text with standard_conforming_strings = off; e'' is the same with both`,
		}},
		"no backslash": {noBackslash, "", good, nil},
		"untidy": {tidy, "", "a \n\tb\nc", []string{
			"line 1: white space at the end", "line 2: a tab", "line 3: no newline at the end of the file",
		}},
		"tidy": {tidy, "", good, nil},
	})
}
