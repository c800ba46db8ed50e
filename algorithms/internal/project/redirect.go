package project

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// Redirection says what the layers of a project are to show from now on.
type Redirection struct {
	Central    *database.Target
	Clone      Connection        // what takes the place of central
	Layers     []string          // the ids of the layers of central that show the clone
	Geopackage map[string]string // the sources, in a GeoPackage, of other layers, by their ids
}

// Redirect alters the project as that says. Wherever a layer is referred to, its source follows: layer trees, relations,
// widgets, styles, layouts. A source that stands alone, as in a virtual layer, follows its table. Passwords of central are
// removed everywhere. The warnings say where that did not go by itself.
func (p *Project) Redirect(to Redirection) (warnings []string) {
	r := redirecting{Redirection: to, document: p.document, same: map[string]bool{}, done: map[*value]bool{}, own: map[string]string{}}
	for _, id := range to.Layers {
		if layer, ok := p.Layer(id); ok {
			r.tables = append(r.tables, [2]string{layer.Schema, layer.Table})
		}
	}
	for _, e := range p.document.maplayers() {
		if id, source, provider := e.childText("id"), e.childText("datasource"), e.childText("provider"); id != nil && source != nil && provider != nil {
			r.redirect(id.text, source, provider)
			if parsed, ok := parseSource(source.text); ok && r.isCentral(parsed.conninfo()) {
				r.own[id.text] = p.document.replaced(source)
			}
		}
	}
	p.document.root.each(r.references)
	p.document.root.each(r.rest)
	return r.leftPasswords()
}

type redirecting struct {
	Redirection
	document  *document
	tables    [][2]string // schema and table of the layers of central that show the clone
	same      map[string]bool
	done      map[*value]bool
	own       map[string]string // the sources of the layers of central as they are now, by the ids of the layers
	passwords []string
}

// references are the attributes, or options, in which QGIS writes a layer: its id beside its source and provider.
var references = []struct{ id, source, provider string }{
	{"id", "source", "providerKey"},                                                  // layer trees, also those of legends
	{"layerId", "dataSource", "providerKey"},                                         // relations
	{"coverageLayer", "coverageLayerSource", "coverageLayerProvider"},                // atlases
	{"vectorLayer", "vectorLayerSource", "vectorLayerProvider"},                      // tables of layouts
	{"destinationLayer", "destinationLayerSource", "destinationLayerProvider"},       // GPS
	{"layer", "layerSource", "layerProvider"},                                        // terrains
	{"Layer", "LayerSource", "LayerProviderName"},                                    // value relations
	{"ReferencedLayerId", "ReferencedLayerDataSource", "ReferencedLayerProviderKey"}, // relation references
}

func (r *redirecting) references(e *element) {
	values := e.values
	if e.name == "Option" {
		values = options(e)
	}
	for _, names := range references {
		if id, source := values[names.id], values[names.source]; id != nil && source != nil {
			r.redirect(id.text, source, values[names.provider])
		}
	}
	if source := e.values["source"]; e.name == "Layer" && e.text != nil && source != nil { // of a map in a layout
		r.redirect(e.text.text, source, e.values["provider"])
	}
}

// options are the values of an option that is a map.
func options(e *element) map[string]*value {
	values := map[string]*value{}
	for _, child := range e.children {
		if name := child.values["name"]; child.name == "Option" && name != nil {
			values[name.text] = child.values["value"]
		}
	}
	return values
}

// redirect replaces the source, and the provider when there is one, that stand for a layer.
func (r *redirecting) redirect(id string, source, provider *value) {
	if r.done[source] {
		return
	}
	r.done[source] = true
	if text, ok := r.Geopackage[id]; ok {
		r.forget(source.text)
		r.document.replace(source, text)
		if provider != nil {
			r.document.replace(provider, "ogr")
		}
		return
	}
	if _, ok := parseSource(source.text); !ok && r.own[id] != "" {
		// QGIS writes no password here, but what comes after a space in it.
		r.document.replace(source, r.own[id])
		return
	}
	r.document.replace(source, r.moved(source.text, func([2]string) bool { return slices.Contains(r.Layers, id) }))
}

// rest looks at the values that stand for no layer.
func (r *redirecting) rest(e *element) {
	values := []*value{e.text}
	for _, v := range e.values {
		values = append(values, v)
	}
	for _, v := range values {
		if v != nil && !r.done[v] {
			r.document.replace(v, r.moved(v.text, r.isMoved))
		}
	}
}

func (r *redirecting) isMoved(table [2]string) bool { return slices.Contains(r.tables, table) }

// embedded is a layer in the source of a virtual one: its provider and its source, with percent signs.
var embedded = regexp.MustCompile(`([?&]layer=)postgres:([^:&]*)`)

// raster is the beginning of a source of GDAL's.
const raster = "PG:"

// moved is a source of central as it is to be: on the clone when that is wanted for its table, else without its password.
// Any other text stays.
func (r *redirecting) moved(text string, wanted func(table [2]string) bool) string {
	if !strings.Contains(text, "=") {
		return text
	}
	if strings.HasPrefix(text, "?") {
		return embedded.ReplaceAllStringFunc(text, func(found string) string {
			parts := embedded.FindStringSubmatch(found)
			source, err := url.PathUnescape(parts[2])
			if err != nil {
				return found
			}
			// Such a layer has no id: it follows its table.
			if moved := r.moved(source, r.isMoved); moved != source {
				return parts[1] + "postgres:" + strings.ReplaceAll(url.QueryEscape(moved), "+", "%20")
			}
			return found
		})
	}
	if rest, ok := strings.CutPrefix(text, raster); ok {
		trimmed := strings.TrimLeft(rest, " ")
		return raster + rest[:len(rest)-len(trimmed)] + r.moved(trimmed, func([2]string) bool { return false })
	}
	s, ok := parseSource(text)
	if !ok || !r.isCentral(s.conninfo()) {
		return text
	}
	r.forget(text)
	schema, table := s.relation()
	if wanted([2]string{schema, table}) {
		return s.at(r.Clone)
	}
	if s.get("password") == "" {
		return text
	}
	return s.without("password")
}

// forget keeps in mind a password that must not be found any more.
func (r *redirecting) forget(source string) {
	if s, ok := parseSource(source); ok && s.get("password") != "" && r.isCentral(s.conninfo()) {
		r.passwords = append(r.passwords, s.get("password"))
	}
}

func (r *redirecting) isCentral(conninfo string) bool {
	if _, known := r.same[conninfo]; !known {
		r.same[conninfo] = leadsTo(conninfo, r.Central)
	}
	return r.same[conninfo]
}

// leadsTo tells whether a connection is that of a database. What cannot be resolved here, such as an unknown service, is not.
func leadsTo(conninfo string, wanted *database.Target) bool {
	target, err := database.Resolve(conninfo)
	return err == nil && target.SameDatabase(wanted)
}

// leftPasswords looks for those that stand where this package does not know them, such as the code of an action.
func (r *redirecting) leftPasswords() (warnings []string) {
	content := r.document.bytes()
	slices.Sort(r.passwords)
	for _, password := range slices.Compact(r.passwords) {
		forms := []string{regexp.QuoteMeta(password), regexp.QuoteMeta(textEscaper.Replace(password)), regexp.QuoteMeta(attributeEscaper.Replace(password)), regexp.QuoteMeta(url.QueryEscape(password))}
		left := regexp.MustCompile(`(?i:pass|pwd)[^\n]{0,20}(` + strings.Join(forms, "|") + ")")
		for _, place := range left.FindAllIndex(content, -1) {
			warnings = append(warnings, fmt.Sprintf("a password of central is left in line %d of the project: remove it there", line(content, place[0])))
		}
	}
	return warnings
}
