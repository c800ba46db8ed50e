package algorithms

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// program builds lizsync, to be killed.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lizsync")
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/lizsync/lizsync/cmd/lizsync").CombinedOutput()
	require.NoError(t, err, string(said))
	return path
}

// faultyRun is a run of the program that waits for a table which somebody holds.
type faultyRun struct {
	*exec.Cmd
	said   bytes.Buffer // on standard error
	db     *pgtest.DB   // the table's
	table  string
	holder *pgx.Conn
}

// runInto runs the program and returns once it waits for a table.
func runInto(t *testing.T, db *pgtest.DB, table, program string, arguments ...string) *faultyRun {
	t.Helper()
	r := &faultyRun{Cmd: exec.CommandContext(t.Context(), program, arguments...), db: db, table: table, holder: db.Conn(t)}
	r.Stderr = &r.said
	_, err := r.holder.Exec(t.Context(), "begin; lock table "+table+" in access exclusive mode")
	require.NoError(t, err)
	require.NoError(t, r.Start())
	pgtest.WaitFor(t, db.Conn(t), "select exists (select from pg_locks where relation = $1::text::regclass and not granted)", table)
	return r
}

// let gives the table back.
func (r *faultyRun) let(t *testing.T) {
	t.Helper()
	_, err := r.holder.Exec(t.Context(), "rollback")
	require.NoError(t, err)
}

// mustFail waits for the end of the run. One that does not end would hold up all the tests that share the server, and is made to
// tell where it stands.
func (r *faultyRun) mustFail(t *testing.T, name string) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- r.Wait() }()
	select {
	case err := <-ended:
		require.Error(t, err, name)
	case <-time.After(time.Minute):
		sessions := r.db.Rows(t, "select datname, pid, application_name, state, wait_event_type, wait_event, query from pg_stat_activity where datname is not null")
		require.NoError(t, r.Process.Signal(syscall.SIGQUIT))
		<-ended
		require.FailNow(t, "the run does not end", "%s\n%q\n%s", name, sessions, r.said.String())
	}
}

// faults end a run.
var faults = []struct {
	name string
	end  func(t *testing.T, run *faultyRun)
}{
	{"its session is killed", func(t *testing.T, run *faultyRun) {
		require.Equal(t, [][]string{{"t"}}, run.db.Rows(t, "select pg_terminate_backend(pid) from pg_locks where relation = $1::text::regclass and not granted", run.table))
	}},
	{"the program is killed", func(t *testing.T, run *faultyRun) { require.NoError(t, run.Process.Kill()) }},
}

// gone waits until the sessions of a run have ended.
func gone(t *testing.T, databases ...*pgtest.DB) {
	t.Helper()
	for _, db := range databases {
		pgtest.WaitFor(t, db.Conn(t), "select not exists (select from pg_stat_activity where datname = current_database() and application_name = 'faulty')")
	}
}

func faulty(db *pgtest.DB) string { return db.URL + "?application_name=faulty" }

func TestAPackageThatIsStoppedAnywhereLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	lizsync := program(t)
	central := centralDatabase(t, city)
	path := pack(t, central, cityTables, nil)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	arguments := []string{"run", "package_central_database", "CONNECTION_NAME_CENTRAL=" + faulty(central), "ZIP_FILE=" + path}
	for _, table := range cityTables {
		arguments = append(arguments, fmt.Sprintf("PG_LAYERS=%s", table))
	}
	for _, table := range []string{"ville.trace", "public.layer_styles", "lizsync.history"} {
		for _, fault := range faults {
			name := table + ": " + fault.name
			run := runInto(t, central, table, lizsync, arguments...)
			fault.end(t, run)
			run.mustFail(t, name)
			run.let(t)
			gone(t, central)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, before, after, name)
		}
	}
	require.Len(t, filesBeside(t, path), 2, "what the last killed one has left; it tidied up after the others")

	_, err = tryPack(t.Context(), t, central, path, cityTables, nil)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Base(path)}, filesBeside(t, path))
	require.NoError(t, deploy(t, central, pgtest.Database(t), path, nil))
}

func TestAPackageForWhichThereIsNoRoomLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	lizsync := program(t)
	central := centralDatabase(t, "create schema s; create table s.t (id serial primary key, nom text); insert into s.t (nom) select md5(n::text) from generate_series(1, 40000) as n")
	path := filepath.Join(t.TempDir(), "package.zip")
	require.NoError(t, os.WriteFile(path, []byte("the one before"), 0o600))
	_, err := tryPack(t.Context(), t, central, path+".whole", []any{"s.t"}, nil)
	require.NoError(t, err)
	whole, err := os.Stat(path + ".whole")
	require.NoError(t, err)
	require.NoError(t, os.Remove(path+".whole"))
	for _, room := range []int64{64 << 10, whole.Size() / 2, whole.Size() - 1024} {
		// The limit is in blocks of 512 bytes.
		run := exec.CommandContext(t.Context(), "sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, room/512), "sh",
			lizsync, "run", "package_central_database", "CONNECTION_NAME_CENTRAL="+central.URL, "PG_LAYERS=s.t", "ZIP_FILE="+path)
		var said bytes.Buffer
		run.Stderr = &said
		require.Error(t, run.Run())
		assert.Contains(t, said.String(), "the package "+path+" could not be written: ")
		assert.Contains(t, said.String(), "make room in "+filepath.Dir(path))
		require.Equal(t, []string{"package.zip"}, filesBeside(t, path))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "the one before", string(text))
	}
}

// TestADeploymentForWhichThereIsNoRoomOnTheCloneLosesNothing: neither for the tables, nor for the write-ahead log.
func TestADeploymentForWhichThereIsNoRoomOnTheCloneLosesNothing(t *testing.T) {
	t.Parallel()
	lizsync := program(t)
	central := centralDatabase(t, `
		create schema s;
		create table s.t (nom text primary key, hauteur integer);
		create table s.large (id serial primary key, nom text);
		insert into s.t values ('a', 0), ('b', 0)`)
	clone := pgtest.Cluster(t).Database(t)
	tables := []any{"s.t", "s.large"}
	require.NoError(t, deploy(t, central, clone, pack(t, central, tables, nil), nil))
	clone.Exec(t, "update s.t set hauteur = 1 where nom = 'a'")
	central.Exec(t, "insert into s.large (nom) select repeat('x', 1900) from generate_series(1, 9000)")
	path := pack(t, central, tables, nil)
	// A sequence goes on at another number after a crash, so that this is less than the whole state.
	const everything = "select t.*, l.*, c.* from s.t, audit.logged_actions l, lizsync.central c order by nom"
	before, centralBefore, log := state(t, clone), state(t, central), clone.Rows(t, everything)
	deployInto := func(db *pgtest.DB, table string) *faultyRun {
		return runInto(t, db, table, lizsync, "run", "deploy_database_server_package",
			"CONNECTION_NAME_CENTRAL="+faulty(central), "CONNECTION_NAME_CLONE="+faulty(clone), "ZIP_FILE="+path, "KEEP_UNSENT_CHANGES=true")
	}

	run := deployInto(clone, "s.t")
	clone.Bound(t, "faulty", 16<<20)
	run.let(t)
	run.mustFail(t, "no room for the tables")
	assert.Contains(t, run.said.String(), "could not extend file")
	gone(t, central, clone)
	require.Equal(t, before, state(t, clone))
	require.Equal(t, centralBefore, state(t, central))

	run = deployInto(central, "lizsync.synchronized_tables")
	clone.BoundLog(t, "faulty")
	run.let(t)
	run.mustFail(t, "no room for the log")
	assert.Contains(t, run.said.String(), "may or may not have got the package")
	assert.Contains(t, run.said.String(), "run this again")
	require.NoError(t, clone.Cluster.Kill(t.Context()))
	require.NoError(t, clone.Cluster.Restart(t.Context()))
	require.Equal(t, log, clone.Rows(t, everything))
	require.Equal(t, "0", clone.Text(t, "select count(*) from s.large"))
	gone(t, central)

	central.Exec(t, "update s.t set hauteur = 2 where nom = 'b'")
	require.NoError(t, deploy(t, central, clone, path, map[string]any{"KEEP_UNSENT_CHANGES": true}))
	synchronize(t, central, clone)
	for _, db := range []*pgtest.DB{central, clone} {
		assert.Equal(t, [][]string{{"a", "1"}, {"b", "2"}}, db.Rows(t, "select nom, hauteur from s.t order by 1"))
		assert.Equal(t, "9000", db.Text(t, "select count(*) from s.large"))
	}
	assert.Equal(t, "0", central.Text(t, "select count(*) from lizsync.conflicts"))
}

func TestADeploymentThatIsStoppedAnywhereChangesNothing(t *testing.T) {
	t.Parallel()
	lizsync := program(t)
	central := centralDatabase(t, city)
	clone := pgtest.Database(t)
	require.NoError(t, deploy(t, central, clone, pack(t, central, cityTables, nil), nil))
	central.Exec(t, "update ville.quartier set nom = 'edited'")
	path := pack(t, central, cityTables, nil)
	before, centralBefore := state(t, clone), state(t, central)
	for _, where := range []struct {
		db    *pgtest.DB
		table string
	}{{clone, "ville.trace"}, {clone, "audit.logged_relations"}, {clone, "lizsync.central"}, {central, "lizsync.synchronized_tables"}} {
		for _, fault := range faults {
			name := where.table + ": " + fault.name
			run := runInto(t, where.db, where.table, lizsync, "run", "deploy_database_server_package",
				"CONNECTION_NAME_CENTRAL="+faulty(central), "CONNECTION_NAME_CLONE="+faulty(clone), "ZIP_FILE="+path)
			fault.end(t, run)
			run.mustFail(t, name)
			run.let(t)
			gone(t, central, clone)
			require.Equal(t, before, state(t, clone), name)
			require.Equal(t, centralBefore, state(t, central), name)
		}
	}
	synchronize(t, central, clone)
	assert.Equal(t, "edited", clone.Text(t, "select distinct nom from ville.quartier"))
}
