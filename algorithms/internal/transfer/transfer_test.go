package transfer

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var projectFiles = map[string]string{
	"city.qgs":                       "<qgis/>",
	"empty.txt":                      "",
	"nothing/":                       "",
	"svg/":                           "",
	"svg/arbre à feuilles [2] #1.sv": "<svg/>",
	"svg/it's \"quoted\" & 100%.svg": "<svg>2</svg>",
	"svg/deep/":                      "",
	"svg/deep/-dash":                 "dash",
	"svg/[ab]/":                      "",
	"svg/[ab]/*.txt":                 "pattern",
	"media/":                         "",
	"media/photo.jpg":                "jpeg",
}

func TestOnlyWhatChangedTravels(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			write(t, o.LocalFolder, projectFiles)
			age(t, 30, o.LocalFolder, "city.qgs")
			summary, _ := transfer(t, send, o)
			assert.Equal(t, 7, summary.Transferred)
			target := filepath.Join(server.Root, "project")
			require.Equal(t, projectFiles, read(t, target))

			summary, _ = transfer(t, send, o)
			assert.Equal(t, Summary{Unchanged: 7}, summary)

			// Of the same size, a moment later.
			write(t, o.LocalFolder, map[string]string{"city.qgs": "<QGIS/>"})
			summary, _ = transfer(t, send, o)
			assert.Equal(t, Summary{Transferred: 1, Unchanged: 6, Bytes: 7}, summary)
			assert.Equal(t, "<QGIS/>", read(t, target)["city.qgs"])

			// An older version that was put back.
			write(t, o.LocalFolder, map[string]string{"city.qgs": "<Qgis/>"})
			age(t, 1000, o.LocalFolder, "city.qgs")
			summary, _ = transfer(t, send, o)
			assert.Equal(t, 1, summary.Transferred)

			back := o
			back.LocalFolder = t.TempDir()
			summary, _ = transfer(t, get, back)
			assert.Equal(t, 7, summary.Transferred)
			assert.Equal(t, read(t, o.LocalFolder), read(t, back.LocalFolder))
			summary, _ = transfer(t, get, back)
			assert.Equal(t, Summary{Unchanged: 7}, summary)
			write(t, target, map[string]string{"city.qgs": "<qgis>new</qgis>"})
			summary, _ = transfer(t, get, back)
			assert.Equal(t, Summary{Transferred: 1, Unchanged: 6, Bytes: 16}, summary)
			assert.Equal(t, "<qgis>new</qgis>", read(t, back.LocalFolder)["city.qgs"])
		})
	}
}

func TestTimesTravel(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			write(t, o.LocalFolder, map[string]string{"a.qgs": "a"})
			age(t, 5000, o.LocalFolder, "a.qgs")
			transfer(t, send, o)
			back := o
			back.LocalFolder = t.TempDir()
			transfer(t, get, back)
			first, err := os.Stat(filepath.Join(o.LocalFolder, "a.qgs"))
			require.NoError(t, err)
			for _, folder := range []string{filepath.Join(server.Root, "project"), back.LocalFolder} {
				info, err := os.Stat(filepath.Join(folder, "a.qgs"))
				require.NoError(t, err)
				assert.WithinDuration(t, first.ModTime(), info.ModTime(), time.Second)
			}
		})
	}
}

func TestWhatWasChangedInTheTargetIsNotReplacedUnasked(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			target := filepath.Join(server.Root, "project")
			write(t, o.LocalFolder, map[string]string{"a.qgs": "1", "b.qgs": "1", "old.qgs": "new", "new.qgs": "old", "media/p.jpg": "mine"})
			write(t, target, map[string]string{"old.qgs": "-", "new.qgs": "newer", "media/p.jpg": "theirs"})
			age(t, 2, target, "old.qgs")
			age(t, 2, target, "media/p.jpg")
			age(t, 2, o.LocalFolder, "new.qgs")
			summary, f := transfer(t, send, o)
			assert.Equal(t, 3, summary.Transferred)
			assert.Equal(t, 2, summary.Kept)
			assert.Contains(t, f.all(), "media/p.jpg, new.qgs")
			assert.Equal(t, map[string]string{"a.qgs": "1", "b.qgs": "1", "old.qgs": "new", "new.qgs": "newer", "media/": "", "media/p.jpg": "theirs"}, read(t, target))

			// On both sides, and on that of the target alone.
			write(t, target, map[string]string{"a.qgs": "edited outside", "b.qgs": "edited outside"})
			write(t, o.LocalFolder, map[string]string{"a.qgs": "edited here"})
			summary, f = transfer(t, send, o)
			assert.Equal(t, 0, summary.Transferred)
			assert.Equal(t, 4, summary.Kept)
			assert.Contains(t, f.all(), "a.qgs, b.qgs")
			assert.Equal(t, "edited outside", read(t, target)["a.qgs"])

			o.Overwrite = true
			summary, _ = transfer(t, send, o)
			assert.Equal(t, Summary{Transferred: 4, Unchanged: 1, Bytes: summary.Bytes}, summary)
			assert.Equal(t, read(t, o.LocalFolder), read(t, target))

			// The other way round.
			o.Overwrite = false
			write(t, o.LocalFolder, map[string]string{"a.qgs": "again here"})
			write(t, target, map[string]string{"a.qgs": "again outside", "b.qgs": "outside"})
			summary, f = transfer(t, get, o)
			assert.Equal(t, 1, summary.Transferred)
			assert.Equal(t, 1, summary.Kept)
			assert.Contains(t, f.all(), "a.qgs")
			assert.Equal(t, "again here", read(t, o.LocalFolder)["a.qgs"])
			assert.Equal(t, "outside", read(t, o.LocalFolder)["b.qgs"])
		})
	}
}

func TestRemoteFilesStayUnlessMirrored(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS without MLSD and MFMT"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			o.Excluded = ParseExclusions("data, cache/tiles/")
			target := filepath.Join(server.Root, "project")
			write(t, o.LocalFolder, map[string]string{"a.qgs": "1", "data/here.gpkg": "h", "cache/tiles/1.png": "1", "cache/x": "x", "database/y": "y"})
			write(t, target, map[string]string{"gone.qgs": "1", "data/there.gpkg": "t", "Media/photo.jpg": "p", "cache/tiles/2.png": "2"})
			summary, _ := transfer(t, send, o)
			assert.Equal(t, 3, summary.Transferred)
			want := map[string]string{"a.qgs": "1", "gone.qgs": "1", "data/": "", "data/there.gpkg": "t", "Media/": "", "Media/photo.jpg": "p",
				"cache/": "", "cache/tiles/": "", "cache/tiles/2.png": "2", "cache/x": "x", "database/": "", "database/y": "y"}
			assert.Equal(t, want, read(t, target))

			o.Mirror = true
			summary, _ = transfer(t, send, o)
			assert.Equal(t, Summary{Unchanged: 3, Removed: 1}, summary)
			delete(want, "gone.qgs")
			assert.Equal(t, want, read(t, target))

			write(t, o.LocalFolder, map[string]string{"gone.qgs": "1", "media/p.jpg": "mine"})
			summary, _ = transfer(t, get, o)
			assert.Equal(t, 1, summary.Removed)
			here := read(t, o.LocalFolder)
			assert.NotContains(t, here, "gone.qgs")
			assert.Equal(t, "mine", here["media/p.jpg"])
			assert.Equal(t, "h", here["data/here.gpkg"])

			o.LocalFolder = t.TempDir()
			_, err := Send(t.Context(), o, &told{})
			assert.ErrorContains(t, err, "is empty: to mirror it would remove everything on the server")
			assert.Equal(t, want, read(t, target))
		})
	}
}

func TestFolderThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, o := start(t, kind)
			_, err := Get(t.Context(), o, &told{})
			assert.ErrorContains(t, err, "there is no folder "+o.RemoteFolder)
			o.LocalFolder = filepath.Join(o.LocalFolder, "no")
			_, err = Send(t.Context(), o, &told{})
			assert.ErrorContains(t, err, "open the local folder")
		})
	}
}

func TestFileThatFailsDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			target := filepath.Join(server.Root, "project")
			write(t, o.LocalFolder, map[string]string{"a": "a", "b": "b", "c": "c"})
			write(t, target, map[string]string{"b/": ""})
			_, err := Send(t.Context(), o, &told{})
			assert.ErrorContains(t, err, "1 files were not brought, and 2 were; the first: b: there is a folder of that name")
			assert.Equal(t, map[string]string{"a": "a", "b/": "", "c": "c"}, read(t, target))
		})
	}
}

// A run that is stopped leaves nothing that looks like a whole file, and the next one goes on.
func TestStoppedTransferResumes(t *testing.T) {
	t.Parallel()
	content := big(40)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			target := filepath.Join(server.Root, "project")
			write(t, o.LocalFolder, map[string]string{"big.gpkg": content})
			back := o
			back.LocalFolder = t.TempDir()
			for _, direction := range []struct {
				step   func(context.Context, Options, *told) (Summary, error)
				o      Options
				folder string
			}{{send, o, target}, {get, back, back.LocalFolder}} {
				ctx, cancel := context.WithCancel(t.Context())
				_, err := direction.step(ctx, direction.o, &told{progress: func(percent float64) {
					if percent >= 60 {
						cancel()
					}
				}})
				require.ErrorIs(t, err, context.Canceled)
				left := read(t, direction.folder)
				require.Len(t, left, 1)
				require.NotContains(t, left, "big.gpkg")

				summary, _ := transfer(t, direction.step, direction.o)
				assert.Equal(t, 1, summary.Transferred)
				assert.Less(t, summary.Bytes, int64(len(content))*65/100)
				got := read(t, direction.folder)
				require.Len(t, got, 1)
				assert.True(t, got["big.gpkg"] == content)
			}
		})
	}
}
