package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/provider"
)

func listCommand(registry *provider.Registry) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the algorithms",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return listJSON(cmd.OutOrStdout(), registry)
			}
			return listText(cmd.OutOrStdout(), registry)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func listJSON(w io.Writer, registry *provider.Registry) error {
	type item struct {
		ID    string `json:"id"`
		Group string `json:"group"`
		Title string `json:"title"`
	}
	items := []item{}
	for _, algorithm := range registry.All() {
		info := algorithm.Info()
		items = append(items, item{info.ID, info.Group, info.Title})
	}
	return printJSON(w, items)
}

func listText(w io.Writer, registry *provider.Registry) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	group := ""
	for _, algorithm := range registry.All() {
		info := algorithm.Info()
		if info.Group != group {
			group = info.Group
			fmt.Fprintln(table, group)
		}
		fmt.Fprintf(table, "  %s\t%s\n", info.ID, info.Title)
	}
	return table.Flush()
}

// printJSON prints a value for people and programs alike: indented, and with <, > and & as they are.
func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
