package sql

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWronglyNumberedUpgradesAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"gap":             {"0001_a.sql 0003_b.sql", "upgrade/0003_b.sql: upgrade 2 is expected here"},
		"same number":     {"0001_a.sql 0001_b.sql", "upgrade/0001_b.sql: upgrade 2 is expected here"},
		"does not start":  {"0002_a.sql", "upgrade/0002_a.sql: upgrade 1 is expected here"},
		"no number":       {"a.sql", "upgrade/a.sql: the name of an upgrade is NNNN_description.sql"},
		"no description":  {"0001.sql", "upgrade/0001.sql: the name of an upgrade is NNNN_description.sql"},
		"a capital":       {"0001_Add.sql", "upgrade/0001_Add.sql: the name of an upgrade is NNNN_description.sql"},
		"a short number":  {"1_a.sql", "upgrade/1_a.sql: the name of an upgrade is NNNN_description.sql"},
		"an editor's own": {"0001_a.sql~", "upgrade/0001_a.sql~: the name of an upgrade is NNNN_description.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(tree(strings.Fields(c.files)...))
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestUpgradesAfterAVersion(t *testing.T) {
	s, err := load(tree("0002_add_notes.sql", "0001_create_tables.sql"))
	require.NoError(t, err)
	assert.Equal(t, 2, s.Version())
	assert.Equal(t, "add notes", s.Upgrades[1].Description)
	assert.Equal(t, s.Upgrades, s.After(0))
	assert.Equal(t, s.Upgrades[1:], s.After(1))
	assert.Empty(t, s.After(2))
	assert.Empty(t, s.After(7), "a database that is newer needs nothing of this program")
}

func TestEachFunctionFileIsNamedAfterItsObject(t *testing.T) {
	created := regexp.MustCompile(`(?m)^create or replace (?:function|procedure|view|aggregate) (\S+?)(?:\(| )`)
	for _, script := range Current().Functions {
		objects := created.FindAllStringSubmatch(script.Text, -1)
		if assert.NotEmpty(t, objects, script.Name) {
			for _, object := range objects {
				assert.Equal(t, script.Object(), object[1], "%s: one object a file", script.Name)
			}
		}
		if assert.Len(t, script.Signatures(), len(objects), script.Name) {
			for _, signature := range script.Signatures() {
				assert.True(t, strings.HasPrefix(signature, script.Object()+"("), signature)
			}
		}
	}
}

func TestTheDigestTellsOneVersionFromAnother(t *testing.T) {
	digest := func(edit func(files fstest.MapFS)) string {
		files := tree("0001_create_tables.sql")
		edit(files)
		s, err := load(files)
		require.NoError(t, err)
		return s.Digest()
	}
	seen := map[string]bool{}
	for _, edit := range []func(files fstest.MapFS){
		func(fstest.MapFS) {},
		func(files fstest.MapFS) { files["audit/api/a.sql"].Data = []byte("select 9") },
		func(files fstest.MapFS) { files["audit/api/c.sql"] = &fstest.MapFile{Data: []byte("select 1")} },
		func(files fstest.MapFS) { delete(files, "lizsync/room/b.sql") },
	} {
		seen[digest(edit)] = true
		assert.Equal(t, digest(edit), digest(edit))
	}
	assert.Len(t, seen, 4)
}

func TestWhatPeopleCallIsInTheRoomForIt(t *testing.T) {
	s, err := load(tree("0001_create_tables.sql"))
	require.NoError(t, err)
	require.Len(t, s.Functions, 2)
	assert.Equal(t, "audit.a", s.Functions[0].Object())
	assert.True(t, s.Functions[0].IsPublic())
	assert.Equal(t, "lizsync.b", s.Functions[1].Object())
	assert.False(t, s.Functions[1].IsPublic())
}

func TestFunctionOutsideTheRoomsIsRefused(t *testing.T) {
	files := tree("0001_create_tables.sql")
	files["lizsync/c.sql"] = &fstest.MapFile{Data: []byte("select 4")}
	_, err := load(files)
	assert.EqualError(t, err, "lizsync/c.sql: a function belongs in a room, one directory further down")
}

// tree is a directory with these upgrades and one function.
func tree(upgrades ...string) fstest.MapFS {
	files := fstest.MapFS{"audit/api/a.sql": {Data: []byte("select 1")}, "lizsync/room/b.sql": {Data: []byte("select 2")}}
	for _, name := range upgrades {
		files["upgrade/"+name] = &fstest.MapFile{Data: []byte("select 3")}
	}
	return files
}
