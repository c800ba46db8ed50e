package exchange_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
)

func TestCompareTablesNamesWhatDiffersThroughChangesOfStructure(t *testing.T) {
	t.Parallel()
	central := clonetest.NewCentral(t, `
		create schema city;
		create table city.tree (id serial primary key, species text, height numeric);
		insert into city.tree (species, height) values ('oak', 12.5), ('elm', 3), ('ash', 7)`)
	clone := central.Clone(t)
	session, _ := clone.Conns(t)
	differences := func() (found []string) {
		rows, err := session.Query(t.Context(), `
			select concat_ws(' ', status, clone_table_values - 'id'::text - 'uid'::text, 'central:', central_table_values - 'id'::text - 'uid'::text)
			from lizsync.compare_tables('city', 'tree') order by 1`)
		require.NoError(t, err)
		found, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return found
	}
	assert.Empty(t, differences())

	clone.Exec(t, "update city.tree set height = 13 where species = 'oak'; delete from city.tree where species = 'elm'")
	central.Exec(t, "delete from city.tree where species = 'ash'")
	assert.Equal(t, []string{
		`not equal "height"=>"13" central: "height"=>"12.5"`,
		`not in central "height"=>"7", "species"=>"ash" central:`,
		`not in clone central: "height"=>"3", "species"=>"elm"`,
	}, differences())
	clone.MustSync(t, clonetest.ViaSQL)
	assert.Empty(t, differences())

	for _, db := range []interface {
		Exec(testing.TB, string, ...any)
	}{central, clone} {
		db.Exec(t, "alter table city.tree add pruned date")
	}
	assert.Empty(t, differences(), "a column was added on both sides")
	central.Exec(t, "update city.tree set pruned = '2024-05-01' where species = 'oak'")
	assert.Equal(t, []string{`not equal "pruned"=>NULL central: "pruned"=>"2024-05-01"`}, differences())
}
