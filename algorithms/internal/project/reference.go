package project

import (
	"fmt"
	"slices"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// References are those between tables of central that the project makes: relations, joins, and value relations of forms, of each style.
// A join does not say which of its two columns has the key: it is given both ways.
func (p *Project) References(central *database.Target) []database.Reference {
	r := referring{project: p, central: central}
	if relations := p.document.root.child("relations"); relations != nil {
		relations.each(r.relation)
	}
	for _, e := range p.document.maplayers() {
		if id := e.childText("id"); id != nil {
			e.each(func(e *element) { r.widgetOrJoin(id.text, e) })
		}
	}
	return r.found
}

type referring struct {
	project *Project
	central *database.Target
	found   []database.Reference
}

func (r *referring) relation(e *element) {
	for _, pair := range e.children {
		if e.name == "relation" && pair.name == "fieldRef" {
			r.add(e.attribute("referencingLayer"), pair.attribute("referencingField"), e.attribute("referencedLayer"), pair.attribute("referencedField"),
				fmt.Sprintf("the relation %q of the project", e.attribute("name")))
		}
	}
}

func (r *referring) widgetOrJoin(layer string, e *element) {
	shown, _ := r.project.Layer(layer)
	switch e.name {
	case "join":
		evidence := fmt.Sprintf("a join of the layer %q in the project", shown.Name)
		r.add(layer, e.attribute("targetFieldName"), e.attribute("joinLayerId"), e.attribute("joinFieldName"), evidence)
		r.add(e.attribute("joinLayerId"), e.attribute("joinFieldName"), layer, e.attribute("targetFieldName"), evidence)
	case "field":
		widget := e.child("editWidget")
		if widget == nil || widget.attribute("type") != "ValueRelation" {
			return
		}
		widget.each(func(o *element) {
			if set := options(o); set["Layer"] != nil && set["Key"] != nil {
				r.add(layer, e.attribute("name"), set["Layer"].text, set["Key"].text, fmt.Sprintf("a value relation in the form of the layer %q", shown.Name))
			}
		})
	}
}

// add takes what is between two tables of central.
func (r *referring) add(childLayer, childField, parentLayer, parentField, evidence string) {
	child, _ := r.project.Layer(childLayer)
	parent, _ := r.project.Layer(parentLayer)
	for _, layer := range []Layer{child, parent} {
		if layer.Schema == "" || !layer.Shows(r.central) {
			return
		}
	}
	made := database.Reference{
		ChildSchema: child.Schema, ChildTable: child.Table, ChildColumn: childField,
		ParentSchema: parent.Schema, ParentTable: parent.Table, ParentColumn: parentField,
		Evidence: evidence,
	}
	if !slices.Contains(r.found, made) {
		r.found = append(r.found, made)
	}
}
