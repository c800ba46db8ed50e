package algorithms

import (
	"archive/zip"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// cityOfProject is the central database that the project of mobileInput shows.
const cityOfProject = `
	create schema city;
	create table city.species (id serial primary key, name text not null unique);
	create table city.tree (id serial primary key, height int, species_name text references city.species (name), geom geometry(PointZ, 4326));
	create table city."Chemins d'été" (id serial primary key, "Nom" text, geom geometry(LineString, 2154));
	insert into city.species (name) values ('oak'), ('lime');
	insert into city.tree (height, species_name, geom) select n, 'oak', st_setsrid(st_makepoint(3 + n * 0.001, 43, n), 4326) from generate_series(1, 20) n`

// projectOf is the project of mobileInput, of a real central database, with a folder of what belongs to it.
func projectOf(t *testing.T, central *pgtest.DB) string {
	t.Helper()
	folder := filepath.Join(projectFolder(t, "city/media/oak.jpg", "city/data/old.gpkg", "city/city_mobile/layers.gpkg"), "city")
	u, err := url.Parse(central.URL)
	require.NoError(t, err)
	password, _ := u.User.Password()
	content, err := os.ReadFile("internal/project/testdata/city.qgs")
	require.NoError(t, err)
	shown := strings.NewReplacer("gis_central", central.Name, "central.example", u.Hostname(), "port=5432", "port="+u.Port(), "port%3D5432", "port%3D"+u.Port(),
		"'anna'", "'"+u.User.Username()+"'", "s3cret-word", password).Replace(string(content))
	path := filepath.Join(folder, "city.qgz")
	file, err := os.Create(path)
	require.NoError(t, err)
	archive := zip.NewWriter(file)
	w, err := archive.Create("city.qgs")
	require.NoError(t, err)
	_, err = io.WriteString(w, shown)
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	require.NoError(t, file.Close())
	return path
}

// packageAllInput points the mobile project to a clone of the tests.
func packageAllInput(t *testing.T, central, clone *pgtest.DB, layers ...any) map[string]any {
	t.Helper()
	u, err := url.Parse(clone.URL)
	require.NoError(t, err)
	port, err := strconv.Atoi(u.Port())
	require.NoError(t, err)
	return map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "QGIS_PROJECT_FILE": projectOf(t, central), "PG_LAYERS": layers,
		"CLONE_HOST": u.Hostname(), "CLONE_PORT": port, "CLONE_DATABASE": clone.Name, "CLONE_USER": u.User.Username(),
	}
}

func TestPackageAllMakesThePackageAndTheProject(t *testing.T) {
	t.Parallel()
	central, clone := centralDatabase(t, cityOfProject), pgtest.EmptyDatabase(t)
	input := packageAllInput(t, central, clone, "Trees", "city.species", `city."Chemins d'été"`)
	input["GPKG_LAYERS"] = []any{"Zones=zones"}
	var told story
	result, err := run(t.Context(), t, "package_all", input, &told)
	require.NoError(t, err)
	folder := mobileFolder(input["QGIS_PROJECT_FILE"].(string))
	assert.Equal(t, filepath.Join(folder, "central_database_package.zip"), result["ZIP_FILE"])
	assert.EqualValues(t, 3, result["NUMBER_TABLES"])
	assert.EqualValues(t, 22, result["NUMBER_ROWS"])
	assert.EqualValues(t, 3, result["NUMBER_PG_LAYERS"], "the trees that were not chosen are left out, though their table is packaged")
	assert.EqualValues(t, 1, result["NUMBER_GPKG_LAYERS"])
	assert.IsNonDecreasing(t, told.progress)
	assert.Equal(t, []string{"step 1 of 2: package the data", "step 2 of 2: build the mobile project"}, steps(told.messages))
	require.NoError(t, deploy(t, central, clone, result["ZIP_FILE"].(string), nil))
}

func steps(messages []string) (found []string) {
	for _, message := range messages {
		if strings.HasPrefix(message, "step ") {
			found = append(found, message)
		}
	}
	return found
}

func TestPackageAllTakesTablesThatNoLayerShows(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, cityOfProject+"; create table city.note (id serial primary key, note text)")
	input := packageAllInput(t, central, central, "Trees", "city.species", "city.note")
	var told story
	result, err := run(t.Context(), t, "package_all", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 3, result["NUMBER_TABLES"])
	assert.Contains(t, told.messages, `"city"."note" is packaged, and no layer of the project shows it`)
}

func TestPackageAllWarnsOfReferencesThatOnlyTheProjectKnows(t *testing.T) {
	t.Parallel()
	// The project relates, joins and lists the species by their name, which is a number here.
	central := centralDatabase(t, strings.NewReplacer("name text not null unique", "name serial unique", "species_name text references city.species (name)", "species_name integer",
		"insert into city.species (name) values ('oak'), ('lime');", "", "'oak'", "7").Replace(cityOfProject))
	central.Exec(t, "insert into lizsync.local_keys values ('city.species')")
	var told story
	_, err := run(t.Context(), t, "package_all", packageAllInput(t, central, central, "Trees", "city.species"), &told)
	require.NoError(t, err)
	var warnings []string
	for _, warning := range told.warnings {
		if strings.Contains(warning, "species_name") {
			warnings = append(warnings, warning)
		}
	}
	assert.Equal(t, []string{"city.tree: its column species_name holds the numbers of city.species.name " +
		`(a join of the layer "Trees" in the project; a value relation in the form of the layer "Trees"; the relation "tree species" of the project), which each database gives on its own: ` +
		"a row that a clone makes may belong to another row of city.species on central. " +
		"Remedy: run initialize_central_database with SERIAL_KEYS=shared, which lets the numbers be the same everywhere"}, warnings)

	told = story{}
	_, err = run(t.Context(), t, "package_all", packageAllInput(t, central, central, "Trees"), &told)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(told.warnings, ";"), "species_name", "the numbers of a table that no clone has are central's")
}

func TestPackageAllSaysWhatWasDoneAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	central := centralDatabase(t, cityOfProject)
	input := packageAllInput(t, central, central, "Trees")
	_, err := run(t.Context(), t, "package_all", input, &story{})
	require.ErrorContains(t, err, "step 1 of 2, package the data: ")
	require.ErrorContains(t, err, "references city.species")
	require.ErrorContains(t, err, "done before: nothing; left to do after it: build the mobile project")
	mobile := mobilePath(input["QGIS_PROJECT_FILE"].(string))
	assert.NoFileExists(t, mobile)

	input["PG_LAYERS"] = []any{"Trees", "Species"}
	require.NoError(t, os.MkdirAll(filepath.Join(mobile, "in the way"), 0o700))
	_, err = run(t.Context(), t, "package_all", input, &story{})
	require.ErrorContains(t, err, "step 2 of 2, build the mobile project: ")
	require.ErrorContains(t, err, "done before: package the data; left to do after it: nothing")

	// What could not be built is found before anything is done.
	input["GPKG_LAYERS"] = []any{"Nothing"}
	_, err = run(t.Context(), t, "package_all", input, &story{})
	require.ErrorContains(t, err, `the project has no layer "Nothing"`)
	assert.NotContains(t, err.Error(), "step")
}
