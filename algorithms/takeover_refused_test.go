package algorithms

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// everything is the dump of a database, data included.
func everything(t *testing.T, db *pgtest.DB) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "pg_dump", "--dbname", db.URL).CombinedOutput()
	require.NoError(t, err, string(output))
	var lines []string
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, `\restrict`) && !strings.HasPrefix(line, `\unrestrict`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestWhatCannotBeTakenOverSafelyIsRefusedAndLeftAsItWas(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		for name, c := range map[string]struct {
			onClone    bool
			made, undo string
			want, hint string
		}{
			"a lost table": {
				made: "alter table lizsync.history rename to story", undo: "alter table lizsync.story rename to history",
				want: "lacks tables that versions from 0.4 on have: lizsync.history", hint: "restore them from a backup",
			},
			"a table of somebody else": {
				made: `create table lizsync."Mine" (id integer)`, undo: `drop table lizsync."Mine"`,
				want: "has objects in its schemas that are not its own, and they would be lost: lizsync.Mine", hint: "move them to another schema",
			},
			"an extension": {
				made: "create extension citext schema lizsync", undo: "drop extension citext",
				want: "they would be lost: extension citext", hint: "move them to another schema",
			},
			"a view of the log": {
				made: fmt.Sprintf(`create view "Ville été".recent as select * from %s.logged_actions`, s.log), undo: `drop view "Ville été".recent`,
				want: `other objects depend on the LizSync structure and would be dropped with it: rule _RETURN on view "Ville été".recent`, hint: "drop them yourself",
			},
			"a table that belongs to somebody else": {
				made: `alter table "Ville été".rue owner to postgres`, undo: fmt.Sprintf(`alter table "Ville été".rue owner to %s; grant all on "Ville été".rue to %s`, o.owner.Name, o.anna.Name),
				want: `not its own are "Ville été".rue (postgres)`, hint: "connect as a superuser",
			},
			"a uid that may be null": {
				made: `alter table "Ville été".rue alter uid drop not null`, undo: `alter table "Ville été".rue alter uid set not null`,
				want: `"Ville été".rue: its column uid may be null`, hint: `ALTER TABLE "Ville été".rue ALTER COLUMN uid SET NOT NULL`,
			},
			"two identities": {
				made: "insert into lizsync.server_metadata values (gen_random_uuid(), 'other')", undo: "delete from lizsync.server_metadata where server_name = 'other'",
				want: "lizsync.server_metadata has several server ids", hint: "Delete those that are not this database's.",
			},
			"an edit without a uid": {
				onClone: true,
				made:    fmt.Sprintf("update %[1]s.logged_actions set row_data = row_data operator(public.-) 'uid'::text where action = 'D'", s.log),
				undo:    fmt.Sprintf("update %[1]s.logged_actions set row_data = row_data operator(public.||) public.hstore('uid', '00000000-0000-4000-8000-000000000005') where action = 'D'", s.log),
				want:    `edits that were not sent are of rows without a uid: "Ville été"."L'arbre ""x"".y"`, hint: "Synchronise with the original LizSync first",
			},
			"a clone that has forgotten its central": {
				onClone: true, made: "alter table lizsync.history rename to h; create table lizsync.history (like lizsync.h); alter table lizsync.h set schema public; alter table lizsync.history owner to " + o.owner.Name,
				undo: "drop table lizsync.history; alter table public.h set schema lizsync; alter table lizsync.h rename to history",
				want: "lizsync.history does not tell which central database the clone tablet belongs to", hint: "Synchronise it with the original LizSync",
			},
		} {
			t.Run(name, func(t *testing.T) {
				db := o.central
				if c.onClone {
					db = o.clone
				}
				db.Exec(t, c.made)
				before := everything(t, db)
				_, err := takeOver(t, db.As(t, o.owner))
				require.ErrorContains(t, err, c.want)
				assert.Contains(t, hint(t, err), c.hint)
				assert.Equal(t, before, everything(t, db))
				db.Exec(t, c.undo)
			})
		}
		// And without all that, nothing stands in the way.
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			_, err := takeOver(t, db.As(t, o.owner))
			require.NoError(t, err)
		}
	})
}

func TestTakeOverIsOfTheOwner(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		before := everything(t, o.central)
		_, err := takeOver(t, o.central.As(t, o.anna))
		require.EqualError(t, err, fmt.Sprintf("the role %s may not change the LizSync structure of the database %s, which belongs to %s", o.anna.Name, o.central.Name, o.owner.Name))
		assert.Equal(t, before, everything(t, o.central))
	})
}

func TestTakeOverIsToldBeforeItIsDone(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		before := everything(t, o.central)
		result, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": o.central.As(t, o.owner)}, &story{})
		require.NoError(t, err)
		assert.Equal(t, map[string]any{
			"OUTPUT_STATUS": 1.0, "DATABASE_VERSION": s.version,
			"OUTPUT_STRING": "The database has the original LizSync " + s.version + ", which can be taken over; RUN_MIGRATIONS=true does it.",
		}, result)
		_, err = run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": o.central.As(t, o.owner), "OVERRIDE": true, "FORCE": true}, &story{})
		require.EqualError(t, err, fmt.Sprintf("the database %s has the original LizSync %s", o.central.Name, s.version))
		assert.Contains(t, hint(t, err), "upgrade_database_structure")
		assert.Equal(t, before, everything(t, o.central))
	})
}

func TestTakeOverThatIsKilledChangesNothing(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := newOriginal(t, s)
		before := everything(t, o.central)
		// The last table is locked: by then the triggers of the other are gone.
		editor, err := o.central.Conn(t).Begin(t.Context())
		require.NoError(t, err)
		_, err = editor.Exec(t.Context(), `lock table "Ville été".rue in row exclusive mode`)
		require.NoError(t, err)
		failed := make(chan error, 1)
		value := o.central.As(t, o.owner)
		go func() {
			_, err := takeOver(t, value)
			failed <- err
		}()
		watch := o.central.Conn(t)
		pgtest.WaitFor(t, watch, `select bool_and(pg_terminate_backend(pid)) from pg_stat_activity where $1 = any (pg_blocking_pids(pid))`, editor.Conn().PgConn().PID())
		require.ErrorContains(t, <-failed, "terminating connection")
		require.NoError(t, editor.Rollback(t.Context()))
		assert.Equal(t, before, everything(t, o.central))
	})
}

func TestTakeOverWarnsOfWhatItCannotCarry(t *testing.T) {
	t.Parallel()
	o := newOriginal(t, shapes[1])
	const stranger = "d0000000-0000-4000-8000-000000000000"
	o.central.Exec(t, fmt.Sprintf(`update lizsync.synchronized_tables set sync_tables = sync_tables || to_jsonb('"Ville été"."gone"'::text) where server_id = '%s'`, cloneA)+";"+shapes[1].listed(stranger))
	truncated := `insert into lizsync.logged_actions (schema_name, table_name, relid, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, action, statement_only)
		values ('Ville été', 'rue', 1, now(), now(), now(), 'T', true)`
	for db, want := range map[*pgtest.DB][]string{
		o.central: {
			`no longer on the publication lists, because there are no such tables: "Ville été"."gone"`,
			`truncated, or edited without a record of the rows, which cannot be sent: compare these tables after the first synchronisation: "Ville été"."rue"`,
			"lizsync.history does not tell what these clones have received; deploy a package to them, asking to keep their unsent changes: " + stranger,
		},
		o.clone: {
			`truncated, or edited without a record of the rows, which cannot be sent: compare these tables after the first synchronisation: "Ville été"."rue"`,
		},
	} {
		db.Exec(t, truncated)
		told, err := takeOver(t, db.As(t, o.owner))
		require.NoError(t, err)
		require.Len(t, told.warnings, len(want))
		for n, text := range want {
			assert.Contains(t, told.warnings[n], text)
		}
	}
	_, err := o.synchronize(t, clonetest.ViaSQL)
	require.NoError(t, err)
	o.requireEqual(t)
	assert.Equal(t, "1", o.clone.Text(t, "select count(*) from audit.logged_actions where action = 'T'"))
	assert.Equal(t, "1", o.central.Text(t, "select count(*) from lizsync.synchronized_tables where server_id = $1", stranger))
}
