package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lizsync/lizsync/provider"
)

// programs are the pg_dump and pg_restore of one installation.
type programs struct {
	dir   string
	major int
}

// findPrograms looks for the newest pg_dump that can read a server of the given major version: in the given folder, or
// where the packages of distributions and the installers put them, and then in PATH.
func findPrograms(ctx context.Context, folder string, server int) (programs, error) {
	dirs := []string{folder}
	if folder == "" {
		dirs = usualFolders()
		if found, err := exec.LookPath(executable("pg_dump")); err == nil {
			dirs = append(dirs, filepath.Dir(found))
		}
	}
	var best programs
	for _, dir := range dirs {
		major, err := version(ctx, filepath.Join(dir, executable("pg_dump")))
		if ctx.Err() != nil {
			return best, ctx.Err()
		}
		// What was named is looked at closer than what was found.
		if err != nil && folder != "" {
			return best, &provider.Failure{
				Text: fmt.Sprintf("there is no pg_dump that works in %s: %v", folder, err),
				Hint: "give POSTGRESQL_BINARY_PATH the folder that has pg_dump and pg_restore, or leave it empty",
				Err:  err,
			}
		}
		if err != nil || major <= best.major {
			continue
		}
		if _, err := version(ctx, filepath.Join(dir, executable("pg_restore"))); err == nil {
			best = programs{dir, major}
		}
	}
	install := fmt.Sprintf("install the client programs of PostgreSQL %d or newer (sudo apt-get install postgresql-client-%d on Debian and Ubuntu), "+
		"or give POSTGRESQL_BINARY_PATH the folder that has them", server, server)
	switch {
	case best.major == 0:
		return best, &provider.Failure{Text: "pg_dump and pg_restore are not installed on this machine, or not found", Hint: install}
	case best.major < server:
		return best, &provider.Failure{
			Text: fmt.Sprintf("pg_dump in %s has version %d, too old to read a server of version %d", best.dir, best.major, server),
			Hint: install,
		}
	}
	return best, nil
}

func usualFolders() []string {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/opt/homebrew/opt/libpq/bin", "/opt/homebrew/opt/postgresql@*/bin",
		"/Library/PostgreSQL/*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin", `C:\Program Files\PostgreSQL\*\bin`,
	} {
		found, _ := filepath.Glob(pattern) // its only error is a bad pattern
		dirs = append(dirs, found...)
	}
	return dirs
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

var versionNumber = regexp.MustCompile(`\) (\d+)`)

// version asks a program for its major version.
func version(ctx context.Context, path string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Env = environment(nil)
	said, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	number := versionNumber.FindSubmatch(said)
	if number == nil {
		return 0, fmt.Errorf("%s says %q", path, firstLine(string(said)))
	}
	return strconv.Atoi(string(number[1]))
}

// stopPatience is how long a program may take to cancel its query and end.
const stopPatience = 5 * time.Second

// run runs one of the programs to its end and returns what it wrote. When ctx ends it is told to stop, and killed when
// it does not.
func (p programs) run(ctx context.Context, name string, env []string, arguments ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, executable(name)), arguments...)
	cmd.Env = environment(env)
	if runtime.GOOS != "windows" {
		// It cancels its query on the server, which otherwise goes on waiting for a lock.
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	}
	cmd.WaitDelay = stopPatience
	var output bytes.Buffer
	said := &lastBytes{}
	cmd.Stdout, cmd.Stderr = &output, said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) && said.text != "" {
			err = errors.New(strings.ReplaceAll(strings.TrimSpace(said.text), name+": ", ""))
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return output.Bytes(), nil
}

// environment is this program's without what would lead the programs elsewhere or make them speak another language.
func environment(more []string) []string {
	inherited := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PG") || strings.HasPrefix(entry, "LC_MESSAGES=") || strings.HasPrefix(entry, "LANGUAGE=")
	})
	return append(append(inherited, "LC_MESSAGES=C"), more...)
}

// lastBytes keeps the end of what is written.
type lastBytes struct{ text string }

func (l *lastBytes) Write(p []byte) (int, error) {
	const most = 4096
	l.text += string(p)
	if len(l.text) > most {
		l.text = l.text[len(l.text)-most:]
	}
	return len(p), nil
}
