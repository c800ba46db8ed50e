package exchange_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/provider"
)

// Rule 1. The transaction has an id and event ids before those of another one that commits before it.
func TestATransactionThatCommitsLateIsNotSkippedForEver(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		here, there := begin(t, clone.DB), begin(t, central.DB)
		execute(t, here, "update city.tree set x = 1 where name = 'a'")
		execute(t, there, "update city.tree set x = 2 where name = 'b'")
		set(t, clone.DB, "c", "x = 3")
		set(t, central.DB, "d", "x = 4")

		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
		trees(t, "a", "0 0 0", central.DB)
		trees(t, "b", "0 0 0", clone.DB)

		execute(t, here, "commit")
		execute(t, there, "commit")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 0 0", central.DB)
		trees(t, "b", "2 0 0", clone.DB)
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 1. The cursors are in the transactions of the data.
func TestALostReplyIsResumedExactlyOnce(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone, other := central.Clone(t), central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		set(t, central.DB, "b", "x = 2")
		for range 2 {
			lost(t, clone, via)
			trees(t, "a", "1 0 0", central.DB)
			trees(t, "b", "0 0 0", clone.DB)
		}
		require.Equal(t, "2", events(t, central))

		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via), "central has received it already")
		require.Equal(t, "2", events(t, central))
		require.Empty(t, conflicts(t, central))
		require.Zero(t, clone.MustSync(t, via))
		other.MustSync(t, via)
		clonetest.RequireEqual(t, central, clone, other)
	})
}

// Rule 2. Were the cursor to eat the refused row, central's edits of it would never come; were it retried blindly, its
// field y would be sent back.
func TestARefusedRowIsNotTornApart(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "badge = 70")
		set(t, clone.DB, "b", "badge = 70, x = 1") // nobody may have two trees of one badge
		set(t, clone.DB, "c", "x = 3")
		set(t, central.DB, "b", "y = 2, x = 5")
		set(t, central.DB, "d", "x = 4")

		counts := clone.MustSync(t, via)
		require.Equal(t, 2, counts.Pending, "b, refused by central, and a, whose badge the clone cannot take while b has it")
		require.Equal(t, []string{"b refused by central"}, pending(t, central.DB))
		require.Equal(t, []string{"a refused by clone", "b refused by central"}, pending(t, clone.DB))
		require.Contains(t, clone.Text(t, "select error from lizsync.pending_changes where refused_by = 'central'"), "tree_badge_key")
		trees(t, "b", "5 2 0", central.DB)
		trees(t, "b", "1 0 0", clone.DB)
		trees(t, "c", "3 0 0", central.DB)
		trees(t, "d", "4 0 0", clone.DB)
		require.Empty(t, conflicts(t, central), "nothing has been decided of a row that is held")

		require.Equal(t, 2, clone.MustSync(t, via).Pending, "tried again, nothing has changed")
		set(t, central.DB, "a", "badge = 71")
		require.Zero(t, clone.MustSync(t, via).Pending)
		trees(t, "b", "5 2 0", central.DB, clone.DB)
		require.Equal(t, []string{"b.x: clone 1, central 5: clone rejected, last edit wins"}, conflicts(t, central))
		require.Equal(t, "70", central.Text(t, "select badge from city.tree where name = 'b'"))
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 2.
func TestAPendingValueIsNotReplayedOverALaterEdit(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "badge = 70")
	set(t, clone.DB, "b", "badge = 70, x = 1")
	require.Equal(t, 2, clone.MustSync(t, via).Pending)
	set(t, other.DB, "b", "x = 9, badge = 72")
	other.MustSync(t, via)
	require.Zero(t, clone.MustSync(t, via).Pending, "its badge has lost as well, so that nothing is refused")
	trees(t, "b", "9 0 0", central.DB, clone.DB)
	require.ElementsMatch(t, []string{
		"b.x: clone 1, central 9: clone rejected, last edit wins",
		"b.badge: clone 70, central 72: clone rejected, last edit wins",
	}, conflicts(t, central))
	clone.MustSync(t, via)
	other.MustSync(t, via)
	clonetest.RequireEqual(t, central, clone, other)
}

// Rule 2, the other way round: give it up.
func TestAPendingRowThatIsGivenUpDoesNotStandForEver(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "badge = 70")
	set(t, clone.DB, "b", "badge = 70, x = 1")
	clone.Exec(t, "insert into city.tree (name, badge, x) values ('e', 71, 5)")
	clone.MustSync(t, via)
	require.Contains(t, pending(t, clone.DB), "b refused by central")

	clone.Exec(t, "select lizsync.give_up('city.tree', uid) from city.tree where name = 'b'")
	require.Zero(t, clone.MustSync(t, via).Pending)
	require.Equal(t, []string{"b: clone rejected, given up"}, conflicts(t, central))
	require.Equal(t, "1", central.Text(t, "select row_data operator(public.->) 'x' from lizsync.conflicts"))
	trees(t, "b", "0 0 0", central.DB, clone.DB)
	clone.MustSync(t, via)
	other.MustSync(t, via)
	clonetest.RequireEqual(t, central, clone, other)
}

// Rule 3. Central's trigger writes while the changes of the clone are applied, in the same transaction.
func TestWhatTriggersDidDoesNotComeTwice(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, before("update", "new.z := new.x + 50; return new;")+`;
		create function city.count_trees() returns trigger language plpgsql as $$
		begin
			update city.street set name = 'with ' || (select count(*) from city.tree) where name <> 'Quiet Lane';
			return null;
		end $$;
		create trigger count_trees after insert on city.tree for each row execute function city.count_trees()`)
	clone.Exec(t, "insert into city.tree (name) values ('e')")
	set(t, clone.DB, "a", "x = 1")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 2}, clone.MustSync(t, via), "z of a, and the street")
	trees(t, "a", "1 0 51", central.DB, clone.DB)
	require.Equal(t, "with 5", clone.Text(t, "select name from city.street where name <> 'Quiet Lane'"))
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// Rule 4. In another cluster transaction ids start again: a cursor means nothing there.
func TestTransactionIDsThatStartAgainAreNotTrusted(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		const function, elsewhere = "lizsync.system_identifier()", "return 1;"
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")

		back := replaced(t, central.DB, function, elsewhere)
		_, err := clone.Sync(t, via)
		require.ErrorContains(t, err, "central was moved to another cluster or restored from a dump")
		token := central.Text(t, "select accepted_token from lizsync.clones")
		central.Exec(t, "update lizsync.clones set accepted_token = gen_random_uuid(), offered_token = gen_random_uuid()")
		_, err = clone.Sync(t, via)
		require.ErrorContains(t, err, "central was moved to another cluster or restored from a dump", "one that is older than the last synchronisation")
		central.Exec(t, "update lizsync.clones set accepted_token = $1::text::uuid", token)
		back()
		back = replaced(t, clone.DB, function, elsewhere)
		_, err = clone.Sync(t, via)
		require.ErrorContains(t, err, "this clone was moved to another cluster")
		back()
		trees(t, "a", "0 0 0", central.DB)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	})
}

// A restore from a dump gives the tables of a clone other object ids.
func TestEditsOfAClonesTablesThatWereMadeAgainAreSent(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		clone.Exec(t, `
			update audit.logged_actions set relid = 1;
			update lizsync.central set relids = '{1}'`)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
		require.Zero(t, clone.MustSync(t, via))
		require.Equal(t, "0", clone.Text(t, "select count(*) from audit.logged_actions"))
		trees(t, "a", "1 0 0", central.DB)
	})
}

// Rule 4. What central knows of the clone's transactions ends with the data that it had.
func TestACloneThatIsDeployedAgainIsNotTakenForItsOldSelf(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	lost(t, clone, clonetest.ViaProgram)

	// Deployed again with central's data and the same identity, in a cluster whose transaction ids are far lower.
	presented := central.Text(t, "select pg_current_snapshot()")
	token := central.Text(t, "select gen_random_uuid()")
	clone.Exec(t, "update city.tree set x = 1 where name = 'a'; truncate audit.logged_actions")
	clone.Exec(t, "update lizsync.central set cursor = $1::text::pg_snapshot, token = $2::text::uuid", presented, token)
	central.Exec(t, `
		select lizsync.register_clone(server_id, server_name, role_name, $1::text[], $2::text::pg_snapshot, $3::text::uuid, '3:3:', clone_system_identifier)
		from lizsync.clones`, central.Tables, presented, token)
	central.Exec(t, "update lizsync.clones set digest = 'another', pending_digest = 'another'")

	set(t, clone.DB, "b", "x = 2")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, clonetest.ViaProgram))
	clonetest.RequireEqual(t, central, clone)
}

// Rule 5.
func TestACopyOfTheCloneIsRefused(t *testing.T) {
	t.Parallel()
	edit := func(t *testing.T, clone *clonetest.Clone) { set(t, clone.DB, "a", "x = 1") }
	twice := func(t *testing.T, clone *clonetest.Clone) {
		clone.MustSync(t, clonetest.ViaProgram)
		set(t, clone.DB, "a", "x = 2")
		clone.MustSync(t, clonetest.ViaProgram)
	}
	for name, c := range map[string]struct {
		before func(*testing.T, *clonetest.Clone) // on the clone, before it is copied
		here   func(*testing.T, *clonetest.Clone) // on the clone, once it is copied
		there  string                             // on the copy
		want   string
	}{
		"after two synchronisations": {edit, twice, "", "another copy of the clone"},
		"with edits of its own": {edit, func(t *testing.T, clone *clonetest.Clone) { clone.MustSync(t, clonetest.ViaProgram) },
			"truncate audit.logged_actions; update city.tree set y = 3 where name = 'a'", "these are not the changes that central has received"},
		"that has other edits than those received": {edit, func(t *testing.T, clone *clonetest.Clone) { clone.MustSync(t, clonetest.ViaProgram) },
			"delete from audit.logged_actions", "these are not the changes that central has received"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			central := city(t, "")
			clone := central.Clone(t)
			c.before(t, clone)
			copied := clone.Copy(t)
			c.here(t, clone)
			before := tree(t, central.DB, "a")
			if c.there != "" {
				copied.Exec(t, c.there)
			}
			_, err := synchronize(t, t.Context(), copied.As(t, clone.Session), central.As(t, clone.Role), provider.Silent{})
			require.ErrorContains(t, err, c.want)
			require.Equal(t, before, tree(t, central.DB, "a"))
			clone.MustSync(t, clonetest.ViaProgram)
			clonetest.RequireEqual(t, central, clone)
		})
	}
}

// Two devices that were flashed from one image number their transactions and their first edits alike.
func TestACopyThatEditedTheSameRowIsRefused(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	copied := clone.Copy(t)
	set(t, clone.DB, "a", "x = 1")
	set(t, copied, "a", "x = 2")
	copied.Exec(t, fmt.Sprintf("update audit.logged_actions set (event_id, transaction_id) = (%s)",
		clone.Text(t, "select concat_ws(', ', event_id, transaction_id) from audit.logged_actions")))
	clone.MustSync(t, clonetest.ViaProgram)
	_, err := synchronize(t, t.Context(), copied.As(t, clone.Session), central.As(t, clone.Role), provider.Silent{})
	require.ErrorContains(t, err, "these are not the changes that central has received")
	trees(t, "a", "1 0 0", central.DB)
	require.Zero(t, clone.MustSync(t, clonetest.ViaProgram))
}

// A retry has the same digest, also when the clock was set right in between.
func TestALostReplyIsResumedByAClockThatWasSetRight(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	clonetest.Alter(t, central.DB, "create or replace function lizsync.clock_correction() returns interval language sql stable as $$ select interval '1 hour' $$")
	lost(t, clone, clonetest.ViaProgram)
	clonetest.Alter(t, central.DB, "create or replace function lizsync.clock_correction() returns interval language sql stable as $$ select interval '3 s' $$")
	require.Zero(t, clone.MustSync(t, clonetest.ViaProgram))
	trees(t, "a", "1 0 0", central.DB, clone.DB)
}

// A tablet whose clock has lost its battery is off by months. Days are not the same on both sides of a change of summer time.
func TestALostReplyIsResumedByAClockThatWasOffByMonths(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		clone.Exec(t, "update audit.logged_actions set action_tstamp_clk = '2026-01-15 12:00+00'")
		skew(t, central, "200 days")
		lost(t, clone, via)
		skew(t, central, "0")
		require.Zero(t, clone.MustSync(t, via))
		trees(t, "a", "1 0 0", central.DB, clone.DB)
	})
}

// Rule 5. The digest and the token are not enough: a backup without any edit has the same of both.
func TestACloneThatWentBackInTimeIsRefused(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	here, there := clone.Conns(t)
	old := greet(t, here)
	execute(t, here, "rollback")
	clone.Exec(t, "create table city.later (n integer)") // an id that the backup has not seen
	lost(t, clone, clonetest.ViaProgram)

	execute(t, there, "begin isolation level repeatable read")
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
		pgx.QueryExecModeExec, old.handshake, old.columns)
	require.ErrorContains(t, err, "went back in time")
	execute(t, there, "rollback")
	require.Zero(t, clone.MustSync(t, clonetest.ViaProgram))
}

type greeted struct{ handshake, columns, snapshot string }

// greet begins a synchronisation in a transaction on the clone.
func greet(t *testing.T, conn *pgx.Conn) greeted {
	t.Helper()
	var g greeted
	execute(t, conn, "begin")
	require.NoError(t, conn.QueryRow(t.Context(), `
		select b.handshake::text, b.columns::text, (b.handshake).snapshot::text
		from lizsync.check_functions() as f, lizsync.begin_synchronization(lizsync.current_version(), f.digest, f.program) as b`).Scan(&g.handshake, &g.columns, &g.snapshot))
	return g
}

// Rule 5 and 6. The session of a clone that has vanished commits after its next synchronisation has begun.
func TestAnExchangeWhoseCloneHasVanishedDoesNotComeTwice(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")

		// The old session has got everything but the commit.
		old := connect(t, central.As(t, clone.Role))
		defer func() { _ = old.Close(context.WithoutCancel(t.Context())) }()
		gone := connect(t, clone.As(t, clone.Session))
		g := greet(t, gone)
		execute(t, old, "begin isolation level repeatable read")
		_, err := old.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
			pgx.QueryExecModeExec, g.handshake, g.columns)
		require.NoError(t, err)
		batch := text(t, gone, fmt.Sprintf("select lizsync.outgoing_batch('%s', 0, 1000000000)", g.snapshot))
		_, err = old.Exec(t.Context(), "select lizsync.receive_batch($1)", pgx.QueryExecModeExec, batch)
		require.NoError(t, err)
		execute(t, old, "select lizsync.exchange()")
		require.NoError(t, gone.Close(t.Context()))

		watch := central.Conn(t)
		done := start(t, clone, via)
		blocked(t, watch, old)
		execute(t, old, "commit")
		end := <-done
		require.NoError(t, end.err)
		require.Zero(t, end.Counts)
		trees(t, "a", "1 0 0", central.DB)
		require.Equal(t, "1", events(t, central))
		require.Zero(t, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}
