// Package algorithms holds what LizSync can do for a person, one file for each algorithm, named after its id.
package algorithms

import (
	"context"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// All lists the algorithms.
func All() []provider.Algorithm {
	all := []provider.Algorithm{
		createDatabaseStructure(),
		upgradeDatabaseStructure(),
		initializeCentralDatabase(),
		packageCentralDatabase(),
		deployDatabaseServerPackage(),
		synchronizeDatabase(),
		showSynchronizationStatus(),
		buildMobileProject(),
		sendProjectsAndFilesToCloneFTP(),
		getProjectsAndFilesFromCentralFTP(),
		synchronizeMediaSubfolderToFTP(),
		packageAll(),
		deployAll(),
	}
	for i, algorithm := range all {
		all[i] = explained{algorithm}
	}
	return all
}

// explained is an algorithm whose PostgreSQL errors are made for a person, so that no algorithm has to think of it.
type explained struct{ provider.Algorithm }

func (e explained) Bind(input map[string]any) (provider.Task, error) {
	task, err := e.Algorithm.Bind(input)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, feedback provider.Feedback) (provider.Result, error) {
		result, err := task(ctx, feedback)
		return result, database.Explain(err)
	}, nil
}
