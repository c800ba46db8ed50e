package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

// reserved are the schemas that are never synchronised.
var reserved = map[string]bool{"audit": true, "lizsync": true, "information_schema": true}

// ParseNames reads names given as schema.table, each once. A part with a dot or a quote in it stands in double quotes,
// as in SQL, with quotes in it doubled; capitals are kept as they are written.
func ParseNames(given []string) ([]Name, error) {
	var names []Name
	for _, text := range given {
		name, ok := parseName(strings.TrimSpace(text))
		if !ok {
			return nil, &provider.Failure{
				Text: fmt.Sprintf("%q is not the name of a table", text),
				Hint: `write schema.table, each part in double quotes when it has a dot or a quote in it: "my.schema"."my.table"`,
			}
		}
		if err := name.Check(); err != nil {
			return nil, err
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, &provider.Failure{Text: "no table was chosen", Hint: "give PG_LAYERS at least one schema.table"}
	}
	return names, nil
}

func parseName(text string) (Name, bool) {
	parts := provider.SplitNames(text, '.')
	if len(parts) != 2 {
		return Name{}, false
	}
	schema, _, ok1 := provider.Unquote(parts[0])
	table, _, ok2 := provider.Unquote(parts[1])
	return Name{schema, table}, ok1 && ok2 && schema != "" && table != ""
}

// Check refuses what is never synchronised.
func (n Name) Check() error {
	if !reserved[n.Schema] && !strings.HasPrefix(n.Schema, "pg_") {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("%s cannot be packaged: the schema %s is never synchronised", n.SQL(), n.Schema),
		Hint: fmt.Sprintf("move it to a schema of your own: ALTER TABLE %s SET SCHEMA …", n.SQL()),
	}
}
