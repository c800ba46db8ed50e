package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// demoRun is a demo in a process of its own, whose files are in a directory of its own.
type demoRun struct {
	command *exec.Cmd
	output  *bufio.Reader
	errors  bytes.Buffer
	dir     string
}

func startDemo(t *testing.T, arguments ...string) *demoRun {
	t.Helper()
	d := &demoRun{}
	var err error
	d.dir, err = os.MkdirTemp("", "demo-test-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(d.dir)) })
	require.NoError(t, os.Chmod(d.dir, 0o711)) // when root runs this, the server's account passes through
	d.command = exec.CommandContext(t.Context(), "lizsync", append([]string{"demo"}, arguments...)...)
	d.command.Env = append(os.Environ(), "TMPDIR="+d.dir)
	d.command.Stderr = &d.errors
	output, err := d.command.StdoutPipe()
	require.NoError(t, err)
	d.output = bufio.NewReader(output)
	require.NoError(t, d.command.Start())
	t.Cleanup(func() { _ = d.command.Process.Kill() })
	return d
}

// until reads the story up to a line with these words, which it includes.
func (d *demoRun) until(t *testing.T, words string) string {
	t.Helper()
	var text strings.Builder
	for {
		line, err := d.output.ReadString('\n')
		text.WriteString(line)
		if strings.Contains(line, words) {
			return text.String()
		}
		if err != nil {
			require.NoError(t, d.command.Wait(), "%s", d.errors.String())
			require.Failf(t, "the demo has ended", "before %q:\n%s", words, text.String())
		}
	}
}

// end reads the rest and returns it with the exit code.
func (d *demoRun) end(t *testing.T) (rest string, code int) {
	t.Helper()
	text, err := io.ReadAll(d.output)
	require.NoError(t, err)
	if err := d.command.Wait(); err != nil {
		var exited *exec.ExitError
		require.ErrorAs(t, err, &exited)
	}
	return string(text), d.command.ProcessState.ExitCode()
}

// requireNothingLeft looks for files of the demo and for processes that work among them.
func (d *demoRun) requireNothingLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(d.dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil {
			assert.False(t, strings.HasPrefix(target, d.dir), "%s works in %s", link, target)
		}
	}
}

func TestDemoTellsItsStoryToTheEnd(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	story, code := d.end(t)
	require.Equal(t, exitDone, code, "%s\n%s", story, d.errors.String())
	assert.Empty(t, d.errors.String())
	for _, fact := range []string{
		`Pont-l'Étang has 21,336 features`,
		`lizsync run package_central_database`,
		`Anna's tablet +5,\d{3} +1,\d{3} +2 +2`,
		`Louis's laptop +0 +0 +0 +0`,
		`duplicate key value`,
		`✔ tree 4211 +has Anna's height and Karim's note`,
		`hydrant PI-0100 +joint changé, "sec" +le joint fuit +the clone's +last edit wins`,
		`tree 77 +deleted +12.5, fissure à 2 m +the clone's +delete wins`,
		`nature.tree +11,522  [0-9a-f]{8} +11,522  [0-9a-f]{8} +11,522  [0-9a-f]{8}  equal`,
		`✔ All three databases are equal: 9 tables, 21,360 rows, every value.`,
	} {
		assert.Regexp(t, fact, story)
	}
	assert.NotContains(t, story, "\x1b", "colour is for terminals")
	for line := range strings.Lines(story) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 100, line)
	}
	d.requireNothingLeft(t)
}

func TestInterruptedDemoLeavesNothing(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	d.until(t, "lizsync run package_central_database")
	entries, err := os.ReadDir(d.dir)
	require.NoError(t, err)
	require.NotEmpty(t, entries, "the demo keeps its files elsewhere")
	require.NoError(t, d.command.Process.Signal(os.Interrupt))
	_, code := d.end(t)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "error: the demo was interrupted; nothing of it is left\n", d.errors.String())
	d.requireNothingLeft(t)
}

func TestKeptDemoCanBeUsedUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	d := startDemo(t, "--keep")
	d.until(t, "until you press Ctrl-C")
	invitation := d.until(t, "superuser") + d.until(t, "psql")
	urls := regexp.MustCompile(`psql (postgres://\S+)`).FindAllStringSubmatch(invitation, -1)
	require.Len(t, urls, 4, invitation)
	for _, url := range urls {
		conn, err := pgx.Connect(t.Context(), url[1])
		require.NoError(t, err)
		var n int
		require.NoError(t, conn.QueryRow(t.Context(), "select count(*) from nature.tree").Scan(&n))
		assert.Equal(t, 11522, n)
		require.NoError(t, conn.Close(t.Context()))
	}
	tablet, err := pgx.Connect(t.Context(), urls[1][1])
	require.NoError(t, err)
	var moved [4]int
	_, err = tablet.Exec(t.Context(), "update nature.tree set height_m = 3 where tag = 20003")
	require.NoError(t, err)
	require.NoError(t, tablet.QueryRow(t.Context(), "select * from lizsync.synchronize()").Scan(&moved[0], &moved[1], &moved[2], &moved[3]))
	assert.Equal(t, [4]int{1, 0, 0, 0}, moved)

	// With the sessions of its visitors still open.
	require.NoError(t, d.command.Process.Signal(syscall.SIGTERM))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, code := d.end(t)
		assert.Equal(t, exitDone, code, d.errors.String())
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the demo does not end")
	}
	_ = tablet.Close(t.Context())
	d.requireNothingLeft(t)
}
