package database_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// recorder keeps what an algorithm told.
type recorder struct {
	mutex sync.Mutex
	lines []string
}

func (r *recorder) Progress(float64) {}

func (r *recorder) Message(text string) { r.add("message: " + text) }

func (r *recorder) Warning(text string) { r.add("warning: " + text) }

func (r *recorder) add(line string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.lines = append(r.lines, line)
}

func connect(t *testing.T, value string, feedback provider.Feedback) *pgx.Conn {
	t.Helper()
	conn, err := database.Connect(t.Context(), value, feedback)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func TestConnectionSaysWhoItIs(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	conn := connect(t, db.URL, &recorder{})
	var application, encoding, name string
	require.NoError(t, conn.QueryRow(t.Context(),
		"select current_setting('application_name'), current_setting('client_encoding'), current_database()").Scan(&application, &encoding, &name))
	assert.Equal(t, "lizsync", application)
	assert.Equal(t, "UTF8", encoding)
	assert.Equal(t, db.Name, name)
}

func TestServerAcceptsWhatLibpqAccepts(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	separator := "?"
	if strings.Contains(db.URL, "?") {
		separator = "&"
	}
	conn := connect(t, db.URL+separator+"keepalives=1&keepalives_idle=10&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=9000&client_encoding=LATIN1&"+
		"fallback_application_name=other&gssencmode=prefer&sslcompression=0&load_balance_hosts=disable&options=-c%20statement_timeout%3D77s", &recorder{})
	var application, timeout string
	require.NoError(t, conn.QueryRow(t.Context(), "select current_setting('application_name'), current_setting('statement_timeout')").Scan(&application, &timeout))
	assert.Equal(t, "other", application)
	assert.Equal(t, "77s", timeout)
}

func TestWhatTheServerSaysReachesThePerson(t *testing.T) {
	t.Parallel()
	told := &recorder{}
	conn := connect(t, pgtest.Database(t).URL, told)
	_, err := conn.Exec(t.Context(), `do $$ begin
		raise debug 'unheard';
		raise notice 'table % is big', 'tree' using hint = 'be patient';
		raise warning 'disk is nearly full' using detail = '3 MB left';
	end $$`)
	require.NoError(t, err)
	assert.Equal(t, []string{"message: table tree is big; be patient", "warning: disk is nearly full; 3 MB left"}, told.lines)
}

func TestFailedConnectionSaysWhatToDo(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	role := pgtest.Role(t)
	locked := pgtest.Role(t)
	db.Exec(t, "alter role "+locked.Name+" nologin")
	db.Exec(t, "revoke connect on database "+db.Name+" from public")
	with := func(change func(u *url.URL)) string {
		u, err := url.Parse(db.As(t, role))
		require.NoError(t, err)
		change(u)
		return u.String()
	}
	for name, c := range map[string]struct {
		value, state, text, hint string
	}{
		"wrong password": {
			with(func(u *url.URL) { u.User = url.UserPassword(role.Name, "tr0ub4dor") }),
			pgerrcode.InvalidPassword, "refused the password of " + role.Name, "correct it in the connection",
		},
		"unknown role": {
			with(func(u *url.URL) { u.User = url.UserPassword("no_such_role", "x") }),
			pgerrcode.InvalidPassword, "refused the password of no_such_role", "check the name of the role",
		},
		"no password": {
			with(func(u *url.URL) { u.User = url.User(role.Name) }),
			pgerrcode.InvalidPassword, "wants a password for " + role.Name + " and none was found", "password file",
		},
		"unknown database": {
			with(func(u *url.URL) { u.Path = "/no_such_database"; u.User = mustUser(t, db.URL) }),
			pgerrcode.InvalidCatalogName, "there is no database no_such_database on ", "create the database",
		},
		"role that may not log in": {
			db.As(t, locked), pgerrcode.InvalidAuthorizationSpecification, "does not let " + locked.Name + " in: ", "pg_hba.conf",
		},
		"no right to connect": {
			db.As(t, role), pgerrcode.InsufficientPrivilege, role.Name + " may not connect to the database " + db.Name, "GRANT CONNECT ON DATABASE " + db.Name,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := database.Connect(t.Context(), c.value, &recorder{})
			var failure *provider.Failure
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, c.state, failure.SQLState)
			assert.Contains(t, failure.Text, c.text)
			assert.Contains(t, failure.Hint, c.hint)
			for _, secret := range []string{"tr0ub4dor", role.Password, locked.Password} {
				assert.NotContains(t, failure.Text+failure.Hint+failure.Detail, secret)
			}
		})
	}
}

func mustUser(t *testing.T, value string) *url.Userinfo {
	t.Helper()
	u, err := url.Parse(value)
	require.NoError(t, err)
	return u.User
}

func TestServerThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	host, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)

	start := time.Now()
	_, err = database.Connect(t.Context(), fmt.Sprintf("host=%s port=%s dbname=d user=u connect_timeout=1", host, port), &recorder{})
	assert.ErrorContains(t, err, fmt.Sprintf("connect to u@%s/d: %s did not answer within 1s", listener.Addr(), listener.Addr()))
	assert.Less(t, time.Since(start), 4*time.Second, "the attempts with and without TLS share the time")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = database.Connect(ctx, fmt.Sprintf("host=%s port=%s dbname=d user=u", host, port), &recorder{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestNobodyListening(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	directory := t.TempDir()

	for value, want := range map[string]string{
		"host=127.0.0.1 dbname=d user=u port=" + port: "no server listens on " + address,
		"host=" + directory + " dbname=d user=u":      "no server listens on " + directory,
		"host=nowhere.invalid dbname=d user=u":        "the host name nowhere.invalid is not known",
	} {
		_, err := database.Connect(t.Context(), value, &recorder{})
		var failure *provider.Failure
		require.ErrorAs(t, err, &failure)
		assert.Contains(t, failure.Text, want)
		assert.NotEmpty(t, failure.Hint)
	}
}

func TestCancellingStopsTheStatementOnTheServer(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	conn := connect(t, db.URL, &recorder{})
	pid := conn.PgConn().PID()
	ctx, cancel := context.WithCancel(t.Context())
	failure := make(chan error, 1)
	go func() {
		_, err := conn.Exec(ctx, "select pg_catalog.pg_sleep(60)")
		failure <- err
	}()
	watch := db.Conn(t)
	pgtest.WaitFor(t, watch, "select wait_event = 'PgSleep' from pg_catalog.pg_stat_activity where pid = $1", pid)
	cancel()
	require.Error(t, <-failure)
	assert.False(t, conn.IsClosed(), "the session survives, so that the algorithm can roll back")
	var one int
	require.NoError(t, conn.QueryRow(t.Context(), "select 1").Scan(&one))
}

func TestErrorOfTheServerKeepsAllItSaid(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	conn := connect(t, db.URL, &recorder{})
	db.Exec(t, "create table public.tree (id int constraint positive check (id > 0))")
	_, err := conn.Exec(t.Context(), "insert into public.tree values (-1)")
	err = database.Explain(fmt.Errorf("plant: %w", err))
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, `plant: new row for relation "tree" violates check constraint "positive"`, failure.Text)
	assert.Equal(t, pgerrcode.CheckViolation, failure.SQLState)
	assert.Equal(t, "public.tree constraint positive", failure.Object)
	assert.Contains(t, failure.Detail, "Failing row")

	_, err = conn.Exec(t.Context(), "do $$ begin raise 'no' using hint = 'ask nicely', errcode = '42501'; end $$")
	require.ErrorAs(t, database.Explain(err), &failure)
	assert.Equal(t, "ask nicely", failure.Hint, "the server's own hint comes first")

	plain := errors.New("disk full")
	assert.Equal(t, plain, database.Explain(plain))
	require.NoError(t, database.Explain(nil))
}

func TestProgramOfPostgreSQLUsesTheSameConnection(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	role := pgtest.Role(t)
	target, err := database.Resolve(db.As(t, role))
	require.NoError(t, err)
	dbname, env := target.Command()
	assert.NotContains(t, dbname, role.Password)
	psql, err := exec.LookPath("psql")
	require.NoError(t, err, "install postgresql-client")
	cmd := exec.CommandContext(t.Context(), psql, "-XAtc", "select current_user || ' ' || current_database()", "--dbname", dbname)
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Dir = filepath.Dir(t.TempDir())
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Equal(t, role.Name+" "+db.Name+"\n", string(output))
}

func TestSettingsOfDatabasesAndRolesStayOutOfOurSessions(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	role := pgtest.Role(t)
	for _, set := range []string{
		"statement_timeout = '1s'", "lock_timeout = '1s'", "idle_in_transaction_session_timeout = '1s'", "default_transaction_read_only = on",
		"default_transaction_isolation = serializable", "default_transaction_deferrable = on", "standard_conforming_strings = off",
		"quote_all_identifiers = on", "array_nulls = off",
	} {
		db.Exec(t, fmt.Sprintf("alter database %s set %s", db.Name, set))
	}
	db.Exec(t, fmt.Sprintf("alter role %s set statement_timeout = '2s'", role.Name))
	const query = `
		select concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),
			current_setting('default_transaction_read_only'), current_setting('default_transaction_isolation'), current_setting('default_transaction_deferrable'),
			current_setting('standard_conforming_strings'), current_setting('quote_all_identifiers'), current_setting('array_nulls'))`
	var got string
	require.NoError(t, connect(t, db.As(t, role), &recorder{}).QueryRow(t.Context(), query).Scan(&got))
	assert.Equal(t, "0 0 0 off read committed off on off on", got)

	chosen := db.As(t, role) + "?options=-c%20statement_timeout%3D7s%20-c%20lock_timeout%3D8s"
	require.NoError(t, connect(t, chosen, &recorder{}).QueryRow(t.Context(), query).Scan(&got))
	assert.Equal(t, "7s 8s 0 off read committed off on off on", got, "what the connection itself says stands")
}
