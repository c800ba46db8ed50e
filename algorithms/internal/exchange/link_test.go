package exchange_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/link"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// newLink makes a way to the server of a central database.
func newLink(t *testing.T, central *clonetest.Central) *link.Link {
	t.Helper()
	u, err := url.Parse(central.URL)
	require.NoError(t, err)
	l, err := link.New("127.0.0.1:0", u.Host)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

// Rule 1. Each number of bytes ends in another message, or inside one.
func TestALinkCutAnywhereLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := newLink(t, central)
		n := 0
		for _, direction := range []link.Direction{link.Up, link.Down} {
			const step = 75
			cuts := 0
			for cut := true; cut; cuts++ {
				n++
				editBoth(t, clone, n)
				l.Spoil(direction, link.Fault{Limit: int64(cuts+1) * step})
				_, err := through(t, l.Address(), clone, via)
				cut = err != nil
				l.Mend()
				settled(t, clone, via, n, fmt.Sprintf("%s cut after %d bytes", direction, (cuts+1)*step))
			}
			require.Greater(t, cuts, 15)
		}
	})
}

func TestASlowLinkIsOnlySlow(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := newLink(t, central)
		for _, direction := range []link.Direction{link.Up, link.Down} {
			l.Spoil(direction, link.Fault{Delay: 10 * time.Millisecond, Piece: 120, Rate: 200_000})
		}
		editBoth(t, clone, 1)
		counts, err := through(t, l.Address(), clone, via)
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2}, counts)
		l.Mend()
		settled(t, clone, via, 1, "slow")
	})
}

// Rule 13: as when a clone is carried into a dead zone. Nobody says goodbye to central, which waits for the clone's changes and
// holds its entry; the next one gets on within the timeout, which is shorter here.
func TestALinkThatHangsFreesCentralsLocks(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := newLink(t, central)
		const opening = "lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean)"
		original := central.Text(t, "select pg_get_functiondef($1::text::regprocedure)", opening)
		const timeout = "'idle_in_transaction_session_timeout', '30s'"
		require.Contains(t, original, timeout)
		clonetest.Alter(t, central.DB, strings.Replace(original, timeout, "'idle_in_transaction_session_timeout', '3s'", 1))

		editBoth(t, clone, 1)
		// It opens the exchange, and hears no more.
		l.Watch(func(data []byte) {
			if bytes.Contains(data, []byte("lizsync.open_exchange(")) {
				l.Spoil(link.Down, link.Fault{Hang: true})
			}
		})
		done := make(chan error, 1)
		go func() {
			_, err := through(t, l.Address(), clone, via)
			done <- err
		}()
		const opened = "from pg_stat_activity where usename = $1 and datname = current_database() and state = 'idle in transaction'"
		pgtest.WaitFor(t, central.Conn(t), "select exists (select "+opened+")", clone.Role.Name)
		next := central.Conn(t)
		execute(t, next, "set lock_timeout = '20s'; select from lizsync.clones for update")
		// Its locks go first, then the session.
		pgtest.WaitFor(t, next, "select not exists (select "+opened+")", clone.Role.Name)
		l.Mend() // which cuts what hung
		require.Error(t, <-done)
		clonetest.Alter(t, central.DB, original)
		trees(t, "a", "0 -1 0", central.DB)
		settled(t, clone, via, 1, "hung")
	})
}
