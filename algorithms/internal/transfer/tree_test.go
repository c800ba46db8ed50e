package transfer

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile is a server that lists whatever it likes.
type hostile struct {
	remote
	names []string
}

func (h hostile) list(string) (map[string]entry, error) {
	entries := map[string]entry{}
	for _, name := range h.names {
		entries[name] = entry{size: 1}
	}
	return entries, nil
}

func TestNamesThatWouldLeaveTheFolderAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../evil", "a/b", "/etc/cron.d/evil", "", "a\nDELE b", "a\x00", "\xff"} {
		_, err := remoteTree(hostile{names: []string{"good", name}}, "project", ".", nil)
		assert.ErrorContains(t, err, "is refused", "%q", name)
	}
	found, err := remoteTree(hostile{names: []string{".", "..", "...", "~", "a b", "C:", `a\b`}}, "project", ".", nil)
	require.NoError(t, err)
	assert.Len(t, found, 5)

	folder := t.TempDir()
	write(t, folder, map[string]string{"a\nDELE b": "x"})
	root, err := os.OpenRoot(folder)
	require.NoError(t, err)
	defer root.Close()
	_, err = localTree(root, ".", nil, &told{})
	assert.ErrorContains(t, err, "is refused")
}

// A link in the local folder that leads out of it is neither followed nor written through.
func TestLinksLeadNowhere(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			outside := t.TempDir()
			write(t, outside, map[string]string{"secret": "1"})
			write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
			require.NoError(t, os.Symlink(outside, filepath.Join(o.LocalFolder, "svg")))
			_, f := transfer(t, send, o)
			assert.Contains(t, f.all(), "links are left out: svg")
			target := filepath.Join(server.Root, "project")
			assert.Equal(t, map[string]string{"a.qgs": "1"}, read(t, target))

			write(t, target, map[string]string{"svg/evil": "2"})
			_, err := Get(t.Context(), o, &told{})
			assert.Error(t, err)
			assert.Equal(t, map[string]string{"secret": "1"}, read(t, outside))
		})
	}
}

func TestExclusionsAreFolders(t *testing.T) {
	t.Parallel()
	assert.Empty(t, ParseExclusions(" , /, ."))
	x := exclusions(ParseExclusions(`data, /a/b/ ,c\d`))
	assert.Equal(t, exclusions{"data", "a/b", "c/d"}, x)
	for name, want := range map[string]bool{"data": true, "data/x": true, "database": false, "x/data": false, "a": false, "a/b/c": true, "c/d": true} {
		assert.Equal(t, want, x.has(name), name)
	}
}
