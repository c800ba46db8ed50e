package main

import (
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/provider/docs"
)

// TestGeneratedPagesAreFresh compares the pages of the repository with what the program writes now.
func TestGeneratedPagesAreFresh(t *testing.T) {
	t.Parallel()
	registry, err := provider.NewRegistry(algorithms.All()...)
	require.NoError(t, err)
	pages, err := generatedPages(t.Context(), registry)
	require.NoError(t, err)
	catalogue, err := docs.Catalogue(registry)
	require.NoError(t, err)
	pages[filepath.Join("..", "qgis-plugin", "lizsync", "catalogue.json")] = catalogue
	folder := filepath.Join("..", "..", "docs")
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if assert.NoError(t, err) && string(got) != string(want) {
			t.Errorf("docs/%s is stale: run make generate", name)
		}
	}
	for _, generated := range []string{"processing", "database"} {
		require.NoError(t, fs.WalkDir(os.DirFS(folder), generated, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				assert.Contains(t, pages, name, "docs/%s is of something that is no more: run make generate", name)
			}
			return err
		}))
	}
}

// TestAddedAlgorithmIsFoundEverywhere follows an algorithm that is declared once, and nowhere else, to all that shows it.
func TestAddedAlgorithmIsFoundEverywhere(t *testing.T) {
	t.Parallel()
	const id, parameter = "greet_someone", "PG_LAYERS" // one of the samples of TestMain
	output := func(arguments ...string) string {
		text, err := exec.CommandContext(t.Context(), "lizsync", arguments...).CombinedOutput()
		require.NoError(t, err, string(text))
		return string(text)
	}
	assert.Contains(t, output("list"), id)
	assert.Contains(t, output("describe", id), parameter)
	assert.Contains(t, output("run", id, "CONNECTION_NAME=service=x", "PG_LAYERS=a.b"), "OUTPUT_STATUS")

	d := startDaemon(t)
	status, process := d.call(t, http.MethodGet, "/processes/"+id, nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, process["inputs"], parameter)
	_, definition := d.call(t, http.MethodGet, "/api", nil)
	assert.Contains(t, definition["paths"], "/processes/"+id+"/execution")
	assert.Contains(t, definition["components"].(map[string]any)["schemas"].(map[string]any)[id+".inputs"].(map[string]any)["properties"], parameter)
	assert.Equal(t, "hello & <bye> over SFTP", d.run(t, id, map[string]any{"CONNECTION_NAME": "service=x"})["OUTPUT_STRING"])

	folder := t.TempDir()
	output("docs", "--out", folder, "--catalogue", filepath.Join(folder, "catalogue.json"))
	catalogue, err := os.ReadFile(filepath.Join(folder, "catalogue.json"))
	require.NoError(t, err)
	assert.Equal(t, docs.Digest(catalogue), d.Catalogue, "by which a client knows that it has the same algorithms")
	for file, words := range map[string]string{
		"catalogue.json":                         `"id": "` + id + `"`,
		"processing/index.md":                    "(" + id + ".md)",
		"processing/" + id + ".md":               "`" + parameter + "`",
		"processing/refuse_work.md":              "Come back later.",
		"database/lizsync.md":                    "lizsync.synchronize()",
		"database/tables.svg":                    "lizsync.clones",
		"database/audit.md":                      "rollback_event",
		"database/index.md":                      "00_audit_trigger_row",
		"processing/package_central_database.md": "qgis_process run lizsync:package_central_database",
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		require.NoError(t, err)
		assert.True(t, strings.Contains(string(text), words), "%s lacks %s", file, words)
	}
}
