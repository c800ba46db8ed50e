package exchange_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// A session left open in an editor must not hold the synchronisation up, on either side.
func TestARowThatSomebodyIsEditingOnTheCloneIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "x = 1")
		set(t, central.DB, "b", "x = 2")
		editor := begin(t, clone.DB)
		execute(t, editor, "update city.tree set y = 9 where name = 'a'")

		require.Equal(t, exchange.Counts{ReplayedToClone: 1, Pending: 1}, clone.MustSync(t, via))
		require.Equal(t, "somebody is editing the row (55P03)", clone.Text(t, "select error from lizsync.pending_changes"))
		trees(t, "b", "2 0 0", clone.DB)

		execute(t, editor, "commit")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 9 0", central.DB, clone.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Nor one that holds a whole table, as CREATE INDEX does: its rows wait for the next time, all at once, and others' rows do not.
func TestATableThatSomebodyHoldsKeepsNoOthersWaiting(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		central.Exec(t, "insert into city.tree (name, x) select 'n' || n, 0 from generate_series(1, 60) as n")
		clone.MustSync(t, via)
		n := 0
		for _, mode := range []string{"share", "exclusive"} {
			for _, sides := range [][2]*pgtest.DB{{central.DB, clone.DB}, {clone.DB, central.DB}} {
				n++
				holder := begin(t, sides[0])
				execute(t, holder, "lock table city.tree in "+mode+" mode")
				sides[1].Exec(t, fmt.Sprintf("update city.tree set x = x + 1; update city.street set name = name || %d", n))
				require.Equal(t, 64, clone.MustSync(t, via).Pending, mode)
				require.Equal(t, "2", sides[0].Text(t, "select count(*) from city.street where name like '%' || $1", fmt.Sprint(n)))
				execute(t, holder, "rollback")
				require.Zero(t, clone.MustSync(t, via).Pending)
				clonetest.RequireEqual(t, central, clone)
			}
		}
	})
}

func TestARowThatSomebodyIsEditingOnCentralKeepsTheOthersWaitingForSecondsOnly(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	editor := begin(t, central.DB)
	execute(t, editor, "update city.tree set y = 9 where name = 'a'")
	set(t, clone.DB, "a", "x = 1")
	set(t, clone.DB, "b", "x = 2")

	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 1}, clone.MustSync(t, clonetest.ViaProgram))
	trees(t, "b", "2 0 0", central.DB)
	require.Contains(t, clone.Text(t, "select error from lizsync.pending_changes"), "somebody is editing the row")

	execute(t, editor, "commit")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, clonetest.ViaProgram))
	trees(t, "a", "1 9 0", central.DB, clone.DB)
	clonetest.RequireEqual(t, central, clone)
}
