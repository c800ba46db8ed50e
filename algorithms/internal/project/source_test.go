package project

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSourcesAreReadAndMoved(t *testing.T) {
	to := Connection{Host: "localhost", Port: 5433, Database: `o'gis\`, User: "field"}
	const at = `dbname='o\'gis\\' host=localhost port=5433 user='field'`
	for _, c := range []struct{ text, conninfo, schema, table, moved string }{
		{
			`dbname='gis' host=h port=5432 user='anna' password='a b\'c' sslmode=require key='id' srid=4326 type=PointZ table="city"."tree" (geom) sql="password='x' and a = 3"`,
			`host='h' port='5432' dbname='gis' user='anna'`, "city", "tree",
			at + ` key='id' srid=4326 type=PointZ table="city"."tree" (geom) sql="password='x' and a = 3"`,
		},
		{`service='central' authcfg=abc1234 key='id' table="s.1"."a \"b\" é"`, `service='central'`, "s.1", `a "b" é`, at + ` key='id' table="s.1"."a \"b\" é"`},
		{`dbname=gis table=tree key=id`, `dbname='gis'`, "", "tree", at + ` table=tree key=id`},
		{`dbname='gis' key='id' table="(select * from city.tree where a = ')')" (geom) sql=`, `dbname='gis'`, "", "(select * from city.tree where a = ')')", at + ` key='id' table="(select * from city.tree where a = ')')" (geom) sql=`},
	} {
		s, ok := parseSource(c.text)
		require.True(t, ok, c.text)
		assert.Equal(t, c.conninfo, s.conninfo())
		schema, table := s.relation()
		assert.Equal(t, [2]string{c.schema, c.table}, [2]string{schema, table})
		assert.Equal(t, c.moved, s.at(to))
		assert.Equal(t, c.text, s.without())
	}
	assert.Equal(t, `dbname='g' host='/a b' port=5432`, Connection{Host: "/a b", Port: 5432, Database: "g"}.String())
	assert.Equal(t, "service='clone'", Connection{Service: "clone", Database: "gis"}.String())
}

func TestOtherTextsAreNoSources(t *testing.T) {
	for _, text := range []string{
		"", "gis", "a=b", "key='id' table=t", "dbname='gis", `dbname="gis`, "= 3", "dbname=gis and more", "./a.gpkg|layername=dbname=gis", `dbname=gis table="a" (geom`,
		"contextualWMSLegend=0&crs=EPSG:4326&url=http://h/?dbname=gis",
	} {
		_, ok := parseSource(text)
		assert.False(t, ok, text)
	}
}
