package algorithms

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

type packageAllParams struct {
	packageSource
	Project provider.Project `json:"QGIS_PROJECT_FILE" jsonschema:"required,title=Project" jsonschema_description:"The project, as .qgs or .qgz. In QGIS it is the current one."`
	Layers  provider.Layers  `json:"PG_LAYERS" jsonschema:"required,title=PostgreSQL layers" jsonschema_description:"The layers of the central database whose tables go to the clones: by id, as schema.table, or by a name that no other layer has. A table or view that no layer of the project shows can be given as schema.table." qgis:"ids"`
	packageOptions
	geopackageParams
	mobileParams
}

type packageAllResult struct {
	provider.Outcome
	packed
	built
}

func packageAll() provider.Algorithm {
	return provider.Define(provider.Definition[packageAllParams, packageAllResult]{
		ID:    "package_all",
		Group: "04 All-in-one",
		Title: "Package project and data from the central server",
		Description: `Makes all that goes to the field from one project: the package of the chosen tables, as package_central_database does, and the mobile project, as build_mobile_project does, with its GeoPackage. deploy_all brings them to a clone.

The relations, joins and value relations of the project are looked at, and a warning names each that refers to a number which each database gives on its own.

For city.qgz the package is city_mobile/central_database_package.zip and the mobile project is city_mobile.qgz, both beside it. It stops at the first step that fails, and says what was done; running it again does all steps anew.`,
		Errors: append([]provider.KnownError{
			{When: "a step of it fails", Remedy: "Do what the message says; it names the steps that were done and those that are left."},
		}, projectErrors...),
		Run: runPackageAll,
	})
}

// projectPackage is where the package of a project is.
func projectPackage(path string) string {
	return filepath.Join(mobileFolder(path), filepath.Base(defaultPackage()))
}

func runPackageAll(ctx context.Context, p packageAllParams, feedback provider.Feedback) (packageAllResult, error) {
	var result packageAllResult
	plan, err := planMobileProject(buildMobileProjectParams{
		Central: p.Central, Project: p.Project, Layers: p.Layers, geopackageParams: p.geopackageParams, mobileParams: p.mobileParams,
	})
	if err != nil {
		return result, err
	}
	for _, table := range plan.chosen.notShown {
		feedback.Message(fmt.Sprintf("%s is packaged, and no layer of the project shows it", table.SQL()))
	}
	tables := make(provider.Layers, len(plan.chosen.tables))
	for i, table := range plan.chosen.tables {
		tables[i] = table.SQL()
	}
	file := projectPackage(string(p.Project))
	err = runSteps(ctx, feedback,
		step{"package the data", 95, func(ctx context.Context, feedback provider.Feedback) error {
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				return fmt.Errorf("make the folder of the package: %w", err)
			}
			params := packageCentralDatabaseParams{p.packageSource, tables, p.packageOptions, provider.OutputFile(file)}
			done, err := packageTables(ctx, params, plan.project.References(plan.redirection.Central), feedback)
			result.packed = done.packed
			return err
		}},
		step{"build the mobile project", 100, func(ctx context.Context, feedback provider.Feedback) (err error) {
			result.built, err = plan.write(ctx, feedback)
			return err
		}},
	)
	result.Outcome = provider.Done(fmt.Sprintf("%d tables with %d rows are in %s, and the mobile project is %s", result.Tables, result.Rows, result.ZipFile, result.MobileProject))
	return result, err
}

// step is a part of an algorithm that does several things, one after the other.
type step struct {
	title string
	upTo  float64 // where the progress bar of the whole stands when it is done
	run   func(context.Context, provider.Feedback) error
}

// runSteps stops at the first that fails, and says what was done and what was not.
func runSteps(ctx context.Context, feedback provider.Feedback, steps ...step) error {
	titles := make([]string, len(steps))
	for i, s := range steps {
		titles[i] = s.title
	}
	from := 0.0
	for i, s := range steps {
		feedback.Message(fmt.Sprintf("step %d of %d: %s", i+1, len(steps), s.title))
		if err := s.run(ctx, portion{feedback, from, s.upTo}); err != nil {
			return fmt.Errorf("step %d of %d, %s: %w; done before: %s; left to do after it: %s", i+1, len(steps), s.title, err, names(titles[:i]), names(titles[i+1:]))
		}
		from = s.upTo
	}
	return nil
}

func names(titles []string) string {
	if len(titles) == 0 {
		return "nothing"
	}
	return strings.Join(titles, ", ")
}
