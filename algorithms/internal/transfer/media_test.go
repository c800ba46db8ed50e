package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPhotoThatDiffersOnBothSidesIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			target := filepath.Join(server.Root, "project")
			write(t, o.LocalFolder, map[string]string{
				"city.qgs": "<qgis/>", "media/new.jpg": "new", "media/upload/city/IMG_1.jpg": "tablet", "media/IMG_2.jpg": "longer of tablet", "media/same.jpg": "same",
				"media/IMG_3.JPG": strings.Repeat("a", 100_000) + "b", "media/none": "x",
			})
			theirs := map[string]string{
				"media/": "", "media/upload/": "", "media/upload/city/": "", "media/upload/city/IMG_1.jpg": "phone!", "media/IMG_2.jpg": "phone", "media/same.jpg": "same",
				"media/IMG_3.JPG": strings.Repeat("a", 100_000) + "c", "media/none": "y", "media/theirs.jpg": "z",
			}
			write(t, target, theirs)
			age(t, 1, target, "media/same.jpg")
			// Of the same time, too.
			age(t, 9, target, "media/none")
			age(t, 9, o.LocalFolder, "media/none")

			summary, f := transfer(t, sendMedia, o)
			assert.Equal(t, 5, summary.Transferred)
			assert.Equal(t, 1, summary.Unchanged)
			assert.Len(t, f.warnings, map[bool]int{false: 4, true: 5}[o.Server.NoTLS])
			assert.Contains(t, f.all(), "central has another media/upload/city/IMG_1.jpg: the one from here goes there as IMG_1_tablet.jpg")
			want := map[string]string{
				"media/new.jpg": "new", "media/upload/city/IMG_1_tablet.jpg": "tablet", "media/IMG_2_tablet.jpg": "longer of tablet",
				"media/IMG_3_tablet.JPG": strings.Repeat("a", 100_000) + "b", "media/none_tablet": "x",
			}
			for name, content := range theirs {
				want[name] = content
			}
			assert.Equal(t, want, read(t, target))

			summary, _ = transfer(t, sendMedia, o)
			assert.Equal(t, Summary{Unchanged: 6}, summary)

			// Another photo under the old name, and one of another clone that has the same name.
			write(t, o.LocalFolder, map[string]string{"media/new.jpg": "another"})
			summary, _ = transfer(t, sendMedia, o)
			assert.Equal(t, 1, summary.Transferred)
			want["media/new_tablet.jpg"] = "another"
			other := o
			other.LocalFolder = t.TempDir()
			write(t, other.LocalFolder, map[string]string{"media/new.jpg": "third"})
			summary, _ = transfer(t, sendMedia, other)
			assert.Equal(t, 1, summary.Transferred)
			want["media/new_tablet_2.jpg"] = "third"
			assert.Equal(t, want, read(t, target))
		})
	}
}

func TestMediaIsMadeOnTheServer(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			summary, f := transfer(t, sendMedia, o)
			assert.Zero(t, summary)
			assert.Contains(t, f.all(), "there is nothing in")
			assert.Empty(t, read(t, server.Root))

			write(t, o.LocalFolder, map[string]string{"media/a/b.jpg": "b"})
			transfer(t, sendMedia, o)
			assert.Equal(t, map[string]string{"project/": "", "project/media/": "", "project/media/a/": "", "project/media/a/b.jpg": "b"}, read(t, server.Root))
		})
	}
}

// Two clones send a photo of one name at the same time: neither replaces the other's.
func TestPhotoThatAppearsMeanwhileIsNotReplaced(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			target := filepath.Join(server.Root, "project")
			require.NoError(t, os.MkdirAll(filepath.Join(target, "media"), 0o755))
			write(t, o.LocalFolder, map[string]string{"media/a.jpg": "tablet"})
			f := &told{progress: func(float64) {
				write(t, target, map[string]string{"media/a.jpg": "phone"})
			}}
			_, err := SendMedia(t.Context(), o, f)
			assert.ErrorContains(t, err, "1 files were not brought")
			assert.Equal(t, "phone", read(t, target)["media/a.jpg"])
			summary, _ := transfer(t, sendMedia, o)
			assert.Equal(t, 1, summary.Transferred)
			assert.Equal(t, "tablet", read(t, target)["media/a_tablet.jpg"])
			assert.Equal(t, "phone", read(t, target)["media/a.jpg"])
		})
	}
}

func TestFileThatIsWrittenMeanwhileIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			write(t, o.LocalFolder, map[string]string{"a.gpkg": big(3)})
			written := false
			f := &told{progress: func(float64) {
				if !written {
					written = true
					later := time.Now().Add(time.Minute)
					require.NoError(t, os.Chtimes(filepath.Join(o.LocalFolder, "a.gpkg"), later, later))
				}
			}}
			_, err := Send(t.Context(), o, f)
			assert.ErrorContains(t, err, "it was changed while it was sent")
			assert.Empty(t, read(t, filepath.Join(server.Root, "project")))
			transfer(t, send, o)
		})
	}
}
