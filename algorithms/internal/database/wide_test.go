package database_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// blocks counts the blocks that a query touches once the session has read the catalogs for it.
func blocks(t *testing.T, db *pgtest.DB, query string) float64 {
	t.Helper()
	db.Text(t, query)
	var plans []struct {
		Plan struct {
			Hit  float64 `json:"Shared Hit Blocks"`
			Read float64 `json:"Shared Read Blocks"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(db.Text(t, "explain (analyze, buffers, format json) "+query)), &plans))
	require.Len(t, plans, 1)
	require.Positive(t, plans[0].Plan.Hit)
	return plans[0].Plan.Hit + plans[0].Plan.Read
}

func TestWhatIsAskedOfATableGrowsAsItsColumnsDo(t *testing.T) {
	t.Parallel()
	db := installed(t)
	db.Exec(t, `create schema city; create table city.p (uid uuid primary key default gen_random_uuid())`)
	for _, columns := range []int{200, 800} {
		db.Exec(t, fmt.Sprintf(`
			do $$
			begin
				execute format(
					'create table city.t%[1]d (uid uuid primary key default gen_random_uuid(), %%s)',
					(select string_agg(format(
						(array['a%%s text', 'b%%s integer default 7', 'c%%s serial unique', 'd%%s uuid references city.p', 'e%%s text unique'])[n %% 5 + 1], n
					), ', ') from generate_series(1, %[1]d) as n)
				);
			end $$;
			create schema only%[1]d; alter table city.t%[1]d set schema only%[1]d;
			insert into lizsync.synchronized_tables (server_id, sync_tables)
			values ('00000000-0000-0000-0000-000000000%[1]d', jsonb_build_array(lizsync.relation_name('only%[1]d.t%[1]d'::regclass)))`, columns))
	}
	for name, query := range map[string]string{
		"unsafe_tables": "select count(*) from lizsync.unsafe_tables('{only%[1]d}')",
		"local_columns": "select cardinality(lizsync.local_columns('only%[1]d.t%[1]d'))",
		"sent_columns":  "select cardinality(lizsync.sent_columns('only%[1]d.t%[1]d'))",
		"table_columns": "select cardinality(lizsync.table_columns('00000000-0000-0000-0000-000000000%[1]d'))",
		"table_states":  "select count(*) from lizsync.table_states('{only%[1]d}')",
	} {
		few, many := blocks(t, db, fmt.Sprintf(query, 200)), blocks(t, db, fmt.Sprintf(query, 800))
		t.Logf("%s touches %.0f blocks for 200 columns and %.0f for 800", name, few, many)
		assert.LessOrEqual(t, many, 6*few, name)
	}
	found := db.Rows(t, "select problem, count(*) from lizsync.unsafe_tables('{only800}') group by problem order by problem")
	assert.Equal(t, [][]string{{"foreign_key_outside", "160"}, {"unique_key_filled_alike", "160"}}, found)
}
