// Package cluster runs a throw-away PostgreSQL server: its own data directory, port and superuser password,
// gone without a trace once stopped. The tests and the demo stand on it.
//
// Nothing survives the program that started it. A small shell process, the keeper, holds the reading end of a pipe
// whose other end only this program has: when the program ends, however it ends, the keeper stops the
// server and removes its directory. A parent-death signal would be shorter, but follows a thread rather than the
// process, exists on Linux alone, and would leave the directory.
package cluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/internal/freeport"
)

const (
	// Superuser is the name of the role that initdb creates; its password is random.
	Superuser = "postgres"

	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
	portAttempts = 10
)

// Options are the choices that differ between uses of a cluster. The zero value is a server with PostgreSQL's
// own defaults.
type Options struct {
	// Settings are written to postgresql.conf, over the ones this package needs.
	Settings map[string]string
	// ClockOffset is how far the server's clock is ahead, in seconds: it needs the library libfaketime.
	ClockOffset int
}

// Cluster is a running server. Its methods may be called from several goroutines.
type Cluster struct {
	bin      string
	dir      string
	port     int
	password string
	account  *account
	keeper   *keeper
	clock    []string // environment that sets the server's clock

	mu       sync.Mutex
	server   *process // nil when it is not running
	finished bool
}

// Start makes a cluster and returns once it accepts connections. The context bounds the start alone; the
// server runs until Stop, or until this program ends. ErrNoServer is wrapped when PostgreSQL's server programs are not
// installed.
func Start(ctx context.Context, options Options) (_ *Cluster, err error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	c := &Cluster{bin: bin, password: rand.Text()}
	if c.account, err = serverAccount(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if options.ClockOffset != 0 {
		if c.clock, err = wrongClock(options.ClockOffset); err != nil {
			return nil, fmt.Errorf("start PostgreSQL: %w", err)
		}
	}
	if err = c.makeDirectory(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop(ctx))
		}
	}()
	if err = c.initialize(ctx, options.Settings); err != nil {
		return nil, fmt.Errorf("create a PostgreSQL cluster in %s: %w", c.dir, err)
	}
	for range portAttempts {
		if c.port, err = freeport.Find(1, "127.0.0.1"); err != nil {
			return nil, err
		}
		if err = c.launch(ctx); !errors.Is(err, errPortTaken) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return c, nil
}

// URL is where the superuser reaches a database of this cluster, over TCP.
func (c *Cluster) URL(database string) string {
	return c.URLAs(database, Superuser, c.password)
}

// URLAs is URL for another role.
func (c *Cluster) URLAs(database, user, password string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(user, password),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:   "/" + database,
	}
	return u.String()
}

// Dir is the directory that holds everything of this cluster. The server's Unix socket is in it, its data in the
// subdirectory data and its log in the file log.
func (c *Cluster) Dir() string { return c.dir }

// Port is the TCP port on 127.0.0.1, the same for the life of the cluster.
func (c *Cluster) Port() int { return c.port }

// BinDir is where the server's programs are; pg_dump and psql of the same version usually stand beside them.
func (c *Cluster) BinDir() string { return c.bin }

// Stop ends the server and removes its directory. Sessions are cut: nothing of a throw-away cluster is worth a
// checkpoint. A second call does nothing.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.finished {
		return nil
	}
	c.finished = true

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	var errs []error
	if c.server != nil {
		if err := c.halt(ctx, immediate); err != nil {
			errs = append(errs, err, c.kill(ctx))
		}
	}
	if err := c.account.releaseMemory(ctx, c.data()); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, os.RemoveAll(c.dir), c.keeper.dismiss())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stop PostgreSQL in %s: %w", c.dir, err)
	}
	return nil
}

// Kill ends every process of the server with SIGKILL, as a crash of the machine would, and returns when
// the last of them is gone. The data stay: Restart recovers them.
func (c *Cluster) Kill(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return errors.New("kill PostgreSQL: it is not running")
	}
	return c.kill(ctx)
}

// Restart stops the server in good order when it is running, and starts it again on the same port and data.
func (c *Cluster) Restart(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.finished {
		return errors.New("restart PostgreSQL: this cluster was stopped and its data removed")
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if c.server != nil {
		if err := c.halt(ctx, fast); err != nil {
			return fmt.Errorf("restart PostgreSQL: %w", err)
		}
	}
	if err := c.launch(ctx); err != nil {
		return fmt.Errorf("restart PostgreSQL: %w", err)
	}
	return nil
}

func (c *Cluster) data() string    { return filepath.Join(c.dir, "data") }
func (c *Cluster) logFile() string { return filepath.Join(c.dir, "log") }

// makeDirectory puts the cluster where the account that runs the server can reach it: the temporary directory
// of root may be closed to others. Starting the keeper inside is the proof.
func (c *Cluster) makeDirectory() error {
	var errs []error
	for _, parent := range temporaryDirectories() {
		dir, err := os.MkdirTemp(parent, "lizsync-pg-")
		if err != nil {
			errs = append(errs, err)
			continue
		}
		err = c.account.own(dir)
		if err == nil {
			c.keeper, err = c.account.startKeeper(dir)
		}
		if err == nil {
			c.dir = dir
			return nil
		}
		errs = append(errs, err, os.RemoveAll(dir))
	}
	return fmt.Errorf("find a temporary directory for the server: %w", errors.Join(errs...))
}

func (c *Cluster) initialize(ctx context.Context, settings map[string]string) error {
	passwordFile := filepath.Join(c.dir, "password")
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := c.account.own(passwordFile); err != nil {
		return err
	}
	cmd := c.command(ctx, "initdb", "--pgdata", c.data(), "--username", Superuser, "--auth", "scram-sha-256",
		"--pwfile", passwordFile, "--encoding", "UTF8", "--locale", locale(), "--no-sync")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := c.start(cmd)
	if err != nil {
		return err
	}
	<-p.done
	if p.err != nil {
		return fmt.Errorf("initdb: %w\n%s", errors.Join(context.Cause(ctx), p.err), output.String())
	}
	return errors.Join(os.Remove(passwordFile), c.configure(settings))
}

func (c *Cluster) configure(settings map[string]string) error {
	all := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": c.account.socketDirectory(c.dir),
		"lc_messages":             "C",
		// In files below the data directory, so that nothing stays in the machine's shared memory after a kill.
		"dynamic_shared_memory_type": "mmap",
	}
	maps.Copy(all, settings)
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		value := strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(all[name])
		fmt.Fprintf(&lines, "%s = '%s'\n", name, value)
	}
	f, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(lines.String())
	return errors.Join(err, f.Close())
}

var errPortTaken = errors.New("another program took the port")

// launch starts the server on c.port and waits until it accepts connections.
func (c *Cluster) launch(ctx context.Context) error {
	log, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	begin, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return errors.Join(err, log.Close())
	}
	cmd := c.command(context.WithoutCancel(ctx), "postgres", "-D", c.data(), "-p", strconv.Itoa(c.port))
	cmd.Env = append(cmd.Env, c.clock...)
	// Hiding that it is a file makes exec use a pipe. Every backend inherits it, so that Wait returns when the
	// last of them is gone and not just the postmaster.
	cmd.Stderr = struct{ io.Writer }{log}
	p, err := c.start(cmd)
	if err != nil {
		return errors.Join(err, log.Close())
	}
	go func() {
		<-p.done
		_ = log.Close()
	}()
	c.server = p

	err = c.awaitConnections(ctx)
	if err == nil {
		return nil
	}
	if c.exited() {
		c.server = nil
	} else {
		// Only Stop, which knows no such error, may leave a server that could not be ended.
		err = errors.Join(err, c.kill(context.WithoutCancel(ctx)))
	}
	messages := tail(c.logFile(), begin)
	if strings.Contains(messages, "could not create any TCP/IP sockets") {
		return fmt.Errorf("%w %d", errPortTaken, c.port)
	}
	return fmt.Errorf("%w; the server's log:\n%s", err, messages)
}

func (c *Cluster) awaitConnections(ctx context.Context) error {
	config, err := pgx.ParseConfig(c.URL("postgres"))
	if err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.server.done:
			return fmt.Errorf("the server ended at once: %w", c.server.err)
		case <-ctx.Done():
			return fmt.Errorf("the server accepts no connection: %w", err)
		case <-tick.C:
		}
	}
}

func (c *Cluster) exited() bool {
	select {
	case <-c.server.done:
		return true
	default:
		return false
	}
}

// halt asks the server to stop and waits for it.
func (c *Cluster) halt(ctx context.Context, how shutdown) error {
	if err := c.account.shutDown(ctx, c.bin, c.server, how); err != nil && !c.exited() {
		return err
	}
	return c.wait(ctx)
}

func (c *Cluster) kill(ctx context.Context) error {
	if err := killAll(c.server); err != nil && !c.exited() {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	return c.wait(ctx)
}

func (c *Cluster) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	select {
	case <-c.server.done:
		c.server = nil
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the end of PostgreSQL: %w", ctx.Err())
	}
}

// process is a child whose end is awaited in one place; err may be read once done is closed.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// start runs a command under the keeper's eyes.
func (c *Cluster) start(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	c.keeper.watch(cmd.Process.Pid)
	go func() {
		p.err = cmd.Wait()
		c.keeper.watch(0)
		close(p.done)
	}()
	return p, nil
}

// command prepares one of PostgreSQL's programs to run in the cluster's directory, with none of the settings that the
// environment may hold for clients.
func (c *Cluster) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), arguments...)
	cmd.Dir = c.dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PG") || strings.HasPrefix(entry, "LC_") ||
			strings.HasPrefix(entry, "LANG")
	}), "LC_ALL=C", "HOME="+c.dir)
	c.account.apply(cmd)
	return cmd
}

// locale gives a UTF-8 character set everywhere. Only glibc is sure to know accents without a language.
func locale() string {
	if runtime.GOOS == "linux" {
		return "C.UTF-8"
	}
	return "C"
}

// tail is what was written to a log since an offset, at most its last 4 kB.
func tail(name string, begin int64) string {
	content, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	content = content[min(begin, int64(len(content))):]
	return string(content[max(0, len(content)-4096):])
}
