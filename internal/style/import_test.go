package style_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/lizsync/lizsync/"

// goPackage is what go list tells.
type goPackage struct {
	ImportPath                         string
	Name                               string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

func packages(t *testing.T) (all []goPackage) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json", "./...")
	cmd.Dir = "../.."
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	output, err := cmd.Output()
	require.NoError(t, err, complaints.String())
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
	return all
}

// within tells whether a package is a directory of this module or below it.
func within(importPath, directory string) bool {
	return strings.HasPrefix(importPath+"/", module+directory+"/")
}

// wrongWay lists the imports that go against cmd → algorithms, provider/… → sql.
func wrongWay(all []goPackage) (found []string) {
	for _, p := range all {
		forbidden := []string{"cmd"}
		switch {
		case within(p.ImportPath, "provider"):
			forbidden = append(forbidden, "algorithms")
		case within(p.ImportPath, "algorithms"):
			forbidden = append(forbidden, "provider/server", "provider/docs")
		case within(p.ImportPath, "sql"):
			forbidden = append(forbidden, "algorithms", "provider")
		case within(p.ImportPath, "internal/cluster"), within(p.ImportPath, "internal/link"), within(p.ImportPath, "internal/pgtest"):
			forbidden = append(forbidden, "algorithms", "provider", "sql")
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for _, directory := range forbidden {
				if within(imported, directory) && imported != p.ImportPath {
					found = append(found, p.ImportPath+" imports "+imported)
				}
			}
		}
		// Tests of the SQL need a database.
		if within(p.ImportPath, "sql") {
			for _, imported := range p.Imports {
				if strings.HasPrefix(imported, module) {
					found = append(found, p.ImportPath+" imports "+imported)
				}
			}
		}
	}
	return found
}

func TestImportsPointOneWay(t *testing.T) {
	assert.Equal(t, []string{
		module + "provider imports " + module + "algorithms",
		module + "provider/server imports " + module + "cmd/lizsync",
		module + "sql imports " + module + "internal/cluster",
	}, wrongWay([]goPackage{
		{ImportPath: module + "provider", XTestImports: []string{module + "algorithms", module + "provider"}},
		{ImportPath: module + "provider/server", Imports: []string{module + "provider", module + "cmd/lizsync"}},
		{ImportPath: module + "sql", Imports: []string{module + "internal/cluster"}, TestImports: []string{module + "internal/pgtest"}},
		{ImportPath: module + "cmd/lizsync", Imports: []string{module + "algorithms"}, TestImports: []string{module + "cmd/lizsync"}},
	}))

	all := packages(t)
	for _, known := range []string{"algorithms", "cmd/lizsync", "internal/style", "provider", "sql"} {
		require.True(t, slices.ContainsFunc(all, func(p goPackage) bool { return p.ImportPath == module+known }), known)
	}
	assert.Empty(t, wrongWay(all))
}

func TestProgramHoldsNoTestCode(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"cmd/lizsync" {
			continue
		}
		require.Contains(t, p.Deps, module+"algorithms")
		for _, test := range []string{"testing", module + "internal/pgtest", "github.com/stretchr/testify/assert"} {
			assert.NotContains(t, p.Deps, test)
		}
		return
	}
	t.Error("go list does not know cmd/lizsync")
}

func TestPackagesAreNamedAfterTheDomain(t *testing.T) {
	for _, p := range packages(t) {
		assert.NotContains(t, []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib"}, p.Name,
			p.ImportPath)
	}
}
