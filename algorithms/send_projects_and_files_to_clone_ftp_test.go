package algorithms

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
	"github.com/lizsync/lizsync/provider"
)

// projectFolder makes a folder with these files, of their names as contents.
func projectFolder(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		file := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(name), 0o644))
	}
	return folder
}

// startFTP runs a server. What a run remembers is kept in a folder of the test.
func startFTP(t *testing.T, kind fileserver.FTP) *fileserver.Server {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	server, err := fileserver.StartFTP(t.Context(), t.TempDir(), kind)
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	return server
}

// A call as models of the original made it: with WinSCP, the protocol by its index, and TLS neither asked for nor refused.
func TestOldModelsSendToTheClone(t *testing.T) {
	server := startFTP(t, fileserver.FTP{})
	typed := map[string][]string{
		"LOCAL_QGIS_PROJECT_FOLDER":  {projectFolder(t, "city.qgs", "media/a.jpg", "data/clone.gpkg")},
		"WINSCP_BINARY_PATH":         {"/usr/bin"},
		"CLONE_FTP_PROTOCOL":         {"1"},
		"CLONE_FTP_HOST":             {"localhost"},
		"CLONE_FTP_PORT":             {fmt.Sprint(server.Port)},
		"CLONE_FTP_LOGIN":            {fileserver.Login},
		"CLONE_FTP_PASSWORD":         {fileserver.Password},
		"CLONE_FTP_REMOTE_DIR":       {"qgis/city"},
		"FTP_EXCLUDE_REMOTE_SUBDIRS": {"data"},
		"FTP_CERTIFICATE_FILE":       {filepath.Join(server.Dir, "cert.pem")},
	}
	input, err := provider.Coerce(sendProjectsAndFilesToCloneFTP().Info().Inputs, typed)
	require.NoError(t, err)
	assert.Equal(t, "FTP", input["CLONE_FTP_PROTOCOL"])
	var told story
	result, err := run(t.Context(), t, "send_projects_and_files_to_clone_ftp", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 2, result["NUMBER_TRANSFERRED"])
	assert.EqualValues(t, 1, result["OUTPUT_STATUS"])
	assert.Equal(t, "2 files brought, 0 unchanged, 0 kept, 0 removed", result["OUTPUT_STRING"])
	assert.FileExists(t, filepath.Join(server.Root, "qgis/city/media/a.jpg"))
	assert.NoDirExists(t, filepath.Join(server.Root, "qgis/city/data"))
	assert.Empty(t, told.warnings)
	assert.Equal(t, 100., told.progress[len(told.progress)-1])
}

func TestOldGeoPoppyIsToldToGiveEncryptionUp(t *testing.T) {
	server := startFTP(t, fileserver.FTP{Plain: true})
	input := map[string]any{
		"LOCAL_QGIS_PROJECT_FOLDER": projectFolder(t, "city.qgs"), "CLONE_FTP_PROTOCOL": "FTP", "CLONE_FTP_HOST": server.Host, "CLONE_FTP_PORT": server.Port,
		"CLONE_FTP_LOGIN": fileserver.Login, "CLONE_FTP_PASSWORD": fileserver.Password, "CLONE_FTP_REMOTE_DIR": "/city",
	}
	var told story
	_, err := run(t.Context(), t, "send_projects_and_files_to_clone_ftp", input, &told)
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Contains(t, failure.Text, "speaks no TLS")
	assert.Contains(t, failure.Hint, "set FTP_ENCRYPTION to none")
	input["FTP_ENCRYPTION"] = "none"
	input["CLONE_FTP_REMOTE_DIR"] = server.Root + "/city"
	_, err = run(t.Context(), t, "send_projects_and_files_to_clone_ftp", input, &told)
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(server.Root, "city/city.qgs"))
	require.Len(t, told.warnings, 1)
	assert.Contains(t, told.warnings[0], "encryption is off")
}
