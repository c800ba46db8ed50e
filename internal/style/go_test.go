package style_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"
)

// walk visits the syntax of a file and lists what the visitor found broken, with its line.
func walk(t *testing.T, name, content string, visit func(file *ast.File, node ast.Node) (broken string)) (all []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, content, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(file, func(node ast.Node) bool {
		if node == nil {
			return true
		}
		if broken := visit(file, node); broken != "" {
			all = append(all, fmt.Sprintf("line %d: %s", set.Position(node.Pos()).Line, broken))
		}
		return true
	})
	return all
}

// called is the function of a call as it is written, such as os.Exit; empty for what is no call of a name.
func called(node ast.Node) string {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return ""
	}
	var name string
	for expression := call.Fun; ; {
		switch e := expression.(type) {
		case *ast.Ident:
			return e.Name + name
		case *ast.SelectorExpr:
			name = "." + e.Sel.Name + name
			expression = e.X
		default:
			return ""
		}
	}
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// isTestCode: what tests share is in internal, or in a package named as net/http/httptest is.
func isTestCode(name string) bool {
	return isTest(name) || strings.HasPrefix(name, "internal/") || strings.HasSuffix(path.Dir(name), "test")
}

func testCodeHasItsPlace(t *testing.T, name, content string) []string {
	if isTestCode(name) {
		return nil
	}
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		if i, ok := node.(*ast.ImportSpec); ok && i.Path.Value == `"testing"` {
			return "code for tests is in a file _test.go, in internal or in a package named ...test"
		}
		return ""
	})
}

func noInit(t *testing.T, name, content string) []string {
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		if f, ok := node.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			return "init() acts behind the reader's back: list what there is explicitly"
		}
		return ""
	})
}

var fatalLog = regexp.MustCompile(`(?i)log(ger|rus)?\.(fatal|exit)(f|ln)?$`)

func onlyMainExits(t *testing.T, name, content string) []string {
	if isTest(name) {
		return nil
	}
	return walk(t, name, content, func(file *ast.File, node ast.Node) string {
		if call := called(node); file.Name.Name != "main" && (call == "os.Exit" || fatalLog.MatchString(call)) {
			return call + " outside main: return an error"
		}
		return ""
	})
}

func testsNeitherSleepNorSkip(t *testing.T, name, content string) []string {
	if !isTestCode(name) {
		return nil
	}
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		switch call := called(node); call {
		case "time.Sleep":
			return "a test waits on a condition, as with pgtest.WaitFor"
		case "t.Skip", "t.Skipf", "t.SkipNow", "b.Skip", "b.Skipf", "b.SkipNow":
			return "a test that cannot run fails, with what to install"
		}
		return ""
	})
}

func errorsSayWhatWasDone(t *testing.T, name, content string) []string {
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		if call := called(node); call != "fmt.Errorf" && call != "errors.New" {
			return ""
		}
		text, ok := node.(*ast.CallExpr).Args[0].(*ast.BasicLit)
		if ok && strings.Contains(strings.ToLower(text.Value), "failed to ") {
			return `an error names what was being done, without "failed to"`
		}
		return ""
	})
}

func contextComesFirst(t *testing.T, name, content string) []string {
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		signature, ok := node.(*ast.FuncType)
		if !ok {
			return ""
		}
		for i, parameter := range signature.Params.List {
			kind, ok := parameter.Type.(*ast.SelectorExpr)
			if !ok || i == 0 || kind.Sel.Name != "Context" {
				continue
			}
			if from, ok := kind.X.(*ast.Ident); ok && from.Name == "context" && !isTesting(signature.Params.List[0]) {
				return "context.Context is the first parameter"
			}
		}
		return ""
	})
}

// isTesting tells whether a parameter is a *testing.T or the like, which comes even before a context.
func isTesting(parameter *ast.Field) bool {
	kind := parameter.Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	selector, ok := kind.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && from.Name == "testing"
}

// sqlStatesHaveNames: a code that nobody knows by heart is written as pgerrcode names it.
func sqlStatesHaveNames(t *testing.T, name, content string) []string {
	return walk(t, name, content, func(_ *ast.File, node ast.Node) string {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return ""
		}
		if meaning := pgerrcode.Name(strings.Trim(literal.Value, "\"`")); meaning != "" {
			return literal.Value + " is pgerrcode." + meaning
		}
		return ""
	})
}

func TestGoKeepsTheRules(t *testing.T) {
	hold(t, files(t, root, ".go", "."), map[string]rule{
		"no init":                  noInit,
		"only main exits":          onlyMainExits,
		"test code has its place":  testCodeHasItsPlace,
		"no sleep and no skip":     testsNeitherSleepNorSkip,
		"errors say what was done": errorsSayWhatWasDone,
		"SQLSTATEs have names":     sqlStatesHaveNames,
		"the context is first":     contextComesFirst,
	})
}

func TestBrokenGoRulesAreFound(t *testing.T) {
	holdExamples(t, map[string]example{
		"init": {noInit, "a.go", "package a\nfunc init() {}\nfunc (a A) init() {}",
			[]string{"line 2: init() acts behind the reader's back: list what there is explicitly"}},
		"exit": {onlyMainExits, "a.go", "package a\nfunc f() { os.Exit(1); log.Fatalf(``); s.logger.Fatal(1); t.Fatal(1) }",
			[]string{
				"line 2: os.Exit outside main: return an error",
				"line 2: log.Fatalf outside main: return an error",
				"line 2: s.logger.Fatal outside main: return an error",
			}},
		"exit in main": {onlyMainExits, "a.go", "package main\nfunc main() { os.Exit(1) }", nil},
		"sleep and skip": {testsNeitherSleepNorSkip, "a_test.go", "package a\nfunc f() { time.Sleep(1)\nt.Skip() }",
			[]string{
				"line 2: a test waits on a condition, as with pgtest.WaitFor",
				"line 3: a test that cannot run fails, with what to install",
			}},
		"sleep in what tests share": {testsNeitherSleepNorSkip, "a/atest/b.go", "package atest\nfunc f() { time.Sleep(1) }",
			[]string{"line 2: a test waits on a condition, as with pgtest.WaitFor"}},
		"sleep in internal": {testsNeitherSleepNorSkip, "internal/a/b.go", "package a\nfunc f() { time.Sleep(1) }",
			[]string{"line 2: a test waits on a condition, as with pgtest.WaitFor"}},
		"test code elsewhere": {testCodeHasItsPlace, "a/b/c.go", "package b\nimport (\n\"fmt\"\n\"testing\"\n)",
			[]string{"line 4: code for tests is in a file _test.go, in internal or in a package named ...test"}},
		"test code":       {testCodeHasItsPlace, "a/atest/c.go", "package atest\nimport \"testing\"", nil},
		"sleep elsewhere": {testsNeitherSleepNorSkip, "a.go", "package a\nfunc f() { time.Sleep(1) }", nil},
		"failed to": {errorsSayWhatWasDone, "a.go", "package a\nvar a, b = errors.New(`Failed to read`), fmt.Errorf(`read: %w`, err)",
			[]string{"line 2: an error names what was being done, without \"failed to\""}},
		"SQLSTATE": {sqlStatesHaveNames, "a.go", "package a\nvar a, b = `select '42501'`, \"55P03\"", []string{`line 2: "55P03" is pgerrcode.LockNotAvailable`}},
		"context": {contextComesFirst, "a.go",
			"package a\nfunc f(a int, ctx context.Context) {}\nfunc g(ctx context.Context) {}\nfunc h(t *testing.T, ctx context.Context) {}",
			[]string{"line 2: context.Context is the first parameter"}},
	})
}
