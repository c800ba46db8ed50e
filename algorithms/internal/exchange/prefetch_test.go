package exchange_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// meanwhile synchronises a clone and does something else once it has written what it could early, and before central applies
// the clone's changes.
func meanwhile(t *testing.T, clone *clonetest.Clone, via clonetest.Via, act func()) exchange.Counts {
	t.Helper()
	watch := clone.Central.Conn(t)
	holder, restore := gate(t, clone.Central.DB, "lizsync.prepare_changeset()")
	defer restore()
	done := start(t, clone, via)
	blocked(t, watch, holder)
	pgtest.WaitFor(t, clone.Conn(t), `
		select exists (
			select from pg_locks join pg_stat_activity using (pid)
			where relation = 'city.tree'::regclass and mode = 'RowExclusiveLock' and (state = 'idle in transaction' or wait_event = 'PgSleep')
		)`)
	act()
	execute(t, holder, "commit")
	end := <-done
	require.NoError(t, end.err)
	return end.Counts
}

func TestTheCloneWritesOtherRowsWhileCentralIsAtWork(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		set(t, central.DB, "a", "y = 2")
		set(t, central.DB, "b", "x = 3")
		edited := make(chan error, 1)
		counts := meanwhile(t, clone, via, func() {
			editor, watch := begin(t, clone.DB), clone.Conn(t)
			go func() {
				_, err := editor.Exec(t.Context(), "update city.tree set y = 4 where name = 'b'; commit")
				edited <- err
			}()
			pgtest.WaitFor(t, watch, "select exists (select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock')", editor.PgConn().PID())
			trees(t, "b", "0 0 0", clone.DB) // nobody else sees it before the end
		})
		require.NoError(t, <-edited)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2}, counts)
		trees(t, "a", "1 2 0", central.DB, clone.DB)
		trees(t, "b", "3 4 0", clone.DB)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// A tablet may take minutes for what central writes in seconds.
func TestCentralDoesNotWaitForAClone(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		reason := 1
		if via == clonetest.ViaSQL {
			reason = 5000000 // 15 MB: more than a connection takes whose other end does not read, as dblink's does not meanwhile
		}
		central.Exec(t, before("update", fmt.Sprintf("if new.name = 'd' then raise exception '%%', repeat('no ', %d); end if; return new;", reason)))
		set(t, clone.DB, "d", "x = 1")
		editBoth(t, clone, 1)
		watch := clone.Conn(t)
		holder, restore := gate(t, clone.DB, "lizsync.receive_prefetch(text)")
		done := start(t, clone, via)
		blocked(t, watch, holder)
		pgtest.WaitFor(t, central.Conn(t), "select x = 1 from city.tree where name = 'a'")
		set(t, central.DB, "a", "z = 2") // nobody holds it any more
		set(t, central.DB, "b", "z = 2")
		execute(t, holder, "commit")
		end := <-done
		restore()
		require.NoError(t, end.err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2, Pending: 1}, end.Counts)
		trees(t, "a", "1 -1 0", clone.DB)
		require.Equal(t, exchange.Counts{ReplayedToClone: 2, Pending: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 -1 2", central.DB, clone.DB)
		trees(t, "b", "1 0 2", central.DB, clone.DB)
	})
}

// A row that was prefetched, and that the exchange writes again with what the clone cannot take, is held from what it
// has: central's first edit was seen, and does not compete.
func TestAPrefetchedRowThatIsRefusedInTheEndIsHeldFromThere(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		trigger(t, central, `
			create function city.badge_of_b() returns trigger language plpgsql as $$ begin
				update city.tree set badge = new.x where name = 'b';
				return null;
			end $$;
			create trigger badge_of_b after update of x on city.tree for each row when (new.name = 'a') execute function city.badge_of_b()`)
		set(t, clone.DB, "a", "x = 33")
		set(t, central.DB, "b", "z = 5")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Pending: 1}, meanwhile(t, clone, via, func() {
			set(t, clone.DB, "c", "badge = 33")
		}))
		trees(t, "b", "0 0 5", clone.DB)
		require.Len(t, pending(t, clone.DB), 1)

		set(t, clone.DB, "b", "z = 9")
		set(t, clone.DB, "c", "badge = 44")
		clone.MustSync(t, via)
		require.Zero(t, clone.MustSync(t, via))
		trees(t, "b", "0 0 9", central.DB, clone.DB)
		require.Empty(t, conflicts(t, central))
		clonetest.RequireEqual(t, central, clone)
	})
}
