package docs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

//go:embed templates
var templates embed.FS

// Pages returns the generated files, by their path below the documentation's folder. conn is to a database in which the
// structure was just installed; a table is made in it, to show what an audited one looks like.
func Pages(ctx context.Context, registry *provider.Registry, conn *pgx.Conn) (map[string][]byte, error) {
	pages, err := processing(registry)
	if err != nil {
		return nil, err
	}
	more, err := database(ctx, conn)
	if err != nil {
		return nil, err
	}
	maps.Copy(pages, more)
	return pages, nil
}

// Write puts the pages into a folder, and removes those of algorithms that no longer exist.
func Write(folder string, pages map[string][]byte) error {
	for _, generated := range []string{"processing", "database"} {
		if err := os.RemoveAll(filepath.Join(folder, generated)); err != nil {
			return fmt.Errorf("remove the old pages: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
		if err := os.WriteFile(path, pages[name], 0o644); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
	}
	return nil
}

// catalogue is what the QGIS plugin knows without a running program.
type catalogue struct {
	Format        int                `json:"format"`
	Algorithms    []provider.Info    `json:"algorithms"`
	ConflictRules []sql.ConflictRule `json:"conflict_rules"`
}

// Catalogue describes the algorithms, and the rules of conflicts, in one JSON object, for the QGIS plugin.
func Catalogue(registry *provider.Registry) ([]byte, error) {
	c := catalogue{Format: 1, ConflictRules: sql.ConflictRules}
	for _, algorithm := range registry.All() {
		c.Algorithms = append(c.Algorithms, algorithm.Info())
	}
	text, err := indented(c)
	if err != nil {
		return nil, fmt.Errorf("write the catalogue: %w", err)
	}
	return text, nil
}

// Digest tells one catalogue from another.
func Digest(catalogue []byte) string {
	sum := sha256.Sum256(catalogue)
	return hex.EncodeToString(sum[:])
}

// fill executes a template.
func fill(name string, data any) ([]byte, error) {
	t, err := template.New(name+".tmpl").Funcs(template.FuncMap{
		"cell": cell, "heading": heading, "indent": indent,
	}).ParseFS(templates, "templates/"+name+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("read the template %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := t.Execute(&text, data); err != nil {
		return nil, fmt.Errorf("fill the template %s: %w", name, err)
	}
	return text.Bytes(), nil
}

// cell makes a text fit into a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(strings.TrimSpace(text))
}

// heading is a group without its number.
func heading(group string) string {
	return strings.TrimLeft(group, "0123456789 ")
}

// indent puts a text into a tab.
func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}

// indented is a value in JSON as people read it, with <, > and & as they are.
func indented(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.Bytes(), err
}
