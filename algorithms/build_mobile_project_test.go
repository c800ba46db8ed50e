package algorithms

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/provider"
)

// mobileInput is a copy of a project that QGIS made, with what belongs to it, and what leads to its central database.
func mobileInput(t *testing.T, name string) map[string]any {
	t.Helper()
	content, err := os.ReadFile("internal/project/testdata/city.qgs")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), name)
	if filepath.Ext(name) == ".qgs" {
		require.NoError(t, os.WriteFile(path, content, 0o600))
		require.NoError(t, os.WriteFile(strings.TrimSuffix(path, ".qgs")+".qgd", []byte("labels"), 0o600))
		require.NoError(t, os.WriteFile(strings.TrimSuffix(path, ".qgs")+"_attachments.zip", []byte("pictures"), 0o600))
	} else {
		file, err := os.Create(path)
		require.NoError(t, err)
		archive := zip.NewWriter(file)
		for member, content := range map[string]string{"labels.qgd": "labels", "city.qgs": string(content)} {
			w, err := archive.Create(member)
			require.NoError(t, err)
			_, err = io.WriteString(w, content)
			require.NoError(t, err)
		}
		require.NoError(t, archive.Close())
		require.NoError(t, file.Close())
	}
	return map[string]any{"CONNECTION_NAME_CENTRAL": "host=central.example dbname=gis_central user=anna", "QGIS_PROJECT_FILE": path}
}

// members are the files of a .qgz.
func members(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer archive.Close()
	found := map[string]string{}
	for _, member := range archive.File {
		file, err := member.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(file)
		require.NoError(t, err)
		found[member.Name] = string(content)
	}
	return found
}

func TestMobileProjectIsWrittenBesideTheProject(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"city.qgs", "city.qgz", "Arbres d'été.v2.QGZ"} {
		input := mobileInput(t, name)
		original := input["QGIS_PROJECT_FILE"].(string)
		before, err := os.ReadFile(original)
		require.NoError(t, err)
		input["PG_LAYERS"] = []any{"city.tree", "Species"}
		input["CLONE_SERVICE"] = "field"
		var told story
		result, err := run(t.Context(), t, "build_mobile_project", input, &told)
		require.NoError(t, err, name)
		assert.Empty(t, told.warnings)
		assert.EqualValues(t, 3, result["NUMBER_PG_LAYERS"])
		mobile := result["MOBILE_PROJECT_FILE"].(string)
		extension := filepath.Ext(name)
		assert.Equal(t, strings.TrimSuffix(original, extension)+"_mobile"+extension, mobile)
		after, err := os.ReadFile(original)
		require.NoError(t, err)
		assert.True(t, string(before) == string(after), "the project itself was altered")

		var content string
		if extension == ".qgs" {
			written, err := os.ReadFile(mobile)
			require.NoError(t, err)
			content = string(written)
			for suffix, beside := range map[string]string{".qgd": "labels", "_attachments.zip": "pictures"} {
				written, err := os.ReadFile(strings.TrimSuffix(mobile, ".qgs") + suffix)
				require.NoError(t, err)
				assert.Equal(t, beside, string(written))
			}
		} else {
			found := members(t, mobile)
			require.Len(t, found, 2)
			assert.Equal(t, "labels", found["labels.qgd"])
			content = found["city.qgs"]
		}
		assert.Contains(t, content, `<datasource>service='field' key='id' srid=4326 type=PointZ`)
		assert.NotContains(t, content, "s3cret-word")
	}
}

func TestLayersOfAMobileProjectAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, value, want string
	}{
		{"PG_LAYERS", "city.nothing", `no layer of the project shows "city"."nothing" of the central database`},
		{"PG_LAYERS", "Trees of mine", `the project has no layer "Trees of mine"`},
		{"PG_LAYERS", "Zones", `the layer "Zones" is not of PostgreSQL`},
		{"PG_LAYERS", "public.tree", `no layer of the project shows "public"."tree" of the central database`},
		{"PG_LAYERS", "audit.tree", "the schema audit is never synchronised"},
		{"GPKG_LAYERS", "Zones=zones", "layers.gpkg is not there"},
		{"CONNECTION_NAME_CENTRAL", "host=other.example dbname=gis_central user=louis password=hidden-word", `the layer "Trees" shows anna@central.example:5432/gis_central, and the connection leads to louis@other.example:5432/gis_central`},
		{"QGIS_PROJECT_FILE", "no.qgz", "read the project no.qgz"},
		{"QGIS_PROJECT_FILE", "build_mobile_project.go", "projects of QGIS end in .qgs or .qgz"},
	} {
		input := mobileInput(t, "city.qgs")
		input["PG_LAYERS"] = []any{"Trees"}
		input[c.key] = c.value
		if strings.HasSuffix(c.key, "_LAYERS") {
			input[c.key] = []any{c.value}
		}
		_, err := run(t.Context(), t, "build_mobile_project", input, &story{})
		require.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "hidden-word")
		assert.NoFileExists(t, mobilePath(input["QGIS_PROJECT_FILE"].(string)))
	}
}

func TestLayersOfPublicShowTheClone(t *testing.T) {
	t.Parallel()
	input := mobileInput(t, "city.qgs")
	path := input["QGIS_PROJECT_FILE"].(string)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	moved := strings.ReplaceAll(strings.ReplaceAll(string(content), `"city"."tree"`, `"public"."tree"`), `&quot;city&quot;.&quot;tree&quot;`, `&quot;public&quot;.&quot;tree&quot;`)
	require.NoError(t, os.WriteFile(path, []byte(moved), 0o600))
	input["PG_LAYERS"], input["CLONE_SERVICE"] = []any{"public.tree"}, "field"
	result, err := run(t.Context(), t, "build_mobile_project", input, &story{})
	require.NoError(t, err)
	written, err := os.ReadFile(result["MOBILE_PROJECT_FILE"].(string))
	require.NoError(t, err)
	assert.Regexp(t, `<datasource>service='field' key='id' [^<]*table="public"."tree"`, string(written))
}

func TestLayerGoesToOnePlaceOnly(t *testing.T) {
	t.Parallel()
	input := mobileInput(t, "city.qgs")
	folder := mobileFolder(input["QGIS_PROJECT_FILE"].(string))
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "layers.gpkg"), nil, 0o600))
	input["PG_LAYERS"], input["GPKG_LAYERS"] = []any{"city.tree"}, []any{"Trees=trees", "Zones"}
	_, err := run(t.Context(), t, "build_mobile_project", input, &story{})
	require.ErrorContains(t, err, `the layer "Trees" is in PG_LAYERS and in GPKG_LAYERS`)

	input["GPKG_LAYERS"] = []any{"Zones", "Scratch=scratch = 2=s"}
	_, err = run(t.Context(), t, "build_mobile_project", input, &story{})
	require.ErrorContains(t, err, `no layer "Scratch=scratch = 2"`)

	input["GPKG_LAYERS"] = []any{"Zones", "Scratch=s"}
	result, err := run(t.Context(), t, "build_mobile_project", input, &story{})
	require.NoError(t, err)
	assert.EqualValues(t, 2, result["NUMBER_GPKG_LAYERS"])
	content, err := os.ReadFile(result["MOBILE_PROJECT_FILE"].(string))
	require.NoError(t, err)
	assert.Contains(t, string(content), "<datasource>./city_mobile/layers.gpkg|layername=Zones</datasource>")
	assert.Contains(t, string(content), "<datasource>./city_mobile/layers.gpkg|layername=s</datasource>")
}

func TestMobileProjectThatCannotBeWrittenLeavesNothing(t *testing.T) {
	t.Parallel()
	input := mobileInput(t, "city.qgz")
	input["PG_LAYERS"] = []any{"city.tree"}
	mobile := mobilePath(input["QGIS_PROJECT_FILE"].(string))
	require.NoError(t, os.MkdirAll(filepath.Join(mobile, "in the way"), 0o700))
	_, err := run(t.Context(), t, "build_mobile_project", input, &story{})
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Contains(t, failure.Text, "write the project "+mobile)
	assert.NotEmpty(t, failure.Hint)
	left, err := os.ReadDir(filepath.Dir(mobile))
	require.NoError(t, err)
	assert.Len(t, left, 2) // the project and the folder
}
