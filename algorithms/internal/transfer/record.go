package transfer

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// stamp is what tells a version of a file from another.
type stamp struct {
	Size int64 `json:"size"`
	Time int64 `json:"time"` // nanoseconds since 1970
}

func stampOf(e entry) stamp { return stamp{e.size, e.time.UnixNano()} }

// is: a file here has exactly the time that it had.
func (s stamp) is(e entry) bool { return s == stampOf(e) }

// near: servers round.
func (s stamp) near(e entry) bool { return s.Size == e.size && near(time.Unix(0, s.Time), e.time) }

// pair is a file of which both sides have the same version.
type pair struct {
	Local  stamp `json:"local"`
	Remote stamp `json:"remote"`
}

// record knows the pairs of a local and a remote folder, by the remote path.
type record struct {
	mu    sync.Mutex
	file  string
	pairs map[string]pair
}

// openRecord never fails: what cannot be read is not known.
func openRecord(server Server, remoteFolder, localFolder string) *record {
	r := &record{pairs: map[string]pair{}}
	cache, err := os.UserCacheDir()
	if err != nil {
		return r
	}
	which := fmt.Sprintf("%t\n%s\n%s\n%s\n%s", server.SFTP, server.address(), server.Login, remoteFolder, localFolder)
	r.file = filepath.Join(cache, "lizsync", "files", fmt.Sprintf("%x.json", sha256.Sum256([]byte(which))))
	if content, err := os.ReadFile(r.file); err == nil && json.Unmarshal(content, &r.pairs) != nil {
		r.pairs = map[string]pair{}
	}
	return r
}

func (r *record) get(name string) (pair, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, known := r.pairs[name]
	return p, known
}

func (r *record) set(name string, local, remote entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pairs[name] = pair{stampOf(local), stampOf(remote)}
}

// save replaces the file in one step.
func (r *record) save() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == "" || len(r.pairs) == 0 {
		return nil
	}
	content, err := json.Marshal(r.pairs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.file), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(r.file), "record-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(content); err != nil {
		_ = file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), r.file)
}
