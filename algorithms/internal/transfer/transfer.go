package transfer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lizsync/lizsync/provider"
)

// Options say what is brought.
type Options struct {
	Server       Server
	LocalFolder  string
	RemoteFolder string
	Excluded     []string // folders, relative to both
	Mirror       bool     // remove what the other side does not have
	Overwrite    bool     // also what was changed where it is brought to
	CloneName    string   // of media: goes into the name of a photo whose own name is taken

	// Adapt alters a file that was fetched, now or before, and that nobody has changed here since. It may be nil.
	Adapt func(path string) error
}

// Summary counts files.
type Summary struct {
	Transferred, Unchanged, Kept, Removed int
	Bytes                                 int64
}

// Send brings the local folder to the server.
func Send(ctx context.Context, o Options, feedback provider.Feedback) (Summary, error) {
	return run(ctx, o, feedback, func(ctx context.Context, w *work) error { return w.send(ctx) })
}

// Get brings the server's folder here.
func Get(ctx context.Context, o Options, feedback provider.Feedback) (Summary, error) {
	return run(ctx, o, feedback, func(ctx context.Context, w *work) error { return w.get(ctx) })
}

// SendMedia brings the folder media to the server and replaces nothing there.
func SendMedia(ctx context.Context, o Options, feedback provider.Feedback) (Summary, error) {
	return run(ctx, o, feedback, func(ctx context.Context, w *work) error { return w.sendMedia(ctx) })
}

// media is the folder of photos and other attachments, which nothing replaces or removes: they exist once.
const media = "media"

func isMedia(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.EqualFold(first, media)
}

// work is a run over as many connections as it takes.
type work struct {
	Options
	root     *os.Root
	record   *record
	feedback provider.Feedback

	remote  remote
	summary Summary
	done    map[string]bool // brought over an earlier connection

	mu       sync.Mutex
	moved    int64 // bytes of this connection
	total    int64
	failures []string
}

// connections is how often a run connects before it gives a bad link up. Each time it goes on where it was.
const connections = 5

func run(ctx context.Context, o Options, feedback provider.Feedback, step func(context.Context, *work) error) (summary Summary, err error) {
	if o.LocalFolder, err = filepath.Abs(o.LocalFolder); err != nil {
		return summary, fmt.Errorf("find the local folder: %w", err)
	}
	root, err := os.OpenRoot(o.LocalFolder)
	if err != nil {
		return summary, &provider.Failure{Text: "open the local folder: " + err.Error(), Hint: "check its name, or make it", Err: err}
	}
	defer root.Close()
	if o.Server, err = complete(o.Server, feedback); err != nil {
		return summary, err
	}
	// On the server, ~ is where a login starts.
	o.RemoteFolder = strings.TrimPrefix(path.Clean(strings.ReplaceAll(o.RemoteFolder, `\`, "/")), "~/")
	w := &work{Options: o, root: root, record: openRecord(o.Server, o.RemoteFolder, o.LocalFolder), feedback: feedback, done: map[string]bool{}}
	defer func() {
		if failure := w.record.save(); failure != nil {
			feedback.Warning(fmt.Sprintf("the next run may bring files again, because what was brought is not remembered: %v", failure))
		}
	}()
	for attempt := 1; ; attempt++ {
		err := w.once(ctx, step)
		if ctx.Err() != nil {
			return w.summary, ctx.Err()
		}
		var broken *brokenError
		if !errors.As(err, &broken) {
			return w.summary, err
		}
		if attempt == connections {
			return w.summary, &provider.Failure{
				Text: fmt.Sprintf("the connection to %s broke %d times: %v", o.Server.address(), attempt, broken.err),
				Hint: "run it again where the network is better: it goes on where it was",
				Err:  broken.err,
			}
		}
		pause := time.Second << (attempt - 1)
		feedback.Warning(fmt.Sprintf("the connection broke (%v); trying again in %s", broken.err, pause))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return w.summary, ctx.Err()
		}
	}
}

// brokenError is that of a connection that was there.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// localError is that of a file here, which another connection would not mend.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

func (w *work) once(ctx context.Context, step func(context.Context, *work) error) error {
	remote, err := connect(ctx, w.Server, w.feedback)
	if err != nil {
		// The network may be away for a moment after it broke; at first it is more likely that the address is wrong.
		if w.remote != nil {
			return &brokenError{err}
		}
		return err
	}
	defer remote.close()
	w.remote, w.failures, w.summary.Unchanged, w.summary.Kept, w.moved = remote, nil, 0, 0, 0
	err = step(ctx, w)
	if err != nil && w.broken(err) {
		return &brokenError{err}
	}
	return err
}

func (w *work) broken(err error) bool {
	var failure *provider.Failure
	var local *localError
	return !errors.As(err, &failure) && !errors.As(err, &local) && !errors.Is(err, errShrunk) && w.remote.lost(err)
}

// job is a file to bring.
type job struct {
	from, to string // one is local, the other remote, both relative
	source   entry
	replace  bool
}

func (w *work) send(ctx context.Context) error {
	local, there, err := w.look(".", true)
	if err != nil {
		return err
	}
	if len(local) == 0 && w.Mirror {
		return &provider.Failure{
			Text: fmt.Sprintf("%s is empty: to mirror it would remove everything on the server", w.LocalFolder),
			Hint: "check the folder",
		}
	}
	jobs := w.plan(local, there, true)
	if err := w.remoteFolders(local, there, jobs); err != nil {
		return err
	}
	if err := w.bring(ctx, jobs, w.upload); err != nil {
		return err
	}
	return w.mirror(local, there, func(name string) error { return w.remote.remove(w.far(name)) })
}

func (w *work) get(ctx context.Context) error {
	here, there, err := w.look(".", false)
	if err != nil {
		return err
	}
	if len(there) == 0 && w.Mirror {
		return &provider.Failure{
			Text: fmt.Sprintf("%s on the server is empty: to mirror it would remove everything here", w.RemoteFolder),
			Hint: "check the folder",
		}
	}
	jobs := w.plan(there, here, false)
	for name, e := range there {
		if e.folder {
			if err := w.root.MkdirAll(filepath.FromSlash(name), 0o777); err != nil {
				return &localError{fmt.Errorf("make the folder %s: %w", name, err)}
			}
		}
	}
	if err := w.bring(ctx, jobs, w.download); err != nil {
		return err
	}
	if err := w.adapt(there); err != nil {
		return &localError{err}
	}
	return w.mirror(there, here, func(name string) error { return w.root.Remove(filepath.FromSlash(name)) })
}

// far is the path on the server.
func (w *work) far(name string) string { return path.Join(w.RemoteFolder, name) }

// look lists both sides. A remote folder that is not there is an empty one when it is to be sent.
func (w *work) look(below string, sending bool) (local, there tree, err error) {
	if local, err = localTree(w.root, below, w.Excluded, w.feedback); err != nil {
		return nil, nil, &localError{err}
	}
	there, err = remoteTree(w.remote, w.RemoteFolder, below, w.Excluded)
	switch {
	case errors.Is(err, errMissing) && sending:
		there = tree{}
	case errors.Is(err, errMissing):
		return nil, nil, &provider.Failure{
			Text: fmt.Sprintf("there is no folder %s on %s", w.RemoteFolder, w.Server.address()),
			Hint: "check the remote folder; without a leading slash it is looked for where the login starts",
			Err:  err,
		}
	case err != nil:
		return nil, nil, err
	}
	for name, e := range there {
		if _, both := local[name]; e.rough && !e.folder && (both || !sending) {
			if there[name], err = w.remote.stat(w.far(name)); err != nil {
				return nil, nil, fmt.Errorf("look at %s on the server: %w", name, err)
			}
		}
	}
	return local, there, nil
}

// same: both sides have the same version.
func (w *work) same(name string, local, there entry) bool {
	if known, ok := w.record.get(name); ok {
		return known.Local.is(local) && known.Remote.near(there)
	}
	return local.size == there.size && near(local.time, there.time)
}

// near allows for file systems that keep only every other second.
func near(a, b time.Time) bool { return a.Sub(b).Abs() <= 2*time.Second }

// plan compares a source with its target. What somebody changed in the target is not replaced unasked.
func (w *work) plan(source, target tree, sending bool) []job {
	var jobs []job
	var kept []string
	for _, name := range source.files() {
		from, to := source[name], target[name]
		job := job{name, name, from, true}
		_, exists := target[name]
		local, there := from, to
		if !sending {
			local, there = to, from
		}
		known, recorded := w.record.get(name)
		untouched := known.Remote.near(there)
		if !sending {
			untouched = known.Local.is(local)
		}
		switch {
		case !exists:
			job.replace = false
		case to.folder:
			w.fail(name, errors.New("there is a folder of that name on the other side"))
			continue
		case w.same(name, local, there):
			w.record.set(name, local, there)
			if !w.done[name] {
				w.summary.Unchanged++
			}
			continue
		case w.Overwrite:
		case isMedia(name), recorded && !untouched, !recorded && to.time.After(from.time) && !near(to.time, from.time):
			kept = append(kept, name)
			continue
		}
		jobs = append(jobs, job)
	}
	w.summary.Kept = len(kept)
	if kept != nil {
		w.feedback.Warning("not replaced, because they differ and are photos, or were changed where they are: " + some(kept))
	}
	return jobs
}

// remoteFolders makes those that the server lacks.
func (w *work) remoteFolders(local, there tree, jobs []job) error {
	wanted := map[string]bool{".": true}
	for name, e := range local {
		if e.folder {
			wanted[name] = true
		}
	}
	for _, j := range jobs {
		wanted[path.Dir(j.to)] = true
	}
	var lacking []string
	for name := range wanted {
		if _, exists := there[name]; !exists && (name != "." || len(there) == 0) {
			lacking = append(lacking, name)
		}
	}
	slices.Sort(lacking)
	for _, name := range lacking {
		if err := w.remote.makeFolder(w.far(name)); err != nil {
			if w.remote.lost(err) {
				return err
			}
			return &provider.Failure{
				Text: fmt.Sprintf("make the folder %s on the server: %v", w.far(name), err),
				Hint: "check the remote folder and the rights of the login",
				Err:  err,
			}
		}
	}
	return nil
}

// bring does the jobs. One that fails does not keep the others from being done; a lost connection does.
func (w *work) bring(ctx context.Context, jobs []job, one func(context.Context, job) error) error {
	w.total = 0
	for _, j := range jobs {
		w.total += j.source.size
	}
	if len(jobs) > 0 {
		w.feedback.Message(fmt.Sprintf("%d files to bring, %d kB", len(jobs), (w.total+999)/1000))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.remote.parallel())
	for _, j := range jobs {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := one(ctx, j)
			switch {
			case err == nil:
				w.mu.Lock()
				defer w.mu.Unlock()
				w.done[j.from] = true
				w.summary.Transferred++
			case ctx.Err() != nil || w.broken(err):
				return fmt.Errorf("%s: %w", j.from, err)
			default:
				w.fail(j.from, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if w.failures == nil {
		return nil
	}
	slices.Sort(w.failures)
	return &provider.Failure{
		Text:   fmt.Sprintf("%d files were not brought, and %d were; the first: %s", len(w.failures), w.summary.Transferred, w.failures[0]),
		Detail: strings.Join(w.failures[:min(len(w.failures), 20)], "\n"),
		Hint:   "correct the cause, such as missing rights, a full disk or a folder in the way, and run it again",
	}
}

func (w *work) fail(name string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, fmt.Sprintf("%s: %v", name, err))
}

// part is the temporary name of a file: another version of it has another.
func (w *work) part(j job) string {
	host, _ := os.Hostname()
	version := fmt.Sprintf("%s\n%s\n%s\n%d\n%d", host, w.LocalFolder, j.to, j.source.size, j.source.time.UnixNano())
	sum := sha256.Sum256([]byte(version))
	return path.Join(path.Dir(j.to), fmt.Sprintf("%s%x%s", partPrefix, sum[:8], partSuffix))
}

// resumable is the size from which it pays to ask for what is left of a broken transfer.
const resumable = 1 << 20

func (w *work) upload(ctx context.Context, j job) error {
	file, err := w.root.Open(filepath.FromSlash(j.from))
	if err != nil {
		return &localError{err}
	}
	defer file.Close()
	part := w.far(w.part(j))
	var offset int64
	if j.source.size >= resumable {
		left, err := w.remote.stat(part)
		switch {
		case err == nil && left.size <= j.source.size:
			offset = w.remote.whole(left.size)
		case err != nil && w.remote.lost(err):
			return err
		}
	}
	if err := w.put(ctx, file, part, j.source.size, offset); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return &localError{err}
	}
	if now := entryOf(info); !stampOf(j.source).is(now) {
		return errors.Join(&localError{errors.New("it was changed while it was sent; run it again when nobody writes it")}, w.remote.remove(part))
	}
	timeless := w.remote.setTime(part, j.source.time)
	if timeless != nil && !errors.Is(timeless, errors.ErrUnsupported) && w.remote.lost(timeless) {
		return timeless
	}
	if err := w.remote.rename(part, w.far(j.to), j.replace); err != nil {
		return err
	}
	arrived := entry{size: j.source.size, time: j.source.time}
	if timeless != nil {
		if arrived, err = w.remote.stat(w.far(j.to)); err != nil {
			return err
		}
	}
	w.record.set(j.to, j.source, arrived)
	return nil
}

// put sends a file from an offset on. A server that does not resume gets all of it.
func (w *work) put(ctx context.Context, file *os.File, part string, size, offset int64) error {
	for {
		if _, err := file.Seek(offset, io.SeekStart); err != nil {
			return &localError{err}
		}
		w.count(offset)
		err := w.remote.put(part, &meter{ctx: ctx, w: w, from: file}, size, offset)
		if err == nil || offset == 0 || w.broken(err) {
			return err
		}
		offset = 0
	}
}

func (w *work) download(ctx context.Context, j job) error {
	part := filepath.FromSlash(w.part(j))
	file, err := w.root.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return &localError{err}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return &localError{err}
	}
	offset := info.Size()
	if offset > j.source.size {
		offset = 0
	}
	for {
		if err := file.Truncate(offset); err != nil {
			return &localError{err}
		}
		if _, err := file.Seek(offset, io.SeekStart); err != nil {
			return &localError{err}
		}
		w.count(offset)
		err := w.remote.get(w.far(j.from), &meter{ctx: ctx, w: w, to: file}, offset)
		if err == nil {
			break
		}
		if offset == 0 || w.broken(err) {
			return err
		}
		offset = 0
	}
	arrived, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return &localError{err}
	}
	if arrived != j.source.size {
		// The end of a broken connection looks like that of a file; or the file was changed meanwhile, which a new list tells.
		return fmt.Errorf("%d of %d bytes arrived", arrived, j.source.size)
	}
	if err := file.Close(); err != nil {
		return &localError{err}
	}
	return w.settle(j, part)
}

// settle gives a file that has arrived here its time and its name.
func (w *work) settle(j job, part string) error {
	name := filepath.FromSlash(j.to)
	if err := w.root.Chtimes(part, j.source.time, j.source.time); err != nil && !errors.Is(err, fs.ErrPermission) {
		return &localError{err}
	}
	if _, err := w.root.Lstat(name); err == nil && !j.replace {
		return &localError{errors.New("somebody has made a file of that name meanwhile; run it again")}
	}
	if err := w.root.Rename(part, name); err != nil {
		return &localError{err}
	}
	info, err := w.root.Stat(name)
	if err != nil {
		return &localError{err}
	}
	w.record.set(j.to, entryOf(info), j.source)
	return nil
}

// adapt lets the caller alter what has come from the server. To the record it is still the version that came.
func (w *work) adapt(there tree) error {
	if w.Adapt == nil {
		return nil
	}
	for _, name := range there.files() {
		info, err := w.root.Stat(filepath.FromSlash(name))
		if err != nil {
			continue // it was not brought
		}
		before, remote := entryOf(info), there[name]
		if !w.same(name, before, remote) {
			continue
		}
		if err := w.Adapt(filepath.Join(w.LocalFolder, filepath.FromSlash(name))); err != nil {
			return err
		}
		if info, err = w.root.Stat(filepath.FromSlash(name)); err != nil {
			return err
		}
		w.record.set(name, entryOf(info), remote)
	}
	return nil
}

// meter counts what passes, and stops it when the context ends.
type meter struct {
	ctx  context.Context
	w    *work
	from io.Reader
	to   io.Writer
}

func (m *meter) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.from.Read(b)
	m.w.carry(n)
	if err != nil && err != io.EOF {
		err = &localError{err}
	}
	return n, err
}

func (m *meter) Write(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.to.Write(b)
	m.w.carry(n)
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

func (w *work) carry(n int) {
	w.mu.Lock()
	w.summary.Bytes += int64(n)
	w.mu.Unlock()
	w.count(int64(n))
}

// count shows how far it is.
func (w *work) count(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.total == 0 {
		return
	}
	before := w.moved * 100 / w.total
	w.moved = min(w.moved+n, w.total)
	if after := w.moved * 100 / w.total; after > before {
		w.feedback.Progress(float64(after))
	}
}

// mirror removes from the target what the source does not have, but for photos.
func (w *work) mirror(source, target tree, remove func(name string) error) error {
	if !w.Mirror {
		return nil
	}
	for _, name := range target.files() {
		if _, exists := source[name]; exists || isMedia(name) {
			continue
		}
		if err := remove(name); err != nil && !errors.Is(err, errMissing) {
			return fmt.Errorf("remove %s: %w", name, err)
		}
		w.summary.Removed++
		w.feedback.Message("removed " + name)
	}
	return nil
}
