package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// sendMedia sends what central lacks. A name that central has for something else is left to it, and the file goes under
// one with the clone's name in it.
func (w *work) sendMedia(ctx context.Context) error {
	if err := checkName(w.CloneName); err != nil {
		return err
	}
	local, there, err := w.look(media, true)
	if err != nil {
		return err
	}
	if len(local.files()) == 0 {
		w.feedback.Message("there is nothing in " + filepath.Join(w.LocalFolder, media))
		return nil
	}
	var jobs []job
	for _, name := range local.files() {
		to, sent, err := w.place(ctx, name, local[name], there)
		if err != nil {
			return err
		}
		if sent {
			if !w.done[name] {
				w.summary.Unchanged++
			}
			continue
		}
		if to != name {
			w.feedback.Warning(fmt.Sprintf("central has another %s: the one from here goes there as %s", name, path.Base(to)))
		}
		there[to] = entry{size: -1} // taken, by what is about to be sent
		jobs = append(jobs, job{name, to, local[name], false})
	}
	if err := w.remoteFolders(local, there, jobs); err != nil {
		return err
	}
	return w.bring(ctx, jobs, w.upload)
}

// place finds the name under which central has the file, or gets it.
func (w *work) place(ctx context.Context, name string, mine entry, there tree) (to string, sent bool, err error) {
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for n := 0; ; n++ {
		switch n {
		case 0:
			to = name
		case 1:
			to = fmt.Sprintf("%s_%s%s", stem, w.CloneName, extension)
		default:
			to = fmt.Sprintf("%s_%s_%d%s", stem, w.CloneName, n, extension)
		}
		theirs, exists := there[to]
		if !exists {
			return to, false, nil
		}
		if theirs.folder || theirs.size != mine.size {
			continue
		}
		if theirs.rough {
			if theirs, err = w.remote.stat(w.far(to)); err != nil {
				return "", false, fmt.Errorf("look at %s on the server: %w", to, err)
			}
		}
		if known, ok := w.record.get(to); !ok || !known.Local.is(mine) || !known.Remote.near(theirs) {
			equal, err := w.equal(ctx, name, to)
			if err != nil {
				return "", false, err
			}
			if !equal {
				continue
			}
			w.record.set(to, mine, theirs)
		}
		return to, true, nil
	}
}

var errDiffers = errors.New("the content differs")

// equal compares contents: photos of one size and even of one time may differ.
func (w *work) equal(ctx context.Context, name, to string) (bool, error) {
	file, err := w.root.Open(filepath.FromSlash(name))
	if err != nil {
		return false, &localError{err}
	}
	defer file.Close()
	err = w.remote.get(w.far(to), &comparison{ctx, file}, 0)
	if errors.Is(err, errDiffers) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare %s with the server's: %w", name, err)
	}
	return true, nil
}

// comparison takes what is written to it as long as a file has the same.
type comparison struct {
	ctx  context.Context
	file *os.File
}

func (c *comparison) Write(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	mine := make([]byte, len(b))
	if _, err := io.ReadFull(c.file, mine); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, &localError{err}
	}
	if string(mine) != string(b) {
		return 0, errDiffers
	}
	return len(b), nil
}
