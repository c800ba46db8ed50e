package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/provider"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type sampleParams struct {
	Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Database" jsonschema_description:"The database, central or clone."`
	Layers     provider.Layers     `json:"PG_LAYERS" jsonschema:"title=Tables" jsonschema_description:"The tables to package."`
	AddIDs     bool                `json:"ADD_UID_COLUMNS" jsonschema:"title=Add uid columns,default=true" jsonschema_description:"Add what is missing."`
	Override   bool                `json:"OVERRIDE" jsonschema:"title=Replace,default=false" jsonschema_description:"Replace what is there."`
	Protocol   string              `json:"PROTOCOL" jsonschema:"title=Protocol,enum=SFTP,enum=FTP,default=SFTP" jsonschema_description:"How to transfer." qgis:"type=enum,by_index"`
	Port       int                 `json:"PORT" jsonschema:"title=Port,minimum=1,maximum=65535,default=2021" jsonschema_description:"The port."`
	Ratio      float64             `json:"RATIO" jsonschema:"title=Ratio,exclusiveMinimum=0" jsonschema_description:"A ratio."`
	Password   provider.Secret     `json:"PASSWORD" jsonschema:"title=Password" jsonschema_description:"The password." qgis:"advanced"`
	File       provider.File       `json:"FILE" jsonschema:"title=File" jsonschema_description:"A file." qgis:"extension=sql"`
	Names      []string            `json:"NAMES" jsonschema:"title=Names,maxItems=3" jsonschema_description:"Some names."`
}

type sampleResult struct {
	provider.Outcome
	Version string `json:"DATABASE_VERSION,omitempty" jsonschema:"title=Version" jsonschema_description:"The version, when known."`
}

func sample(run func(context.Context, sampleParams, provider.Feedback) (sampleResult, error)) provider.Algorithm {
	return provider.Define(provider.Definition[sampleParams, sampleResult]{
		ID:          "do_sample",
		Group:       "01 Installation",
		Title:       "Do a sample",
		Description: "Does nothing, well.",
		Errors:      []provider.KnownError{{When: "nothing happens", Remedy: "wait"}},
		Run:         run,
	})
}

// bound returns what the algorithm receives for an input.
func bound(t *testing.T, input map[string]any) (sampleParams, error) {
	t.Helper()
	var got sampleParams
	task, err := sample(func(_ context.Context, p sampleParams, _ provider.Feedback) (sampleResult, error) {
		got = p
		return sampleResult{Outcome: provider.Done("done")}, nil
	}).Bind(input)
	if err != nil {
		return got, err
	}
	_, err = task(t.Context(), provider.Silent{})
	require.NoError(t, err)
	return got, nil
}

func TestDescriptionMatchesGoldenFile(t *testing.T) {
	got, err := json.MarshalIndent(sample(nil).Info(), "", "  ")
	require.NoError(t, err)
	golden := filepath.Join("testdata", "sample.golden.json")
	if *update {
		require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got)+"\n")
}

func TestDefaultsComeFromTheSchema(t *testing.T) {
	got, err := bound(t, map[string]any{"CONNECTION_NAME": "service=central"})
	require.NoError(t, err)
	assert.Equal(t, sampleParams{Connection: "service=central", AddIDs: true, Protocol: "SFTP", Port: 2021}, got)
}

func TestGivenValuesReplaceDefaults(t *testing.T) {
	got, err := bound(t, map[string]any{
		"CONNECTION_NAME": "service=central", "PG_LAYERS": []any{"city.tree"}, "ADD_UID_COLUMNS": false, "OVERRIDE": true,
		"PROTOCOL": "FTP", "PORT": json.Number("21"), "RATIO": 0.5, "PASSWORD": "s3cret", "FILE": "/tmp/a.sql", "NAMES": []string{"a"},
	})
	require.NoError(t, err)
	assert.Equal(t, sampleParams{
		Connection: "service=central", Layers: provider.Layers{"city.tree"}, Override: true, Protocol: "FTP", Port: 21, Ratio: 0.5,
		Password: "s3cret", File: "/tmp/a.sql", Names: []string{"a"},
	}, got)
}

func TestBindDoesNotAlterTheInput(t *testing.T) {
	input := map[string]any{"CONNECTION_NAME": "service=central"}
	_, err := bound(t, input)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"CONNECTION_NAME": "service=central"}, input)
}

func TestWrongInputIsExplained(t *testing.T) {
	const secret = "password=tr0ub4dor"
	for name, c := range map[string]struct {
		input map[string]any
		want  []string
	}{
		"missing":           {map[string]any{}, []string{"CONNECTION_NAME is missing"}},
		"no input at all":   {nil, []string{"CONNECTION_NAME is missing"}},
		"empty connection":  {map[string]any{"CONNECTION_NAME": ""}, []string{"CONNECTION_NAME is empty"}},
		"boolean":           {with("OVERRIDE", "maybe"), []string{`OVERRIDE must be true or false, not "maybe"`}},
		"null":              {with("OVERRIDE", nil), []string{`OVERRIDE must be true or false, not null`}},
		"integer":           {with("PORT", "ssh"), []string{`PORT must be a whole number, not "ssh"`}},
		"fraction":          {with("PORT", 21.5), []string{`PORT must be a whole number, not 21.5`}},
		"too small":         {with("PORT", 0), []string{`PORT must be at least 1, not 0`}},
		"too big":           {with("PORT", 70000), []string{`PORT must be at most 65535, not 70000`}},
		"exclusive bound":   {with("RATIO", 0), []string{`RATIO must be more than 0, not 0`}},
		"enum":              {with("PROTOCOL", "SCP"), []string{`PROTOCOL must be SFTP or FTP, not "SCP"`}},
		"list":              {with("PG_LAYERS", "city.tree"), []string{`PG_LAYERS must be a list, not "city.tree"`}},
		"empty list":        {with("PG_LAYERS", []any{}), []string{`PG_LAYERS is empty`}},
		"item":              {with("PG_LAYERS", []any{"city.tree", 3}), []string{`item 2 of PG_LAYERS must be text, not 3`}},
		"same item twice":   {with("PG_LAYERS", []any{"a.b", "a.b"}), []string{`PG_LAYERS has "a.b" twice`}},
		"too many items":    {with("NAMES", []any{"a", "b", "c", "d"}), []string{`NAMES must have at most 3 items, not 4`}},
		"unknown":           {with("COLOUR", 1), []string{`unknown parameter COLOUR`}},
		"misspelt":          {with("OVERIDE", true), []string{`unknown parameter OVERIDE; did you mean OVERRIDE?`}},
		"lower case":        {with("override", true), []string{`unknown parameter override; did you mean OVERRIDE?`}},
		"cut short":         {map[string]any{"CONNECTION": "x"}, []string{"CONNECTION_NAME is missing", `unknown parameter CONNECTION; did you mean CONNECTION_NAME?`}},
		"secrets are kept":  {map[string]any{"CONNECTION_NAME": []any{secret}, "PASSWORD": map[string]any{"x": secret}}, []string{"CONNECTION_NAME must be text", "PASSWORD must be text"}},
		"long text is cut":  {with("OVERRIDE", fmt.Sprintf("%0200d", 0)), []string{`OVERRIDE must be true or false, not "00000000000000000000000000000000000000000000000000000000000…`}},
		"all at once":       {map[string]any{"ZZZ": 1, "PORT": "a", "AAA": 1}, []string{"CONNECTION_NAME is missing", `PORT must be a whole number, not "a"`, "unknown parameter AAA", "unknown parameter ZZZ"}},
		"beyond any number": {with("PORT", json.Number("1e30")), []string{`PORT must be at most 65535, not 1e30`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bound(t, c.input)
			var wrong *provider.InputError
			require.ErrorAs(t, err, &wrong)
			var got []string
			for _, p := range wrong.Problems {
				got = append(got, p.Text)
			}
			assert.Equal(t, c.want, got)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func with(name string, value any) map[string]any {
	return map[string]any{"CONNECTION_NAME": "service=central", name: value}
}

func TestCommandLineTextIsCoercedByTheSchema(t *testing.T) {
	for name, c := range map[string]struct {
		typed map[string][]string
		want  map[string]any
	}{
		"true":                    {map[string][]string{"OVERRIDE": {"true"}}, map[string]any{"OVERRIDE": true}},
		"yes":                     {map[string][]string{"OVERRIDE": {"Yes"}}, map[string]any{"OVERRIDE": true}},
		"1":                       {map[string][]string{"OVERRIDE": {"1"}}, map[string]any{"OVERRIDE": true}},
		"0":                       {map[string][]string{"OVERRIDE": {"0"}}, map[string]any{"OVERRIDE": false}},
		"left for validation":     {map[string][]string{"OVERRIDE": {"maybe"}, "PORT": {"x"}}, map[string]any{"OVERRIDE": "maybe", "PORT": "x"}},
		"integer":                 {map[string][]string{"PORT": {"21"}}, map[string]any{"PORT": int64(21)}},
		"number":                  {map[string][]string{"RATIO": {"0.5"}}, map[string]any{"RATIO": 0.5}},
		"enum by index":           {map[string][]string{"PROTOCOL": {"1"}}, map[string]any{"PROTOCOL": "FTP"}},
		"enum by value":           {map[string][]string{"PROTOCOL": {"FTP"}}, map[string]any{"PROTOCOL": "FTP"}},
		"enum beyond":             {map[string][]string{"PROTOCOL": {"2"}}, map[string]any{"PROTOCOL": "2"}},
		"layers by comma":         {map[string][]string{"PG_LAYERS": {"a.b, c.d,"}}, map[string]any{"PG_LAYERS": []any{"a.b", "c.d"}}},
		"layers repeated":         {map[string][]string{"PG_LAYERS": {"a.b", "c.d"}}, map[string]any{"PG_LAYERS": []any{"a.b", "c.d"}}},
		"comma in quotes":         {map[string][]string{"PG_LAYERS": {`a."x, y",c.d`}}, map[string]any{"PG_LAYERS": []any{`a."x, y"`, "c.d"}}},
		"comma in a list of text": {map[string][]string{"NAMES": {"a,b"}}, map[string]any{"NAMES": []any{"a,b"}}},
		"empty optional":          {map[string][]string{"FILE": {""}, "PG_LAYERS": {""}, "PORT": {""}}, map[string]any{}},
		"empty required":          {map[string][]string{"CONNECTION_NAME": {""}}, map[string]any{"CONNECTION_NAME": ""}},
		"unknown":                 {map[string][]string{"COLOUR": {"red"}}, map[string]any{"COLOUR": "red"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := provider.Coerce(sample(nil).Info().Inputs, c.typed)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestParameterGivenTwiceIsRefused(t *testing.T) {
	_, err := provider.Coerce(sample(nil).Info().Inputs, map[string][]string{"PORT": {"1", "2"}})
	assert.EqualError(t, err, "PORT is given 2 times")
}

func TestConnectionAndSecretAreNeverFormatted(t *testing.T) {
	const value = "tr0ub4dor"
	params := sampleParams{Connection: value, Password: value}
	encoded, err := json.Marshal(params)
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), value)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		assert.NotContains(t, fmt.Sprintf(verb, params), value, verb)
		assert.NotContains(t, fmt.Sprintf(verb, params.Connection), value, verb)
	}
}

func TestPanicBecomesAnError(t *testing.T) {
	task, err := sample(func(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
		panic("index out of range")
	}).Bind(with("PORT", 1))
	require.NoError(t, err)
	_, err = task(t.Context(), provider.Silent{})
	assert.EqualError(t, err, "do_sample stopped on a defect of the program: index out of range")
}

func TestCancelledRunIsRecognised(t *testing.T) {
	hint := &provider.Failure{Text: "canceling statement due to user request", Hint: "run it again", SQLState: pgerrcode.QueryCanceled}
	for name, c := range map[string]struct {
		failure error
		want    string
	}{
		"the context's error":  {context.Canceled, "cancelled: context canceled"},
		"an error of its own":  {errors.New("central is done"), "cancelled: central is done"},
		"the server's account": {hint, "cancelled: canceling statement due to user request"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			task, err := sample(func(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
				cancel()
				return sampleResult{}, fmt.Errorf("%w", c.failure)
			}).Bind(with("PORT", 1))
			require.NoError(t, err)
			_, err = task(ctx, provider.Silent{})
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, c.failure)
			assert.EqualError(t, err, c.want)
			var failure *provider.Failure
			require.ErrorAs(t, err, &failure)
			if c.failure == hint {
				assert.Equal(t, "run it again", failure.Hint)
			}
		})
	}
}

func TestFailureUnrelatedToCancellationIsLeftAlone(t *testing.T) {
	task, err := sample(func(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
		return sampleResult{}, errors.New("disk full")
	}).Bind(with("PORT", 1))
	require.NoError(t, err)
	_, err = task(t.Context(), provider.Silent{})
	require.NotErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "disk full")
}

func TestCancelledBeforeTheStartDoesNothing(t *testing.T) {
	ran := false
	task, err := sample(func(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
		ran = true
		return sampleResult{}, nil
	}).Bind(with("PORT", 1))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = task(ctx, provider.Silent{})
	require.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "cancelled")
	assert.False(t, ran)
}

func TestWrongQGISTagStopsTheProgram(t *testing.T) {
	type params struct {
		File string `json:"FILE" qgis:"folded"`
	}
	assert.PanicsWithValue(t, `provider_test.params.File: unknown qgis hint "folded"`, func() {
		provider.Define(provider.Definition[params, sampleResult]{ID: "do_wrong"})
	})
}

func TestRegistryRefusesBadIDs(t *testing.T) {
	named := func(id, group string) provider.Algorithm {
		return provider.Define(provider.Definition[struct{}, sampleResult]{ID: id, Group: group})
	}
	for _, id := range []string{"", "Install", "install-all", "_install", "install__all", "1install", "install all"} {
		_, err := provider.NewRegistry(named(id, ""))
		assert.EqualError(t, err, fmt.Sprintf("algorithm id %q is not snake_case", id))
	}
	_, err := provider.NewRegistry(named("install", "1"), named("install", "2"))
	assert.EqualError(t, err, `algorithm id "install" is registered twice`)

	registry, err := provider.NewRegistry(named("c", "02"), named("b", "01"), named("a", "01"))
	require.NoError(t, err)
	var ids []string
	for _, a := range registry.All() {
		ids = append(ids, a.Info().ID)
	}
	assert.Equal(t, []string{"b", "a", "c"}, ids)
}

func TestUnknownAlgorithmSuggestsTheNearest(t *testing.T) {
	registry, err := provider.NewRegistry(sample(nil))
	require.NoError(t, err)
	found, err := registry.Find("do_sample")
	require.NoError(t, err)
	assert.Equal(t, "do_sample", found.Info().ID)

	_, err = registry.Find("do_smaple")
	assert.EqualError(t, err, `there is no algorithm "do_smaple"`)
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "did you mean do_sample?", failure.Hint)
}
