package transfer

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
)

// TestMain gives the tests a home of their own: known hosts, keys, passwords and records are looked for there.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "lizsync-home-")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"HOME": home, "XDG_CACHE_HOME": filepath.Join(home, "cache"), "SSH_AUTH_SOCK": "", "NETRC": ""} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}

// told is what a person sees of a run.
type told struct {
	mu       sync.Mutex
	messages []string
	warnings []string
	progress func(percent float64)
}

func (f *told) Progress(percent float64) {
	if f.progress != nil {
		f.progress(percent)
	}
}

func (f *told) Message(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, text)
}

func (f *told) Warning(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.warnings = append(f.warnings, text)
}

func (f *told) all() string { return strings.Join(append(f.messages, f.warnings...), "\n") }

// The kinds of server that must all do.
var kinds = []string{"OpenSSH", "SFTP with a password", "FTPS", "FTPS without MLSD and MFMT", "plain FTP"}

// start runs a server and makes the options of a transfer between a new local folder and it.
func start(t *testing.T, kind string) (*fileserver.Server, Options) {
	t.Helper()
	dir, ftp := t.TempDir(), fileserver.FTP{}
	switch kind {
	case "OpenSSH":
		server, err := fileserver.StartSSH(t.Context(), dir)
		require.NoError(t, err)
		t.Cleanup(server.Stop)
		o := options(t, server)
		user, err := fileserver.User()
		require.NoError(t, err)
		o.Server.SFTP, o.Server.Login, o.Server.Password = true, user, ""
		o.Server.KeyFile = filepath.Join(dir, "id")
		o.RemoteFolder = filepath.Join(server.Root, "project")
		return server, o
	case "SFTP with a password":
		ftp.SFTP = true
	case "FTPS without MLSD and MFMT":
		ftp.Old = true
	case "plain FTP":
		ftp.Plain = true
	}
	return startFTP(t, dir, ftp)
}

func startFTP(t *testing.T, dir string, ftp fileserver.FTP) (*fileserver.Server, Options) {
	t.Helper()
	server, err := fileserver.StartFTP(t.Context(), dir, ftp)
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	o := options(t, server)
	switch {
	case ftp.SFTP:
		o.Server.SFTP = true
		o.RemoteFolder = filepath.Join(server.Root, "project")
	case ftp.Plain:
		o.Server.NoTLS = true
	default:
		o.Server.Host, o.Server.CertificateFile = "localhost", filepath.Join(dir, "cert.pem")
	}
	return server, o
}

// options has what all kinds have; the host key is in the known hosts.
func options(t *testing.T, server *fileserver.Server) Options {
	t.Helper()
	o := Options{
		Server: Server{
			Host: server.Host, Port: server.Port, Login: fileserver.Login, Password: fileserver.Password,
			KnownHosts: filepath.Join(server.Dir, "known_hosts"),
		},
		LocalFolder:  t.TempDir(),
		RemoteFolder: "project",
		CloneName:    "tablet",
	}
	knowHost(t, o.Server, filepath.Join(server.Dir, "host.pub"))
	return o
}

func knowHost(t *testing.T, server Server, key string) {
	t.Helper()
	content, err := os.ReadFile(key)
	if os.IsNotExist(err) {
		return // it has no SFTP
	}
	require.NoError(t, err)
	line := fmt.Sprintf("[%s]:%d %s", server.Host, server.Port, content)
	require.NoError(t, os.WriteFile(server.KnownHosts, []byte(line), 0o600))
}

// write makes files of their contents; a folder ends with a slash.
func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		full := filepath.Join(folder, name)
		if strings.HasSuffix(name, "/") {
			require.NoError(t, os.MkdirAll(full, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(full), 0o755))
		require.NoError(t, os.WriteFile(full, []byte(content), 0o644))
	}
}

// read is the reverse.
func read(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == folder {
			return err
		}
		relative, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			files[relative+"/"] = ""
			return nil
		}
		content, err := os.ReadFile(name)
		files[relative] = string(content)
		return err
	}))
	return files
}

// age sets the time of a file to some hours ago.
func age(t *testing.T, hours int, names ...string) {
	t.Helper()
	then := time.Now().Add(-time.Duration(hours) * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(names...), then, then))
}

// big is content in which no part is like another.
func big(megabytes int) string {
	var b bytes.Buffer
	for i := 0; b.Len() < megabytes<<20; i++ {
		fmt.Fprintf(&b, "%015d\n", i)
	}
	return b.String()
}

func transfer(t *testing.T, step func(context.Context, Options, *told) (Summary, error), o Options) (Summary, *told) {
	t.Helper()
	var f told
	summary, err := step(t.Context(), o, &f)
	require.NoError(t, err)
	return summary, &f
}

func send(ctx context.Context, o Options, f *told) (Summary, error)      { return Send(ctx, o, f) }
func get(ctx context.Context, o Options, f *told) (Summary, error)       { return Get(ctx, o, f) }
func sendMedia(ctx context.Context, o Options, f *told) (Summary, error) { return SendMedia(ctx, o, f) }
