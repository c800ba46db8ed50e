package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/link"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// Rule 6. The events of the transaction itself are in no snapshot.
func TestASynchronisationInsideATransactionThatWroteIsRefused(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		here, _ := clone.Conns(t)
		execute(t, here, "begin")
		execute(t, here, "update city.tree set x = 1 where name = 'a'")
		_, err := clone.Sync(t, via)
		require.ErrorContains(t, err, "this transaction has already written")
		trees(t, "a", "0 0 0", central.DB)
		execute(t, here, "rollback")
		require.Zero(t, clone.MustSync(t, via))
	})
}

// Rule 6.
// What one statement reads, another must see as well, and what commits meanwhile too.
func TestASynchronisationInAnotherIsolationLevelIsRefused(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	conn, there := clone.Conns(t)
	for _, level := range []string{"repeatable read", "serializable"} {
		execute(t, conn, "begin isolation level "+level)
		_, err := conn.Exec(t.Context(), "select * from lizsync.synchronize()")
		require.ErrorContains(t, err, "a synchronisation needs the isolation level READ COMMITTED")
		execute(t, conn, "rollback")
	}
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange(null, null, null, null, null)")
	require.ErrorContains(t, err, "an exchange needs the isolation level REPEATABLE READ")
}

func TestACloneWithoutAWayToCentralSaysWhatToDo(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	conn, _ := clone.Conns(t)
	connect := "select lizsync.create_central_server_fdw('localhost', 5432, 'central', 'anna', 'secret')"
	for _, missing := range []string{"drop server central_server cascade", "drop extension dblink", "drop extension postgres_fdw"} {
		clone.Exec(t, missing)
		_, err := conn.Exec(t.Context(), "select * from lizsync.synchronize()")
		require.ErrorContains(t, err, "this clone does not know how to reach central")
		if missing != "drop server central_server cascade" {
			_, err = conn.Exec(t.Context(), connect)
			require.ErrorContains(t, err, "the extensions dblink and postgres_fdw are missing")
		}
	}
	require.Zero(t, clone.MustSync(t, clonetest.ViaProgram), "which needs neither")
}

func TestTwoSynchronisationsOfOneCloneDoNotMix(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		counts, err := during(t, clone, via, func() {
			for _, second := range transports {
				here := connect(t, clone.As(t, clone.Session))
				var err error
				if second == clonetest.ViaSQL {
					_, err = here.Exec(t.Context(), "select lizsync.synchronize()")
				} else {
					_, err = synchronize(t, t.Context(), clone.As(t, clone.Session), central.As(t, clone.Role), provider.Silent{})
				}
				require.ErrorContains(t, err, "another synchronisation of this clone is running")
				require.NoError(t, here.Close(t.Context()))
			}
		})
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, counts)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 6: serialization failures are retried.
func TestAnEditorOnCentralDoesNotMakeTheSynchronisationFail(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		watch := central.Conn(t)
		set(t, clone.DB, "a", "x = 1, y = 1")
		editor := begin(t, central.DB)
		execute(t, editor, "update city.tree set x = 2 where name = 'a'")
		done := start(t, clone, via)
		blocked(t, watch, editor)
		execute(t, editor, "commit")
		end := <-done
		require.NoError(t, end.err)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1, Conflicts: 1}, end.Counts)
		trees(t, "a", "2 1 0", central.DB, clone.DB)
		require.Equal(t, "2", events(t, central))
	})
}

// Whether central has committed, at a step. It does not wait for what the clone does meanwhile.
const (
	notCommitted = iota
	perhapsCommitted
	committed
)

// steps are the functions of the two sides in the order in which a synchronisation calls them.
var steps = []struct {
	onCentral bool
	function  string
	central   int
}{
	{false, "lizsync.begin_synchronization(integer, text, text)", notCommitted},
	{true, "lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean)", notCommitted},
	{false, "lizsync.outgoing_batch(pg_snapshot, bigint, bigint)", notCommitted},
	{false, "lizsync.receive_prefetch(text)", perhapsCommitted},
	{false, "lizsync.apply_changes()", perhapsCommitted},
	{true, "lizsync.receive_batch(text)", notCommitted},
	{true, "lizsync.prepare_changeset()", notCommitted},
	{true, "lizsync.resolve_conflicts(oid, boolean, boolean)", notCommitted},
	{true, "lizsync.close_exchange()", notCommitted},
	{true, "lizsync.reply_batch(uuid, integer, uuid)", committed},
	{false, "lizsync.receive_batch(text)", committed},
	{false, "lizsync.apply_reply(lizsync.acknowledgement)", committed},
	{false, "lizsync.close_reply(lizsync.acknowledgement, lizsync.pending_row[])", committed},
}

// decided waits until nothing of a clone is under way on central, and says whether an edit of the clone has arrived there.
func decided(t *testing.T, clone *clonetest.Clone, name, fields string) bool {
	t.Helper()
	pgtest.WaitFor(t, clone.Central.Conn(t), `
		select not exists (
			select from pg_stat_activity where usename = $1 and datname = current_database() and (state <> 'idle' or backend_xid is not null)
		)`, clone.Role.Name)
	return tree(t, clone.Central.DB, name) == fields
}

func TestASessionKilledAtAnyStepLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		for i, step := range steps {
			set(t, clone.DB, "a", fmt.Sprintf("x = %d", i+1))
			set(t, central.DB, "a", fmt.Sprintf("y = %d", i+100))
			set(t, central.DB, "b", fmt.Sprintf("x = %d", i+1))
			db := clone.DB
			if step.onCentral {
				db = central.DB
			}
			restore := replaced(t, db, step.function, "perform pg_terminate_backend(pg_backend_pid()); raise exception 'not killed';")
			_, err := clone.Sync(t, via)
			restore()
			require.Error(t, err, step.function)
			require.NotContains(t, err.Error(), "not killed", step.function)
			trees(t, "b", fmt.Sprintf("%d 0 0", i), clone.DB)
			arrived := decided(t, clone, "a", fmt.Sprintf("%d %d 0", i+1, i+100))
			if step.central != perhapsCommitted {
				require.Equal(t, step.central == committed, arrived, step.function)
			}

			want := exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 2}
			if arrived {
				want.ReplayedToCentral = 0
			}
			require.Equal(t, want, clone.MustSync(t, via), step.function)
			clonetest.RequireEqual(t, central, clone)
			require.Equal(t, fmt.Sprint(3*(i+1)), events(t, central), step.function)
		}
		require.Empty(t, conflicts(t, central))
		for _, table := range []string{"exchanges", "incoming", "changeset", "held_rows", "outgoing"} {
			for _, db := range []*pgtest.DB{central.DB, clone.DB} {
				require.Equal(t, "0", db.Text(t, "select count(*) from lizsync."+table), table)
			}
		}
	})
}

// Rule 13. Central waits for an editor while the clone's user loses patience.
func TestACancelledSynchronisationLeavesNothingRunningOnCentral(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		watch := central.Conn(t)
		editor := begin(t, central.DB)
		execute(t, editor, "update city.tree set x = 2 where name = 'a'")
		err := cancelled(t, clone, via, func() { blocked(t, watch, editor) })
		require.ErrorContains(t, err, "cancel")
		require.NotContains(t, whole(err), "Central is done")
		require.False(t, decided(t, clone, "a", "1 0 0"))
		execute(t, editor, "rollback")
		trees(t, "a", "0 0 0", central.DB)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 13.
func TestACancelAfterCentralHasCommittedDoesNotPretendThatNothingHappened(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		set(t, central.DB, "b", "x = 2")
		watch := clone.Conn(t)
		editor := begin(t, clone.DB)
		execute(t, editor, "select from lizsync.central for update") // what the clone writes last
		err := cancelled(t, clone, via, func() { blocked(t, watch, editor) })
		require.Contains(t, strings.ToLower(whole(err)), "central is done; the clone receives it with the next synchronisation")
		execute(t, editor, "rollback")
		trees(t, "a", "1 0 0", central.DB)
		trees(t, "b", "0 0 0", clone.DB)
		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		require.Equal(t, "2", events(t, central))
	})
}

// cancelled synchronises and cancels once when returns.
func cancelled(t *testing.T, clone *clonetest.Clone, via clonetest.Via, when func()) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	here, there := clone.Conns(t)
	done := make(chan error, 1)
	go func() {
		var err error
		if via == clonetest.ViaProgram {
			_, err = exchange.Synchronize(ctx, here, there, provider.Silent{})
		} else {
			_, err = here.Exec(ctx, "select lizsync.synchronize()")
		}
		done <- err
	}()
	when()
	cancel()
	return <-done
}

// whole is an error with the detail that PostgreSQL adds to it.
func whole(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return err.Error() + " " + pg.Detail
	}
	return err.Error()
}

// Rule 13.
func TestAVanishedCloneDoesNotHoldCentralsLocks(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	here, there := clone.Conns(t)
	g := greet(t, here)
	execute(t, there, "begin isolation level repeatable read")
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
		pgx.QueryExecModeExec, g.handshake, g.columns)
	require.NoError(t, err)
	require.Equal(t, "30s", text(t, there, "select current_setting('idle_in_transaction_session_timeout')"))
	// The program between the two may vanish, too.
	for _, conn := range []*pgx.Conn{here, there} {
		require.Equal(t, "25 25000", text(t, conn, `
			select concat(current_setting('tcp_keepalives_idle')::integer + current_setting('tcp_keepalives_interval')::integer * current_setting('tcp_keepalives_count')::integer,
				' ', current_setting('tcp_user_timeout'))`))
	}
	execute(t, there, "rollback")
	execute(t, here, "rollback")
}

// through synchronises over what listens at an address, with a new connection to central.
func through(t *testing.T, address string, clone *clonetest.Clone, via clonetest.Via) (counts exchange.Counts, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	here := connect(t, clone.As(t, clone.Session))
	defer func() { _ = here.Close(context.WithoutCancel(ctx)) }()
	if via == clonetest.ViaProgram {
		u, err := url.Parse(clone.Central.As(t, clone.Role))
		require.NoError(t, err)
		u.Host = address
		there, err := database.Connect(ctx, u.String(), provider.Silent{})
		if err != nil {
			return counts, err
		}
		defer func() { _ = there.Close(context.WithoutCancel(ctx)) }()
		return exchange.Synchronize(ctx, here, there, provider.Silent{})
	}
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	clone.Exec(t, fmt.Sprintf("alter server central_server options (set host '%s', set port '%s')", host, port))
	err = here.QueryRow(ctx, "select * from lizsync.synchronize()").Scan(&counts.ReplayedToCentral, &counts.ReplayedToClone, &counts.Conflicts, &counts.Pending)
	return counts, err
}

// G5.
func TestRoundTripsDoNotGrowWithTheEdits(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		central.Exec(t, "insert into city.tree (name, x, y) select 'n' || n, 0, 0 from generate_series(1, 20000) as n")
		clone := central.Clone(t)
		l := newLink(t, central)
		var turns []int64
		for _, edits := range []int{10, 10000} {
			clone.Exec(t, fmt.Sprintf("update city.tree set x = x + 1 where id <= %d + 4 and id > 4", edits))
			central.Exec(t, fmt.Sprintf("update city.tree set x = x + 1 where id <= 10000 + %d + 4 and id > 10000 + 4", edits))
			before := l.RoundTrips()
			counts, err := through(t, l.Address(), clone, via)
			require.NoError(t, err)
			require.Equal(t, exchange.Counts{ReplayedToCentral: edits, ReplayedToClone: edits}, counts)
			turns = append(turns, l.RoundTrips()-before)
		}
		require.Equal(t, turns[0], turns[1])
		require.Less(t, turns[0], int64(25))
	})
}

// G1 and G2: nobody knows whether central has committed.
func TestACommitWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		l := newLink(t, central)
		set(t, clone.DB, "a", "x = 1")
		set(t, central.DB, "b", "x = 2")
		l.Watch(func(data []byte) {
			if bytes.Contains(data, []byte("commit\x00")) { // the end of a statement: names of databases have words too
				l.Spoil(link.Down, link.Fault{Hang: true})
			}
		})
		done := make(chan error, 1)
		go func() {
			_, err := through(t, l.Address(), clone, via)
			done <- err
		}()
		pgtest.WaitFor(t, central.Conn(t), "select exists (select from city.tree where x = 1)")
		l.Mend() // which cuts what hung
		require.Error(t, <-done)
		trees(t, "b", "0 0 0", clone.DB)
		counts, err := through(t, l.Address(), clone, via)
		require.NoError(t, err)
		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, counts)
		clonetest.RequireEqual(t, central, clone)
		require.Equal(t, "2", events(t, central))
	})
}

// G5: a batch holds 16 MB of text, and bytes are two letters each.
func TestChangesOverOneBatchArriveWhole(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := clonetest.NewCentral(t, "create schema city; create table city.photo (name text primary key, image bytea)")
		clone := central.Clone(t)
		photos := func(side string) string {
			return fmt.Sprintf("insert into city.photo select '%[1]s' || n, decode(repeat(md5('%[1]s' || n), 5 * 1024 * 1024 / 16), 'hex') from generate_series(1, 2) as n", side)
		}
		clone.Exec(t, photos("clone"))
		central.Exec(t, photos("central"))
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 2}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		require.Equal(t, "t", central.Text(t, "select count(*) > 1 from lizsync.reply"), "in several batches")

		clone.Exec(t, "update city.photo set name = 'renamed' where name = 'clone1'")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
		require.Zero(t, clone.MustSync(t, via))
	})
}
