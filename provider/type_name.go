package provider

import (
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
)

// TypeName says in a word what may be written for a parameter: a type, the hint that says more, or the choices.
func TypeName(property *jsonschema.Schema) string {
	if property.Enum != nil {
		choices := make([]string, len(property.Enum))
		for i, choice := range property.Enum {
			choices[i] = fmt.Sprint(choice)
		}
		return strings.Join(choices, "|")
	}
	if hint := HintOf(property); hint.Type != "" {
		return hint.Type
	}
	if property.Type == "array" {
		return property.Items.Type + " list"
	}
	return property.Type
}
