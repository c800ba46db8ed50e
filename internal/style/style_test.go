package style_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the checkout; go test runs in this package's directory.
var root = os.DirFS("../..")

// files maps the paths below some directories that end with a suffix to their contents. What is made or fetched is left
// out.
func files(t *testing.T, in fs.FS, suffix string, directories ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, directory := range directories {
		require.NoError(t, fs.WalkDir(in, directory, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && (slices.Contains([]string{"bin", "dist", "site", "node_modules", "testdata"}, entry.Name()) ||
				strings.HasPrefix(entry.Name(), ".") && name != ".") {
				return fs.SkipDir
			}
			if entry.IsDir() || !strings.HasSuffix(name, suffix) {
				return nil
			}
			content, err := fs.ReadFile(in, name)
			found[name] = string(content)
			return err
		}))
	}
	require.NotEmpty(t, found, "%s files below %s", suffix, directories)
	return found
}

// rule lists what breaks it in a file.
type rule func(t *testing.T, name, content string) []string

// hold applies rules to every file.
func hold(t *testing.T, all map[string]string, rules map[string]rule) {
	t.Helper()
	for what, check := range rules {
		t.Run(what, func(t *testing.T) {
			for name, content := range all {
				for _, broken := range check(t, name, content) {
					t.Errorf("%s: %s", name, broken)
				}
			}
		})
	}
}

// example is a file that breaks a rule in the ways listed, or keeps it.
type example struct {
	rule    rule
	name    string
	content string
	broken  []string
}

func holdExamples(t *testing.T, examples map[string]example) {
	t.Helper()
	for what, e := range examples {
		t.Run(what, func(t *testing.T) {
			assert.Equal(t, e.broken, e.rule(t, e.name, e.content))
		})
	}
}

// untested lists the algorithms that have no test beside them, by the names of the files in their directory.
func untested(names []string) (lacking []string) {
	for _, name := range names {
		base, isGo := strings.CutSuffix(path.Base(name), ".go")
		if !isGo || strings.HasSuffix(base, "_test") || base == "all" || base == "doc" {
			continue
		}
		if !slices.Contains(names, path.Join(path.Dir(name), base+"_test.go")) {
			lacking = append(lacking, name)
		}
	}
	return lacking
}

func TestEachAlgorithmHasItsTestBesideIt(t *testing.T) {
	assert.Equal(t, []string{"algorithms/b.go"}, untested([]string{
		"algorithms/a.go", "algorithms/a_test.go", "algorithms/all.go", "algorithms/b.go", "algorithms/c_test.go",
	}))

	names, err := fs.Glob(root, "algorithms/*.go")
	require.NoError(t, err)
	require.Contains(t, names, "algorithms/all.go")
	assert.Empty(t, untested(names))
}

// changelogProblem tells what a changelog lacks of the form that https://keepachangelog.com describes.
func changelogProblem(content string) string {
	introduction, _, found := strings.Cut(content, "\n## [Unreleased]\n")
	switch {
	case !strings.HasPrefix(introduction, "# Changelog\n"):
		return "its title is not Changelog"
	case !strings.Contains(introduction, "https://keepachangelog.com/"):
		return "its introduction does not name Keep a Changelog"
	case !found:
		return "it has no section [Unreleased]"
	}
	return ""
}

func TestChangelogKeepsItsForm(t *testing.T) {
	const good = "# Changelog\n\nAs in [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n\n## [Unreleased]\n"
	assert.Empty(t, changelogProblem(good))
	assert.Contains(t, changelogProblem(strings.Replace(good, "# Changelog", "# News", 1)), "title")
	assert.Contains(t, changelogProblem(strings.Replace(good, "keepachangelog", "example", 1)), "introduction")
	assert.Contains(t, changelogProblem(strings.Replace(good, "Unreleased", "1.0.0", 1)), "Unreleased")

	content, err := fs.ReadFile(root, "CHANGELOG.md")
	require.NoError(t, err)
	assert.Empty(t, changelogProblem(string(content)))
}

func TestFilesAreFoundBelowDirectories(t *testing.T) {
	tree := fstest.MapFS{
		"a/x.go": {Data: []byte("x")}, "a/bin/y.go": {}, "a/b/z.go": {}, "a/testdata/w.go": {}, ".git/v.go": {}, "c/u.go": {},
		"a/x.sql": {},
	}
	assert.Equal(t, map[string]string{"a/x.go": "x", "a/b/z.go": ""}, files(t, tree, ".go", "a"))
	assert.Len(t, files(t, tree, ".go", "."), 3)
}

var (
	namedTest    = regexp.MustCompile("`(Test[A-Z]\\w+)`")
	declaredTest = regexp.MustCompile(`(?m)^func (Test[A-Z]\w+)\(`)
)

// What the pages say is tested is tested.
func TestTestsThatThePagesNameExist(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	for _, content := range files(t, root, "_test.go", ".") {
		for _, found := range declaredTest.FindAllStringSubmatch(content, -1) {
			declared[found[1]] = true
		}
	}
	named := 0
	for name, content := range files(t, root, ".md", ".") {
		for _, found := range namedTest.FindAllStringSubmatch(content, -1) {
			named++
			assert.True(t, declared[found[1]], "%s names %s, which does not exist", name, found[1])
		}
	}
	assert.NotZero(t, named)
}
