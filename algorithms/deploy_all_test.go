package algorithms

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/fileserver"
	"github.com/lizsync/lizsync/internal/freeport"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// deployAllInput is what brings the project of a packageAllInput to a clone, with the folder where its files arrive.
func deployAllInput(t *testing.T, central, clone *pgtest.DB, packaged map[string]any) (input map[string]any, folder string) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := t.TempDir()
	server, err := fileserver.StartSSH(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	user, err := fileserver.User()
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	require.NoError(t, err)
	known := filepath.Join(dir, "known_hosts")
	require.NoError(t, os.WriteFile(known, fmt.Appendf(nil, "[%s]:%d %s", server.Host, server.Port, key), 0o600))
	folder = filepath.Join(server.Root, "projects/city")
	return map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "QGIS_PROJECT_FILE": packaged["QGIS_PROJECT_FILE"],
		"CLONE_FTP_PROTOCOL": "SFTP", "CLONE_FTP_HOST": server.Host, "CLONE_FTP_PORT": server.Port, "CLONE_FTP_LOGIN": user,
		"CLONE_FTP_REMOTE_DIR": folder, "SFTP_KEY_FILE": filepath.Join(dir, "id"), "SFTP_KNOWN_HOSTS_FILE": known,
	}, folder
}

// The whole field day: packaged and deployed from one project, edited on the clone through the project that has arrived
// there, and synchronised.
func TestFieldDay(t *testing.T) {
	central, clone := centralDatabase(t, cityOfProject), pgtest.Database(t)
	office := packageAllInput(t, central, clone, "Trees", "High trees & <tall>", "Species", `city."Chemins d'été"`)
	office["GPKG_LAYERS"] = []any{"Zones"}
	_, err := run(t.Context(), t, "package_all", office, &story{})
	require.NoError(t, err)
	input, folder := deployAllInput(t, central, clone, office)
	var told story
	result, err := run(t.Context(), t, "deploy_all", input, &told)
	require.NoError(t, err)
	assert.EqualValues(t, 3, result["NUMBER_TABLES"])
	assert.EqualValues(t, 4, result["NUMBER_TRANSFERRED"]) // both projects, the photo and the GeoPackage
	assert.IsNonDecreasing(t, told.progress)
	assert.Equal(t, []string{"step 1 of 2: deploy the data", "step 2 of 2: send the project and its files"}, steps(told.messages))
	assert.FileExists(t, filepath.Join(folder, "media/oak.jpg"))
	assert.FileExists(t, filepath.Join(folder, "city_mobile/layers.gpkg"))
	assert.NoFileExists(t, filepath.Join(folder, "city_mobile/central_database_package.zip"))
	assert.NoDirExists(t, filepath.Join(folder, "data"))

	// In the field: each layer of the project that has arrived leads to the clone.
	arrived := members(t, filepath.Join(folder, "city_mobile.qgz"))["city.qgs"]
	sources := regexp.MustCompile(`<datasource>(dbname=.*) key='id'.* table="city"\."[^"]+"`).FindAllStringSubmatch(arrived, -1)
	require.Len(t, sources, 4)
	u, err := url.Parse(clone.URL)
	require.NoError(t, err)
	password, _ := u.User.Password()
	assert.NotContains(t, arrived, password)
	var tablet *pgx.Conn
	for _, source := range sources {
		tablet, err = pgx.Connect(t.Context(), source[1]+" password="+password)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tablet.Close(context.Background()) })
	}
	_, err = tablet.Exec(t.Context(), `
		insert into city.species (name) values ('elm');
		update city.tree set height = 99, species_name = 'elm' where height = 3;
		delete from city.tree where height = 4;
		insert into city."Chemins d'été" ("Nom", geom) values ('sentier', 'srid=2154;linestring(1 2, 3 4)')`)
	require.NoError(t, err)
	central.Exec(t, "update city.tree set geom = 'srid=4326;point z (1 2 3)' where height = 3; insert into city.tree (height) values (70)")

	// Back.
	var toCentral, toClone, conflicts, pending int
	require.NoError(t, tablet.QueryRow(t.Context(), "select * from lizsync.synchronize()").Scan(&toCentral, &toClone, &conflicts, &pending))
	assert.Equal(t, []int{4, 2, 0, 0}, []int{toCentral, toClone, conflicts, pending})
	for _, table := range []string{"city.tree", "city.species", `city."Chemins d'été"`} {
		rows := fmt.Sprintf("select to_jsonb(t) - 'id', t.uid from %s t order by uid", table)
		assert.Equal(t, central.Rows(t, rows), clone.Rows(t, rows), table)
	}
	assert.Equal(t, "99 elm POINT Z (1 2 3)", central.Text(t, "select concat_ws(' ', height, species_name, public.st_astext(geom)) from city.tree where height = 99"))
}

func TestDeployAllSaysWhatWasDoneAndWhatIsLeft(t *testing.T) {
	central, clone := centralDatabase(t, cityOfProject), pgtest.EmptyDatabase(t)
	packaged := packageAllInput(t, central, clone, "Trees", "Species")
	input, folder := deployAllInput(t, central, clone, packaged)
	var failure *provider.Failure

	_, err := run(t.Context(), t, "deploy_all", input, &story{})
	require.ErrorAs(t, err, &failure)
	assert.Contains(t, failure.Text, "city_mobile/central_database_package.zip")
	assert.Contains(t, failure.Hint, "run package_all for the project city.qgz first")

	_, err = run(t.Context(), t, "package_all", packaged, &story{})
	require.NoError(t, err)
	office := input["QGIS_PROJECT_FILE"].(string)
	input["QGIS_PROJECT_FILE"] = mobilePath(office)
	_, err = run(t.Context(), t, "deploy_all", input, &story{})
	require.ErrorAs(t, err, &failure)
	assert.Contains(t, failure.Hint, "choose the project that it was made of")
	input["QGIS_PROJECT_FILE"] = office

	port := input["CLONE_FTP_PORT"]
	input["CLONE_FTP_PORT"], err = freeport.Find(1, "127.0.0.1")
	require.NoError(t, err)
	_, err = run(t.Context(), t, "deploy_all", input, &story{})
	require.ErrorContains(t, err, "step 2 of 2, send the project and its files: ")
	require.ErrorContains(t, err, "done before: deploy the data; left to do after it: nothing")
	require.ErrorAs(t, err, &failure)
	assert.NotEmpty(t, failure.Hint)
	assert.Equal(t, "20", clone.Text(t, "select count(*) from city.tree"))
	input["CLONE_FTP_PORT"] = port

	home := os.Getenv("HOME")
	t.Setenv("HOME", filepath.Dir(office))
	_, err = run(t.Context(), t, "deploy_all", input, &story{})
	require.ErrorContains(t, err, "all of that folder would be sent")
	t.Setenv("HOME", home)

	// Cancelled before the second step, and done at the next call.
	ctx, cancel := context.WithCancel(t.Context())
	_, err = run(ctx, t, "deploy_all", input, &story{told: func(text string) {
		if strings.HasPrefix(text, "step 2") {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	assert.NoDirExists(t, folder)
	_, err = run(t.Context(), t, "deploy_all", input, &story{})
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(folder, "city_mobile.qgz"))
}
