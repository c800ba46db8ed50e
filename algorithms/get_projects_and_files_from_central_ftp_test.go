package algorithms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
)

func TestProjectsAreFetchedFromCentral(t *testing.T) {
	server := startFTP(t, fileserver.FTP{})
	require.NoError(t, os.CopyFS(server.Root, os.DirFS(projectFolder(t, "city/city.qgs", "city/svg/tree.svg", "city/data/central.gpkg", "other/x"))))
	folder := filepath.Join(t.TempDir(), "new", "city")
	input := map[string]any{
		"CENTRAL_FTP_HOST": "localhost", "CENTRAL_FTP_PORT": server.Port, "CENTRAL_FTP_LOGIN": fileserver.Login,
		"CENTRAL_FTP_PASSWORD": fileserver.Password, "CENTRAL_FTP_REMOTE_DIR": "city", "CLONE_QGIS_PROJECT_FOLDER": folder,
		"FTP_CERTIFICATE_FILE": filepath.Join(server.Dir, "cert.pem"),
	}
	_, err := run(t.Context(), t, "get_projects_and_files_from_central_ftp", input, &story{})
	require.ErrorContains(t, err, "CONNECTION_NAME_CENTRAL is missing")
	assert.NoDirExists(t, folder)

	input["REPLACE_DATASOURCE_IN_QGIS_PROJECT"] = false
	var told story
	result, err := run(t.Context(), t, "get_projects_and_files_from_central_ftp", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 2, result["NUMBER_TRANSFERRED"])
	assert.FileExists(t, filepath.Join(folder, "svg/tree.svg"))
	assert.NoDirExists(t, filepath.Join(folder, "data"))
	assert.Empty(t, told.warnings)
}

func TestFetchedProjectsShowTheClone(t *testing.T) {
	server := startFTP(t, fileserver.FTP{})
	there, folder := filepath.Join(server.Root, "city"), t.TempDir()
	require.NoError(t, os.CopyFS(server.Root, os.DirFS(projectFolder(t, "city/broken.qgs", "city/note.txt"))))
	for _, name := range []string{"city.qgs", "city.qgz"} {
		content, err := os.ReadFile(mobileInput(t, name)["QGIS_PROJECT_FILE"].(string))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(there, name), content, 0o600))
	}
	input := map[string]any{
		"CENTRAL_FTP_HOST": "localhost", "CENTRAL_FTP_PORT": server.Port, "CENTRAL_FTP_LOGIN": fileserver.Login,
		"CENTRAL_FTP_PASSWORD": fileserver.Password, "CENTRAL_FTP_REMOTE_DIR": "city", "CLONE_QGIS_PROJECT_FOLDER": folder,
		"FTP_CERTIFICATE_FILE": filepath.Join(server.Dir, "cert.pem"), "REPLACE_DATASOURCE_IN_QGIS_PROJECT": false,
	}
	get := func() (map[string]any, *story) {
		var told story
		result, err := run(t.Context(), t, "get_projects_and_files_from_central_ftp", input, &told)
		require.NoError(t, err)
		return result, &told
	}
	fetched := func() string {
		content, err := os.ReadFile(filepath.Join(folder, "city.qgs"))
		require.NoError(t, err)
		assert.Equal(t, string(content), members(t, filepath.Join(folder, "city.qgz"))["city.qgs"])
		return string(content)
	}
	get()
	assert.Contains(t, fetched(), "central.example")

	// Another call may want it otherwise, of what was fetched before.
	delete(input, "REPLACE_DATASOURCE_IN_QGIS_PROJECT")
	input["CONNECTION_NAME_CENTRAL"] = "host=central.example dbname=gis_central user=anna"
	result, told := get()
	assert.EqualValues(t, 4, result["NUMBER_UNCHANGED"])
	require.Len(t, told.warnings, 1)
	assert.Contains(t, told.warnings[0], "broken.qgs")
	assert.Contains(t, told.messages, "city.qgz: 4 layers show the clone now")
	for _, gone := range []string{"central.example", "s3cret-word"} {
		assert.NotContains(t, fetched(), gone)
	}
	assert.Contains(t, fetched(), "<datasource>dbname='gis' host=localhost port=5432 user='gis' key='id'")

	// It is still the version that came from the server.
	before := fetched()
	result, _ = get()
	assert.EqualValues(t, 4, result["NUMBER_UNCHANGED"])
	assert.EqualValues(t, 0, result["NUMBER_KEPT"])
	assert.Equal(t, before, fetched())

	// What somebody has changed here is left alone.
	changed := strings.Replace(before, "host=localhost", "host=central.example", 1)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "city.qgs"), []byte(changed), 0o600))
	result, _ = get()
	assert.EqualValues(t, 1, result["NUMBER_KEPT"])
	content, err := os.ReadFile(filepath.Join(folder, "city.qgs"))
	require.NoError(t, err)
	assert.Equal(t, changed, string(content))

	// A project of another database is named.
	input["CONNECTION_NAME_CENTRAL"], input["OVERWRITE"] = "host=other.example dbname=gis_central user=anna", true
	_, told = get()
	assert.Contains(t, strings.Join(told.warnings, "\n"), `city.qgs: these layers show another database than the central one, and still do: "Chemins d'été" (anna@central.example:5432/gis_central)`)
}
