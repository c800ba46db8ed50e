package style_test

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const protocolPage = "docs/protocol.md"

var (
	ruleHeading = regexp.MustCompile(`(?m)^### Rule (\d+): `)
	// One rule or several: rule 7, rules 4 to 6, rules 7, 8 and 12.
	ruleCited = regexp.MustCompile(`(?i)\brules?\s+(\d+(?:(?:\s*,\s*|\s+(?:to|and|or)\s+)\d+)*)`)
	number    = regexp.MustCompile(`\d+`)
)

// protocolRules are the numbers of the rules that the page of the protocol has.
func protocolRules(page string) map[string]bool {
	rules := map[string]bool{}
	for _, found := range ruleHeading.FindAllStringSubmatch(page, -1) {
		rules[found[1]] = true
	}
	return rules
}

// onlyKnownRules: a rule of the protocol that is cited is on its page.
func onlyKnownRules(known map[string]bool) rule {
	return func(_ *testing.T, _, content string) (broken []string) {
		for _, cited := range ruleCited.FindAllStringSubmatch(content, -1) {
			for _, n := range number.FindAllString(cited[1], -1) {
				if !known[n] {
					broken = append(broken, fmt.Sprintf("rule %s is not in %s", n, protocolPage))
				}
			}
		}
		return broken
	}
}

func TestRulesOfTheProtocolThatAreCitedExist(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(root, protocolPage)
	require.NoError(t, err)
	known := protocolRules(string(page))
	require.NotEmpty(t, known)
	for n := range len(known) {
		assert.True(t, known[strconv.Itoa(n+1)], "the rules are numbered from 1, and rule %d is missing", n+1)
	}
	cited := 0
	for _, suffix := range []string{".sql", ".go", ".py", ".md"} {
		all := files(t, root, suffix, ".")
		delete(all, "internal/style/protocol_test.go") // its examples break the rule
		for _, content := range all {
			cited += len(ruleCited.FindAllString(content, -1))
		}
		hold(t, all, map[string]rule{"rules cited in " + suffix: onlyKnownRules(known)})
	}
	assert.Greater(t, cited, 20)
}

var (
	sqlPath = regexp.MustCompile("`(sql/[^`]*\\.sql)`")
	sqlName = regexp.MustCompile("`((?:audit|lizsync)\\.\\w+)")
)

// missingSQL lists the SQL files and the objects of the databases that a page names and that are not there.
func missingSQL(sql map[string]string, page string) (missing []string) {
	for _, found := range sqlPath.FindAllStringSubmatch(page, -1) {
		if _, exists := sql[found[1]]; !exists {
			missing = append(missing, found[1])
		}
	}
	all := strings.Join(slices.Collect(maps.Values(sql)), "\n")
	for _, found := range sqlName.FindAllStringSubmatch(page, -1) {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(found[1]) + `\b`).MatchString(all) {
			missing = append(missing, found[1])
		}
	}
	return missing
}

func TestSQLThatTheProtocolNamesExists(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"sql/lizsync/b.sql", "lizsync.b", "audit.c"}, missingSQL(
		map[string]string{"sql/a.sql": "create table lizsync.a (lizsync.bb)"},
		"`sql/a.sql`, `sql/lizsync/b.sql`, `sql/lizsync/`, `lizsync.a.column`, `lizsync.b`, `audit.c`, lizsync.d",
	))

	page, err := fs.ReadFile(root, protocolPage)
	require.NoError(t, err)
	require.Regexp(t, sqlPath, string(page))
	assert.Empty(t, missingSQL(files(t, root, ".sql", "sql"), string(page)))
}

var inFolder = regexp.MustCompile(`\b([a-z]+/[a-z_]+)\b`)

// The tree of calls in sql/README.md names files by folder and name.
func TestSQLInTheCallTreeExists(t *testing.T) {
	t.Parallel()
	sql := files(t, root, ".sql", "sql/lizsync")
	readme, err := fs.ReadFile(root, "sql/README.md")
	require.NoError(t, err)
	named := 0
	for line := range strings.Lines(string(readme)) {
		if !strings.HasPrefix(line, "    ") {
			continue
		}
		for _, found := range inFolder.FindAllStringSubmatch(line, -1) {
			named++
			assert.Contains(t, sql, "sql/lizsync/"+found[1]+".sql")
		}
	}
	assert.Greater(t, named, 40)
}

var (
	commentText = regexp.MustCompile(`(?i)\bcomment\s+on\s+(\w+\s+[^\s(;]+)[^;']*\sis\s+'((?:[^']|'')*)'`)
	sideNamed   = regexp.MustCompile(`^On (?:a clone|central|both sides)\b`)
)

// sayTheSide: what an object is for begins with where it runs.
func sayTheSide(_ *testing.T, _, sql string) (broken []string) {
	comments := commentText.FindAllStringSubmatch(sql, -1)
	if len(comments) == 0 {
		return []string{"it has no comment that tells the side"}
	}
	for _, found := range comments {
		if !sideNamed.MatchString(found[2]) {
			broken = append(broken, fmt.Sprintf("the comment on %s begins neither with On a clone, On central nor On both sides", strings.ToLower(found[1])))
		}
	}
	return broken
}

func TestSQLSaysOnWhichSideItRuns(t *testing.T) {
	hold(t, files(t, root, ".sql", "sql/audit", "sql/lizsync"), map[string]rule{"the side": sayTheSide})
}

func TestBrokenProtocolRulesAreFound(t *testing.T) {
	known := onlyKnownRules(protocolRules("### Rule 1: One\n\nSee rule 2.\n\n### Rule 2: Two\n\n#### Rule 3: None\n\nRule 4: none"))
	holdExamples(t, map[string]example{
		"known":   {known, "a.sql", "-- (rule 1) rules 1 and 2 of the protocol, Rule 2.", nil},
		"unknown": {known, "a.sql", "-- rule 3 of the protocol", []string{"rule 3 is not in docs/protocol.md"}},
		"several": {known, "a.go", "// rules 1 to 4; rules 2, 5 and 6; overrule 7, rule of 8", []string{
			"rule 4 is not in docs/protocol.md", "rule 5 is not in docs/protocol.md", "rule 6 is not in docs/protocol.md",
		}},
		"over two lines": {known, "a.md", "as in rule\n9", []string{"rule 9 is not in docs/protocol.md"}},

		"a side": {sayTheSide, "a.sql", `comment on function lizsync.a(text[]) is 'On a clone: does.';
comment on function lizsync.a() is
    'On central, given nothing: does; it''s so.';
comment on aggregate lizsync.b(hstore) is 'On both sides: does.';`, nil},
		"no side": {sayTheSide, "a.sql", `comment on function lizsync.a(text[]) is 'Does.'; COMMENT ON TABLE lizsync.b is
    'On centrals: does.';`, []string{
			"the comment on function lizsync.a begins neither with On a clone, On central nor On both sides",
			"the comment on table lizsync.b begins neither with On a clone, On central nor On both sides",
		}},
		"no comment": {sayTheSide, "a.sql", "-- On a clone: does.", []string{"it has no comment that tells the side"}},
	})
}
