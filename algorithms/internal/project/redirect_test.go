package project

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// testdata/city.qgs was written by QGIS 3.22: relations, joins, value relations, a relation reference, a second style, a
// layout with a map of fixed layers, a legend and an atlas, a map theme; layers of PostgreSQL (two of one table), memory,
// GeoJSON and WMS, and virtual ones.
const (
	trees   = "Trees_0a7f0572_4be5_4027_a1d0_13341ae32ded"
	high    = "High_trees____tall__693390d1_f69a_4454_9722_619b48ec6e09"
	species = "Species_829b83d9_8db0_4c9d_9df8_e0fdce1d4c85"
	paths   = "Chemins_d__t__0f8755f5_c84c_46e5_85ff_3bc879308cf4"
	zones   = "Zones_47327f56_9c65_4a04_97b8_d47b28652b04"
	scratch = "Scratch_6165862c_ad65_470e_b70c_73f7c0af515e"
)

const (
	atCentral  = "dbname='gis_central' host=central.example port=5432 user='anna' sslmode=disable"
	atClone    = "dbname='gis' host=localhost port=5432 user='gis'"
	password   = " password='s3cret-word'"
	thePercent = "dbname%3D%27gis_central%27%20host%3Dcentral.example%20port%3D5432%20user%3D%27anna%27%20sslmode%3Ddisable"
	atPercent  = "dbname%3D%27gis%27%20host%3Dlocalhost%20port%3D5432%20user%3D%27gis%27"
)

var clone = Connection{Host: "localhost", Port: 5432, Database: "gis", User: "gis"}

func target(t *testing.T, conninfo string) *database.Target {
	t.Helper()
	made, err := database.Resolve(conninfo)
	require.NoError(t, err)
	return made
}

// redirected is the project, as it was without the passwords of central, and as it is.
func redirected(t *testing.T, path string, to Redirection) (before, after string, warnings []string) {
	t.Helper()
	p, err := Open(path)
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	to.Central, to.Clone = target(t, "service='' host=central.example dbname=gis_central user=other"), clone
	warnings = p.Redirect(to)
	return strings.NewReplacer(password, "", "%20password%3D%27s3cret-word%27", "").Replace(string(content)), string(p.document.bytes()), warnings
}

func TestOnlyTheSourcesOfChosenLayersAreAltered(t *testing.T) {
	before, after, warnings := redirected(t, "testdata/city.qgs", Redirection{
		Layers:     []string{trees, species},
		Geopackage: map[string]string{zones: "./city_mobile/layers.gpkg|layername=Zones & more"},
	})
	assert.Empty(t, warnings)
	back := strings.NewReplacer(atClone, atCentral, atPercent, thePercent, "./city_mobile/layers.gpkg|layername=Zones &amp; more", "./zones.geojson").Replace(after)
	assert.True(t, before == back, "something else was altered")

	// What belongs to the trees has moved, everywhere; the other layer of the same table, and the paths, have not.
	var left []string
	for _, line := range strings.Split(after, "\n") {
		if strings.Contains(line, "central.example") {
			left = append(left, line)
		}
	}
	require.Len(t, left, 6) // in two layer trees and its own element, each
	for _, line := range left {
		assert.Regexp(t, `height.*&(gt;|quot;)|"height" >|Chemins d'été`, line)
	}
	assert.Equal(t, 4, strings.Count(after, "layers.gpkg"))
	assert.NotContains(t, after, "zones.geojson")
}

func TestLayerOfPostgreSQLMayGoToTheGeoPackage(t *testing.T) {
	_, after, _ := redirected(t, "testdata/city.qgs", Redirection{Geopackage: map[string]string{
		paths: "./city_mobile/layers.gpkg|layername=paths", scratch: "./city_mobile/layers.gpkg|layername=Scratch",
	}})
	assert.NotContains(t, after, "Chemins d'été&quot; (geom)")
	p, err := parse([]byte(after))
	require.NoError(t, err)
	for _, e := range p.maplayers() {
		if id := e.childText("id").text; id == paths || id == scratch {
			assert.Equal(t, "ogr", e.childText("provider").text, id)
			assert.Contains(t, e.childText("datasource").text, "layers.gpkg", id)
		}
	}
	tree := 0
	p.root.each(func(e *element) {
		if id := e.values["id"]; e.name == "layer-tree-layer" && (id.text == paths || id.text == scratch) {
			tree++
			assert.Equal(t, "ogr", e.values["providerKey"].text)
			assert.Contains(t, e.values["source"].text, "layers.gpkg")
		}
	})
	assert.Equal(t, 4, tree)
}

func TestProjectOfAnotherDatabaseIsLeftAlone(t *testing.T) {
	p, err := Open("testdata/city.qgs")
	require.NoError(t, err)
	p.Redirect(Redirection{Central: target(t, "host=central.example dbname=other"), Clone: clone})
	assert.Empty(t, p.document.edits)
	layer, ok := p.Layer(trees)
	require.True(t, ok)
	assert.False(t, layer.Shows(target(t, "host=central.example port=5433 dbname=gis_central")))
	assert.True(t, layer.Shows(target(t, "host=Central.Example dbname=gis_central")))
	assert.Equal(t, "anna@central.example:5432/gis_central", layer.Place())
}

func TestPasswordThatStandsElsewhereIsNamedByItsLine(t *testing.T) {
	content, err := os.ReadFile("testdata/city.qgs")
	require.NoError(t, err)
	action := `<actionsetting action="ogr2ogr out.gpkg PG:'dbname=gis_central password=s3cret-word'"/>`
	before, after, _ := strings.Cut(string(content), "</maplayer>")
	path := filepath.Join(t.TempDir(), "city.qgs")
	require.NoError(t, os.WriteFile(path, []byte(before+action+"</maplayer>"+after), 0o600))
	_, _, warnings := redirected(t, path, Redirection{Layers: []string{trees}})
	assert.Equal(t, []string{fmt.Sprintf("a password of central is left in line %d of the project: remove it there", 1+strings.Count(before, "\n"))}, warnings)
}

func TestRestOfAPasswordWithASpaceIsRemoved(t *testing.T) {
	content, err := os.ReadFile("testdata/city.qgs")
	require.NoError(t, err)
	// QGIS removes it from what refers to a layer, up to the first space.
	text := strings.ReplaceAll(string(content), password, " password='two words'")
	text = regexp.MustCompile(`ource="`+atCentral[:len(atCentral)-len(" sslmode=disable")]).ReplaceAllString(text, "$0 words'")
	require.Greater(t, strings.Count(text, "words'"), 10)
	path := filepath.Join(t.TempDir(), "city.qgs")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	_, after, _ := redirected(t, path, Redirection{Layers: []string{trees, species}})
	_, plain, _ := redirected(t, "testdata/city.qgs", Redirection{Layers: []string{trees, species}})
	assert.NotContains(t, after, "words'")
	assert.True(t, after == plain, "something else is there than without the space")
}

func TestPasswordsAreRemovedFromOtherKindsOfLayers(t *testing.T) {
	r := redirecting{Redirection: Redirection{Central: target(t, "host=central.example dbname=gis_central"), Clone: clone}, same: map[string]bool{}}
	never := func([2]string) bool { return false }
	base := "dbname='gis_central' host=central.example"
	for _, kind := range []string{"", "PG: ", "PG:"} {
		source := kind + base + password + " mode=2 schema='city' table='relief'"
		assert.Equal(t, strings.Replace(source, password, "", 1), r.moved(source, never))
	}
	for _, other := range []string{
		"dbname='other' host=central.example" + password,
		"name=x" + password,
		"height = 3 and password = 's3cret-word'",
		"./trees.csv?delimiter=;",
	} {
		assert.Equal(t, other, r.moved(other, never))
	}
}
