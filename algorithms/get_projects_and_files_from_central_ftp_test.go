package algorithms

import (
	"os"
	"path/filepath"
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
		"CONNECTION_NAME_CENTRAL": "service=central", "CENTRAL_FTP_HOST": "localhost", "CENTRAL_FTP_PORT": server.Port, "CENTRAL_FTP_LOGIN": fileserver.Login,
		"CENTRAL_FTP_PASSWORD": fileserver.Password, "CENTRAL_FTP_REMOTE_DIR": "city", "CLONE_QGIS_PROJECT_FOLDER": folder,
		"FTP_CERTIFICATE_FILE": filepath.Join(server.Dir, "cert.pem"),
	}
	var told story
	result, err := run(t.Context(), t, "get_projects_and_files_from_central_ftp", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 2, result["NUMBER_TRANSFERRED"])
	assert.FileExists(t, filepath.Join(folder, "svg/tree.svg"))
	assert.NoDirExists(t, filepath.Join(folder, "data"))
	require.Len(t, told.warnings, 1)
	assert.Contains(t, told.warnings[0], "the projects still show the central database")

	input["REPLACE_DATASOURCE_IN_QGIS_PROJECT"] = false
	told = story{}
	result, err = run(t.Context(), t, "get_projects_and_files_from_central_ftp", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 2, result["NUMBER_UNCHANGED"])
	assert.Empty(t, told.warnings)
}
