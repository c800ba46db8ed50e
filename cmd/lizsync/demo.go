package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/internal/demo"
	"github.com/lizsync/lizsync/provider"
)

func demoCommand(registry *provider.Registry) *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a day of work on three databases, and how they become one again",
		Long: `Starts a throw-away PostgreSQL server, makes the database of a city and two clones of
it, edits all three and synchronises them, and tells what happened and why. It needs
PostgreSQL with PostGIS on this machine, and about twenty seconds. Nothing of it remains,
whether it ends by itself or is interrupted.

With --keep it goes on running at the end and prints how to connect; Ctrl-C then ends it
and removes everything.

Exit code: 0 when all databases were equal at the end and everything was as told, else 1.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			terminal := isTerminal(out)
			return demo.Run(cmd.Context(), registry, out, demo.Options{
				Keep:     keep,
				Terminal: terminal,
				Colour:   terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
			})
		},
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the databases running at the end, until Ctrl-C")
	return cmd
}
