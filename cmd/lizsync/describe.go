package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/invopop/jsonschema"
	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/provider"
)

func describeCommand(registry *provider.Registry) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "describe ALGORITHM",
		Short: "Describe an algorithm, its parameters and its results",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			algorithm, err := find(registry, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), algorithm.Info())
			}
			return describeText(cmd.OutOrStdout(), algorithm.Info())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with the JSON Schema of the parameters and of the results")
	return cmd
}

// find looks an algorithm up for a command line.
func find(registry *provider.Registry, id string) (provider.Algorithm, error) {
	algorithm, err := registry.Find(id)
	if err != nil {
		return nil, &usageError{err, "lizsync list shows the algorithms"}
	}
	return algorithm, nil
}

func describeText(w io.Writer, info provider.Info) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s: %s\n%s\n\n%s\n", info.ID, info.Title, info.Group, strings.TrimSpace(info.Description))

	fmt.Fprintln(table, "\nParameters:")
	example := "lizsync run " + info.ID
	for pair := info.Inputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		name, property := pair.Key, pair.Value
		need := "optional"
		switch {
		case slices.Contains(info.Inputs.Required, name):
			need = "required"
			example += " " + name + "=" + exampleValue(property)
		case property.Default != nil:
			need = fmt.Sprintf("default %v", property.Default)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", name, provider.TypeName(property), need, property.Description)
	}
	fmt.Fprintln(table, "\nResults:")
	for pair := info.Outputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		fmt.Fprintf(table, "  %s\t%s\t\t%s\n", pair.Key, provider.TypeName(pair.Value), pair.Value.Description)
	}
	if len(info.Errors) > 0 {
		fmt.Fprintln(table, "\nErrors:")
		for _, known := range info.Errors {
			fmt.Fprintf(table, "  %s\n      %s\n", known.When, known.Remedy)
		}
	}
	fmt.Fprintf(table, "\nExample:\n  %s\n", example)
	return table.Flush()
}

// exampleValue is a value to show for a required parameter.
func exampleValue(property *jsonschema.Schema) string {
	switch hint := provider.HintOf(property).Type; {
	case hint == provider.HintConnection:
		return "service=NAME"
	case hint == provider.HintLayers:
		return "SCHEMA.TABLE,…"
	case property.Enum != nil:
		text, err := json.Marshal(property.Enum[0])
		if err == nil {
			return strings.Trim(string(text), `"`)
		}
	}
	return "…"
}
