package algorithms

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// structured is an empty database with the structure.
func structured(t *testing.T) *pgtest.DB {
	t.Helper()
	db := pgtest.EmptyDatabase(t)
	_, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &story{})
	require.NoError(t, err)
	return db
}

// hint is what an error advises.
func hint(t *testing.T, err error) string {
	t.Helper()
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	return failure.Hint
}

func TestCreateIsRefusedOnAnInstalledDatabaseUnlessOverridden(t *testing.T) {
	t.Parallel()
	db := structured(t)
	db.Exec(t, "insert into lizsync.server_metadata (server_name) values ('central')")
	input := map[string]any{"CONNECTION_NAME": db.URL}
	_, err := run(t.Context(), t, "create_database_structure", input, &story{})
	require.ErrorContains(t, err, "LizSync is installed in the database "+db.Name+" already")
	assert.Contains(t, hint(t, err), "upgrade_database_structure")
	assert.Equal(t, "1", db.Text(t, "select count(*) from lizsync.server_metadata"))

	input["OVERRIDE"] = true
	_, err = run(t.Context(), t, "create_database_structure", input, &story{})
	require.NoError(t, err)
	assert.Equal(t, "0", db.Text(t, "select count(*) from lizsync.server_metadata"))
}

func TestCreateReturnsTheVersion(t *testing.T) {
	t.Parallel()
	db := pgtest.EmptyDatabase(t)
	var told story
	result, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": db.URL}, &told)
	require.NoError(t, err)
	version := sql.Current().Version()
	assert.Equal(t, map[string]any{
		"OUTPUT_STATUS":    1.0,
		"OUTPUT_STRING":    fmt.Sprintf("LizSync is installed with version %d of its structure.", version),
		"DATABASE_VERSION": strconv.Itoa(version),
	}, result)
	assert.Contains(t, told.messages, "the extension hstore was created in the schema public")
	assert.Empty(t, told.warnings)
}

func TestCreateOnAnUnreachableDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	_, err := run(t.Context(), t, "create_database_structure", map[string]any{"CONNECTION_NAME": "host=127.0.0.1 port=1 dbname=city"}, &story{})
	require.ErrorContains(t, err, "no server listens")
	assert.NotEmpty(t, hint(t, err))
}
