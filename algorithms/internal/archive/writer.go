package archive

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

// writer makes a package under a temporary name beside its own, so that its name never stands for half a package.
type writer struct {
	path    string
	file    *os.File
	buffer  *bufio.Writer
	zip     *zip.Writer
	members []Member
	broken  error // of the file
}

func create(path string) (*writer, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &provider.Failure{
			Text: fmt.Sprintf("the package cannot be written to %s: it is not a file", path),
			Hint: "give ZIP_FILE the name of a file, in a folder where you may write",
		}
	}
	removeLeft(path)
	file, err := createPartial(path)
	if err != nil {
		return nil, &provider.Failure{
			Text: fmt.Sprintf("the package cannot be written to %s: %v", path, errors.Unwrap(err)),
			Hint: "give ZIP_FILE the name of a file, in a folder where you may write",
			Err:  err,
		}
	}
	w := &writer{path: path, file: file}
	w.buffer = bufio.NewWriterSize(&output{w}, 1<<20)
	w.zip = zip.NewWriter(w.buffer)
	// Twice as fast as the default level, for a tenth more bytes.
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestSpeed)
	})
	return w, nil
}

const partial = ".partial-"

var errInUse = errors.New("the file is in use")

// removeLeft removes what runs to the same file have left that were killed.
func removeLeft(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path)) // what cannot be read says so when the package is written
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), filepath.Base(path)+partial) {
			continue
		}
		name := filepath.Join(filepath.Dir(path), entry.Name())
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		free := lock(file) == nil
		if runtime.GOOS == "windows" {
			_ = file.Close() // an open file stays there
		}
		if free {
			_ = os.Remove(name)
		}
		_ = file.Close()
	}
}

// createPartial makes the file for a package, which removeLeft leaves alone as long as this program runs.
func createPartial(path string) (*os.File, error) {
	for {
		// It holds whole tables: nobody else may read it unless the person decides so.
		file, err := os.OpenFile(path+partial+rand.Text()[:8], os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		// Another run may have found it before it was locked.
		taken := errors.Is(lock(file), errInUse)
		if _, err := os.Stat(file.Name()); !taken && err == nil {
			return file, nil
		}
		_ = file.Close()
	}
}

// output is the file of a package. It keeps its error, which others wrap in theirs.
type output struct{ w *writer }

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.file.Write(p)
	if err != nil {
		o.w.broken = err
	}
	return n, err
}

// add writes a member.
func (w *writer) add(name string, write func(io.Writer) error) error {
	member, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return w.failed(err)
	}
	digest := sha256.New()
	size := &counter{}
	// COPY writes row by row.
	buffer := bufio.NewWriterSize(io.MultiWriter(member, digest, size), 256<<10)
	err = write(buffer)
	if w.broken != nil {
		return w.failed(w.broken)
	}
	if err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return w.failed(err)
	}
	w.members = append(w.members, Member{Name: name, Size: size.n, SHA256: hex.EncodeToString(digest.Sum(nil))})
	return nil
}

// finish writes the manifest, to which it adds the members, and everything to the disk.
func (w *writer) finish(m *Manifest) error {
	m.Members = w.members
	member, err := w.zip.CreateHeader(&zip.FileHeader{Name: manifestMember, Method: zip.Deflate})
	if err != nil {
		return w.failed(err)
	}
	encoder := json.NewEncoder(member)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	for _, step := range []func() error{
		func() error { return encoder.Encode(m) }, w.zip.Close, w.buffer.Flush, w.file.Sync, w.file.Close,
	} {
		if err := step(); err != nil {
			return w.failed(err)
		}
	}
	return nil
}

// publish gives the finished package its name.
func (w *writer) publish() error {
	if err := os.Rename(w.file.Name(), w.path); err != nil {
		return w.failed(err)
	}
	return nil
}

// discard removes what there is; it does nothing after publish.
func (w *writer) discard() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
}

func (w *writer) failed(err error) error {
	return &provider.Failure{
		Text: fmt.Sprintf("the package %s could not be written: %v", w.path, err),
		Hint: fmt.Sprintf("make room in %s, or give ZIP_FILE another place", filepath.Dir(w.path)),
		Err:  err,
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
