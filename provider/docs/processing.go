package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	orderedmap "github.com/pb33f/ordered-map/v2"

	"github.com/lizsync/lizsync/provider"
)

// group is what a toolbox shows together.
type group struct {
	Name       string
	Algorithms []provider.Info
}

// page is one algorithm.
type page struct {
	provider.Info
	Parameters []parameter
	Results    []parameter
	// The same call, written for each way to make it.
	QGISProcess, Python, CommandLine, HTTP string
}

type parameter struct {
	Name, Title, Description, Type, Need, Bounds string
	Advanced                                     bool
}

// processing makes the page of each algorithm and their index.
func processing(registry *provider.Registry) (map[string][]byte, error) {
	pages := map[string][]byte{}
	var groups []group
	var ids []string
	for _, algorithm := range registry.All() {
		ids = append(ids, algorithm.Info().ID)
	}
	named := regexp.MustCompile(`\b(` + strings.Join(ids, "|") + `)\b`)
	for _, algorithm := range registry.All() {
		info := algorithm.Info()
		described := describe(info)
		described.Description = named.ReplaceAllStringFunc(info.Description, func(id string) string {
			if id == info.ID {
				return "`" + id + "`"
			}
			return "[`" + id + "`](" + id + ".md)"
		})
		text, err := fill("algorithm.md", described)
		if err != nil {
			return nil, err
		}
		pages["processing/"+info.ID+".md"] = text
		if len(groups) == 0 || groups[len(groups)-1].Name != info.Group {
			groups = append(groups, group{Name: info.Group})
		}
		last := &groups[len(groups)-1]
		last.Algorithms = append(last.Algorithms, info)
	}
	index, err := fill("index.md", groups)
	if err != nil {
		return nil, err
	}
	pages["processing/index.md"] = index
	return pages, nil
}

func describe(info provider.Info) page {
	p := page{Info: info}
	command := "lizsync run " + info.ID
	var options, qgis string
	inputs, named := orderedmap.New[string, any](), orderedmap.New[string, any]()
	for pair := info.Inputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		name, property := pair.Key, pair.Value
		described := parameter{
			Name: name, Title: property.Title, Description: property.Description, Type: provider.TypeName(property), Need: "optional",
			Bounds: bounds(property), Advanced: provider.HintOf(property).Advanced,
		}
		required := slices.Contains(info.Inputs.Required, name)
		switch {
		case required:
			described.Need = "required"
		case property.Default != nil:
			described.Need = fmt.Sprintf("`%v`", property.Default)
		}
		p.Parameters = append(p.Parameters, described)
		if !required {
			continue
		}
		value, inQGIS := example(name, property)
		inputs.Set(name, value)
		command += fmt.Sprintf(" \\\n    %s=%s", name, joined(value, ","))
		if provider.HintOf(property).Type == provider.HintProject {
			options += fmt.Sprintf(" --PROJECT_PATH=%s", value)
			continue
		}
		named.Set(name, inQGIS)
		if list, ok := inQGIS.([]string); ok {
			for _, one := range list {
				qgis += fmt.Sprintf(" \\\n    %s=%s", name, one)
			}
		} else {
			qgis += fmt.Sprintf(" \\\n    %s=%v", name, inQGIS)
		}
	}
	for pair := info.Outputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		p.Results = append(p.Results, parameter{Name: pair.Key, Title: pair.Value.Title, Description: pair.Value.Description, Type: provider.TypeName(pair.Value)})
	}
	p.CommandLine, p.QGISProcess = command, "qgis_process run lizsync:"+info.ID+options+" --"+qgis
	p.Python = "import processing\n\nresult = processing.run(\"lizsync:" + info.ID + "\", " + python(named) + ")"
	body, err := indented(map[string]any{"inputs": inputs, "response": "document"})
	if err != nil {
		panic(fmt.Sprintf("%s: %v", info.ID, err)) // an example of texts and numbers
	}
	p.HTTP = "curl --fail-with-body --oauth2-bearer \"$TOKEN\" --json '" + strings.TrimSpace(string(body)) + "' \\\n    \"$URL/processes/" + info.ID + "/execution\""
	return p
}

// bounds says what values of a parameter are accepted.
func bounds(property *jsonschema.Schema) string {
	var all []string
	add := func(text string, number fmt.Stringer) {
		if number.String() != "" {
			all = append(all, text+number.String())
		}
	}
	add("≥ ", property.Minimum)
	add("> ", property.ExclusiveMinimum)
	add("≤ ", property.Maximum)
	add("< ", property.ExclusiveMaximum)
	if property.MinLength != nil && *property.MinLength > 1 {
		all = append(all, fmt.Sprintf("at least %d characters", *property.MinLength))
	}
	if property.MaxLength != nil {
		all = append(all, fmt.Sprintf("at most %d characters", *property.MaxLength))
	}
	if property.MaxItems != nil {
		all = append(all, fmt.Sprintf("at most %d", *property.MaxItems))
	}
	if property.Pattern != "" {
		all = append(all, "`"+property.Pattern+"`")
	}
	return strings.Join(all, ", ")
}

// example is a value to show for a parameter: for the program, and for QGIS, which has names for connections.
func example(name string, property *jsonschema.Schema) (value, inQGIS any) {
	place := "central"
	if strings.Contains(name, "CLONE") {
		place = "tablet"
	}
	switch hint := provider.HintOf(property); hint.Type {
	case provider.HintConnection:
		return "service=" + place, place
	case provider.HintLayers:
		tables := []string{"city.species", "city.tree"}
		return tables, tables
	case provider.HintFile, provider.HintOutputFile:
		path := "/home/anna/city." + strings.TrimPrefix(hint.Extension, ".")
		return path, path
	case provider.HintFolder:
		return "/home/anna/city", "/home/anna/city"
	case provider.HintProject:
		return "/home/anna/city/city.qgz", nil // in QGIS, the project that is open
	}
	switch {
	case property.Enum != nil:
		return property.Enum[0], property.Enum[0]
	case property.Type == "integer", property.Type == "number":
		return 1, 1
	case property.Type == "boolean":
		return true, true
	}
	return "text", "text"
}

func joined(value any, separator string) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, separator)
	}
	return fmt.Sprint(value)
}

// python writes a dictionary.
func python(values *orderedmap.OrderedMap[string, any]) string {
	if values.Len() == 0 {
		return "{}"
	}
	text := "{\n"
	for pair := values.Oldest(); pair != nil; pair = pair.Next() {
		written := fmt.Sprintf("%q", pair.Value)
		switch value := pair.Value.(type) {
		case []string:
			quoted := make([]string, len(value))
			for i, one := range value {
				quoted[i] = fmt.Sprintf("%q", one)
			}
			written = "[" + strings.Join(quoted, ", ") + "]"
		case bool:
			written = map[bool]string{true: "True", false: "False"}[value]
		case int:
			written = fmt.Sprint(value)
		}
		text += fmt.Sprintf("    %q: %s,\n", pair.Key, written)
	}
	return text + "}"
}
