package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Null is how the helpers that return text write an SQL null.
const Null = "<null>"

// DB is a test's own database.
type DB struct {
	*Server
	// Name needs no quoting.
	Name string
	// URL is for the superuser, with the server's default search path.
	URL string

	mu   sync.Mutex
	conn *pgx.Conn
}

// As is the URL for another role.
func (db *DB) As(t testing.TB, role Login) string {
	t.Helper()
	u, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role.Name, role.Password)
	return u.String()
}

// Copy makes another database with all that is in this one. Sessions that a test has opened here itself must have
// ended: PostgreSQL copies a database only while nobody is in it.
func (db *DB) Copy(t testing.TB) *DB {
	t.Helper()
	db.close()
	return db.create(t, db.Name)
}

// CopyTo is Copy to another, private server, with an owner who is known there by the same name and password. Grants are not
// copied.
func (db *DB) CopyTo(t testing.TB, server *Server, owner Login) *DB {
	t.Helper()
	other := server.create(t, "template0")
	server.exec(t, fmt.Sprintf("create role %s login password '%s'", owner.Name, owner.Password))
	programs := server.Cluster.BinDir()
	dump := exec.CommandContext(t.Context(), filepath.Join(programs, "pg_dump"), "--dbname="+db.URL, "--no-privileges")
	load := exec.CommandContext(t.Context(), filepath.Join(programs, "psql"), "--dbname="+other.URL, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
	var dumping, loading bytes.Buffer
	dump.Stderr, load.Stderr = &dumping, &loading
	var err error
	if load.Stdin, err = dump.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(load.Start(), dump.Run(), load.Wait()); err != nil {
		t.Fatalf("copy %s to another server: %v\n%s%s", db.Name, err, &dumping, &loading)
	}
	return other
}

// Replace makes the database anew, with all that is in another one: as a disk that is restored from an image. Sessions
// in either are cut.
func (db *DB) Replace(t testing.TB, from *DB) {
	t.Helper()
	db.close()
	from.close()
	owner := from.Text(t, "select datdba::regrole from pg_catalog.pg_database where datname = current_database()")
	from.close()
	for _, sql := range []string{
		fmt.Sprintf("drop database %s with (force)", db.Name),
		fmt.Sprintf("create database %s template %s owner %s", db.Name, from.Name, owner),
	} {
		db.exec(t, sql)
	}
}

// Conn opens a session of the superuser with an empty search path, so that an unqualified name fails. It is closed
// with the test.
func (db *DB) Conn(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := db.connect()
	if err != nil {
		t.Fatalf("connect to %s: %v", db.Name, err)
	}
	t.Cleanup(func() { closeConn(conn) })
	return conn
}

// Exec runs statements, several when there are no arguments. Exec, Text and Rows share one session with an empty
// search path, opened anew when a killed server took it: settings and transactions are for Conn.
func (db *DB) Exec(t testing.TB, sql string, arguments ...any) {
	t.Helper()
	db.query(t, sql, arguments)
}

// Text is the single value of a query in PostgreSQL's text form.
func (db *DB) Text(t testing.TB, sql string, arguments ...any) string {
	t.Helper()
	rows := db.query(t, sql, arguments)
	if len(rows) != 1 || len(rows[0]) != 1 {
		t.Fatalf("one row of one column expected, got %q\n%s", rows, sql)
	}
	return rows[0][0]
}

// Rows is the result of a query, each value in PostgreSQL's text form; nil when it has no row.
func (db *DB) Rows(t testing.TB, sql string, arguments ...any) [][]string {
	t.Helper()
	return db.query(t, sql, arguments)
}

func (db *DB) query(t testing.TB, sql string, arguments []any) [][]string {
	t.Helper()
	result, err := db.tryQuery(sql, arguments)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return result
}

func (db *DB) tryQuery(sql string, arguments []any) ([][]string, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if db.conn == nil || db.conn.Ping(ctx) != nil {
		conn, err := db.connect()
		if err != nil {
			return nil, err
		}
		db.conn = conn
	}
	if len(arguments) == 0 {
		return collect(db.conn.PgConn().Exec(ctx, sql))
	}
	rows, err := db.conn.Query(ctx, sql, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]string, error) {
		return texts(row.RawValues()), nil
	})
}

func (db *DB) connect() (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["search_path"] = ""
	// Plans must not outlive the changes of structure that tests make; results come as text.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return pgx.ConnectConfig(ctx, config)
}

func (db *DB) close() {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.conn != nil {
		closeConn(db.conn)
	}
}

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_ = conn.Close(ctx) // as good as closed when the server was killed
}

// collect reads the results of all the statements and keeps the last one's.
func collect(results *pgconn.MultiResultReader) (rows [][]string, err error) {
	for results.NextResult() {
		rows = nil
		reader := results.ResultReader()
		for reader.NextRow() {
			rows = append(rows, texts(reader.Values()))
		}
	}
	return rows, results.Close()
}

func texts(values [][]byte) []string {
	row := make([]string, len(values))
	for i, value := range values {
		row[i] = Null
		if value != nil {
			row[i] = string(value)
		}
	}
	return row
}

// WaitFor waits until a query on a session returns true: the only way in which a test lets time pass.
func WaitFor(t testing.TB, conn *pgx.Conn, sql string, arguments ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var met *bool // null, as when there is no such session yet, is not true
		if err := conn.QueryRow(ctx, sql, arguments...).Scan(&met); err != nil {
			t.Fatalf("wait for a condition: %v\n%s", err, sql)
		}
		if met != nil && *met {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not true within %s:\n%s", limit, sql)
		}
	}
}
