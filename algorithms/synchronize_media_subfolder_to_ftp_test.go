package algorithms

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
)

func TestMediaGoesToCentralAndReplacesNothing(t *testing.T) {
	server := startFTP(t, fileserver.FTP{})
	theirs := filepath.Join(server.Root, "city", "media", "a.jpg")
	require.NoError(t, os.MkdirAll(filepath.Dir(theirs), 0o755))
	require.NoError(t, os.WriteFile(theirs, []byte("another one"), 0o644))
	input := map[string]any{
		"LOCAL_QGIS_PROJECT_FOLDER": projectFolder(t, "city.qgs", "media/a.jpg", "media/b.jpg"), "CENTRAL_FTP_HOST": "localhost", "CENTRAL_FTP_PORT": server.Port,
		"CENTRAL_FTP_LOGIN": fileserver.Login, "CENTRAL_FTP_PASSWORD": fileserver.Password, "CENTRAL_FTP_REMOTE_DIR": "city",
		"FTP_CERTIFICATE_FILE": filepath.Join(server.Dir, "cert.pem"), "CLONE_NAME": "../tablet",
	}
	_, err := run(t.Context(), t, "synchronize_media_subfolder_to_ftp", input, &story{})
	require.ErrorContains(t, err, `the name "../tablet" is refused`)
	delete(input, "CLONE_NAME") // the name of this machine then
	for _, transferred := range []int{2, 0} {
		result, err := run(t.Context(), t, "synchronize_media_subfolder_to_ftp", input, &story{})
		require.NoError(t, err)
		assert.EqualValues(t, transferred, result["NUMBER_TRANSFERRED"])
	}
	content, err := os.ReadFile(theirs)
	require.NoError(t, err)
	assert.Equal(t, "another one", string(content))
	mine, err := filepath.Glob(filepath.Join(server.Root, "city/media/a_*.jpg"))
	require.NoError(t, err)
	require.Len(t, mine, 1)
	assert.FileExists(t, filepath.Join(server.Root, "city/media/b.jpg"))
	assert.NoFileExists(t, filepath.Join(server.Root, "city/city.qgs"))
}
