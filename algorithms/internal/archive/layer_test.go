package archive

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	names, err := ParseNames([]string{"ville.rue", `"a.b"."c.d"`, `Été.Arbre`, `ville."quo""te"`, ` "ville".rue `, `ville.with space`})
	require.NoError(t, err)
	assert.Equal(t, []Name{{"ville", "rue"}, {"a.b", "c.d"}, {"Été", "Arbre"}, {"ville", `quo"te`}, {"ville", "with space"}}, names)
	assert.Equal(t, `"ville"."quo""te"`, names[3].SQL())
}

func TestWrongNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"rue", "a.b.c", `"a.b`, `ville.`, `.rue`, `""."rue"`, `"a"b.c`, `a"b.c`, ``} {
		_, err := ParseNames([]string{bad})
		assert.ErrorContains(t, err, "is not the name of a table", bad)
	}
	for _, bad := range []string{"audit.logged_actions", "lizsync.history", "pg_catalog.pg_class"} {
		_, err := ParseNames([]string{bad})
		assert.ErrorContains(t, err, "is never synchronised", bad)
	}
	_, err := ParseNames(nil)
	assert.EqualError(t, err, "no table was chosen")
}
