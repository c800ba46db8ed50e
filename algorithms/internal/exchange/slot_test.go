package exchange_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

func maxExchanges(t *testing.T, central *clonetest.Central) int {
	t.Helper()
	slots, err := strconv.Atoi(central.Text(t, "select lizsync.max_exchanges()"))
	require.NoError(t, err)
	return slots
}

// acquireSlots takes all the slots of central but some, each in a session of its own.
func acquireSlots(t *testing.T, central *clonetest.Central, clone *clonetest.Clone, but int) []*pgx.Conn {
	t.Helper()
	var sessions []*pgx.Conn
	for range maxExchanges(t, central) - but {
		conn, err := pgx.Connect(t.Context(), central.As(t, clone.Role))
		require.NoError(t, err)
		execute(t, conn, "select lizsync.acquire_slot()")
		sessions = append(sessions, conn)
	}
	return sessions
}

// Hundreds of clones come home in the evening: those that find central busy wait, and are not refused.
func TestClonesThatFindCentralBusyWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone, other := central.Clone(t), central.Clone(t)
		sessions := acquireSlots(t, central, other, 1)
		require.Zero(t, clone.MustSync(t, via), "one turn is left")
		require.Zero(t, clone.MustSync(t, via), "and left again by who has synchronised")

		sessions = append(sessions, acquireSlots(t, central, other, maxExchanges(t, central)-1)...)
		set(t, clone.DB, "a", "x = 1")
		done := start(t, clone, via)
		watch := central.Conn(t)
		waiting := fmt.Sprintf("select count(*) = 1 from pg_locks where locktype = 'advisory' and classid = %s::oid and not granted and database = (select oid from pg_database where datname = current_database())",
			central.Text(t, "select lizsync.slot_lock_class()"))
		pgtest.WaitFor(t, watch, waiting)
		require.Equal(t, "0 0 0", tree(t, central.DB, "a"))

		// Which of the slots it waits for is chance; each is free when its session is no more.
		for _, session := range sessions {
			require.NoError(t, session.Close(t.Context()))
		}
		end := <-done
		require.NoError(t, end.err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, end.Counts)
		require.Equal(t, "t", central.Text(t, "select abs(extract(epoch from clock_offset)) < 1 from lizsync.history order by sync_time desc limit 1"),
			"the wait is not taken for a wrong clock")
	})
}

func TestWhoSpeaksForNoCloneTakesNoTurn(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, revoked := central.Clone(t), central.Clone(t)
	central.Exec(t, "select lizsync.revoke_clone($1::text::uuid)", revoked.ID)
	acquireSlots(t, central, revoked, 0)
	require.Equal(t, "0", central.Text(t, "select count(*) from pg_locks where locktype = 'advisory' and classid = lizsync.slot_lock_class()::oid and database = (select oid from pg_database where datname = current_database())"))
	require.Zero(t, clone.MustSync(t, clonetest.ViaProgram))
}

func TestATurnIsGivenBackOnce(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	central.Clone(t)
	conn := central.Conn(t)
	held := func() (n int) {
		t.Helper()
		require.NoError(t, conn.QueryRow(t.Context(),
			"select count(*) from pg_locks where locktype = 'advisory' and classid = lizsync.slot_lock_class()::oid and pid = pg_backend_pid()").Scan(&n))
		return n
	}
	execute(t, conn, "select lizsync.acquire_slot()")
	require.Equal(t, 1, held())
	execute(t, conn, "select lizsync.acquire_slot()")
	require.Equal(t, 1, held(), "a session has one at most")
	execute(t, conn, "begin; select lizsync.release_slot(); rollback")
	require.Zero(t, held(), "an exchange that fails after it keeps nobody waiting")
	execute(t, conn, "select lizsync.release_slot(); select lizsync.release_slot()")
	execute(t, conn, "select lizsync.acquire_slot()")
	require.Equal(t, 1, held())
}
