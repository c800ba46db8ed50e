package sql

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	quoted     = regexp.MustCompile(`'((?:[^']|'')*)'`)
	sqlComment = regexp.MustCompile(`--[^\n]*`)
)

// recordedRules are the rules that a script records in lizsync.conflicts: in an INSERT, what is quoted and has several words.
func recordedRules(script string) (rules []string) {
	for _, rest := range strings.Split(script, "insert into lizsync.conflicts")[1:] {
		for _, literal := range quoted.FindAllStringSubmatch(statement(sqlComment.ReplaceAllString(rest, "")), -1) {
			if strings.Contains(literal[1], " ") {
				rules = append(rules, literal[1])
			}
		}
	}
	return rules
}

// statement is a text up to the end of the statement that it is the rest of, or of its brackets.
func statement(rest string) string {
	depth, inString := 0, false
	for i, c := range rest {
		switch {
		case c == '\'':
			inString = !inString
		case inString:
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth < 0 || c == ';' && !inString {
			return rest[:i]
		}
	}
	return rest
}

func TestEveryRuleThatIsRecordedIsInTheListAndTheOtherWayRound(t *testing.T) {
	var listed, recorded []string
	for _, rule := range ConflictRules {
		assert.Contains(t, rule.Name, " ", "by which recordedRules knows it")
		listed = append(listed, rule.Name)
	}
	scripts := []Script{TakeOver()}
	for _, function := range Current().Functions {
		scripts = append(scripts, function.Script)
	}
	for _, script := range scripts {
		rules := recordedRules(script.Text)
		if strings.Contains(script.Text, "insert into lizsync.conflicts") {
			assert.NotEmpty(t, rules, script.Name)
		}
		for _, rule := range rules {
			assert.Contains(t, listed, rule, script.Name)
		}
		recorded = append(recorded, rules...)
	}
	slices.Sort(recorded)
	assert.ElementsMatch(t, listed, slices.Compact(recorded))
}

func TestRecordedRulesAreFound(t *testing.T) {
	assert.Equal(t, []string{"a (rule); b", "c d"}, recordedRules(`
		with x as (
			insert into lizsync.conflicts (rejected, rule_applied) select 'clone', 'a (rule); b'
		) select 'no rule';
		insert into lizsync.conflicts (rejected, rule_applied) values ('clone', 'c d');
		comment on function f() is 'no rule';`))
}

func TestConceptsExplainEveryRule(t *testing.T) {
	page, err := os.ReadFile("../docs/concepts.md")
	require.NoError(t, err)
	var want strings.Builder
	want.WriteString("| `rule_applied` | what it means |\n|---|---|\n")
	for _, rule := range ConflictRules {
		want.WriteString("| " + rule.Name + " | " + rule.Description + " |\n")
	}
	assert.Contains(t, string(page), "\n"+want.String()+"\n", "docs/concepts.md has another table than sql.ConflictRules")
}
