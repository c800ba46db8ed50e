package algorithms

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// Nothing is deployed from or to a database whose functions are not those of this program.
func TestDeploymentWantsTheFunctionsOfThisProgram(t *testing.T) {
	t.Parallel()
	central, clone := threeTrees(t)
	zip := pack(t, central, []any{"s.t"}, nil)
	for side, db := range map[string]*pgtest.DB{"central": central, "clone": clone} {
		db.Exec(t, "alter function lizsync.server_id() strict")
		err := deploy(t, central, clone, zip, nil)
		require.EqualError(t, err, side+": the functions of LizSync in the database "+db.Name+" are not as they were installed: lizsync.server_id() was altered")
		require.Equal(t, "run upgrade_database_structure on it", hint(t, err))

		clonetest.Alter(t, db, "select 1")
		db.Exec(t, "select lizsync.record_functions(array(select signature from lizsync.installed_functions), 'v0.0.1', 'other')")
		require.ErrorContains(t, deploy(t, central, clone, zip, nil), "are not those of this program")
		_, err = run(t.Context(), t, "upgrade_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
		require.NoError(t, err)
	}
	require.NoError(t, deploy(t, central, clone, zip, nil))
}

func TestFunctionsOfATakenOverDatabaseAreRecorded(t *testing.T) {
	t.Parallel()
	overShapes(t, func(t *testing.T, s shape) {
		o := upgraded(t, s)
		for _, db := range []*pgtest.DB{o.central, o.clone} {
			assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.installed_functions where written <> (select xmin from pg_proc where oid = function_oid)"))
			assert.Equal(t, "{}", db.Text(t, "select altered from lizsync.functions_state()"))
		}
		assert.Equal(t, o.central.Text(t, "select digest from lizsync.functions_state()"), o.clone.Text(t, "select digest from lizsync.functions_state()"))
	})
}
