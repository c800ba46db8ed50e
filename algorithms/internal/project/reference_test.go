package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

func TestReferencesOfAProjectAreBetweenTablesOfCentral(t *testing.T) {
	references := func(path, conninfo string) []database.Reference {
		p, err := Open(path)
		require.NoError(t, err)
		return p.References(target(t, conninfo))
	}
	// Of the table tree there are two layers, and of one of them two styles.
	want := func(evidence string) database.Reference {
		return database.Reference{
			ChildSchema: "city", ChildTable: "tree", ChildColumn: "species_name",
			ParentSchema: "city", ParentTable: "species", ParentColumn: "name", Evidence: evidence,
		}
	}
	reverse := func(r database.Reference) database.Reference {
		r.ChildTable, r.ChildColumn, r.ParentTable, r.ParentColumn = r.ParentTable, r.ParentColumn, r.ChildTable, r.ChildColumn
		return r
	}
	relation, join := want(`the relation "tree species" of the project`), want(`a join of the layer "Trees" in the project`)
	const central = "service='' host=central.example dbname=gis_central user=other"
	got := references("testdata/city.qgs", central)
	assert.ElementsMatch(t, []database.Reference{
		relation, join, reverse(join), want(`a value relation in the form of the layer "Trees"`),
	}, got)

	assert.Empty(t, references("testdata/city.qgs", "service='' host=elsewhere dbname=gis_central user=other"))

	content, err := os.ReadFile("testdata/city.qgs")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "city.qgs")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(content), `referencedLayer="`+species+`"`, `referencedLayer="`+scratch+`"`)), 0o600))
	assert.NotContains(t, references(path, central), relation, "a layer that is no table of central")
}
