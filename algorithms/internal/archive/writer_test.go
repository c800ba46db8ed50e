package archive

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPackageThatIsBeingWrittenIsNoLeftover(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "package.zip")
	left := path + ".partial-LEFT"
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	first, err := create(path)
	require.NoError(t, err)
	require.NoFileExists(t, left)
	second, err := create(path)
	require.NoError(t, err)
	for _, w := range []*writer{first, second} {
		require.FileExists(t, w.file.Name())
		w.discard()
		require.NoFileExists(t, w.file.Name())
	}
}
