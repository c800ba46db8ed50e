package algorithms

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

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

// held begins a command while somebody holds a table that it needs, and returns once it waits.
func held(t *testing.T, db *pgtest.DB, table string, cmd *exec.Cmd) (holder *pgx.Conn) {
	t.Helper()
	holder = db.Conn(t)
	_, err := holder.Exec(t.Context(), "begin; lock table "+table+" in access exclusive mode")
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	pgtest.WaitFor(t, db.Conn(t), "select exists (select from pg_locks where relation = $1::text::regclass and not granted)", table)
	return holder
}

func let(t *testing.T, holder *pgx.Conn) {
	t.Helper()
	_, err := holder.Exec(t.Context(), "rollback")
	require.NoError(t, err)
}

// faults end a run that waits for a table of a database.
var faults = []struct {
	name string
	end  func(t *testing.T, run *exec.Cmd, db *pgtest.DB)
}{
	{"its sessions are killed", func(t *testing.T, _ *exec.Cmd, db *pgtest.DB) {
		db.Exec(t, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
	}},
	{"the program is killed", func(t *testing.T, run *exec.Cmd, _ *pgtest.DB) { require.NoError(t, run.Process.Kill()) }},
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
			run := exec.CommandContext(t.Context(), lizsync, arguments...)
			holder := held(t, central, table, run)
			fault.end(t, run, central)
			require.Error(t, run.Wait(), name)
			let(t, holder)
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
			run := exec.CommandContext(t.Context(), lizsync, "run", "deploy_database_server_package",
				"CONNECTION_NAME_CENTRAL="+faulty(central), "CONNECTION_NAME_CLONE="+faulty(clone), "ZIP_FILE="+path)
			holder := held(t, where.db, where.table, run)
			fault.end(t, run, where.db)
			require.Error(t, run.Wait(), name)
			let(t, holder)
			gone(t, central, clone)
			require.Equal(t, before, state(t, clone), name)
			require.Equal(t, centralBefore, state(t, central), name)
		}
	}
	synchronize(t, central, clone)
	assert.Equal(t, "edited", clone.Text(t, "select distinct nom from ville.quartier"))
}
