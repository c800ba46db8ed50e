package algorithms

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lizsync/lizsync/algorithms/internal/transfer"
	"github.com/lizsync/lizsync/provider"
)

type deployAllParams struct {
	deploymentConnections
	Project provider.Project `json:"QGIS_PROJECT_FILE" jsonschema:"required,title=Project" jsonschema_description:"The project that package_all was run for, not the mobile one. In QGIS it is the current one. Its folder is sent."`
	deploymentOptions
	cloneServerParams
}

type deployAllResult struct {
	provider.Outcome
	deployed
	brought
}

func deployAll() provider.Algorithm {
	return provider.Define(provider.Definition[deployAllParams, deployAllResult]{
		ID:    "deploy_all",
		Group: "04 All-in-one",
		Title: "Deploy project and data to a clone",
		Description: `Brings to a clone what package_all has made of a project: the data, as deploy_database_server_package does, and then the folder of the project with the mobile one in it, as send_projects_and_files_to_clone_ftp does. The package itself is not sent.

It stops at the first step that fails, and says what was done. When the files could not be sent, the data are deployed: run send_projects_and_files_to_clone_ftp, or this again.`,
		Errors: append([]provider.KnownError{
			{When: "a step of it fails", Remedy: "Do what the message says; it names the steps that were done and those that are left."},
			{When: "the project has no package or no mobile project", Remedy: "Run package_all for it; the project is the one that you work with, not the mobile one."},
			{When: "the project is in the home folder, all of which would be sent", Remedy: "Save it in a folder of its own, with the files that belong to it."},
		}, transferErrors...),
		Run: runDeployAll,
	})
}

func runDeployAll(ctx context.Context, p deployAllParams, feedback provider.Feedback) (deployAllResult, error) {
	var result deployAllResult
	path, err := filepath.Abs(string(p.Project))
	if err != nil {
		return result, fmt.Errorf("find the folder of the project: %w", err)
	}
	file := projectPackage(path)
	for _, needed := range []string{file, mobilePath(path)} {
		if _, err := os.Stat(needed); errors.Is(err, os.ErrNotExist) {
			return result, &provider.Failure{
				Text: fmt.Sprintf("there is no %s", needed),
				Hint: fmt.Sprintf("run package_all for the project %s first; if that is the mobile one, choose the project that it was made of", filepath.Base(path)),
				Err:  err,
			}
		}
	}
	folder := filepath.Dir(path)
	if home, err := os.UserHomeDir(); err == nil && (folder == filepath.Clean(home) || folder == filepath.Dir(folder)) {
		return result, &provider.Failure{
			Text: fmt.Sprintf("the project is in %s, and all of that folder would be sent", folder),
			Hint: "save the project in a folder of its own, with the files that belong to it, and run package_all there",
		}
	}
	left, err := filepath.Rel(folder, file)
	if err != nil {
		return result, fmt.Errorf("find the package in the folder of the project: %w", err)
	}
	err = runSteps(ctx, feedback,
		step{"deploy the data", 60, func(ctx context.Context, feedback provider.Feedback) error {
			done, err := runDeployDatabaseServerPackage(ctx, deployDatabaseServerPackageParams{p.deploymentConnections, provider.File(file), p.deploymentOptions}, feedback)
			result.deployed = done.deployed
			return err
		}},
		step{"send the project and its files", 100, func(ctx context.Context, feedback provider.Feedback) error {
			options := p.options(p.server(p.Protocol, p.Host, p.Port, p.Login, p.Password), provider.Folder(folder), p.RemoteDir)
			options.Excluded = append(options.Excluded, filepath.ToSlash(left))
			summary, err := transfer.Send(ctx, options, feedback)
			result.brought = transferred(summary).brought
			return err
		}},
	)
	result.Outcome = provider.Done(fmt.Sprintf("the data are deployed to the clone %s, and %d files were sent", result.ServerName, result.Transferred))
	return result, err
}
