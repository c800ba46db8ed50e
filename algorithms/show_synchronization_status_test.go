package algorithms

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

func TestStatusTellsWhatWaitsWhatLostAndWhatIsPending(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone, other := central.Clone(t), central.Clone(t)
	status := func() map[string]any {
		t.Helper()
		result, err := run(t.Context(), t, "show_synchronization_status", connections(t, clone), &story{})
		require.NoError(t, err)
		return result
	}
	at := status()
	require.Equal(t, "", at["LAST_SYNCHRONIZED"])
	require.Contains(t, at["OUTPUT_STRING"], "has not synchronised with central yet: 0 rows to send, 0 to receive, 0 conflicts, 0 pending")
	require.Empty(t, at["CONFLICTS"])

	clone.Exec(t, "update city.tree set x = 1 where name = 'a'; update city.tree set x = 2 where name = 'a'; update city.tree set badge = 70 where name = 'b'")
	central.Exec(t, "update city.tree set x = 3 where name = 'a'; update city.tree set badge = 70 where name = 'c'")
	other.Exec(t, "update city.tree set x = 9 where name = 'c'")
	other.MustSync(t, clonetest.ViaProgram)
	at = status()
	require.EqualValues(t, 2, at["NUMBER_WAITING_ON_CLONE"], "rows, not edits")
	require.EqualValues(t, 2, at["NUMBER_WAITING_ON_CENTRAL"])

	clone.MustSync(t, clonetest.ViaProgram)
	at = status()
	require.Regexp(t, `^20\d\d-\d\d-\d\dT`, at["LAST_SYNCHRONIZED"])
	require.Equal(t, clone.Name, at["CLONE_NAME"])
	require.Equal(t, "central", at["CENTRAL_NAME"])
	require.EqualValues(t, 1, at["NUMBER_CONFLICTS"])
	require.EqualValues(t, 2, at["NUMBER_PENDING"])
	lost := at["CONFLICTS"].([]any)[0].(map[string]any)
	require.Equal(t, `"city"."tree"`, lost["table"])
	require.Equal(t, "x", lost["field"])
	require.Equal(t, "3", lost["central_value"])
	require.Equal(t, "2", lost["clone_value"])
	require.Equal(t, "clone", lost["rejected"])
	require.Equal(t, "last edit wins", lost["rule"])
	require.Equal(t, central.Text(t, "select uid from city.tree where name = 'a'"), lost["uid"])
	require.Contains(t, at["PENDING"].([]any)[0].(map[string]any)["error"], "tree_badge_key")

	input := connections(t, clone)
	input["MAXIMUM_ROWS"] = 0
	result, err := run(t.Context(), t, "show_synchronization_status", input, &story{})
	require.NoError(t, err)
	require.Empty(t, result["CONFLICTS"])
	require.EqualValues(t, 1, result["NUMBER_CONFLICTS"])

	central.Exec(t, "update lizsync.conflicts set clone_time = 'infinity', central_time = '-infinity'") // as an older version left them
	require.NotContains(t, status()["CONFLICTS"].([]any)[0], "clone_time")
}

// What central sends to one clone alone is not there for the others to receive.
func TestStatusCountsNothingThatIsMeantForAnotherClone(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone, other := central.Clone(t), central.Clone(t)
	central.Exec(t, "update city.tree set badge = 70 where name = 'b'")
	other.Exec(t, "update city.tree set badge = 70 where name = 'c'")
	require.Equal(t, 2, other.MustSync(t, clonetest.ViaProgram).Pending)
	clone.MustSync(t, clonetest.ViaProgram)
	other.Exec(t, "select lizsync.give_up(object_table, object_uid) from lizsync.pending_changes")
	require.Zero(t, other.MustSync(t, clonetest.ViaProgram).Pending)
	require.Equal(t, "2", central.Text(t, "select count(*) from audit.logged_actions where sync_data ? 'for'"), "the rows that were given up are sent again")

	for range 2 {
		result, err := run(t.Context(), t, "show_synchronization_status", connections(t, clone), &story{})
		require.NoError(t, err)
		require.EqualValues(t, 0, result["NUMBER_WAITING_ON_CENTRAL"])
		clone.MustSync(t, clonetest.ViaProgram)
	}
}

func TestStatusIsForWhoSpeaksForTheClone(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone, other := central.Clone(t), central.Clone(t)
	input := connections(t, clone)
	input["CONNECTION_NAME_CENTRAL"] = central.As(t, other.Role)
	_, err := run(t.Context(), t, "show_synchronization_status", input, &story{})
	require.ErrorContains(t, err, "central refuses the clone")

	central.Exec(t, "select lizsync.revoke_clone($1)", clone.ID)
	_, err = run(t.Context(), t, "show_synchronization_status", connections(t, clone), &story{})
	require.ErrorContains(t, err, "central refuses the clone")

	input["CONNECTION_NAME_CLONE"] = central.URL
	_, err = run(t.Context(), t, "show_synchronization_status", input, &story{})
	require.ErrorContains(t, err, "this database is not a clone")
	input["CONNECTION_NAME_CLONE"] = pgtest.Database(t).URL
	_, err = run(t.Context(), t, "show_synchronization_status", input, &story{})
	require.ErrorContains(t, err, "clone: ")
}

func TestStatusTellsOfFunctionsThatDiffer(t *testing.T) {
	t.Parallel()
	central := trees(t)
	clone := central.Clone(t)
	status := func() ([]any, error) {
		t.Helper()
		var told story
		result, err := run(t.Context(), t, "show_synchronization_status", connections(t, clone), &told)
		if err != nil {
			return nil, err
		}
		for _, line := range result["FUNCTIONS"].([]any) {
			require.Contains(t, told.warnings, line)
		}
		require.Len(t, told.warnings, len(result["FUNCTIONS"].([]any)))
		return result["FUNCTIONS"].([]any), nil
	}
	wrong, err := status()
	require.NoError(t, err)
	require.Empty(t, wrong)

	central.Exec(t, "alter function lizsync.server_id() strict")
	clone.Exec(t, "drop function lizsync.apply_changes()")
	wrong, err = status()
	require.NoError(t, err)
	require.Equal(t, []any{
		"central: the functions of LizSync in the database " + central.Name + " are not as they were installed: lizsync.server_id() was altered; run upgrade_database_structure on it",
		"clone: the functions of LizSync in the database " + clone.Name + " are not as they were installed: lizsync.apply_changes() is missing; run upgrade_database_structure on it",
	}, wrong)

	// Without what the status is asked with.
	central.Exec(t, "drop function lizsync.clone_status(uuid, pg_snapshot)")
	_, err = status()
	require.EqualError(t, err, "the functions of LizSync in the database "+central.Name+" are not as they were installed: "+
		"lizsync.clone_status(uuid,pg_snapshot) is missing, lizsync.server_id() was altered")

	for _, db := range []*pgtest.DB{central.DB, clone.DB} {
		_, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
		require.NoError(t, err)
	}
	wrong, err = status()
	require.NoError(t, err)
	require.Empty(t, wrong)

	// As another version of the program installs them.
	const other = "select lizsync.record_functions(array(select signature from lizsync.installed_functions), 'v9.0.0', 'other')"
	clonetest.Alter(t, central.DB, "alter function lizsync.server_id() strict")
	central.Exec(t, other)
	wrong, err = status()
	require.NoError(t, err)
	require.Equal(t, []any{
		"central: the functions of LizSync in the database " + central.Name + " are not those of this program, " + provider.Version() + ", but of v9.0.0; run upgrade_database_structure on it",
		"the two databases have different functions of LizSync and refuse to synchronise; run upgrade_database_structure of the newer program on both",
	}, wrong)
	_, err = run(t.Context(), t, "synchronize_database", connections(t, clone), &story{})
	require.ErrorContains(t, err, "central and this clone have different functions of LizSync")

	// Together they go on, whatever this program has.
	clonetest.Alter(t, clone.DB, "alter function lizsync.server_id() strict")
	clone.Exec(t, other)
	wrong, err = status()
	require.NoError(t, err)
	require.Len(t, wrong, 2)
	_, err = run(t.Context(), t, "synchronize_database", connections(t, clone), &story{})
	require.NoError(t, err)
	_, err = run(t.Context(), t, "initialize_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "SCHEMAS": "city"}, &story{})
	require.ErrorContains(t, err, "are not those of this program")
	require.Equal(t, "run upgrade_database_structure on it", hint(t, err))
}

func TestStatusTellsOfNumbersThatRunShort(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.tree (id smallserial primary key, name text);
		create table city.road (id serial primary key, name text)`)
	clone := central.Clone(t)
	short := func() []any {
		t.Helper()
		var told story
		result, err := run(t.Context(), t, "show_synchronization_status", connections(t, clone), &told)
		require.NoError(t, err)
		require.Len(t, told.warnings, len(result["NUMBERS"].([]any)))
		return result["NUMBERS"].([]any)
	}
	require.Empty(t, short())
	clone.Exec(t, "insert into city.tree select from generate_series(1, 85); insert into city.road select from generate_series(1, 85)")
	require.Equal(t, []any{"the clone has drawn 85 of its 99 numbers of the sequence city.tree_id_seq: synchronise, and it gets new ones"}, short())
	clone.MustSync(t, clonetest.ViaProgram)
	require.Empty(t, short())
	central.Exec(t, "select setval('city.tree_id_seq', 32000), setval('city.road_id_seq', 2147483640)")
	require.Equal(t, []any{
		"the sequence city.road_id_seq stands at 2147483640 on central, among the numbers that its clones have, which begin at 2147418112: somebody has set it",
		"the sequence city.tree_id_seq stands at 32000 on central, and the blocks of its clones begin at 32567: 566 numbers are left",
	}, short())
}
