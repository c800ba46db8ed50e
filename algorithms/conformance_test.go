package algorithms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	validate "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/provider"
)

// TestAlgorithmsConform runs every registered algorithm through the checks that the command line, the server, QGIS and
// the documentation rely on.
func TestAlgorithmsConform(t *testing.T) {
	_, err := provider.NewRegistry(All()...)
	require.NoError(t, err)
	for _, algorithm := range All() {
		t.Run(algorithm.Info().ID, func(t *testing.T) {
			assert.FileExists(t, algorithm.Info().ID+".go")
			assert.FileExists(t, algorithm.Info().ID+"_test.go")
			for _, problem := range problems(t, algorithm) {
				t.Error(problem)
			}
		})
	}
}

// problems lists what keeps an algorithm from conforming.
func problems(t *testing.T, algorithm provider.Algorithm) []string {
	t.Helper()
	var found []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	info := algorithm.Info()
	check(regexp.MustCompile(`^0\d [A-Z].*`).MatchString(info.Group), "group %q is not numbered", info.Group)
	check(info.Title != "" && !strings.HasSuffix(info.Title, "."), "title %q is empty or a sentence", info.Title)
	check(len(info.Description) >= 80, "the description does not say what it does and when to use it")
	for _, known := range info.Errors {
		check(known.When != "" && known.Remedy != "", "a documented error lacks its remedy: %+v", known)
	}
	for side, schema := range map[string]*jsonschema.Schema{"input": info.Inputs, "output": info.Outputs} {
		text, err := json.Marshal(schema)
		require.NoError(t, err)
		check(!bytes.Contains(text, []byte(`"$ref"`)), "the %s schema has a reference", side)
		check(compiles(t, text), "the %s schema does not compile", side)
		closed, err := json.Marshal(schema.AdditionalProperties)
		require.NoError(t, err)
		check(string(closed) == "false", "the %s schema accepts unknown properties", side)
		for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
			name, property := pair.Key, pair.Value
			check(regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`).MatchString(name), "%s %s is not in capitals", side, name)
			check(property.Title != "", "%s %s has no title", side, name)
			check(strings.HasSuffix(property.Description, "."), "%s %s has no description, or one that is not a sentence", side, name)
			check(property.Type != "", "%s %s has no type", side, name)
			required := slices.Contains(schema.Required, name)
			check(!required || property.Default == nil, "%s %s is required and has a default", side, name)
			check(property.Type != "boolean" || side == "output" || required || property.Default != nil, "%s %s has no default", side, name)
			check(side == "output" || property.Enum == nil || provider.HintOf(property).Type == provider.HintEnum, "input %s is an enum without its hint", name)
		}
	}
	for _, name := range []string{"OUTPUT_STATUS", "OUTPUT_STRING"} {
		check(slices.Contains(info.Outputs.Required, name), "output %s is missing", name)
	}

	input := plausible(info.Inputs)
	task, err := algorithm.Bind(input)
	check(err == nil, "plausible input %v is refused: %v", input, err)
	if err != nil {
		return found
	}
	for _, name := range info.Inputs.Required {
		without := plausible(info.Inputs)
		delete(without, name)
		check(refusal(algorithm, without) == name+" is missing", "no clear error without %s: %s", name, refusal(algorithm, without))
	}
	unknown := plausible(info.Inputs)
	unknown["NO_SUCH_PARAMETER"] = true
	check(strings.HasPrefix(refusal(algorithm, unknown), "unknown parameter NO_SUCH_PARAMETER"), "an unknown parameter is accepted")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	failure := make(chan error, 1)
	go func() {
		_, err := task(ctx, provider.Silent{})
		failure <- err
	}()
	select {
	case err := <-failure:
		check(errors.Is(err, context.Canceled), "a cancelled context gives %v", err)
	case <-time.After(5 * time.Second):
		check(false, "a cancelled context is not honoured within 5 s")
	}
	return found
}

func compiles(t *testing.T, schema []byte) bool {
	t.Helper()
	document, err := validate.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	compiler := validate.NewCompiler()
	require.NoError(t, compiler.AddResource("lizsync:schema", document))
	_, err = compiler.Compile("lizsync:schema")
	return err == nil
}

// plausible is input with a value for each required parameter.
func plausible(schema *jsonschema.Schema) map[string]any {
	input := map[string]any{}
	for _, name := range schema.Required {
		property, _ := schema.Properties.Get(name)
		switch {
		case property.Enum != nil:
			input[name] = property.Enum[0]
		case property.Type == "string":
			input[name] = "text"
		case property.Type == "array":
			input[name] = []any{"schema.table"}
		case property.Type == "boolean":
			input[name] = false
		default:
			input[name] = 1
		}
	}
	return input
}

func refusal(algorithm provider.Algorithm, input map[string]any) string {
	_, err := algorithm.Bind(input)
	var wrong *provider.InputError
	if !errors.As(err, &wrong) {
		return fmt.Sprint("not refused: ", err)
	}
	return err.Error()
}

type goodParams struct {
	Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Database" jsonschema_description:"The database."`
	Override   bool                `json:"OVERRIDE" jsonschema:"title=Replace,default=false" jsonschema_description:"Replace what is there."`
}

type goodResult struct {
	provider.Outcome
}

var good = provider.Definition[goodParams, goodResult]{
	ID:          "do_good",
	Group:       "01 Installation",
	Title:       "Do good",
	Description: "An algorithm that is only there to show that the checks above let a good one pass and stop a bad one.",
	Run: func(ctx context.Context, p goodParams, feedback provider.Feedback) (goodResult, error) {
		return goodResult{provider.Done("done")}, nil
	},
}

func TestConformanceChecksLetGoodAlgorithmPass(t *testing.T) {
	assert.Empty(t, problems(t, provider.Define(good)))
}

func TestConformanceChecksStopBadAlgorithm(t *testing.T) {
	type badParams struct {
		Name  string `json:"name" jsonschema:"required,default=x"`
		Force bool   `json:"FORCE" jsonschema:"title=Force" jsonschema_description:"Force it."`
		Kind  string `json:"KIND" jsonschema:"title=Kind,enum=a,enum=b" jsonschema_description:"no sentence"`
	}
	bad := provider.Define(provider.Definition[badParams, goodResult]{
		ID:     "do_bad",
		Group:  "Installation",
		Title:  "Do bad.",
		Errors: []provider.KnownError{{When: "always"}},
		Run: func(context.Context, badParams, provider.Feedback) (goodResult, error) {
			return goodResult{}, nil
		},
	})
	assert.ElementsMatch(t, []string{
		`group "Installation" is not numbered`,
		`title "Do bad." is empty or a sentence`,
		`the description does not say what it does and when to use it`,
		`a documented error lacks its remedy: {When:always Remedy:}`,
		`input name is not in capitals`,
		`input name has no title`,
		`input name has no description, or one that is not a sentence`,
		`input name is required and has a default`,
		`input FORCE has no default`,
		`input KIND has no description, or one that is not a sentence`,
		`input KIND is an enum without its hint`,
	}, problems(t, bad))
}

// TestEveryAlgorithmFileIsListed finds an algorithm that was written and left out of All.
func TestEveryAlgorithmFileIsListed(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var listed []string
	for _, algorithm := range All() {
		listed = append(listed, algorithm.Info().ID+".go")
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "all.go" {
			continue
		}
		assert.Contains(t, listed, name)
	}
}

func TestPostgreSQLErrorOfAnAlgorithmIsExplained(t *testing.T) {
	failing := good
	failing.Run = func(context.Context, goodParams, provider.Feedback) (goodResult, error) {
		return goodResult{}, fmt.Errorf("create schema audit: %w", &pgconn.PgError{Severity: "ERROR", Code: pgerrcode.InsufficientPrivilege, Message: "permission denied for database city"})
	}
	task, err := explained{provider.Define(failing)}.Bind(map[string]any{"CONNECTION_NAME": "service=central"})
	require.NoError(t, err)
	_, err = task(t.Context(), provider.Silent{})
	require.EqualError(t, err, "create schema audit: permission denied for database city")
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, pgerrcode.InsufficientPrivilege, failure.SQLState)
	assert.NotEmpty(t, failure.Hint)
}
