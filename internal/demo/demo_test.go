package demo

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// threeCities is a demo whose three databases were never apart.
func threeCities(t *testing.T) (*demo, *bytes.Buffer) {
	central := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), central.URL)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), citySQL)
	require.NoError(t, err)
	// Prepare does this in the story.
	_, err = conn.Exec(t.Context(), `
		alter table city.building add uid uuid not null default gen_random_uuid();
		alter table nature.tree_photo add uid uuid not null default gen_random_uuid();
		alter table water.hydrant add uid uuid not null default gen_random_uuid()`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))

	var output bytes.Buffer
	d := &demo{page: &page{w: &output}}
	d.tablet = visit(t, "Anna's tablet", central.Copy(t))
	d.laptop = visit(t, "Louis's laptop", central.Copy(t))
	d.central = visit(t, "City hall", central)
	return d, &output
}

func visit(t *testing.T, name string, db *pgtest.DB) *place {
	conn, err := pgx.Connect(t.Context(), db.URL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &place{name: name, conn: conn}
}

func TestAnyDifferenceIsFound(t *testing.T) {
	t.Parallel()
	d, output := threeCities(t)
	// Numbers that each database gives on its own are no difference.
	_, err := d.tablet.conn.Exec(t.Context(), "update nature.tree set id = id + 1000000")
	require.NoError(t, err)
	require.NoError(t, d.equal(t.Context()))
	assert.Contains(t, output.String(), "All three databases are equal: 9 tables, 21,352 rows")

	_, err = d.laptop.conn.Exec(t.Context(), `
		update city.district set local_names = '{}' where id = 3;
		update nature.tree set note = '' where tag = 1;
		update water.pipe set geom = st_translate(geom, 0, 0, 0.001) where id = 1`)
	require.NoError(t, err)
	_, err = d.tablet.conn.Exec(t.Context(), "delete from water.hydrant where code = 'PI-0001'")
	require.NoError(t, err)
	assert.EqualError(t, d.equal(t.Context()), "the databases differ in city.district, nature.tree, water.pipe, water.hydrant")
}

func TestCityIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t).URL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(t.Context(), citySQL)
	require.NoError(t, err)
	trees, err := read(t.Context(), &place{name: "the city", conn: conn}, "nature.tree")
	require.NoError(t, err)
	assert.Equal(t, content{11520, "eed80b0d3d8cd9dacfae7a69150f74287a26b57c9eefb37fdd6181037ffa8f0f"}, trees)

	var invalid int
	require.NoError(t, conn.QueryRow(t.Context(), `
		select count(*) from (select geom from city.district union all select geom from city.building) as areas
		where not st_isvalid(geom) or st_isempty(geom)`).Scan(&invalid))
	assert.Zero(t, invalid)
}

func TestPhotoIsTheSameEveryTime(t *testing.T) {
	a, err := photo(7)
	require.NoError(t, err)
	b, err := photo(7)
	require.NoError(t, err)
	c, err := photo(8)
	require.NoError(t, err)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, c)
}

func TestTableAlignsItsColumns(t *testing.T) {
	var output bytes.Buffer
	p := &page{w: &output}
	p.table([]string{"où", ">rows"}, [][]string{{"forêt", "7"}, {"île\naux moines", "1,234"}})
	assert.Equal(t, strings.Join([]string{
		"  où           rows",
		"  ──────────  ─────",
		"  forêt           7",
		"",
		"  île         1,234",
		"  aux moines",
		"",
	}, "\n"), output.String())
}

func TestNumbersHaveCommas(t *testing.T) {
	for number, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -123456: "-123,456", 21336000: "21,336,000"} {
		assert.Equal(t, want, thousands(number))
	}
}
