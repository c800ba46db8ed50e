package provider

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Types of a hint: which QGIS parameter shows this input, and what the plugin makes of it before the call.
const (
	HintConnection = "connection"
	HintLayers     = "layers"
	HintEnum       = "enum"
	HintFile       = "file"
	HintFolder     = "folder"
	HintOutputFile = "output file"
	HintSecret     = "secret"
	HintProject    = "project"
	HintGeopackage = "geopackage"
)

// Hint is the object under "x-qgis" in the schema of an input. The type comes from the Go type of the field; the
// others, and the type of an enum, from its qgis tag: `qgis:"type=enum,by_index"`, `qgis:"extension=zip,advanced"`.
type Hint struct {
	Type      string `json:"type,omitempty"`
	Extension string `json:"extension,omitempty"` // of a file, without the dot
	Temporary string `json:"temporary,omitempty"` // the name, in the temporary folder, of the file that is meant when none is given
	ByIndex   bool   `json:"byIndex,omitempty"`   // the position in the enum is accepted for the value, as old models pass it
	IDs       bool   `json:"ids,omitempty"`       // layers of the project are meant by their id, not only as tables
	Advanced  bool   `json:"advanced,omitempty"`  // shown folded
	Multiline bool   `json:"multiline,omitempty"`
}

const hintKey = "x-qgis"

// HintOf returns the hint of an input; it is zero when the type says enough.
func HintOf(property *jsonschema.Schema) Hint {
	hint, _ := property.Extras[hintKey].(Hint)
	return hint
}

// sensitive inputs are never repeated in a message, nor in a log.
func (h Hint) sensitive() bool {
	return h.Type == HintConnection || h.Type == HintSecret
}

const redacted = "[redacted]"

type (
	// Connection is a PostgreSQL connection: a libpq conninfo string, a URI or service=NAME. It may hold a password,
	// so that formatting it shows nothing of it.
	Connection string
	// Secret is a password or a token. Formatting it shows nothing of it.
	Secret string
	// Layers names tables, each as schema.table; with the hint IDs also layers of a project, by id.
	Layers []string
	// File is the path of a file that is read.
	File string
	// Folder is the path of a folder.
	Folder string
	// OutputFile is the path of a file that is written.
	OutputFile string
	// Project is the path of a QGIS project.
	Project string
	// Geopackage names layers of a project, each with the table of a GeoPackage that holds its features, as LAYER=TABLE.
	Geopackage []string
)

func (Connection) String() string               { return redacted }
func (Connection) GoString() string             { return redacted }
func (Connection) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (Secret) String() string                   { return redacted }
func (Secret) GoString() string                 { return redacted }
func (Secret) MarshalText() ([]byte, error)     { return []byte(redacted), nil }

func (Connection) JSONSchemaExtend(s *jsonschema.Schema) { text(s, HintConnection) }
func (Secret) JSONSchemaExtend(s *jsonschema.Schema)     { text(s, HintSecret) }
func (File) JSONSchemaExtend(s *jsonschema.Schema)       { text(s, HintFile) }
func (Folder) JSONSchemaExtend(s *jsonschema.Schema)     { text(s, HintFolder) }
func (OutputFile) JSONSchemaExtend(s *jsonschema.Schema) { text(s, HintOutputFile) }
func (Project) JSONSchemaExtend(s *jsonschema.Schema)    { text(s, HintProject) }

func (Layers) JSONSchemaExtend(s *jsonschema.Schema)     { list(s, HintLayers) }
func (Geopackage) JSONSchemaExtend(s *jsonschema.Schema) { list(s, HintGeopackage) }

func list(s *jsonschema.Schema, hintType string) {
	setHint(s, Hint{Type: hintType})
	one := uint64(1)
	s.MinItems = &one
	s.Items.MinLength = &one
	s.UniqueItems = true
}

// text gives a string its hint. An empty path or connection is never meant, so that it is refused rather than taken
// for the working directory or the local server.
func text(s *jsonschema.Schema, hintType string) {
	setHint(s, Hint{Type: hintType})
	one := uint64(1)
	s.MinLength = &one
}

func setHint(s *jsonschema.Schema, hint Hint) {
	if s.Extras == nil {
		s.Extras = map[string]any{}
	}
	s.Extras[hintKey] = hint
}

// reflectSchema describes a struct in one piece, without references: OGC descriptions and QGIS dialogs show one
// property at a time. Inputs are optional unless tagged as required; outputs are always there unless omitempty.
func reflectSchema(t reflect.Type, inputs bool) *jsonschema.Schema {
	reflector := jsonschema.Reflector{
		Anonymous:                  true,
		DoNotReference:             true,
		ExpandedStruct:             true,
		RequiredFromJSONSchemaTags: inputs,
	}
	schema := reflector.ReflectFromType(t)
	for _, field := range reflect.VisibleFields(t) {
		tag, ok := field.Tag.Lookup("qgis")
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		property, ok := schema.Properties.Get(name)
		if !ok {
			panic(fmt.Sprintf("%s.%s: a qgis tag on a field without a JSON name", t, field.Name))
		}
		hint := HintOf(property)
		if err := hint.parse(tag); err != nil {
			panic(fmt.Sprintf("%s.%s: %v", t, field.Name, err))
		}
		setHint(property, hint)
	}
	return schema
}

// parse adds what a qgis tag says.
func (h *Hint) parse(tag string) error {
	for item := range strings.SplitSeq(tag, ",") {
		key, value, _ := strings.Cut(item, "=")
		switch key {
		case "type":
			h.Type = value
		case "extension":
			h.Extension = value
		case "temporary":
			h.Temporary = value
		case "by_index":
			h.ByIndex = true
		case "ids":
			h.IDs = true
		case "advanced":
			h.Advanced = true
		case "multiline":
			h.Multiline = true
		default:
			return fmt.Errorf("unknown qgis hint %q", key)
		}
	}
	types := []string{"", HintConnection, HintLayers, HintEnum, HintFile, HintFolder, HintOutputFile, HintSecret, HintProject, HintGeopackage}
	if !slices.Contains(types, h.Type) {
		return fmt.Errorf("unknown qgis type %q", h.Type)
	}
	return nil
}
