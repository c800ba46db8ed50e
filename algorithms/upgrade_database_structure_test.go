package algorithms

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/sql"
)

func TestUpgradeWithoutStructureSaysWhatToRun(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	_, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL, "RUN_MIGRATIONS": true}, &story{})
	require.EqualError(t, err, "LizSync is not installed in the database "+db.Name)
	assert.Contains(t, hint(t, err), "create_database_structure")
}

func TestUpgradeOfNewerDatabaseNamesBothVersions(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, "insert into lizsync.structure_version (version, description) values (999, 'the future')")
	_, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL, "RUN_MIGRATIONS": true}, &story{})
	assert.EqualError(t, err, fmt.Sprintf("the LizSync structure of the database %s has version 999, newer than this program, which knows version %d", db.Name, sql.Current().Version()))
}

func TestUpgradeOfCurrentStructureSaysSo(t *testing.T) {
	t.Parallel()
	db := structured(t)
	version := strconv.Itoa(sql.Current().Version())
	for migrate, text := range map[bool]string{
		false: "The structure already has version " + version + ", the current one.",
		true:  "The structure already has version " + version + ", the current one; only its functions were installed again.",
	} {
		result, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL, "RUN_MIGRATIONS": migrate}, &story{})
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"OUTPUT_STATUS": 1.0, "OUTPUT_STRING": text, "DATABASE_VERSION": version}, result)
	}
}

func TestUpgradePutsFunctionsRightWithoutBeingAskedToMigrate(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, "insert into lizsync.server_metadata (server_name) values ('central')")
	kept := db.Text(t, "select server_id from lizsync.server_metadata")
	current := "The structure already has version " + strconv.Itoa(sql.Current().Version()) + ", the current one"
	const replaced = "alter function lizsync.relation_name(oid) cost 7; select lizsync.record_functions(array(select signature from lizsync.installed_functions), '%s', 'other')"
	for _, c := range []struct{ done, want string }{
		{
			"alter function lizsync.server_id() strict; drop function lizsync.exchange()",
			"; its functions were repaired: lizsync.exchange() is missing, lizsync.server_id() was altered.",
		},
		{fmt.Sprintf(replaced, "v0.0.1"), "; its functions, of the program v0.0.1, were replaced by those of this one."},
		{"select 1", "."},
	} {
		db.Exec(t, c.done)
		result, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
		require.NoError(t, err)
		assert.Equal(t, current+c.want, result["OUTPUT_STRING"])
	}
	assert.Equal(t, kept, db.Text(t, "select server_id from lizsync.server_metadata"))
}

func TestUpgradeTellsWhatItWouldDo(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, "delete from lizsync.structure_version")
	var told story
	result, err := run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &told)
	require.NoError(t, err)
	assert.Equal(t, "0", result["DATABASE_VERSION"])
	assert.Contains(t, told.messages, "to be run: upgrade 1, create tables")
	assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.structure_version"))
}
