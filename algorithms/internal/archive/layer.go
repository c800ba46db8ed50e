package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

// reserved are the schemas that are never synchronised.
var reserved = map[string]bool{"public": true, "audit": true, "lizsync": true, "information_schema": true}

// ParseNames reads names given as schema.table, each once. A part with a dot or a quote in it stands in double quotes,
// as in SQL, with quotes in it doubled; capitals are kept as they are written.
func ParseNames(given []string) ([]Name, error) {
	var names []Name
	for _, text := range given {
		parts, ok := splitName(strings.TrimSpace(text))
		if !ok || len(parts) != 2 || parts[0] == "" || parts[1] == "" {
			return nil, &provider.Failure{
				Text: fmt.Sprintf("%q is not the name of a table", text),
				Hint: `write schema.table, each part in double quotes when it has a dot or a quote in it: "my.schema"."my.table"`,
			}
		}
		name := Name{parts[0], parts[1]}
		if reserved[name.Schema] || strings.HasPrefix(name.Schema, "pg_") {
			return nil, &provider.Failure{
				Text: fmt.Sprintf("%s cannot be packaged: the schema %s is never synchronised", name.SQL(), name.Schema),
				Hint: fmt.Sprintf("move it to a schema of your own: ALTER TABLE %s SET SCHEMA …", name.SQL()),
			}
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

func splitName(text string) (parts []string, ok bool) {
	for {
		var part string
		if strings.HasPrefix(text, `"`) {
			end := 1
			for ; end < len(text); end++ {
				if text[end] == '"' {
					if end+1 == len(text) || text[end+1] != '"' {
						break
					}
					end++
				}
			}
			if end >= len(text) {
				return nil, false
			}
			part, text = strings.ReplaceAll(text[1:end], `""`, `"`), text[end+1:]
		} else {
			end := strings.IndexByte(text, '.')
			if end < 0 {
				end = len(text)
			}
			part, text = text[:end], text[end:]
			if strings.Contains(part, `"`) {
				return nil, false
			}
		}
		parts = append(parts, part)
		if text == "" {
			return parts, true
		}
		if text[0] != '.' {
			return nil, false
		}
		text = text[1:]
	}
}
