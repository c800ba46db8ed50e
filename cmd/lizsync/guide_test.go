package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

var block = regexp.MustCompile("(?ms)^```(bash|sql|text)\n(.*?)^```$")

// TestEveryCommandOfTheUserGuideWorks runs the guide from its first block to its last, as somebody who follows along
// does.
func TestEveryCommandOfTheUserGuideWorks(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "user-guide.md"))
	require.NoError(t, err)
	server := pgtest.Cluster(t) // of its own, for the guide's names of roles and databases
	super, err := url.Parse(server.Cluster.URL("postgres"))
	require.NoError(t, err)
	password, _ := super.User.Password()
	administer(t, super.String(),
		"create role gis login password 'secret'", "create role anna login password 'secret'", "create database central owner gis")
	administer(t, server.Cluster.URL("central"), "create extension postgis")

	dir := t.TempDir()
	services := filepath.Join(dir, "pg_service.conf")
	var entries strings.Builder
	for _, e := range []struct{ service, database, user string }{{"central", "central", "gis"}, {"central_anna", "central", "anna"}, {"tablet", "tablet", "anna"}} {
		fmt.Fprintf(&entries, "[%s]\nhost=127.0.0.1\nport=%d\ndbname=%s\nuser=%s\npassword=secret\n", e.service, server.Cluster.Port(), e.database, e.user)
	}
	require.NoError(t, os.WriteFile(services, []byte(entries.String()), 0o600))
	environment := append(os.Environ(),
		"PGSERVICEFILE="+services, "PGHOST=127.0.0.1", "PGPORT="+super.Port(), "PGUSER="+super.User.Username(), "PGPASSWORD="+password,
		"PATH="+os.Getenv("PATH")+string(filepath.ListSeparator)+server.Cluster.BinDir())

	var output []byte
	ran := 0
	for _, b := range block.FindAllStringSubmatch(string(guide), -1) {
		kind, text := b[1], strings.ReplaceAll(b[2], "'db.example.org', 5432", fmt.Sprintf("'127.0.0.1', %d", server.Cluster.Port()))
		if kind == "text" { // what the block before prints
			for line := range strings.Lines(text) {
				assert.Contains(t, string(output), strings.TrimSpace(line))
			}
			continue
		}
		command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", text)
		if kind == "sql" {
			where, _, found := strings.Cut(strings.TrimPrefix(text, "-- psql "), "\n")
			require.True(t, found && strings.HasPrefix(text, "-- psql "), "a block does not say where it runs:\n%s", text)
			command = exec.CommandContext(t.Context(), "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", where)
			command.Stdin = strings.NewReader(text)
		}
		command.Dir, command.Env = dir, environment
		output, err = command.CombinedOutput()
		require.NoError(t, err, "%s\n%s", text, output)
		ran++
	}
	assert.Greater(t, ran, 20)
}

func administer(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, conn.Close(t.Context()))
}
