package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// FormatVersion is the version of the package format that this program writes and reads.
const FormatVersion = 2

// Names of the members; see the documentation of the package.
const (
	manifestMember   = "manifest.json"
	beforeDataMember = "structure/before_data.sql"
	afterDataMember  = "structure/after_data.sql"
	stylesMember     = "layer_styles.copy"
	additionalMember = "additional.sql"
	dataFolder       = "data/"
)

// maxManifest bounds the manifest, the one member whose size nothing announces: 10,000 tables of 100 columns fit.
const maxManifest = 128 << 20

// Manifest says what a package holds.
type Manifest struct {
	FormatVersion    int         `json:"format_version"`
	StructureVersion int         `json:"structure_version"` // of LizSync's tables and functions in the central database
	PackageID        string      `json:"package_id"`        // the item of lizsync.history in the central database
	CreatedAt        time.Time   `json:"created_at"`        // by the central database's clock
	Central          Central     `json:"central"`
	Extensions       []Extension `json:"extensions"` // that the structure needs
	Schemas          []string    `json:"schemas"`
	Tables           []Table     `json:"tables"`
	Views            []View      `json:"views"`     // in an order in which they can be refreshed
	Sequences        []Sequence  `json:"sequences"` // and their positions
	References       []Reference `json:"references"`
	Objects          []Object    `json:"objects"` // the types, functions, … in the order in which they are made
	Needs            []Need      `json:"needs"`   // of the server's version
	LayerStyles      *Rows       `json:"layer_styles,omitempty"`
	Members          []Member    `json:"members"` // all but the manifest itself
}

// Central is the database that a package was made from.
type Central struct {
	ServerID          string `json:"server_id"`
	ServerName        string `json:"server_name"`
	SystemIdentifier  int64  `json:"system_identifier,string"`
	Snapshot          string `json:"snapshot"` // pg_snapshot; what the package's data are
	PostgreSQL        string `json:"postgresql"`
	PostgreSQLVersion int    `json:"postgresql_version"` // server_version_num
	SearchPath        string `json:"search_path"`        // of its users
}

// Extension is one that the packaged tables need, in the schema where their definitions look for it.
type Extension struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Schema  string `json:"schema"`
	Named   bool   `json:"named,omitempty"` // only by functions: no definition needs it
}

// Name is a name in a schema.
type Name struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
}

// SQL is the name as it stands in a statement.
func (n Name) SQL() string { return pgx.Identifier{n.Schema, n.Name}.Sanitize() }

// plain is the name for a message, in quotes where SQL needs them.
func (n Name) plain() string {
	parts := []string{n.Schema, n.Name}
	for i, part := range parts {
		if !plainName.MatchString(part) {
			parts[i] = pgx.Identifier{part}.Sanitize()
		}
	}
	return strings.Join(parts, ".")
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_$]*$`)

// Table is a packaged table.
type Table struct {
	Name
	Rows
	Audit     Audit `json:"audit"`
	LocalKeys bool  `json:"local_keys,omitempty"` // each database numbers for itself
}

// Reference is a column that holds the numbers of another table's key. Tables are named as in publication lists.
type Reference struct {
	Child        string `json:"child"`
	ChildColumn  string `json:"child_column"`
	Parent       string `json:"parent"`
	ParentColumn string `json:"parent_column"`
	Evidence     string `json:"evidence"` // what tells so
}

// Audit is how the central database audits a table.
type Audit struct {
	Queries        bool     `json:"queries"`
	IgnoredColumns []string `json:"ignored_columns"`
}

// Rows is a member with rows.
type Rows struct {
	Member  string   `json:"member"`
	Columns []Column `json:"columns"`
	Count   int64    `json:"rows"`
}

// Column is a column of a table. The value of a generated one is not in the data.
type Column struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Generated bool   `json:"generated,omitempty"`
}

// View is a packaged view.
type View struct {
	Name
	Materialized bool `json:"materialized,omitempty"`
}

// Sequence is the position of a sequence.
type Sequence struct {
	Name
	LastValue int64 `json:"last_value"`
	IsCalled  bool  `json:"is_called"`
}

// Object is a database object that is neither a table nor a view.
type Object struct {
	Type     string `json:"type"`     // as DROP names it: function, type, sequence, …
	Identity string `json:"identity"` // as SQL names it, with the arguments of a function
}

// Member is a file in the ZIP.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// RowCount is the number of rows in all the tables.
func (m *Manifest) RowCount() int64 {
	var rows int64
	for _, table := range m.Tables {
		rows += table.Count
	}
	return rows
}

// PublicationList names the tables as lizsync.synchronized_tables holds them.
func (m *Manifest) PublicationList() []string {
	list := make([]string, len(m.Tables))
	for i, table := range m.Tables {
		list[i] = table.SQL()
	}
	return list
}

func dataMember(n int) string { return fmt.Sprintf(dataFolder+"%05d.copy", n) }

var memberName = regexp.MustCompile(`^[a-z0-9_]+(/[a-z0-9_]+)*\.[a-z]+$`)

// droppable are the types of objects that a package may make beside tables and views.
var droppable = map[string]bool{
	"function": true, "procedure": true, "aggregate": true, "type": true, "sequence": true, "collation": true,
	"operator": true, "text search configuration": true, "text search dictionary": true, "conversion": true,
}

func readManifest(r io.Reader) (*Manifest, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxManifest {
		return nil, errors.New("it is larger than any manifest")
	}
	// The version comes first: another format may have other keys.
	var format struct {
		Version int `json:"format_version"`
	}
	if err := json.Unmarshal(text, &format); err != nil {
		return nil, err
	}
	if format.Version != FormatVersion {
		return nil, &formatError{format.Version}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var m Manifest
	if err := decoder.Decode(&m); err != nil {
		return nil, err
	}
	return &m, m.check()
}

type formatError struct{ version int }

func (e *formatError) Error() string { return fmt.Sprintf("it has format %d", e.version) }

// check finds what a package made by this program cannot have.
func (m *Manifest) check() error {
	known := map[string]bool{beforeDataMember: false, afterDataMember: false}
	expect := func(member string) error {
		if _, twice := known[member]; twice || member == manifestMember {
			return fmt.Errorf("the member %q has two uses", member)
		}
		known[member] = false
		return nil
	}
	rows := []Rows{}
	for i, table := range m.Tables {
		if table.Schema == "" || table.Name.Name == "" || len(table.Columns) == 0 {
			return fmt.Errorf("table %d lacks its name or its columns", i+1)
		}
		if reserved[table.Schema] {
			return fmt.Errorf("the schema %s is never synchronised", table.Schema)
		}
		if !strings.HasPrefix(table.Member, dataFolder) {
			return fmt.Errorf("the rows of %s are in %q, which is no name of such a member", table.SQL(), table.Member)
		}
		rows = append(rows, table.Rows)
	}
	if len(rows) == 0 {
		return errors.New("it lists no table")
	}
	if m.LayerStyles != nil {
		if m.LayerStyles.Member != stylesMember {
			return fmt.Errorf("the styles are in %q, which is no name of such a member", m.LayerStyles.Member)
		}
		rows = append(rows, *m.LayerStyles)
	}
	for _, r := range rows {
		if err := expect(r.Member); err != nil {
			return err
		}
	}
	for _, object := range m.Objects {
		if !droppable[object.Type] {
			return fmt.Errorf("it lists an object of type %q", object.Type)
		}
	}
	for _, member := range m.Members {
		listed, used := known[member.Name]
		switch {
		case !memberName.MatchString(member.Name):
			return fmt.Errorf("it lists %q, which is no name of a member", member.Name)
		case listed:
			return fmt.Errorf("it lists %s twice", member.Name)
		case !used && member.Name != additionalMember:
			return fmt.Errorf("it lists %s, which nothing uses", member.Name)
		case member.Size < 0:
			return fmt.Errorf("it gives %s a negative size", member.Name)
		}
		known[member.Name] = true
	}
	for name, listed := range known {
		if !listed {
			return fmt.Errorf("it does not list %s", name)
		}
	}
	return nil
}
