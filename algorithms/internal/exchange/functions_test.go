package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// Two sides whose functions differ do not understand each other, whatever the number of their structures.
func TestDatabasesWithDifferentFunctionsRefuseEachOther(t *testing.T) {
	t.Parallel()
	overEach(t, func(t *testing.T, via clonetest.Via) {
		central := city(t, "")
		clone := central.Clone(t)
		set(t, clone.DB, "a", "x = 1")
		set(t, central.DB, "b", "x = 2")
		// As another version of the program installs them.
		const other = `
			alter function lizsync.text_size(public.hstore) strict;
			select lizsync.record_functions(array(select signature from lizsync.installed_functions), 'v9.0.0', 'other')`
		for _, c := range []struct {
			name    string
			db      *pgtest.DB
			altered string
			want    string
			detail  string
			hint    string
		}{
			{"altered on central", central.DB, "alter function lizsync.server_id() strict",
				"the functions of LizSync on central (database %s) are not as they were installed: lizsync.server_id() was altered", "", "Run upgrade_database_structure on it."},
			{"altered on the clone", clone.DB, "alter function lizsync.server_id() strict",
				"the functions of LizSync on the clone (database %s) are not as they were installed: lizsync.server_id() was altered", "", "Run upgrade_database_structure on it."},
			{"missing on central", central.DB, "drop function lizsync.exchange()",
				"the functions of LizSync on central (database %s) are not as they were installed: lizsync.exchange() is missing", "", "Run upgrade_database_structure on it."},
			{"missing on the clone", clone.DB, "drop function lizsync.apply_reply(lizsync.acknowledgement)",
				"the functions of LizSync on the clone (database %s) are not as they were installed: lizsync.apply_reply(lizsync.acknowledgement) is missing", "", "Run upgrade_database_structure on it."},
			{"of another program on central", central.DB, other, "central and this clone have different functions of LizSync",
				"Those of central are of the program v9.0.0, those of the clone of " + provider.Version() + ".", "Run upgrade_database_structure of the newer program on both."},
			{"of another program on the clone", clone.DB, other, "central and this clone have different functions of LizSync",
				"Those of central are of the program " + provider.Version() + ", those of the clone of v9.0.0.", "Run upgrade_database_structure of the newer program on both."},
		} {
			c.db.Exec(t, c.altered)
			_, err := clone.Sync(t, via)
			if strings.Contains(c.want, "%s") {
				c.want = fmt.Sprintf(c.want, c.db.Name)
			}
			require.ErrorContains(t, err, c.want, c.name)
			var pg *pgconn.PgError
			require.ErrorAs(t, err, &pg)
			require.Equal(t, c.detail, pg.Detail, c.name)
			require.Equal(t, c.hint, pg.Hint, c.name)
			trees(t, "a", "0 0 0", central.DB)
			trees(t, "b", "0 0 0", clone.DB)
			repair(t, c.db)
		}
		require.Equal(t, exchange.Counts{ReplayedToCentral: 1, ReplayedToClone: 1}, clone.MustSync(t, via))
		clonetest.RequireEqual(t, central, clone)
	})
}

// A clone that does not compare them itself is refused all the same.
func TestCentralComparesTheFunctionsToo(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	here, there := clone.Conns(t)
	g := greet(t, here)
	execute(t, there, "begin isolation level repeatable read")
	_, err := there.Exec(t.Context(), "select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], null, '0', false)",
		pgx.QueryExecModeExec, strings.Replace(g.handshake, clone.Text(t, "select digest from lizsync.functions_state()"), "of another", 1), g.columns)
	require.ErrorContains(t, err, "the clone and central have different functions of LizSync")
	execute(t, there, "rollback")
	execute(t, here, "rollback")
}

// The central that the clone knows has lost what a synchronisation begins with, or has no LizSync.
func TestACentralWithoutTheFirstFunctionIsNamed(t *testing.T) {
	t.Parallel()
	central := city(t, "")
	clone := central.Clone(t)
	central.Exec(t, "drop function lizsync.acquire_slot()")
	_, err := clone.Sync(t, clonetest.ViaSQL)
	require.ErrorContains(t, err, "central lacks functions of LizSync: function lizsync.acquire_slot() does not exist")
	repair(t, central.DB)
	require.Zero(t, clone.MustSync(t, clonetest.ViaSQL))
}

// repair is what upgrade_database_structure does without being asked to make upgrades.
func repair(t *testing.T, db *pgtest.DB) {
	t.Helper()
	require.NoError(t, pgx.BeginFunc(t.Context(), db.Conn(t), func(tx pgx.Tx) error {
		_, err := database.Upgrade(t.Context(), tx, false, provider.Silent{})
		return err
	}))
}
