package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/algorithms/internal/synctest"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// Rule 1. Each number of bytes ends in another message, or inside one.
func TestALinkCutAnywhereLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via synctest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := synctest.NewLink(t, central.URL)
		n := 0
		for _, direction := range []string{"upstream", "downstream"} {
			const step = 75
			cuts := 0
			for cut := true; cut; cuts++ {
				n++
				editBoth(t, clone, n)
				l.Spoil(t, "limit_data", direction, fmt.Sprintf(`"bytes": %d`, (cuts+1)*step))
				_, err := through(t, l.Address(), clone, via)
				cut = err != nil
				l.Mend(t)
				settled(t, clone, via, n, fmt.Sprintf("%s cut after %d bytes", direction, (cuts+1)*step))
			}
			require.Greater(t, cuts, 15)
		}
	})
}

func TestASlowLinkIsOnlySlow(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via synctest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := synctest.NewLink(t, central.URL)
		for _, direction := range []string{"upstream", "downstream"} {
			l.Spoil(t, "latency", direction, `"latency": 10, "jitter": 5`)
			l.Spoil(t, "slicer", direction, `"average_size": 60, "size_variation": 50, "delay": 100`)
			l.Spoil(t, "bandwidth", direction, `"rate": 200`)
		}
		editBoth(t, clone, 1)
		counts, err := through(t, l.Address(), clone, via)
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2}, counts)
		l.Mend(t)
		settled(t, clone, via, 1, "slow")
	})
}

// Rule 13: as when a clone is carried into a dead zone. Nobody says goodbye to central, which waits for the clone's changes and
// holds its entry; the next one gets on within the timeout, which is shorter here.
func TestALinkThatHangsFreesCentralsLocks(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via synctest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := synctest.NewLink(t, central.URL)
		const opening = "lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean)"
		original := central.Text(t, "select pg_get_functiondef($1::text::regprocedure)", opening)
		const timeout = "'idle_in_transaction_session_timeout', '30s'"
		require.Contains(t, original, timeout)
		central.Exec(t, strings.Replace(original, timeout, "'idle_in_transaction_session_timeout', '3s'", 1))

		editBoth(t, clone, 1)
		watch := clone.Conn(t)
		holder, restore := gate(t, clone.DB, "lizsync.outgoing_batch(pg_snapshot, bigint, bigint)")
		done := make(chan error, 1)
		go func() {
			_, err := through(t, l.Address(), clone, via)
			done <- err
		}()
		blocked(t, watch, holder)
		const opened = "from pg_stat_activity where usename = $1 and datname = current_database() and state = 'idle in transaction'"
		pgtest.WaitFor(t, central.Conn(t), "select exists (select "+opened+")", clone.Role.Name)
		l.Spoil(t, "timeout", "upstream", `"timeout": 0`)
		l.Spoil(t, "timeout", "downstream", `"timeout": 0`)
		execute(t, holder, "commit")
		next := central.Conn(t)
		execute(t, next, "set lock_timeout = '20s'; select from lizsync.clones for update")
		// Its locks go first, then the session.
		pgtest.WaitFor(t, next, "select not exists (select "+opened+")", clone.Role.Name)
		l.Mend(t) // which cuts what hung
		require.Error(t, <-done)
		restore()
		central.Exec(t, original)
		trees(t, "a", "0 -1 0", central.DB)
		settled(t, clone, via, 1, "hung")
	})
}
