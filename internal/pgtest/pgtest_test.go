package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestDatabaseHasExtensionsAndExposesUnqualifiedNames(t *testing.T) {
	t.Parallel()
	db := pgtest.Database(t)
	assert.Equal(t, [][]string{{"hstore", "public"}, {"plpgsql", "pg_catalog"}, {"postgis", "public"}},
		db.Rows(t, `select extname, extnamespace::regnamespace from pg_extension order by extname`))

	db.Exec(t, `create table public.t (id int, note text); insert into public.t values (1, null), (2, 'é')`)
	db.Exec(t, `insert into public.t values ($1, $2)`, 3, "it's")
	assert.Equal(t, [][]string{{"1", pgtest.Null}, {"2", "é"}, {"3", "it's"}},
		db.Rows(t, `select id, note from public.t order by id`))
	assert.Equal(t, "it's", db.Text(t, `select note from public.t where id = $1`, 3))
	assert.Nil(t, db.Rows(t, `select from public.t where false`))

	_, err := db.Conn(t).Exec(t.Context(), `select * from t`)
	require.ErrorContains(t, err, `relation "t" does not exist`)
}

func TestEmptyDatabaseHasNoExtension(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0", pgtest.EmptyDatabase(t).Text(t, `select count(*) from pg_extension where extname <> 'plpgsql'`))
}

func TestDatabaseAndRoleAreGoneAfterTheTest(t *testing.T) {
	t.Parallel()
	witness := pgtest.EmptyDatabase(t)
	var database string
	var role pgtest.Login
	t.Run("with odd characters: é / ' \" and a name that is much longer than an identifier may be", func(t *testing.T) {
		db := pgtest.EmptyDatabase(t)
		role = pgtest.Role(t, "createdb")
		database = db.Name
		db.Exec(t, `create schema mine authorization `+role.Name)
		db.Exec(t, `grant create on database `+db.Name+` to `+role.Name)
		conn, err := pgx.Connect(t.Context(), db.As(t, role))
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), `create table mine.t (id int)`)
		require.NoError(t, err)
		require.NoError(t, conn.Close(t.Context()))
	})
	assert.Equal(t, "0", witness.Text(t, `select count(*) from pg_database where datname = $1`, database))
	assert.Equal(t, "0", witness.Text(t, `select count(*) from pg_roles where rolname = $1`, role.Name))
}

func TestPrivateServerIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	server := pgtest.Cluster(t)
	db := server.Database(t)
	db.Exec(t, `create table public.t as select 'kept' as c`)
	require.NoError(t, server.Cluster.Kill(t.Context()))
	require.NoError(t, server.Cluster.Restart(t.Context()))
	db.Exec(t, `select`) // the session that the kill took
	assert.Equal(t, "kept", db.Text(t, `select c from public.t`))
}

func TestWaitForSeesWhatAnotherSessionDoes(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	holder, waiter, watcher := db.Conn(t), db.Conn(t), db.Conn(t)
	_, err := holder.Exec(t.Context(), `select pg_advisory_lock(1)`)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := waiter.Exec(t.Context(), `select pg_advisory_lock(1)`)
		done <- err
	}()
	pgtest.WaitFor(t, watcher, `select wait_event_type = 'Lock' from pg_stat_activity where pid = $1`, waiter.PgConn().PID())
	_, err = holder.Exec(t.Context(), `select pg_advisory_unlock(1)`)
	require.NoError(t, err)
	require.NoError(t, <-done)
}
