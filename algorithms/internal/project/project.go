// Package project reads QGIS projects and lets their layers show another database. Nothing else in them is altered.
package project

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Project is a .qgs file, or a .qgz, which is a ZIP with a .qgs in it.
type Project struct {
	path     string
	document *document
	layers   []Layer
}

// Layer is one of a project.
type Layer struct {
	ID, Name, Provider string
	Schema, Table      string // of a layer of PostgreSQL; without a schema it is a query
	database           string // how it connects
}

// maxSize bounds what a .qgz may unpack to.
const maxSize = 1 << 30

// Open reads a project.
func Open(path string) (*Project, error) {
	content, err := read(path)
	if err != nil {
		return nil, readError(path, err)
	}
	document, err := parse(content)
	if err != nil {
		return nil, readError(path, err)
	}
	if document.root.name != "qgis" {
		return nil, readError(path, fmt.Errorf("it is no project of QGIS, but a document <%s>", document.root.name))
	}
	p := &Project{path: path, document: document}
	for _, e := range document.maplayers() {
		if layer := layerOf(e); layer.ID != "" {
			p.layers = append(p.layers, layer)
		}
	}
	return p, nil
}

// IsProject tells by the name of a file whether it is one.
func IsProject(path string) bool { return is(path, ".qgs") || is(path, ".qgz") }

func is(path, extension string) bool { return strings.EqualFold(filepath.Ext(path), extension) }

func read(path string) ([]byte, error) {
	switch {
	case is(path, ".qgs"):
		return os.ReadFile(path)
	case is(path, ".qgz"):
		archive, err := zip.OpenReader(path)
		if err != nil {
			return nil, err
		}
		defer archive.Close()
		member := projectMember(archive.File)
		if member == nil {
			return nil, errors.New("there is no .qgs file in it")
		}
		file, err := member.Open()
		if err != nil {
			return nil, err
		}
		defer file.Close()
		content, err := io.ReadAll(io.LimitReader(file, maxSize+1))
		if err == nil && len(content) > maxSize {
			err = fmt.Errorf("it is larger than %d MB", maxSize>>20)
		}
		return content, err
	default:
		return nil, errors.New("projects of QGIS end in .qgs or .qgz")
	}
}

// projectMember is the project in a .qgz, which QGIS recognises as here.
func projectMember(members []*zip.File) *zip.File {
	for _, member := range members {
		if is(member.Name, ".qgs") {
			return member
		}
	}
	return nil
}

// maplayers are the elements of the layers.
func (d *document) maplayers() []*element {
	layers := d.root.child("projectlayers")
	if layers == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(layers.children), func(e *element) bool { return e.name != "maplayer" })
}

// layerOf reads a layer. One that another project lends has no id in its element.
func layerOf(e *element) Layer {
	text := func(name string) string {
		if v := e.childText(name); v != nil {
			return v.text
		}
		return ""
	}
	layer := Layer{ID: text("id"), Name: text("layername"), Provider: text("provider")}
	if s, ok := parseSource(text("datasource")); ok && layer.Provider == "postgres" {
		layer.Schema, layer.Table = s.relation()
		layer.database = s.conninfo()
	}
	return layer
}

// Shows tells whether a layer shows a table or a query of a database.
func (l Layer) Shows(target *database.Target) bool {
	return l.database != "" && leadsTo(l.database, target)
}

// Place says which database of PostgreSQL a layer shows, without its password.
func (l Layer) Place() string {
	if target, err := database.Resolve(l.database); err == nil {
		return target.String()
	}
	return l.database
}

// Layer is the one with an id.
func (p *Project) Layer(id string) (Layer, bool) {
	i := slices.IndexFunc(p.layers, func(l Layer) bool { return l.ID == id })
	if i < 0 {
		return Layer{}, false
	}
	return p.layers[i], true
}

// Named are the layers with a name. Several may have the same.
func (p *Project) Named(name string) []Layer {
	return slices.DeleteFunc(slices.Clone(p.layers), func(l Layer) bool { return l.Name != name })
}

// Showing are the layers of a table.
func (p *Project) Showing(schema, table string) []Layer {
	return slices.DeleteFunc(slices.Clone(p.layers), func(l Layer) bool { return l.Schema != schema || l.Table != table || schema == "" })
}

// Layers are all of them.
func (p *Project) Layers() []Layer { return slices.Clone(p.layers) }

// Changed tells whether the project was altered.
func (p *Project) Changed() bool { return len(p.document.edits) > 0 }

// WriteCopy writes the project and what goes with it beside it, in one step each: labels that were moved by hand, and
// attachments. In a .qgz they are members.
func (p *Project) WriteCopy(path string) error {
	for _, suffix := range []string{".qgd", "_attachments.zip"} {
		content, err := os.ReadFile(stem(p.path) + suffix)
		if err == nil {
			err = replaceFile(stem(path)+suffix, content)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return writeError(path, err)
		}
	}
	return p.Write(path)
}

// Write writes the project in one step into a file of the same kind, which may be its own.
func (p *Project) Write(path string) error {
	var err error
	if is(p.path, ".qgz") {
		err = p.writeArchive(path)
	} else {
		err = replaceFile(path, p.document.bytes())
	}
	if err != nil {
		return writeError(path, err)
	}
	return nil
}

func writeError(path string, err error) error {
	return &provider.Failure{
		Text: fmt.Sprintf("write the project %s: %v", path, err),
		Hint: "check the rights on that folder and the free space",
		Err:  err,
	}
}

func (p *Project) writeArchive(path string) error {
	archive, err := zip.OpenReader(p.path)
	if err != nil {
		return err
	}
	defer archive.Close()
	document := projectMember(archive.File)
	var made bytes.Buffer
	writer := zip.NewWriter(&made)
	for _, member := range archive.File {
		if member != document {
			if err := writer.Copy(member); err != nil {
				return err
			}
			continue
		}
		header := zip.FileHeader{Name: member.Name, Method: zip.Deflate, Modified: member.Modified}
		file, err := writer.CreateHeader(&header)
		if err != nil {
			return err
		}
		if _, err := file.Write(p.document.bytes()); err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return replaceFile(path, made.Bytes())
}

// stem is a path without its extension.
func stem(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// replaceFile writes a file in one step.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".lizsync-*.partial")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	if err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
