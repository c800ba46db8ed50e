package algorithms

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/internal/pgtest"
)

func trees(t *testing.T) *clonetest.Central {
	t.Helper()
	return clonetest.NewCentral(t, `
		create schema city;
		create table city.tree (name text primary key, badge integer unique, x integer);
		insert into city.tree values ('a', 1, 0), ('b', 2, 0), ('c', 3, 0)`)
}

func connections(t *testing.T, clone *clonetest.Clone) map[string]any {
	t.Helper()
	return map[string]any{
		"CONNECTION_NAME_CENTRAL": clone.Central.As(t, clone.Role),
		"CONNECTION_NAME_CLONE":   clone.As(t, clone.Session),
	}
}

func TestSynchronizeTellsWhatItDid(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone := central.Clone(t)
	clone.Exec(t, "update city.tree set x = 1 where name in ('a', 'b')")
	central.Exec(t, "update city.tree set x = 2 where name = 'a'; update city.tree set x = 3 where name = 'c'")
	var told story
	result, err := run(t.Context(), t, "synchronize_database", connections(t, clone), &told)
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"OUTPUT_STATUS": 1.0, "OUTPUT_STRING": "1 rows written on central, 2 on the clone, 1 conflicts, 0 pending",
		"NUMBER_REPLAYED_TO_CENTRAL": 1.0, "NUMBER_REPLAYED_TO_CLONE": 2.0, "NUMBER_CONFLICTS": 1.0, "NUMBER_PENDING": 0.0,
	}, result)
	clonetest.RequireEqual(t, central, clone)
	require.IsIncreasing(t, told.progress)
	require.Equal(t, 100.0, told.progress[len(told.progress)-1])
	require.Empty(t, told.warnings)
}

func TestSynchronizeWarnsOfWhatIsPendingAndWhy(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone := central.Clone(t)
	clone.Exec(t, "update city.tree set badge = 70 where name = 'a'")
	central.Exec(t, "update city.tree set badge = 70 where name = 'b'")
	var told story
	result, err := run(t.Context(), t, "synchronize_database", connections(t, clone), &told)
	require.NoError(t, err)
	require.EqualValues(t, 2, result["NUMBER_PENDING"])
	require.Len(t, told.warnings, 2)
	for _, side := range []string{"refused by central", "refused by clone"} {
		require.Contains(t, told.warnings[0]+told.warnings[1], side)
	}
	require.Contains(t, told.warnings[0], "tree_badge_key")
}

func TestSynchronizeRefusesTheWrongDatabases(t *testing.T) {
	t.Parallel()
	central, foreign := trees(t), trees(t)
	clone := central.Clone(t)
	clone.Exec(t, "update city.tree set x = 1 where name = 'a'")
	empty := pgtest.Database(t)
	for name, c := range map[string]struct{ central, clone, want string }{
		"a database without the structure": {empty.URL, clone.URL, "central: "},
		"central as the clone":             {central.URL, central.URL, "this database is not a clone"},
		"another central":                  {foreign.URL, clone.URL, "this is not the central database of the clone"},
		"the clone as central":             {clone.URL, clone.URL, "this is not the central database of the clone"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t.Context(), t, "synchronize_database", map[string]any{"CONNECTION_NAME_CENTRAL": c.central, "CONNECTION_NAME_CLONE": c.clone}, &story{})
			require.ErrorContains(t, err, c.want)
			require.Equal(t, "0", central.Text(t, "select count(*) from audit.logged_actions"))
			require.Equal(t, "1", clone.Text(t, "select count(*) from audit.logged_actions"))
		})
	}
}

func TestSynchronizeThatIsCancelledChangesNothing(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone := central.Clone(t)
	clone.Exec(t, "update city.tree set x = 1 where name = 'a'")
	editor, watch := central.Conn(t), central.Conn(t)
	_, err := editor.Exec(t.Context(), "begin; update city.tree set x = 2 where name = 'a'")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	input := connections(t, clone)
	done := make(chan error, 1)
	go func() {
		_, err := run(ctx, t, "synchronize_database", input, &story{})
		done <- err
	}()
	pgtest.WaitFor(t, watch, "select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))", editor.PgConn().PID())
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	_, err = editor.Exec(t.Context(), "rollback")
	require.NoError(t, err)
	require.Equal(t, "0", central.Text(t, "select x from city.tree where name = 'a'"))
	_, err = run(t.Context(), t, "synchronize_database", connections(t, clone), &story{})
	require.NoError(t, err)
	clonetest.RequireEqual(t, central, clone)
}
