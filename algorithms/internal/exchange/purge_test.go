package exchange_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// purge removes everything from central's log that may go, without waiting for clones that are away for a year.
func purge(t *testing.T, central *clonetest.Central) {
	t.Helper()
	central.Exec(t, "call lizsync.purge(keep => '0', absent => '1 year')")
}

// purgeAll has a clone synchronise and purges until nothing is left: a transaction of another test, in another database of the
// server, that was open when the clone synchronised or is open now keeps the last events.
func purgeAll(t *testing.T, central *clonetest.Central, clone *clonetest.Clone, via clonetest.Via) {
	t.Helper()
	require.Eventually(t, func() bool {
		clone.MustSync(t, via)
		purge(t, central)
		return events(t, central) == "0"
	}, time.Minute, 50*time.Millisecond)
}

// away makes central believe that a clone has been away for two years.
func away(t *testing.T, clone *clonetest.Clone) {
	t.Helper()
	clone.Central.Exec(t, `
		update lizsync.clones set registered_at = now() - interval '2 years', last_synchronized = last_synchronized - interval '2 years'
		where server_id = $1::text::uuid`, clone.ID)
}

// Rule 15. What central has offered may have been lost: only what the clone presents has arrived.
func TestAReplyThatWasLostIsNotPurged(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "x = 1")
		lost(t, clone, via)
		purge(t, central)
		require.Equal(t, "1", events(t, central))

		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
		trees(t, "a", "1 0 0", clone.DB)
		purge(t, central)
		require.Equal(t, "1", events(t, central), "the clone has it, but has not told")

		require.Zero(t, clone.MustSync(t, via))
		purgeAll(t, central, clone, via)
		set(t, central.DB, "a", "x = 2")
		require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 15. The clone's cursor is past central's edits of a row that is held; they are needed when it is written again.
func TestWhatARefusedRowHasNotReceivedIsNotPurged(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "badge = 70")
		set(t, central.DB, "b", "x = 5")
		set(t, clone.DB, "b", "badge = 70, y = 1") // nobody may have two trees of one badge
		for range 3 {
			require.Equal(t, 2, clone.MustSync(t, via).Pending, "b, refused by central, and a, whose badge the clone cannot take while b has it")
			purge(t, central)
		}
		set(t, central.DB, "a", "badge = 71")
		clone.MustSync(t, via)
		clone.MustSync(t, via)
		trees(t, "b", "5 1 0", central.DB, clone.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 15. The same where the purge did not wait: the clone would never learn of these edits.
func TestACloneWhosePendingRowsWerePurgedPastIsRefused(t *testing.T) {
	t.Parallel()
	server := pgtest.Cluster(t) // where no other test's transaction keeps the clone's cursor back
	for _, via := range transports {
		central := cityOn(t, server, "")
		clone, other := central.Clone(t), central.Clone(t)
		set(t, central.DB, "a", "badge = 70")
		set(t, central.DB, "b", "x = 5")
		set(t, clone.DB, "b", "badge = 70, y = 1")
		require.Equal(t, 2, clone.MustSync(t, via).Pending)
		away(t, clone)
		purgeAll(t, central, other, via)

		_, err := clone.Sync(t, via)
		require.ErrorContains(t, err, "central no longer has what the clone "+clone.Name+" has not received")
		clone.Exec(t, "select lizsync.give_up(object_table, object_uid) from lizsync.pending_changes")
		require.Zero(t, clone.MustSync(t, via).Pending)
		trees(t, "b", "5 0 0", central.DB, clone.DB)
		require.Len(t, conflicts(t, central), 1)
		other.MustSync(t, via)
		clonetest.RequireEqual(t, central, clone, other)
	}
}

// Rule 15. Were it let in, it would never learn of central's edits, and its own would overwrite later ones unseen.
func TestACloneThatWasPurgedPastIsToldToDeployAgain(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone, other := central.Clone(t), central.Clone(t)
		packaged := central.Text(t, "select pg_current_snapshot()")
		set(t, central.DB, "a", "x = 1")
		set(t, clone.DB, "a", "x = 2")
		other.MustSync(t, via)
		other.MustSync(t, via)
		purge(t, central)
		require.Equal(t, "1", events(t, central), "the clone is waited for")

		away(t, clone)
		purgeAll(t, central, other, via)
		require.Equal(t, "1", central.Text(t, "select sum(number_of_events) from lizsync.purges"))
		_, err := clone.Sync(t, via)
		require.ErrorContains(t, err, "central no longer has what the clone "+clone.Name+" has not received")
		trees(t, "a", "1 0 0", central.DB)
		require.Equal(t, "1", clone.Text(t, "select count(*) from audit.logged_actions"), "its edit is still its own")
		_, err = clone.Conn(t).Exec(t.Context(), "call lizsync.purge('0')")
		require.ErrorContains(t, err, "this database is a clone")

		_, err = central.Conn(t).Exec(t.Context(), `
			select lizsync.register_clone(server_id, server_name, role_name, $1::text[], $2::text::pg_snapshot, gen_random_uuid(), received, clone_system_identifier)
			from lizsync.clones`, central.Tables, packaged)
		require.ErrorContains(t, err, "central has purged edits that were made since the package")

		// A row given back is no edit with which another could be compared.
		trigger(t, central, before("delete", "return null;"), other)
		other.Exec(t, "delete from city.tree where name = 'a'")
		set(t, other.DB, "b", "x = 3")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 1}, other.MustSync(t, via))
		clonetest.RequireEqual(t, central, other)

		// Deployed again, its edits carried over: they are compared with what there still is, and what they overwrite is kept.
		presented, token := central.Text(t, "select pg_current_snapshot()"), central.Text(t, "select gen_random_uuid()")
		clone.Exec(t, `
			insert into lizsync.pending_changes (clone_id, object_table, object_uid, received, refused_by, error)
			select lizsync.server_id(), lizsync.relation_name(l.relid), l.uid, c.cursor, 'clone', 'carried'
			from audit.logged_actions l, lizsync.central c`)
		clone.Exec(t, "update lizsync.central set cursor = $1::text::pg_snapshot, token = $2::text::uuid", presented, token)
		clone.Exec(t, "alter table city.tree disable trigger user; update city.tree set x = 3 where name = 'b'; alter table city.tree enable trigger user")
		register := `
			select lizsync.register_clone(server_id, server_name, role_name, $1::text[], $2::text::pg_snapshot, $3::text::uuid, '3:3:', clone_system_identifier)
			from lizsync.clones where server_id = $4::text::uuid`
		central.Exec(t, register, central.Tables, presented, token, clone.ID)
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, Conflicts: 1}, clone.MustSync(t, via))
		require.Equal(t, [][]string{{"x", "1", pgtest.Null, "2", "central"}}, central.Rows(t, `
			select field_name, central_value, central_time, clone_value, rejected from lizsync.conflicts`))
		other.MustSync(t, via)
		trees(t, "a", "2 0 0", central.DB)
		clonetest.RequireEqual(t, central, clone, other)

		// Transaction ids start again after a restore from a dump: what was purged before says nothing about them.
		central.Exec(t, "update lizsync.purges set up_to = 1000000000")
		back := replaced(t, central.DB, "lizsync.system_identifier()", "return 1;")
		central.Exec(t, register, central.Tables, presented, token, clone.ID)
		back()
	})
}

func TestPurgeKeepsWhatIsNewAndWaitsForNoCloneThatIsGone(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	gone, revoked := central.Clone(t), central.Clone(t)
	for _, name := range []string{"a", "b"} {
		set(t, central.DB, name, "x = 1")
	}
	purge(t, central)
	require.Equal(t, "2", events(t, central), "the clones have not received them")
	central.Exec(t, "select lizsync.forget_clone($1::text::uuid)", gone.ID)
	purge(t, central)
	require.Equal(t, "2", events(t, central), "one of them has not")
	central.Exec(t, "select lizsync.revoke_clone($1::text::uuid)", revoked.ID)

	central.Exec(t, "update audit.logged_actions set action_tstamp_clk = now() - interval '3 years' where row_data operator(public.->) 'name' = 'a'")
	require.Eventually(t, func() bool {
		central.Exec(t, "call lizsync.purge('2 years')")
		return events(t, central) == "1"
	}, 30*time.Second, 50*time.Millisecond)
	require.Equal(t, "b", central.Text(t, "select row_data operator(public.->) 'name' from audit.logged_actions"))

	_, err := gone.Sync(t, clonetest.ViaProgram)
	require.ErrorContains(t, err, "central refuses the clone")
	_, err = central.Conn(t).Exec(t.Context(), "select lizsync.forget_clone($1::text::uuid)", gone.ID)
	require.ErrorContains(t, err, "is registered")
	_, err = central.Conn(t).Exec(t.Context(), "call lizsync.purge(null)")
	require.ErrorContains(t, err, "keep and absent are lengths of time")
}
