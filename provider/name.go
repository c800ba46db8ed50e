package provider

import "strings"

// SplitNames splits names at a separator, a comma or a dot, that does not stand in double quotes.
func SplitNames(text string, separator byte) []string {
	var names []string
	start, quoted := 0, false
	for i := range len(text) {
		switch text[i] {
		case '"':
			quoted = !quoted
		case separator:
			if !quoted {
				names = append(names, text[start:i])
				start = i + 1
			}
		}
	}
	return append(names, text[start:])
}

// SplitList splits a list of names at its commas. Spaces around names and empty names are left out.
func SplitList(list string) []string {
	var names []string
	for _, name := range SplitNames(list, ',') {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Unquote reads a name that is written as it is, or as in SQL in double quotes, with those in it doubled. It is not ok when the
// quotes do not end, or end too early.
func Unquote(name string) (plain string, quoted, ok bool) {
	inner, quoted := strings.CutPrefix(name, `"`)
	if !quoted {
		return name, false, true
	}
	inner, closed := strings.CutSuffix(inner, `"`)
	if !closed || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return "", true, false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true, true
}
