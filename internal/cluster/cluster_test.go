package cluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/cluster"
)

// orphanVariable makes this test binary start a cluster, print where it is, and wait to be killed.
const orphanVariable = "LIZSYNC_TEST_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphanVariable) == "" {
		m.Run()
		return
	}
	c, err := cluster.Start(context.Background(), unsafeButFast)
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Dir())
	select {}
}

var unsafeButFast = cluster.Options{Settings: map[string]string{"fsync": "off"}}

func start(t *testing.T) *cluster.Cluster {
	c, err := cluster.Start(t.Context(), unsafeButFast)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Stop(context.Background())) })
	return c
}

func connect(t *testing.T, url string) *pgx.Conn {
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func text(t *testing.T, conn *pgx.Conn, sql string) (value string) {
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func postmaster(t *testing.T, c *cluster.Cluster) string {
	lock, err := os.ReadFile(filepath.Join(c.Dir(), "data", "postmaster.pid"))
	require.NoError(t, err)
	pid, _, _ := strings.Cut(string(lock), "\n")
	return pid
}

// processes lists those that run in a cluster's directory.
func processes(t *testing.T, dir string) (found []string) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	require.NotEmpty(t, links)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, dir) {
			found = append(found, link)
		}
	}
	return found
}

func TestServerHasItsOwnSettingsPasswordAndSocket(t *testing.T) {
	t.Parallel()
	c, err := cluster.Start(t.Context(), cluster.Options{Settings: map[string]string{
		"fsync": "off", "timezone": "Indian/Chagos", "application_name": `it's a \ name`,
	}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Stop(context.Background())) })

	conn := connect(t, c.URL("postgres"))
	assert.Equal(t, "off", text(t, conn, "show fsync"))
	assert.Equal(t, "Indian/Chagos", text(t, conn, "show timezone"))
	assert.Equal(t, `it's a \ name`, text(t, conn, "show application_name"))
	assert.Equal(t, "UTF8", text(t, conn, "show server_encoding"))
	assert.Equal(t, strconv.Itoa(c.Port()), text(t, conn, "show port"))

	config, err := pgx.ParseConfig(c.URL("postgres"))
	require.NoError(t, err)
	config.Host = c.Dir()
	local, err := pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	require.NoError(t, local.Close(t.Context()))

	for _, host := range []string{"127.0.0.1", c.Dir()} {
		wrong := config.Copy()
		wrong.Host, wrong.Password = host, "wrong"
		_, err = pgx.ConnectConfig(t.Context(), wrong)
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, host)
		assert.Equal(t, pgerrcode.InvalidPassword, refused.Code)
	}
}

func TestRestartKeepsPortAndData(t *testing.T) {
	t.Parallel()
	c := start(t)
	url := c.URL("postgres")
	_, err := connect(t, url).Exec(t.Context(), "create table public.t as select 'kept' as c")
	require.NoError(t, err)
	before := postmaster(t, c)

	require.NoError(t, c.Restart(t.Context()))
	assert.NotEqual(t, before, postmaster(t, c))
	assert.Equal(t, "kept", text(t, connect(t, url), "select c from public.t"))
}

func TestKillEndsBusyBackendsAndRestartRecovers(t *testing.T) {
	t.Parallel()
	c := start(t)
	url := c.URL("postgres")
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), "create table public.t as select 'kept' as c")
	require.NoError(t, err)

	// One that never waits, and so does not notice by itself that the postmaster is gone.
	busy := connect(t, url)
	pid := busy.PgConn().PID()
	ended := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), "do 'begin loop end loop; end'")
		ended <- err
	}()
	require.Eventually(t, func() bool {
		var active bool
		err := conn.QueryRow(t.Context(), "select state = 'active' from pg_stat_activity where pid = $1", pid).Scan(&active)
		return err == nil && active
	}, 10*time.Second, 10*time.Millisecond)

	require.NoError(t, c.Kill(t.Context()))
	assert.Error(t, <-ended)
	if remaining := processes(t, filepath.Join(c.Dir(), "data")); assert.Empty(t, remaining) {
		assert.ErrorContains(t, c.Kill(t.Context()), "not running")
	}
	require.NoError(t, c.Restart(t.Context()))
	assert.Equal(t, "kept", text(t, connect(t, url), "select c from public.t"))
}

func TestStopLeavesNoProcessNoDirectoryAndNoSharedMemory(t *testing.T) {
	for name, before := range map[string]func(*cluster.Cluster) error{
		"running":   func(*cluster.Cluster) error { return nil },
		"killed":    func(c *cluster.Cluster) error { return c.Kill(t.Context()) },
		"restarted": func(c *cluster.Cluster) error { return c.Restart(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			lock, err := os.ReadFile(filepath.Join(c.Dir(), "data", "postmaster.pid"))
			require.NoError(t, err)
			memory := strings.Fields(strings.Split(string(lock), "\n")[6])[1]
			require.NotEmpty(t, processes(t, c.Dir()))
			require.NoError(t, before(c))

			require.NoError(t, c.Stop(t.Context()))
			assert.Empty(t, processes(t, c.Dir()))
			assert.NoDirExists(t, c.Dir())
			segments, err := os.ReadFile("/proc/sysvipc/shm")
			require.NoError(t, err)
			for line := range strings.Lines(string(segments)) {
				assert.NotEqual(t, memory, strings.Fields(line)[1])
			}
			require.NoError(t, c.Stop(t.Context()), "a second call")
			assert.ErrorContains(t, c.Restart(t.Context()), "stopped")
		})
	}
}

func TestNothingRemainsOfAProgramThatIsKilled(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), orphanVariable+"=1")
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	dir := strings.TrimSpace(line)
	require.DirExists(t, dir)
	require.NotEmpty(t, processes(t, dir))

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	assert.Eventually(t, func() bool {
		_, err := os.Stat(dir)
		return errors.Is(err, fs.ErrNotExist) && len(processes(t, dir)) == 0
	}, 20*time.Second, 20*time.Millisecond)
}

func TestStartThatFailsGivesTheServersWordsAndLeavesNothing(t *testing.T) {
	temporary, err := os.MkdirTemp("", "reachable-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(temporary)) })
	require.NoError(t, os.Chmod(temporary, 0o711)) // the server's account passes through
	t.Setenv("TMPDIR", temporary)
	_, err = cluster.Start(t.Context(), cluster.Options{Settings: map[string]string{"no_such_setting": "1"}})
	require.ErrorContains(t, err, `unrecognized configuration parameter "no_such_setting"`)
	require.ErrorContains(t, err, temporary, "the directory that was used")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestRootStartsOneWhereItsOwnTemporaryDirectoryIsClosed(t *testing.T) {
	closed := t.TempDir()
	require.NoError(t, os.Chmod(closed, 0o700))
	t.Setenv("TMPDIR", closed)
	c := start(t)
	assert.Equal(t, os.Geteuid() != 0, strings.HasPrefix(c.Dir(), closed), "in %s", c.Dir())
}

func TestStartWithoutServerTellsHowToInstallIt(t *testing.T) {
	t.Setenv(cluster.BinVariable, t.TempDir())
	_, err := cluster.Start(t.Context(), cluster.Options{})
	require.ErrorIs(t, err, cluster.ErrNoServer)
	assert.ErrorContains(t, err, cluster.BinVariable)
}
