package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/invopop/jsonschema"
	"github.com/labstack/echo/v4"
	orderedmap "github.com/pb33f/ordered-map/v2"

	"github.com/lizsync/lizsync/provider"
)

const (
	relations = "http://www.opengis.net/def/rel/ogc/1.0/"
	classes   = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
	asJSON    = "application/json"
)

type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

type landingPage struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Links       []link `json:"links"`
}

func (s *Server) landing(c echo.Context) error {
	base := s.base(c)
	return c.JSON(http.StatusOK, landingPage{
		Title:       "LizSync",
		Description: "Two-way synchronisation of PostgreSQL and PostGIS databases that are edited apart.",
		Links: []link{
			{base + "/", "self", asJSON, "This document"},
			{base + "/api", "service-desc", openAPIType, "Definition of the interface"},
			{base + "/conformance", relations + "conformance", asJSON, "Conformance classes"},
			{base + "/processes", relations + "processes", asJSON, "Processes"},
			{base + "/jobs", relations + "job-list", asJSON, "Jobs"},
		},
	})
}

type conformanceClasses struct {
	ConformsTo []string `json:"conformsTo"`
}

func (s *Server) conformance(c echo.Context) error {
	return c.JSON(http.StatusOK, conformanceClasses{[]string{
		classes + "core", classes + "ogc-process-description", classes + "json", classes + "oas30", classes + "job-list", classes + "dismiss",
	}})
}

type processSummary struct {
	ID                 string   `json:"id"`
	Version            string   `json:"version"`
	Title              string   `json:"title"`
	Description        string   `json:"description"`
	Group              string   `json:"group"` // for toolboxes; beyond the standard
	JobControlOptions  []string `json:"jobControlOptions"`
	OutputTransmission []string `json:"outputTransmission"`
	Links              []link   `json:"links"`
}

func (s *Server) summary(info provider.Info, base string) processSummary {
	return processSummary{
		ID: info.ID, Version: s.options.Version, Title: info.Title, Description: info.Description, Group: info.Group,
		JobControlOptions:  []string{"sync-execute", "async-execute", "dismiss"},
		OutputTransmission: []string{"value"},
		Links:              []link{{base + "/processes/" + info.ID, "self", asJSON, info.Title}},
	}
}

type processList struct {
	Processes []processSummary `json:"processes"`
	Links     []link           `json:"links"`
}

func (s *Server) processes(c echo.Context) error {
	base := s.base(c)
	list := processList{Processes: []processSummary{}}
	for _, algorithm := range s.options.Registry.All() {
		list.Processes = append(list.Processes, s.summary(algorithm.Info(), base))
	}
	var err error
	list.Processes, list.Links, err = page(c, base, list.Processes)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list)
}

// page cuts a list by the parameters limit and offset, and links to the next part.
func page[T any](c echo.Context, base string, all []T) ([]T, []link, error) {
	const most = 1000
	limit, err := whole(c, "limit", 1, most)
	if err != nil {
		return nil, nil, err
	}
	offset, err := whole(c, "offset", 0, 0)
	if err != nil {
		return nil, nil, err
	}
	path := c.Request().URL.Path
	links := []link{{base + c.Request().URL.RequestURI(), "self", asJSON, "This document"}}
	all = all[min(offset, len(all)):]
	if len(all) > min(limit, most) {
		all = all[:min(limit, most)]
		query := c.QueryParams()
		query.Set("offset", strconv.Itoa(offset+len(all)))
		links = append(links, link{base + path + "?" + query.Encode(), "next", asJSON, "The next ones"})
	}
	return all, links, nil
}

// whole reads a whole number from the query.
func whole(c echo.Context, name string, least, absent int) (int, error) {
	text := c.QueryParam(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, refuse(http.StatusBadRequest, invalidParameter, "%s must be a whole number of at least %d, not %q", name, least, text)
	}
	return n, nil
}

type inputDescription struct {
	Title       string         `json:"title"`
	Description string         `json:"description"`
	MinOccurs   int            `json:"minOccurs"`
	Schema      map[string]any `json:"schema"`
	QGIS        *provider.Hint `json:"x-qgis,omitempty"`
}

type outputDescription struct {
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Schema      map[string]any `json:"schema"`
}

type processDescription struct {
	processSummary
	Inputs  *orderedmap.OrderedMap[string, inputDescription]  `json:"inputs"`
	Outputs *orderedmap.OrderedMap[string, outputDescription] `json:"outputs"`
}

func (s *Server) process(c echo.Context) error {
	algorithm, err := s.find(c)
	if err != nil {
		return err
	}
	base, info := s.base(c), algorithm.Info()
	d := processDescription{
		processSummary: s.summary(info, base),
		Inputs:         orderedmap.New[string, inputDescription](),
		Outputs:        orderedmap.New[string, outputDescription](),
	}
	d.Links = append(d.Links, link{base + "/processes/" + info.ID + "/execution", relations + "execute", asJSON, "Execute it"})
	for pair := info.Inputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		input := inputDescription{Title: pair.Value.Title, Description: pair.Value.Description, Schema: openAPISchema(pair.Value)}
		if slices.Contains(info.Inputs.Required, pair.Key) {
			input.MinOccurs = 1
		}
		if hint := provider.HintOf(pair.Value); hint != (provider.Hint{}) {
			input.QGIS = &hint
		}
		d.Inputs.Set(pair.Key, input)
	}
	for pair := info.Outputs.Properties.Oldest(); pair != nil; pair = pair.Next() {
		d.Outputs.Set(pair.Key, outputDescription{pair.Value.Title, pair.Value.Description, openAPISchema(pair.Value)})
	}
	return c.JSON(http.StatusOK, d)
}

// find returns the algorithm that the path names.
func (s *Server) find(c echo.Context) (provider.Algorithm, error) {
	id, err := url.PathUnescape(c.Param("process"))
	if err != nil {
		id = c.Param("process")
	}
	algorithm, err := s.options.Registry.Find(id)
	if err != nil {
		p := refuse(http.StatusNotFound, noSuchProcess, "there is no process %q", id)
		p.Hint = failureProblem(err).Hint
		return nil, p
	}
	return algorithm, nil
}

// openAPISchema writes a JSON Schema of draft 2020-12 as OpenAPI 3.0 has it, with nothing but the value in it: what it is
// called stands beside it.
func openAPISchema(schema *jsonschema.Schema) map[string]any {
	text, err := json.Marshal(schema)
	var out map[string]any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("schema of an input: %v", err)) // it was marshalled before, when it was registered
	}
	for _, name := range []string{"title", "description", "x-qgis", "$schema"} {
		delete(out, name)
	}
	for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
		if value, there := out[exclusive].(float64); there {
			out[bound], out[exclusive] = value, true
		}
	}
	return out
}
