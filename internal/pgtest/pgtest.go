// Package pgtest gives tests real PostgreSQL databases with PostGIS.
//
// One throw-away server serves a whole run when LIZSYNC_TEST_CLUSTER holds a superuser's URL of it, as under `make
// test` and with `make cluster`; otherwise each test binary starts one of its own at the first request. Each test
// gets its own databases, copied from a template, so that tests run in parallel:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestRowIsKept(t *testing.T) {
//		t.Parallel()
//		db := pgtest.Database(t)
//		db.Exec(t, `create table public.t (id int)`)
//		require.Equal(t, "0", db.Text(t, `select count(*) from public.t`))
//	}
//
// A database is dropped when its test has passed, and kept, with its URL in the test's output, when it failed. A
// machine without PostgreSQL fails the tests with the command that installs it.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/internal/cluster"
)

// Variable names the environment variable with the superuser's URL of the server to use.
const Variable = "LIZSYNC_TEST_CLUSTER"

const (
	// limit bounds each step of a test's set-up and clean-up, and WaitFor.
	limit = 60 * time.Second

	template = "lizsync_template"
)

// Settings are the server's for tests: as fast as can be when nothing has to survive a power cut, but what was
// committed survives a killed server; and a time zone with summer time, so that what depends on it shows.
func Settings() map[string]string {
	return map[string]string{
		"autovacuum_naptime":        "1h",
		"checkpoint_timeout":        "1h",
		"fsync":                     "off",
		"full_page_writes":          "off",
		"log_statement":             "none",
		"max_connections":           "400",
		"max_locks_per_transaction": "256",
		"max_wal_size":              "4GB",
		"shared_buffers":            "256MB",
		"timezone":                  "Europe/Paris",
		"wal_level":                 "logical",
	}
}

// Server is where databases and roles are made: the one that tests share, or a private one.
type Server struct {
	// Cluster is the private server, to be killed and restarted; nil for the shared one.
	Cluster *cluster.Cluster

	url          string
	makeTemplate func() error
}

func newServer(url string, private *cluster.Cluster) *Server {
	s := &Server{Cluster: private, url: url}
	s.makeTemplate = sync.OnceValue(s.ensureTemplate)
	return s
}

var (
	shared = sync.OnceValues(func() (*Server, error) {
		if url := os.Getenv(Variable); url != "" {
			return newServer(url, nil), nil
		}
		c, err := cluster.Start(context.Background(), cluster.Options{Settings: Settings()})
		if err != nil {
			return nil, err
		}
		own = c
		return newServer(c.URL("postgres"), nil), nil
	})
	own *cluster.Cluster // what shared started in this test binary
)

// Main is the TestMain of a package whose tests use this one: it ends the server that the tests have started.
func Main(m *testing.M) {
	m.Run()
	if own == nil {
		return
	}
	if err := own.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// Shared is the server that tests share.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Cluster starts a private server, for tests that kill or restart it; it ends with the test.
func Cluster(t testing.TB) *Server { return ClusterWithClock(t, 0) }

// ClusterWithClock is [Cluster] with a server whose clock is wrong: so many seconds ahead.
func ClusterWithClock(t testing.TB, ahead int) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c, err := cluster.Start(ctx, cluster.Options{Settings: Settings(), ClockOffset: ahead})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return newServer(c.URL("postgres"), c)
}

// Database makes a database with the extensions postgis and hstore, in schema public, on the shared server.
func Database(t testing.TB) *DB {
	t.Helper()
	return Shared(t).Database(t)
}

// EmptyDatabase makes a database without any extension on the shared server.
func EmptyDatabase(t testing.TB) *DB {
	t.Helper()
	return Shared(t).EmptyDatabase(t)
}

// Encoded is [EmptyDatabase] in another encoding than UTF-8.
func Encoded(t testing.TB, encoding string) *DB {
	t.Helper()
	return Shared(t).create(t, "template0 locale 'C' encoding '"+encoding+"'")
}

// Role makes a login role on the shared server; see [Server.Role].
func Role(t testing.TB, options ...string) Login {
	t.Helper()
	return Shared(t).Role(t, options...)
}

// Database is [Database] on this server.
func (s *Server) Database(t testing.TB) *DB {
	t.Helper()
	if err := s.makeTemplate(); err != nil {
		t.Fatal(err)
	}
	return s.create(t, template)
}

// EmptyDatabase is [EmptyDatabase] on this server.
func (s *Server) EmptyDatabase(t testing.TB) *DB {
	t.Helper()
	return s.create(t, "template0")
}

// Login is a role that can connect.
type Login struct{ Name, Password string }

// Role makes a login role with a name and password of its own; the options are those of CREATE ROLE, such as
// "superuser". When the test passes it is dropped with what it owns, in whatever database.
func (s *Server) Role(t testing.TB, options ...string) Login {
	t.Helper()
	role := Login{"r_" + unique(), rand.Text()}
	s.Make(t, role, options...)
	return role
}

// Make makes a role that another server has as well.
func (s *Server) Make(t testing.TB, role Login, options ...string) {
	t.Helper()
	s.exec(t, fmt.Sprintf("create role %s login password '%s' %s", role.Name, role.Password, strings.Join(options, " ")))
	t.Cleanup(func() {
		if t.Failed() {
			return // so that the databases that are kept can be used as the test did
		}
		if err := s.dropRole(role.Name); err != nil && !s.unreachable() {
			t.Errorf("drop role %s: %v", role.Name, err)
		}
	})
}

func (s *Server) create(t testing.TB, from string) *DB {
	t.Helper()
	db := &DB{Server: s, Name: databaseName(t)}
	db.URL = s.databaseURL(db.Name)
	s.exec(t, fmt.Sprintf("create database %s template %s", db.Name, from))
	t.Cleanup(func() {
		db.close()
		if t.Failed() {
			t.Logf("database kept while its server runs: %s", db.URL)
			return
		}
		if err := s.execute(s.url, fmt.Sprintf("drop database if exists %s with (force)", db.Name)); err != nil &&
			!s.unreachable() {
			t.Errorf("drop database %s: %v", db.Name, err)
		}
	})
	return db
}

// unreachable tells whether a test has left its private server dead, whose databases and roles go with it.
func (s *Server) unreachable() bool {
	return s.Cluster != nil && s.execute(s.url, "select") != nil
}

// ensureTemplate makes the template database unless it is there. Test binaries that share a server do so at the same
// time: they wait for the first. It gets its name when it is whole.
func (s *Server) ensureTemplate() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext($1))", template); err != nil {
		return err
	}
	var there bool
	const query = "select exists (select from pg_database where datname = $1)"
	if err := conn.QueryRow(ctx, query, template).Scan(&there); err != nil || there {
		return err
	}
	const unfinished = template + "_unfinished"
	for _, step := range []struct{ url, sql string }{
		{s.url, "drop database if exists " + unfinished},
		{s.url, "create database " + unfinished + " template template0"},
		{s.databaseURL(unfinished), "create extension hstore schema public"},
		{s.databaseURL(unfinished), "create extension postgis schema public"},
		{s.url, "alter database " + unfinished + " allow_connections false is_template true"},
		{s.url, "alter database " + unfinished + " rename to " + template},
	} {
		if err := s.execute(step.url, step.sql); err != nil {
			return fmt.Errorf("make the template of the test databases: %w", missingExtension(err))
		}
	}
	return nil
}

// missingExtension adds what to install where the server has no PostGIS.
func missingExtension(err error) error {
	if state := sqlState(err); state == pgerrcode.FeatureNotSupported || state == pgerrcode.UndefinedFile {
		return fmt.Errorf("%w; on Debian and Ubuntu, scripts/setup installs it", err)
	}
	return err
}

func (s *Server) dropRole(name string) error {
	err := s.execute(s.url, "drop role if exists "+name)
	if sqlState(err) != pgerrcode.DependentObjectsStillExist {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	// Grants on databases are removed from any of them.
	rows, err := conn.Query(ctx, `
		select d.datname
		from pg_shdepend s join pg_database d on d.oid = s.dbid or s.dbid = 0 and d.datname = current_database()
		where s.refclassid = 'pg_authid'::regclass and s.refobjid = $1::regrole
		group by d.datname`, name)
	if err != nil {
		return err
	}
	databases, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, database := range databases {
		err := s.execute(s.databaseURL(database), "drop owned by "+name+" cascade")
		if err != nil && sqlState(err) != pgerrcode.InvalidCatalogName { // dropped meanwhile by another test
			return err
		}
	}
	return s.execute(s.url, "drop role if exists "+name)
}

// exec runs a statement in the server's maintenance database.
func (s *Server) exec(t testing.TB, sql string) {
	t.Helper()
	if err := s.execute(s.url, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (s *Server) execute(url, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

func (s *Server) databaseURL(name string) string {
	u, err := url.Parse(s.url)
	if err != nil {
		return "invalid " + Variable
	}
	u.Path = "/" + name
	return u.String()
}

func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func unique() string { return strings.ToLower(rand.Text())[:12] }

// databaseName tells which test it is of, in characters that need no quoting anywhere, and within PostgreSQL's 63.
func databaseName(t testing.TB) string {
	readable := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, strings.TrimPrefix(t.Name(), "Test"))
	return "t_" + readable[:min(len(readable), 45)] + "_" + unique()
}
