package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/lizsync/lizsync/provider"
)

func TestNamesAreSplitOutsideQuotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                  {""},
		"a,b":               {"a", "b"},
		"a,,b,":             {"a", "", "b", ""},
		`a."x, ""y, z", b`:  {`a."x, ""y, z"`, " b"},
		`"not closed, here`: {`"not closed, here`},
	} {
		assert.Equal(t, want, provider.SplitNames(text, ','), text)
	}
	assert.Equal(t, []string{`"a , b"`, "c"}, provider.SplitList("\t, \"a , b\" ,c,\n"))
	assert.Empty(t, provider.SplitList(" ,\n"))
	assert.Equal(t, []string{`"a.b"`, "c"}, provider.SplitNames(`"a.b".c`, '.'))
}

func TestNamesAreUnquoted(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"city": "city", "My Été": "My Été", `"city"`: "city", `"a.b"`: "a.b", `"say ""hi"""`: `say "hi"`, `""""`: `"`, `""`: "", "": "", `say "hi"`: `say "hi"`,
	} {
		plain, quoted, ok := provider.Unquote(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, plain, name)
		assert.Equal(t, name != "" && name[0] == '"', quoted, name)
	}
	for _, name := range []string{`"`, `"""`, `"a`, `"a"b`, `"a" "b"`, `"a"b"`} {
		_, _, ok := provider.Unquote(name)
		assert.False(t, ok, name)
	}
}
