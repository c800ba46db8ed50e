package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
	validate "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// InputError lists everything that is wrong with the input of an algorithm, so that a person corrects it once.
type InputError struct {
	Problems []Problem
}

// Problem is one wrong parameter.
type Problem struct {
	Parameter string // its name, as the person wrote it
	Text      string // a sentence that names it
}

func (e *InputError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.Text
	}
	return strings.Join(texts, "; ")
}

// validator checks the input of one algorithm and decodes it.
type validator struct {
	schema   *jsonschema.Schema
	compiled *validate.Schema
}

func newValidator(id string, schema *jsonschema.Schema) *validator {
	text, err := json.Marshal(schema)
	if err != nil {
		panic(fmt.Sprintf("%s: marshal the schema of the inputs: %v", id, err))
	}
	document, err := validate.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(fmt.Sprintf("%s: read the schema of the inputs: %v", id, err))
	}
	compiler := validate.NewCompiler()
	location := "lizsync:" + id
	if err := compiler.AddResource(location, document); err != nil {
		panic(fmt.Sprintf("%s: add the schema of the inputs: %v", id, err))
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		panic(fmt.Sprintf("%s: compile the schema of the inputs: %v", id, err))
	}
	return &validator{schema: schema, compiled: compiled}
}

// decode validates input and stores it, with the schema's defaults for what is absent, into params.
func (v *validator) decode(input map[string]any, params any) error {
	// The round trip gives the validator the types it knows and protects the caller's map.
	text, err := json.Marshal(input)
	if err != nil {
		return &InputError{[]Problem{{Text: "the input is not a JSON object: " + err.Error()}}}
	}
	document, err := validate.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return &InputError{[]Problem{{Text: "the input is not a JSON object: " + err.Error()}}}
	}
	object, ok := document.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	if err := v.compiled.Validate(object); err != nil {
		var wrong *validate.ValidationError
		if !errors.As(err, &wrong) {
			return fmt.Errorf("validate the input: %w", err)
		}
		return v.inputError(wrong, object)
	}
	for pair := v.schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if _, given := object[pair.Key]; !given && pair.Value.Default != nil {
			object[pair.Key] = pair.Value.Default
		}
	}
	text, err = json.Marshal(object)
	if err != nil {
		return fmt.Errorf("encode the input: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(params); err != nil {
		// The schema has accepted it, so that a number which does not fit in the Go type is all that is left.
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) {
			name, _, _ := strings.Cut(mismatch.Field, ".")
			return &InputError{[]Problem{{name, name + " is out of range"}}}
		}
		return fmt.Errorf("decode the input: %w", err)
	}
	return nil
}

// inputError turns the validator's tree into sentences, in the order of the parameters and with unknown ones last.
func (v *validator) inputError(err *validate.ValidationError, input map[string]any) *InputError {
	var names []string
	for pair := v.schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		names = append(names, pair.Key)
	}
	var problems []Problem
	var walk func(*validate.ValidationError)
	walk = func(e *validate.ValidationError) {
		switch k := e.ErrorKind.(type) {
		case *kind.Required:
			for _, name := range k.Missing {
				problems = append(problems, Problem{name, name + " is missing"})
			}
		case *kind.AdditionalProperties:
			for _, name := range slices.Sorted(slices.Values(k.Properties)) {
				text := "unknown parameter " + name
				if near := nearest(name, names); near != "" {
					text += "; did you mean " + near + "?"
				}
				problems = append(problems, Problem{name, text})
			}
		default:
			if len(e.Causes) == 0 && len(e.InstanceLocation) > 0 {
				problems = append(problems, v.problem(e, input))
			}
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(err)
	rank := func(p Problem) int {
		if i := slices.Index(names, p.Parameter); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return rank(a) - rank(b) })
	return &InputError{problems}
}

// problem says what one value must be.
func (v *validator) problem(e *validate.ValidationError, input map[string]any) Problem {
	name := e.InstanceLocation[0]
	property, _ := v.schema.Properties.Get(name)
	subject, value := name, input[name]
	if len(e.InstanceLocation) > 1 {
		if list, ok := value.([]any); ok {
			if i, err := strconv.Atoi(e.InstanceLocation[1]); err == nil && i < len(list) {
				subject, value = fmt.Sprintf("item %d of %s", i+1, name), list[i]
			}
		}
	}
	not := ", not " + display(value)
	if HintOf(property).sensitive() {
		not = ""
	}
	var must string
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		must = "must be " + typeWords(k.Want) + not
	case *kind.Enum:
		choices := make([]string, len(k.Want))
		for i, w := range k.Want {
			choices[i] = fmt.Sprint(w)
		}
		must = "must be " + strings.Join(choices, " or ") + not
	case *kind.Minimum:
		must = "must be at least " + number(k.Want) + not
	case *kind.Maximum:
		must = "must be at most " + number(k.Want) + not
	case *kind.ExclusiveMinimum:
		must = "must be more than " + number(k.Want) + not
	case *kind.ExclusiveMaximum:
		must = "must be less than " + number(k.Want) + not
	case *kind.Pattern:
		must = "must match " + k.Want + not
	case *kind.MinLength:
		must = fmt.Sprintf("must have at least %d characters%s", k.Want, not)
		if k.Got == 0 {
			must = "is empty"
		}
	case *kind.MaxLength:
		must = fmt.Sprintf("must have at most %d characters%s", k.Want, not)
	case *kind.MinItems:
		must = fmt.Sprintf("must have at least %d items, not %d", k.Want, k.Got)
		if k.Got == 0 {
			must = "is empty"
		}
	case *kind.MaxItems:
		must = fmt.Sprintf("must have at most %d items, not %d", k.Want, k.Got)
	case *kind.UniqueItems:
		must = "has the same item twice" + not
		if list, ok := value.([]any); ok && not != "" {
			must = "has " + display(list[k.Duplicates[0]]) + " twice"
		}
	default:
		must = "is not valid"
	}
	return Problem{name, subject + " " + must}
}

func typeWords(types []string) string {
	words := map[string]string{
		"boolean": "true or false",
		"integer": "a whole number",
		"number":  "a number",
		"string":  "text",
		"array":   "a list",
		"object":  "an object",
		"null":    "null",
	}
	named := make([]string, len(types))
	for i, t := range types {
		named[i] = words[t]
	}
	return strings.Join(named, " or ")
}

func number(r *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(6), "0"), ".")
}

// display shows a value as it would stand in JSON, cut to what a message bears.
func display(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "that"
	}
	const most = 60
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(text)
}

// nearest returns the name that somebody who wrote word probably meant, or "".
func nearest(word string, names []string) string {
	best, bestDistance := "", 1+max(2, len(word)/4)
	for _, name := range names {
		upper, candidate := strings.ToUpper(word), strings.ToUpper(name)
		d := distance(upper, candidate)
		if len(upper) >= 4 && (strings.HasPrefix(candidate, upper) || strings.HasPrefix(upper, candidate)) {
			d = min(d, 1)
		}
		if d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// distance is the edit distance of Levenshtein.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// Coerce turns what was typed on a command line, several values of one name included, into typed values by the schema
// of the inputs. It leaves alone what it cannot convert: Bind then says what was expected. An empty text for an
// optional parameter counts as absent. The error is an *InputError about parameters given more than once.
func Coerce(inputs *jsonschema.Schema, typed map[string][]string) (map[string]any, error) {
	input := make(map[string]any, len(typed))
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		values := typed[name]
		property, known := inputs.Properties.Get(name)
		if !known {
			input[name] = values[len(values)-1]
			continue
		}
		empty := !slices.ContainsFunc(values, func(v string) bool { return v != "" })
		if empty && !slices.Contains(inputs.Required, name) {
			continue
		}
		if property.Type == "array" {
			items := []any{}
			for _, value := range values {
				if HintOf(property).Type == HintLayers {
					for _, name := range SplitList(value) {
						items = append(items, name)
					}
				} else if value != "" {
					items = append(items, coerce(property.Items, value))
				}
			}
			input[name] = items
			continue
		}
		if len(values) > 1 {
			problems = append(problems, Problem{name, fmt.Sprintf("%s is given %d times", name, len(values))})
			continue
		}
		input[name] = coerce(property, values[0])
	}
	if problems != nil {
		return nil, &InputError{problems}
	}
	return input, nil
}

func coerce(property *jsonschema.Schema, value string) any {
	switch property.Type {
	case "boolean":
		switch strings.ToLower(value) {
		case "true", "yes", "1":
			return true
		case "false", "no", "0":
			return false
		}
	case "integer":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n
		}
	case "number":
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			return n
		}
	case "string":
		if HintOf(property).ByIndex && !slices.Contains(property.Enum, any(value)) {
			if i, err := strconv.Atoi(value); err == nil && i >= 0 && i < len(property.Enum) {
				return property.Enum[i]
			}
		}
	}
	return value
}
