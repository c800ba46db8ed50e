package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/internal/cluster"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/provider/docs"
)

func docsCommand(registry *provider.Registry) *cobra.Command {
	var folder, catalogue string
	cmd := &cobra.Command{
		Use:   "docs --out DIR",
		Short: "Write the pages that follow from the program itself",
		Long: `Write a page for each algorithm (processing/) and for each schema of the database (database/)
into a folder, and the catalogue of the algorithms, by which the QGIS plugin shows them, into a
file. The database is one of a throw-away PostgreSQL server, so that it needs PostgreSQL on this
machine.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			pages, err := generatedPages(cmd.Context(), registry)
			if err != nil {
				return err
			}
			if err := docs.Write(folder, pages); err != nil {
				return err
			}
			if catalogue != "" {
				text, err := docs.Catalogue(registry)
				if err != nil {
					return err
				}
				if err := os.WriteFile(catalogue, text, 0o644); err != nil {
					return fmt.Errorf("write the catalogue: %w", err)
				}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d files written to %s\n", len(pages), folder)
			return nil
		},
	}
	cmd.Flags().StringVar(&folder, "out", "docs", "the `folder` of the documentation")
	cmd.Flags().StringVar(&catalogue, "catalogue", "", "the `file` of the catalogue; it is not written without it")
	return cmd
}

// generatedPages makes the pages with a server of their own.
func generatedPages(ctx context.Context, registry *provider.Registry) (map[string][]byte, error) {
	server, err := cluster.Start(ctx, cluster.Options{})
	if err != nil {
		return nil, err
	}
	defer server.Stop(context.WithoutCancel(ctx))
	url := server.URL("postgres")
	install, err := registry.Find("create_database_structure")
	if err != nil {
		return nil, err
	}
	task, err := install.Bind(map[string]any{"CONNECTION_NAME": url})
	if err != nil {
		return nil, err
	}
	if _, err := task(ctx, provider.Silent{}); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to the database of the documentation: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return docs.Pages(ctx, registry, conn)
}
