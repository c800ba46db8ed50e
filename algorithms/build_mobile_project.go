package algorithms

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/project"
	"github.com/lizsync/lizsync/provider"
)

type buildMobileProjectParams struct {
	Central provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Central database" jsonschema_description:"The central database that the PostgreSQL layers show. Nothing is asked of it."`
	Project provider.Project    `json:"QGIS_PROJECT_FILE" jsonschema:"required,title=Project" jsonschema_description:"The project, as .qgs or .qgz. In QGIS it is the current one."`
	Layers  provider.Layers     `json:"PG_LAYERS" jsonschema:"required,title=PostgreSQL layers" jsonschema_description:"The layers that show the clone in the mobile project: by id, as schema.table, or by a name that no other layer has." qgis:"ids"`
	geopackageParams
	mobileParams
}

// geopackageParams say what goes into the GeoPackage of a mobile project.
type geopackageParams struct {
	Geopackage provider.Geopackage `json:"GPKG_LAYERS" jsonschema:"title=Layers for the GeoPackage" jsonschema_description:"The layers that show the file layers.gpkg in the mobile project. QGIS writes that file. Elsewhere it has to be there, and each layer is given with its table in it: LAYER=TABLE."`
	Overwrite  bool                `json:"OVERWRITE_GPKG" jsonschema:"title=Replace the GeoPackage,default=true" jsonschema_description:"In QGIS: write the GeoPackage anew. Otherwise the layers that are in it already stay as they are there." qgis:"advanced"`
}

// mobileParams say how layers find the clone where they are used.
type mobileParams struct {
	Host     string `json:"CLONE_HOST" jsonschema:"title=Clone host,minLength=1,default=localhost" jsonschema_description:"The server of the clone, as the device sees it that opens the project." qgis:"advanced"`
	Port     int    `json:"CLONE_PORT" jsonschema:"title=Clone port,minimum=1,maximum=65535,default=5432" jsonschema_description:"Its port." qgis:"advanced"`
	Database string `json:"CLONE_DATABASE" jsonschema:"title=Clone database,minLength=1,default=gis" jsonschema_description:"The name of the clone's database." qgis:"advanced"`
	User     string `json:"CLONE_USER" jsonschema:"title=Clone user,default=gis" jsonschema_description:"The role that edits there. Its password is not written into the project: ~/.pgpass has it, or QGIS asks." qgis:"advanced"`
	Service  string `json:"CLONE_SERVICE" jsonschema:"title=Clone service" jsonschema_description:"A service of the device's pg_service.conf, instead of host, port, database and user." qgis:"advanced"`
}

func (p mobileParams) connection() project.Connection {
	return project.Connection{Service: p.Service, Host: p.Host, Port: p.Port, Database: p.Database, User: p.User}
}

type buildMobileProjectResult struct {
	provider.Outcome
	built
}

// built is what is known of a mobile project.
type built struct {
	MobileProject string `json:"MOBILE_PROJECT_FILE" jsonschema:"title=Mobile project" jsonschema_description:"The project that was written."`
	Clone         int    `json:"NUMBER_PG_LAYERS" jsonschema:"title=Layers of the clone" jsonschema_description:"Layers that show the clone."`
	Geopackage    int    `json:"NUMBER_GPKG_LAYERS" jsonschema:"title=Layers of the GeoPackage" jsonschema_description:"Layers that show the GeoPackage."`
}

// projectErrors are common to the algorithms that read a project.
var projectErrors = []provider.KnownError{
	{When: "the project is not a .qgs or .qgz file", Remedy: "Save it as one."},
	{When: "a layer is not in the project, or several have its name", Remedy: "Take one of those that the message names, by its id."},
	{When: "a layer shows another database than the central one", Remedy: "Take it out of the list, or choose the connection that it uses; host, port and database must be the same."},
	{When: "a layer is a query, or of another provider", Remedy: "Take it out of PG_LAYERS; GPKG_LAYERS takes any vector layer."},
	{When: "layers.gpkg is not there", Remedy: "Run it in QGIS, which writes it; or make it, with ogr2ogr for instance, in the folder that the message names."},
}

func buildMobileProject() provider.Algorithm {
	return provider.Define(provider.Definition[buildMobileProjectParams, buildMobileProjectResult]{
		ID:    "build_mobile_project",
		Group: "03 File synchronization",
		Title: "Build a mobile QGIS project",
		Description: `Writes a copy of a QGIS project for the field, beside it: from city.qgz it makes city_mobile.qgz. In it the chosen PostgreSQL layers show the clone instead of the central database, and other chosen layers a GeoPackage, city_mobile/layers.gpkg.

Nothing else is altered: styles, forms, relations, joins, layouts and the ids of layers are the same, and what names a chosen layer follows it. Layers that were not chosen show what they showed. Passwords of the central database are removed, from all layers.

The defaults of the clone's connection are those of a tablet with its database on it. The project itself stays as it is. A project that was built before is replaced.`,
		Errors: projectErrors,
		Run:    runBuildMobileProject,
	})
}

func runBuildMobileProject(ctx context.Context, p buildMobileProjectParams, feedback provider.Feedback) (buildMobileProjectResult, error) {
	var result buildMobileProjectResult
	plan, err := planMobileProject(p)
	if err != nil {
		return result, err
	}
	if len(plan.chosen.notShown) > 0 {
		return result, &provider.Failure{
			Text: fmt.Sprintf("no layer of the project shows %s of the central database", plan.chosen.notShown[0].SQL()),
			Hint: "check the name, or add such a layer to the project",
		}
	}
	result.built, err = plan.write(ctx, feedback)
	result.Outcome = provider.Done(fmt.Sprintf("%s shows %d layers of the clone and %d of the GeoPackage", result.MobileProject, result.Clone, result.Geopackage))
	return result, err
}

// mobilePlan is a mobile project that can be written.
type mobilePlan struct {
	project     *project.Project
	chosen      choice
	redirection project.Redirection
	path        string
}

// planMobileProject reads the project, and refuses what could not be built.
func planMobileProject(p buildMobileProjectParams) (mobilePlan, error) {
	plan := mobilePlan{path: mobilePath(string(p.Project))}
	central, err := database.Resolve(string(p.Central))
	if err != nil {
		return plan, err
	}
	if plan.project, err = project.Open(string(p.Project)); err != nil {
		return plan, err
	}
	if plan.chosen, err = chooseLayers(plan.project, central, p.Layers); err != nil {
		return plan, err
	}
	geopackage, err := geopackageSources(plan.project, mobileFolder(string(p.Project)), p.Geopackage)
	if err != nil {
		return plan, err
	}
	for id := range geopackage {
		if slices.Contains(plan.chosen.ids, id) {
			layer, _ := plan.project.Layer(id)
			return plan, &provider.Failure{
				Text: fmt.Sprintf("the layer %q is in PG_LAYERS and in GPKG_LAYERS", layer.Name),
				Hint: "take it out of one of them",
			}
		}
	}
	plan.redirection = project.Redirection{Central: central, Clone: p.connection(), Layers: plan.chosen.ids, Geopackage: geopackage}
	return plan, nil
}

func (m mobilePlan) write(ctx context.Context, feedback provider.Feedback) (built, error) {
	for _, warning := range m.project.Redirect(m.redirection) {
		feedback.Warning(warning)
	}
	if err := ctx.Err(); err != nil {
		return built{}, err
	}
	return built{m.path, len(m.redirection.Layers), len(m.redirection.Geopackage)}, m.project.WriteCopy(m.path)
}

// mobilePath is that of the mobile project of a project.
func mobilePath(path string) string {
	extension := filepath.Ext(path)
	return strings.TrimSuffix(path, extension) + "_mobile" + extension
}

// mobileFolder is that of its files.
func mobileFolder(path string) string {
	mobile := mobilePath(path)
	return strings.TrimSuffix(mobile, filepath.Ext(mobile))
}

// choice is what PG_LAYERS means: layers of a project, by their ids, and the tables that they show.
type choice struct {
	ids      []string
	tables   []archive.Name
	notShown []archive.Name // tables that were named and that no layer shows
}

// chooseLayers refuses what does not show central.
func chooseLayers(p *project.Project, central *database.Target, given []string) (choice, error) {
	var chosen choice
	for _, text := range given {
		layers, table, err := meant(p, central, text)
		if err != nil {
			return chosen, err
		}
		if len(layers) == 0 {
			chosen.notShown = append(chosen.notShown, table)
		}
		for _, layer := range layers {
			if !slices.Contains(chosen.ids, layer.ID) {
				chosen.ids = append(chosen.ids, layer.ID)
			}
		}
		if !slices.Contains(chosen.tables, table) {
			chosen.tables = append(chosen.tables, table)
		}
	}
	return chosen, nil
}

// meant finds the layers and the table that one text of PG_LAYERS means.
func meant(p *project.Project, central *database.Target, text string) ([]project.Layer, archive.Name, error) {
	if layer, ok := p.Layer(text); ok {
		name, err := tableOf(layer, central)
		return []project.Layer{layer}, name, err
	}
	names, notTable := archive.ParseNames([]string{text})
	if notTable != nil && len(p.Named(text)) == 0 && strings.Contains(text, ".") {
		return nil, archive.Name{}, notTable
	}
	if notTable != nil {
		layer, err := named(p, text)
		if err != nil {
			return nil, archive.Name{}, err
		}
		name, err := tableOf(layer, central)
		return []project.Layer{layer}, name, err
	}
	showing := p.Showing(names[0].Schema, names[0].Name)
	layers := slices.DeleteFunc(slices.Clone(showing), func(l project.Layer) bool { return !l.Shows(central) })
	if len(layers) == 0 && len(showing) > 0 {
		_, err := tableOf(showing[0], central)
		return nil, names[0], err
	}
	return layers, names[0], nil
}

// named is the only layer of a name.
func named(p *project.Project, name string) (project.Layer, error) {
	layers := p.Named(name)
	if len(layers) == 1 {
		return layers[0], nil
	}
	failure := &provider.Failure{Text: fmt.Sprintf("the project has no layer %q", name), Hint: "give the id or the name of one of its layers, or schema.table"}
	if len(layers) > 1 {
		failure.Text = fmt.Sprintf("the project has %d layers named %q", len(layers), name)
	} else {
		layers = p.Layers()
	}
	var lines []string
	for _, layer := range layers {
		lines = append(lines, fmt.Sprintf("%s (%s)", layer.Name, layer.ID))
	}
	failure.Detail = "layers: " + strings.Join(lines, "; ")
	return project.Layer{}, failure
}

// tableOf is the table of central that a layer shows.
func tableOf(l project.Layer, central *database.Target) (archive.Name, error) {
	refuse := func(what, hint string) (archive.Name, error) {
		return archive.Name{}, &provider.Failure{Text: fmt.Sprintf("the layer %q %s", l.Name, what), Hint: hint}
	}
	switch {
	case l.Provider != "postgres":
		return refuse("is not of PostgreSQL", "take it out of PG_LAYERS; GPKG_LAYERS takes any vector layer")
	case !l.Shows(central):
		return refuse(fmt.Sprintf("shows %s, and the connection leads to %s", l.Place(), central), "take it out of PG_LAYERS, or choose the connection that it uses")
	case l.Schema == "":
		return refuse("is a query and no table", "take it out of PG_LAYERS")
	}
	name := archive.Name{Schema: l.Schema, Name: l.Table}
	return name, name.Check()
}

// geopackageSources are the sources of the layers that go to the GeoPackage of a mobile project, by the ids of the layers.
func geopackageSources(p *project.Project, folder string, given []string) (map[string]string, error) {
	sources := map[string]string{}
	file := filepath.Join(folder, "layers.gpkg")
	if len(given) > 0 {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return nil, &provider.Failure{
				Text: fmt.Sprintf("%s is not there; it is to hold the layers of GPKG_LAYERS", file),
				Hint: "run this in QGIS, which writes it, or make it with ogr2ogr",
				Err:  err,
			}
		}
	}
	for _, text := range given {
		id, table := text, text
		if i := strings.LastIndexByte(text, '='); i > 0 {
			id, table = text[:i], text[i+1:]
		}
		if _, ok := p.Layer(id); !ok {
			layer, err := named(p, id)
			if err != nil {
				return nil, err
			}
			id = layer.ID
		}
		sources[id] = fmt.Sprintf("./%s/layers.gpkg|layername=%s", filepath.Base(folder), table)
	}
	return sources, nil
}
