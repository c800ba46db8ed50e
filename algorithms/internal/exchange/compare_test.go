package exchange_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// What happens on central is the same over both transports: one will do.
const via = clonetest.ViaProgram

func TestDifferentFieldsOfOneTreeSurvive(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	set(t, a.DB, "a", "x = 1")
	set(t, b.DB, "a", "y = 2")
	set(t, central.DB, "a", "z = 3")
	a.MustSync(t, via)
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "a", "1 2 3", central.DB, a.DB, b.DB)
	require.Empty(t, conflicts(t, central))
}

func TestTheLastEditOfAFieldWins(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	set(t, central.DB, "a", "x = 2")
	set(t, central.DB, "b", "x = null")
	set(t, clone.DB, "b", "x = 1")
	set(t, central.DB, "c", "x = 5")
	set(t, clone.DB, "c", "x = 5") // both mean the same
	require.Equal(t, exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 1, Conflicts: 2}, clone.MustSync(t, via))
	trees(t, "a", "2 0 0", central.DB, clone.DB)
	trees(t, "b", "1 0 0", central.DB, clone.DB)
	require.ElementsMatch(t, []string{
		"a.x: clone 1, central 2: clone rejected, last edit wins",
		"b.x: clone 1, central nothing: central rejected, last edit wins",
	}, conflicts(t, central))
	require.Equal(t, clone.Text(t, "select session_user"), central.Text(t, "select distinct clone_author from lizsync.conflicts"))
	require.Equal(t, "t", central.Text(t, "select bool_and((clone_time > central_time) = (rejected = 'central') and central_author is not null) from lizsync.conflicts"))
	require.Zero(t, clone.MustSync(t, via))
}

func TestTheTimeOfAnEditIsNotThatOfItsSynchronisation(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	set(t, a.DB, "a", "x = 1")
	set(t, b.DB, "a", "x = 2")
	edited := b.Text(t, "set timezone to 'UTC'; select to_jsonb(action_tstamp_clk) #>> '{}' || ' ' || session_user_name from audit.logged_actions")
	set(t, b.DB, "b", "x = 2")
	set(t, a.DB, "b", "x = 1")
	a.MustSync(t, via)
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "a", "2 0 0", central.DB, a.DB, b.DB)
	trees(t, "b", "1 0 0", central.DB, a.DB, b.DB)
	require.Len(t, conflicts(t, central), 2)
	require.Equal(t, edited, central.Text(t, "select sync_data ->> 'time' || ' ' || session_user_name from audit.logged_actions where sync_data ->> 'origin' = $1 and changed_fields operator(public.->) 'x' = '2'", b.ID))
}

func TestCentralWinsATie(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 2")
	set(t, clone.DB, "a", "x = 1")
	set(t, clone.DB, "b", "x = 3")
	set(t, other.DB, "b", "x = 4")
	for _, db := range []*pgtest.DB{central.DB, clone.DB, other.DB} {
		db.Exec(t, "update audit.logged_actions set action_tstamp_clk = '2026-01-01 10:00:00.123456'")
	}
	clone.MustSync(t, via)
	other.MustSync(t, via)
	clone.MustSync(t, via)
	trees(t, "a", "2 0 0", central.DB, clone.DB, other.DB)
	trees(t, "b", "3 0 0", central.DB, clone.DB, other.DB) // came to central first
	require.Equal(t, []string{
		"a.x: clone 1, central 2: clone rejected, equal times: central wins",
		"b.x: clone 4, central 3: clone rejected, equal times: central wins",
	}, conflicts(t, central))
}

func TestADeleteWinsOverAnEditAndTheRowIsKeptWhole(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, "delete from city.tree where name = 'a'")
	set(t, clone.DB, "a", "x = 1")
	clone.Exec(t, "delete from city.tree where name = 'b'")
	set(t, central.DB, "b", "x = 2")
	clone.MustSync(t, via)
	for _, name := range []string{"a", "b"} {
		trees(t, name, "", central.DB, clone.DB)
	}
	require.ElementsMatch(t, []string{"a: clone rejected, delete wins", "b: central rejected, delete wins"}, conflicts(t, central))
	require.Equal(t, [][]string{{"a", "1", "1", "0"}, {"b", "2", "2", "0"}}, central.Rows(t, `
		select row_data operator(public.->) 'name', row_data operator(public.->) 'badge', row_data operator(public.->) 'x', row_data operator(public.->) 'y'
		from lizsync.conflicts
		order by 1`))
	require.Zero(t, clone.MustSync(t, via))
}

// skew lets the clock of the clones be measured as ahead of central's by so much.
func skew(t *testing.T, central *clonetest.Central, ahead string) {
	t.Helper()
	clonetest.Alter(t, central.DB, fmt.Sprintf(`
		create schema if not exists skewed;
		grant usage on schema skewed to public;
		create or replace function skewed.clock_timestamp() returns timestamptz language sql as $$ select pg_catalog.clock_timestamp() - interval '%s' $$;
		alter function lizsync.acquire_slot() set search_path = skewed, pg_catalog, public, pg_temp`, ahead))
}

// The clock said 2099, or nonsense, when the edit was made, and is right again.
func TestNoEditIsLaterThanItsSynchronisation(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		for _, future := range []string{"2099-01-01", "infinity"} {
			central := city(t, "")
			clone, other := central.Clone(t), central.Clone(t)
			set(t, clone.DB, "a", "x = 1")
			set(t, clone.DB, "a", "y = 1")
			clone.Exec(t, "update audit.logged_actions set action_tstamp_clk = $1::text::timestamptz", future)
			clone.MustSync(t, via)
			set(t, other.DB, "a", "x = 2")
			other.MustSync(t, via)
			trees(t, "a", "2 1 0", central.DB, other.DB)
			set(t, central.DB, "b", "x = 5")
			set(t, clone.DB, "b", "x = 6")
			clone.Exec(t, "update audit.logged_actions set action_tstamp_clk = $1::text::timestamptz", future)
			clone.MustSync(t, via)
			require.Equal(t, "1", central.Text(t, "select count(*) from lizsync.conflicts where clone_time <= now() and central_value = '5'"))
			require.Equal(t, "0", central.Text(t, "select count(*) from audit.logged_actions where sync_data operator(pg_catalog.?) 'time' and (sync_data operator(pg_catalog.->>) 'time')::timestamptz > now()"))
		}
	})
}

// The clone edits first, or last.
func TestClocksThatLieDoNotDecide(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		for _, c := range []struct {
			name, ahead string
			first       bool
			winner      string
		}{
			{"a", "1 hour", false, "2"},
			{"b", "-1 hour", true, "1"},
			{"c", "1.5 s", false, "1"},
			{"d", "-1.5 s", true, "2"},
		} {
			skew(t, central, c.ahead)
			if c.first {
				set(t, clone.DB, c.name, "x = 1")
			}
			set(t, central.DB, c.name, "x = 2")
			if !c.first {
				set(t, clone.DB, c.name, "x = 1")
			}
			clone.MustSync(t, via)
			trees(t, c.name, c.winner+" 0 0", central.DB, clone.DB)
			require.Equal(t, "t", central.Text(t, "select abs(extract(epoch from clock_offset - $1::text::interval)) < 1 from lizsync.history order by sync_time desc limit 1", c.ahead), c.ahead)
		}
	})
}

// Rule 7.
func TestAClockThatGoesBackDoesNotReorderTheEditsOfAClone(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	clone.Exec(t, "update audit.logged_actions set action_tstamp_clk = action_tstamp_clk + interval '1 hour'")
	set(t, clone.DB, "a", "x = 2")
	set(t, clone.DB, "b", "x = 1, y = 1")
	clone.Exec(t, "update audit.logged_actions set action_tstamp_clk = action_tstamp_clk + interval '1 day' where changed_fields operator(public.?) 'y'")
	set(t, clone.DB, "b", "x = 3")
	clone.MustSync(t, via)
	trees(t, "a", "2 0 0", central.DB, clone.DB)
	trees(t, "b", "3 1 0", central.DB, clone.DB)
	clone.MustSync(t, via)
	clonetest.RequireEqual(t, central, clone)
}

// Rule 7.
func TestAValueSetBackIsNotTakenForNoEdit(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 9")
	set(t, clone.DB, "a", "x = 5")
	set(t, clone.DB, "a", "x = 0")
	set(t, clone.DB, "b", "y = 4")
	set(t, clone.DB, "b", "y = 0")
	set(t, other.DB, "b", "x = 3")
	clone.MustSync(t, via)
	trees(t, "a", "0 0 0", central.DB, clone.DB)
	require.Equal(t, []string{"a.x: clone 0, central 9: central rejected, last edit wins"}, conflicts(t, central))
	other.MustSync(t, via)
	clone.MustSync(t, via)
	trees(t, "b", "3 0 0", central.DB, clone.DB, other.DB)
	clonetest.RequireEqual(t, central, clone, other)
}

// Rule 7.
func TestALateEditOfOneFieldDoesNotMakeAnOlderOneWin(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	set(t, central.DB, "a", "x = 2")
	set(t, clone.DB, "a", "y = 3")
	clone.MustSync(t, via)
	trees(t, "a", "2 3 0", central.DB, clone.DB)
	require.Equal(t, []string{"a.x: clone 1, central 2: clone rejected, last edit wins"}, conflicts(t, central))
}

// Rule 7. The insert has been received, its reply not.
func TestARowInsertedAndDeletedDoesNotStayOnCentral(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	clone.Exec(t, "insert into city.tree (name) values ('e')")
	lost(t, clone, via)
	trees(t, "e", "- - -", central.DB)
	clone.Exec(t, "delete from city.tree where name = 'e'")
	clone.Exec(t, `
		create table city.kept as select * from city.tree where name = 'a';
		delete from city.tree where name = 'a';
		insert into city.tree select * from city.kept;
		delete from city.tree where name = 'a';
		drop table city.kept`)
	clone.MustSync(t, via)
	trees(t, "e", "", central.DB, clone.DB)
	trees(t, "a", "", central.DB, clone.DB)
	require.Empty(t, conflicts(t, central))
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// Rule 7.
func TestARowDeletedAndInsertedAgainIsNotHalfTheOldOne(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	clone.Exec(t, `
		create table city.kept as select * from city.tree where name = 'a';
		delete from city.tree where name = 'a';
		insert into city.tree (uid, name, x) select uid, name, 5 from city.kept;
		drop table city.kept`)
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	other.MustSync(t, via)
	trees(t, "a", "5 - -", central.DB, clone.DB, other.DB)
	clonetest.RequireEqual(t, central, clone, other)
}

// Rule 7.
func TestWhatWasReceivedDoesNotCompeteAgain(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	lost(t, clone, via)
	set(t, central.DB, "a", "x = 2") // by somebody who has seen the 1
	set(t, clone.DB, "a", "y = 3")
	clone.MustSync(t, via)
	trees(t, "a", "2 3 0", central.DB, clone.DB)
	require.Empty(t, conflicts(t, central))
}

// Rule 8.
func TestACloneDoesNotConflictWithItself(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	set(t, clone.DB, "a", "x = 1")
	lost(t, clone, via)
	set(t, clone.DB, "a", "x = 2")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	trees(t, "a", "2 0 0", central.DB, clone.DB)
	require.Empty(t, conflicts(t, central))
}

// Rule 8.
func TestACloneDoesNotConflictWithTheTriggerOfItsOwnEdit(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, before("update", "if new.x <> old.x then new.z := 50; end if; return new;"))
	set(t, clone.DB, "a", "x = 1")
	lost(t, clone, via)
	trees(t, "a", "1 0 50", central.DB)
	set(t, clone.DB, "a", "z = 5")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, clone.MustSync(t, via))
	trees(t, "a", "1 0 5", central.DB, clone.DB)
	require.Empty(t, conflicts(t, central))
}

// Rule 8.
func TestAnEditDoesNotComeBackToItsOrigin(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	clone.Exec(t, "insert into city.tree (name, x) values ('e', 1), ('f', 1); update city.tree set y = 1; delete from city.tree where name = 'd'")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 6}, clone.MustSync(t, via))
	set(t, other.DB, "a", "z = 3")
	require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 6}, other.MustSync(t, via))
	require.Equal(t, exchange.Counts{ReplayedToClone: 1}, clone.MustSync(t, via))
	require.Zero(t, other.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone, other)
}

// Rule 9.
func TestALosingValueDoesNotReachTheOtherClones(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	set(t, a.DB, "a", "x = 1, y = 1")
	set(t, central.DB, "a", "x = 3")
	a.MustSync(t, via)
	require.Equal(t, exchange.Counts{ReplayedToClone: 1}, b.MustSync(t, via))
	trees(t, "a", "3 1 0", central.DB, a.DB, b.DB)
	require.Zero(t, a.MustSync(t, via))
}

// Rules 8 and 9: what central's triggers make of a clone's edits goes everywhere, the sender included.
func TestWhatATriggerAlteredIsNotKeptFromTheSender(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone, other := central.Clone(t), central.Clone(t)
	for name, c := range map[string]struct {
		trigger, edit string
		want          string // of tree a, everywhere
		counts        exchange.Counts
		conflicts     []string
	}{
		"the field sent": {before("update", "new.x := new.x + 2; return new;"),
			"update city.tree set x = 1 where name = 'a'", "3 0 0", exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, nil},
		"another field": {before("update", "new.z := 50; return new;"),
			"update city.tree set x = 1 where name = 'a'", "1 0 50", exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, nil},
		"the field sent, back to what it was": {before("update", "new.x := old.x; return new;"),
			"update city.tree set x = 1, y = 1 where name = 'a'", "0 1 0", exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, nil},
		"a field of an inserted row": {before("insert", "new.z := 50; return new;"),
			"delete from city.tree where name = 'a'; insert into city.tree (name, x) values ('a', 1)", "1 - 50", exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 1}, nil},
		"an update that it skipped": {before("update", "return null;"),
			"update city.tree set x = 1 where name = 'a'", "0 0 0", exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, nil},
		"an insert that it skipped": {before("insert", "return null;"),
			"delete from city.tree where name = 'a'; insert into city.tree (name, x) values ('a', 1)", "", exchange.Counts{ReplayedToCentral: 2, ReplayedToClone: 1, Conflicts: 1},
			[]string{"a: clone rejected, delete wins"}},
		"a delete that it skipped": {before("delete", "return null;"),
			"delete from city.tree where name = 'a'", "0 0 0", exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, nil},
	} {
		trigger(t, central, c.trigger, clone, other)
		clone.Exec(t, c.edit)
		require.Equal(t, c.counts, clone.MustSync(t, via), name)
		trees(t, "a", c.want, central.DB, clone.DB)
		require.Equal(t, c.conflicts, conflicts(t, central), name)
		require.Zero(t, clone.MustSync(t, via), name)
		other.MustSync(t, via)
		clonetest.RequireEqual(t, central, clone, other)
		require.Zero(t, other.MustSync(t, via), name)

		central.Exec(t, `
			drop function city.before_tree cascade;
			delete from city.tree where name = 'a';
			insert into city.tree (name, x, y, z, badge) values ('a', 0, 0, 0, 1);
			truncate lizsync.conflicts`)
		clone.MustSync(t, via)
		other.MustSync(t, via)
	}
}

// Rule 9.
func TestATriggersValueIsNotLaterThanTheEditThatCausedIt(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	central.Exec(t, before("update", "if new.y <> old.y then new.x := 50; end if; return new;"))
	set(t, a.DB, "a", "y = 1")
	set(t, b.DB, "a", "x = 2")
	a.MustSync(t, via)
	trees(t, "a", "50 1 0", central.DB, a.DB)
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "a", "2 1 0", central.DB, a.DB, b.DB)
	require.Equal(t, []string{"a.x: clone 2, central 50: central rejected, last edit wins"}, conflicts(t, central))
}

// Rule 9.
func TestAValueSetAgainDoesNotKeepItsOldTime(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 5")
	set(t, b.DB, "a", "x = 7")
	set(t, a.DB, "a", "x = 5")
	a.MustSync(t, via)
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "a", "5 0 0", central.DB, a.DB, b.DB)
	require.Equal(t, []string{"a.x: clone 7, central 5: clone rejected, last edit wins"}, conflicts(t, central))
}

// Rules 8 and 9: a row that central has kept goes back to the clone that had deleted it. Nobody has edited it by that.
func TestARowThatIsGivenBackCompetesWithNobody(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	central.Exec(t, before("delete", "return null;"))
	set(t, b.DB, "a", "x = 1, y = 1")
	set(t, central.DB, "a", "x = 2")
	a.Exec(t, "delete from city.tree where name = 'a'")
	a.MustSync(t, via)
	trees(t, "a", "2 0 0", central.DB, a.DB)
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "a", "2 1 0", central.DB, a.DB, b.DB)
	require.Equal(t, []string{"a.x: clone 1, central 2: clone rejected, last edit wins"}, conflicts(t, central))

	// Nor with a delete: it took what was edited before.
	set(t, central.DB, "b", "x = 3")
	a.Exec(t, "delete from city.tree where name = 'b'")
	b.Exec(t, "delete from city.tree where name in ('b', 'c')")
	set(t, a.DB, "a", "x = 4")
	a.Exec(t, "delete from city.tree where name = 'c'")
	a.MustSync(t, via)
	trigger(t, central, "drop function city.before_tree cascade; truncate lizsync.conflicts", a, b)
	b.MustSync(t, via)
	a.MustSync(t, via)
	clonetest.RequireEqual(t, central, a, b)
	require.Equal(t, [][]string{{"b", "3", "postgres", "central", "delete wins"}}, central.Rows(t, `
		select row_data operator(public.->) 'name', row_data operator(public.->) 'x', central_author, rejected, rule_applied from lizsync.conflicts`))
}

// Rule 9. TRUNCATE is seen by transactions that have begun before: the row that was made again behind it is not. The exchange
// begins again.
func TestARowThatTheExchangeCannotSeeIsNotDeletedEverywhere(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	uid := central.Text(t, "select uid from city.tree where name = 'a'")
	set(t, a.DB, "a", "x = 1")
	watch := central.Conn(t)
	editor := begin(t, central.DB)
	execute(t, editor, "truncate city.tree")
	execute(t, editor, "insert into city.tree (uid, name, x) values ($1::text::uuid, 'again', 2)", uid)
	done := start(t, a, via)
	blocked(t, watch, editor)
	execute(t, editor, "commit")
	require.NoError(t, (<-done).err)
	require.Equal(t, []string{"again.x: clone 1, central 2: clone rejected, last edit wins"}, conflicts(t, central))
	b.MustSync(t, via)
	a.MustSync(t, via)
	trees(t, "again", "2 - -", central.DB, a.DB, b.DB)
	clonetest.RequireEqual(t, central, a, b)
	require.Zero(t, b.MustSync(t, via))
	require.Zero(t, a.MustSync(t, via))
}

// rewritten synchronises a clone, and has the table of the trees written anew between central's snapshot and its writes.
func rewritten(t *testing.T, clone *clonetest.Clone, via clonetest.Via) exchange.Counts {
	t.Helper()
	central := clone.Central
	watch, editor := central.Conn(t), central.Conn(t)
	holder, restore := gate(t, central.DB, "lizsync.prepare_changeset()")
	defer restore()
	done := start(t, clone, via)
	blocked(t, watch, holder)
	execute(t, editor, "alter table city.tree alter x type integer using x + 0")
	execute(t, holder, "commit")
	end := <-done
	require.NoError(t, end.err)
	return end.Counts
}

// Rule 9. So is an ALTER TABLE that writes the table anew, in the eyes of a transaction that has begun before.
func TestATableThatIsWrittenAnewDuringTheExchangeIsNotEmpty(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone, other := central.Clone(t), central.Clone(t)
		set(t, clone.DB, "b", "x = 1")
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1}, rewritten(t, clone, via))
		other.MustSync(t, via)
		require.Empty(t, conflicts(t, central))
		trees(t, "b", "1 0 0", central.DB, clone.DB, other.DB)
		clonetest.RequireEqual(t, central, clone, other)
	})
}

// Rule 9. Nor for a row that is given back.
func TestARowOfATableThatIsWrittenAnewIsGivenBack(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "badge = 70")
		set(t, clone.DB, "b", "badge = 70, x = 1")
		require.Equal(t, 2, clone.MustSync(t, via).Pending)
		clone.Exec(t, "select lizsync.give_up('city.tree', uid) from city.tree where name = 'b'")
		rewritten(t, clone, via)
		clone.MustSync(t, via)
		trees(t, "b", "0 0 0", central.DB, clone.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 9. A trigger of central updates the row instead, which the clone no longer has.
func TestADeleteThatBecomesAnUpdateGivesTheRowBack(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "", before("delete", "update city.tree set z = 99 where uid = old.uid; return null;"))
		clone, other := central.Clone(t), central.Clone(t)
		central.Exec(t, "delete from city.tree where name = 'a'")
		clone.Exec(t, "drop function city.before_tree cascade; delete from city.tree where name = 'b'")
		clone.MustSync(t, via)
		other.MustSync(t, via)
		trees(t, "a", "0 0 99", central.DB, clone.DB, other.DB)
		trees(t, "b", "0 0 99", central.DB, clone.DB, other.DB)
		clonetest.RequireEqual(t, central, clone, other)
		require.Zero(t, clone.MustSync(t, via))
	})
}

// Rule 9. A transaction that the exchange did not see has written the row before that was given back, by the order of the log.
func TestARowThatIsGivenBackDoesNotOvertakeAnEdit(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, central.DB, "a", "badge = 70")
		set(t, clone.DB, "b", "badge = 70, x = 1")
		require.Equal(t, 2, clone.MustSync(t, via).Pending)
		clone.Exec(t, "select lizsync.give_up('city.tree', uid) from city.tree where name = 'b'")
		editor := begin(t, central.DB)
		execute(t, editor, "update city.tree set x = 5 where name = 'b'")
		_, err := during(t, clone, via, func() { set(t, clone.DB, "b", "y = 3") }) // so that the clone does not take it
		require.NoError(t, err)
		execute(t, editor, "commit")
		clone.MustSync(t, via)
		clone.MustSync(t, via)
		trees(t, "b", "5 3 0", central.DB, clone.DB)
		clonetest.RequireEqual(t, central, clone)
	})
}

// Rule 9. The value is central's already, so that only the log is written.
func TestAnEntryWithoutAWriteDoesNotPassAnEditor(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	a, b := central.Clone(t), central.Clone(t)
	watch := central.Conn(t)
	set(t, b.DB, "a", "x = 3")
	set(t, a.DB, "a", "x = 3")
	b.MustSync(t, via)
	editor := begin(t, central.DB)
	execute(t, editor, "update city.tree set x = 4 where name = 'a'")
	done := start(t, a, via)
	blocked(t, watch, editor)
	execute(t, editor, "commit")
	end := <-done
	require.NoError(t, end.err)
	b.MustSync(t, via)
	trees(t, "a", "4 0 0", central.DB, a.DB, b.DB)
}

// Rule 9. The row has never been on central; its edits are kept.
func TestAnEditOfARowThatIsNotThereIsNotDropped(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, before("insert", "return null;"))
	clone.Exec(t, "insert into city.tree (name, x) values ('e', 1)")
	lost(t, clone, via)
	set(t, clone.DB, "e", "x = 2")
	clone.MustSync(t, via)
	trees(t, "e", "", central.DB, clone.DB)
	lines := conflicts(t, central)
	require.NotEmpty(t, lines)
	require.Equal(t, "2", central.Text(t, "select row_data operator(public.->) 'x' from lizsync.conflicts order by id desc limit 1"))
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}

// Rule 10.
func TestARowThatACascadeTookIsNotDroppedSilently(t *testing.T) {
	t.Parallel()
	central := city(t, "on delete cascade")
	clone, other := central.Clone(t), central.Clone(t)
	set(t, central.DB, "a", "x = 1") // not seen by the clone
	clone.Exec(t, "delete from city.street where name = 'Park Road'")
	central.Exec(t, "insert into city.tree (name, x, street) select 'e', 2, uid from city.street where name = 'Park Road'")
	clone.MustSync(t, via)
	other.MustSync(t, via)
	for _, db := range []*clonetest.Clone{clone, other} {
		require.Equal(t, "0", db.Text(t, "select count(*) from city.tree"))
	}
	clonetest.RequireEqual(t, central, clone, other)
	lines := conflicts(t, central)
	require.Len(t, lines, 2)
	for i, name := range []string{"a", "e"} {
		require.Contains(t, lines[i]+lines[1-i], name+": central rejected")
	}
	require.Zero(t, clone.MustSync(t, via))
}

// Rule 10.
func TestAReferenceThatWasSetToNullIsNotDroppedSilently(t *testing.T) {
	t.Parallel()
	central := city(t, "on delete set null")
	clone := central.Clone(t)
	central.Exec(t, "update city.tree set street = (select uid from city.street where name = 'Quiet Lane') where name = 'a'")
	clone.Exec(t, "delete from city.street where name = 'Quiet Lane'")
	clone.MustSync(t, via)
	require.Equal(t, "<null>", central.Text(t, "select street from city.tree where name = 'a'"))
	lines := conflicts(t, central)
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "a.street:")
	require.Contains(t, lines[0], "central rejected, foreign key action")
	require.Zero(t, clone.MustSync(t, via))
	clonetest.RequireEqual(t, central, clone)
}
