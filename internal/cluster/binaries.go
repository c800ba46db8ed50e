package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// BinVariable names the environment variable that chooses the server programs to use.
const BinVariable = "LIZSYNC_PG_BIN"

// ErrNoServer says that PostgreSQL's server programs are not installed; the message that wraps it tells how to
// install them.
var ErrNoServer = errors.New("PostgreSQL's server programs are not installed")

// findBinaries returns the directory with initdb and postgres: the one that LIZSYNC_PG_BIN names, else the newest that
// the distribution's packages made, else the one in PATH. Debian leaves the server programs out of PATH.
func findBinaries() (string, error) {
	if dir := os.Getenv(BinVariable); dir != "" {
		if !hasServer(dir) {
			return "", fmt.Errorf("%w in %s, which %s names", ErrNoServer, dir, BinVariable)
		}
		return dir, nil
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(installed, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
	for _, dir := range installed {
		if hasServer(dir) {
			return dir, nil
		}
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		// What is in PATH may be a link into the directory where the server is.
		if found, err = filepath.EvalSymlinks(found); err == nil && hasServer(filepath.Dir(found)) {
			return filepath.Dir(found), nil
		}
	}
	return "", fmt.Errorf("%w (looked in /usr/lib/postgresql/*/bin and PATH; %s can name their directory); install "+
		"them, on Debian and Ubuntu with: sudo apt-get install -y postgresql postgresql-postgis",
		ErrNoServer, BinVariable)
}

func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// majorVersion of /usr/lib/postgresql/15/bin is 15; 0 when it is no number.
func majorVersion(dir string) int {
	major, _, _ := strings.Cut(filepath.Base(filepath.Dir(dir)), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}

// ErrNoFakeTime says that the library is missing which shows a program another time.
var ErrNoFakeTime = errors.New("libfaketime is not installed; on Debian and Ubuntu: sudo apt-get install -y libfaketime")

// wrongClock is the environment that has a program see another time, in seconds ahead. What it waits for is not changed.
func wrongClock(ahead int) ([]string, error) {
	libraries, err := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if err != nil {
		return nil, err
	}
	if len(libraries) == 0 {
		return nil, ErrNoFakeTime
	}
	return []string{"LD_PRELOAD=" + libraries[0], fmt.Sprintf("FAKETIME=%+ds", ahead), "FAKETIME_DONT_FAKE_MONOTONIC=1"}, nil
}
