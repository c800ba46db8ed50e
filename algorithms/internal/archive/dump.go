package archive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// structure is what pg_dump says of the planned objects.
type structure struct {
	beforeData, afterData string
	made                  []objectID // in this order
}

// patternLength bounds the names of the tables to leave out: Windows takes command lines of 32 kB.
const patternLength = 16 << 10

// dump reads the definitions of the planned objects as a snapshot shows them. others are the tables and views in the
// plan's schemas that it leaves out.
func (p *plan) dump(ctx context.Context, programs programs, target *database.Target, snapshot string, others []Name) (_ *structure, err error) {
	dir, err := os.MkdirTemp("", "lizsync-dump-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder for the dump: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, list := filepath.Join(dir, "structure.dump"), filepath.Join(dir, "contents.list")

	dbname, env := target.Command()
	arguments := []string{
		"--dbname=" + dbname, "--no-password", "--format=custom", "--compress=0", "--schema-only", "--encoding=UTF8",
		"--snapshot=" + snapshot, "--lock-wait-timeout=" + lockTimeout, "--file=" + file,
		"--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions", "--no-security-labels", "--no-tablespaces",
	}
	if programs.major >= 14 {
		arguments = append(arguments, "--no-toast-compression") // the clone's server may be built without that method
	}
	for _, schema := range p.schemas {
		arguments = append(arguments, "--schema="+pattern(schema))
	}
	// pg_dump locks what it dumps, and fails on what the role may not read. Leaving out is best effort: the contents list
	// decides what is taken.
	length := 0
	for _, name := range others {
		if !isASCII(name.Schema) || !isASCII(name.Name) {
			continue
		}
		argument := "--exclude-table=" + pattern(name.Schema) + "." + pattern(name.Name)
		if length += len(argument); length > patternLength {
			break
		}
		arguments = append(arguments, argument)
	}
	if _, err := programs.run(ctx, "pg_dump", env, arguments...); err != nil {
		return nil, fmt.Errorf("read the structure: %w", err)
	}

	contents, err := programs.run(ctx, "pg_restore", nil, "--list", "--verbose", file)
	if err != nil {
		return nil, fmt.Errorf("read the structure: %w", err)
	}
	lines, made, err := selectEntries(string(contents), p.objects)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(list, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write the contents list of the dump: %w", err)
	}
	s := &structure{made: made}
	for section, into := range map[string]*string{"pre-data": &s.beforeData, "post-data": &s.afterData} {
		script, err := programs.run(ctx, "pg_restore", nil, "--section="+section, "--use-list="+list, "--no-owner", "--no-privileges", "--file=-", file)
		if err != nil {
			return nil, fmt.Errorf("read the structure: %w", err)
		}
		*into = structureOnly(string(script))
	}
	for _, r := range slices.Concat(p.selection.Tables, p.selection.Views) {
		if !slices.Contains(made, objectID{classRelation, r.OID}) {
			return nil, fmt.Errorf("read the structure: pg_dump left out %s", r.SQL())
		}
	}
	return s, nil
}

// pattern writes a name as a pattern that matches it. How a program reads other characters than ASCII from its
// command line depends on the system, so that these match any.
func pattern(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range name {
		switch {
		case r == '"':
			b.WriteString(`""`)
		case r >= 0x80:
			b.WriteString(`"?"`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}

// others are the tables and views in the plan's schemas that it leaves out.
func (p *plan) others(ctx context.Context, q database.Querier) ([]Name, error) {
	var kept []uint32
	for object := range p.objects {
		if object.class == classRelation {
			kept = append(kept, object.oid)
		}
	}
	rows, err := q.Query(ctx, `
		select n.nspname, c.relname
		from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any ($1) and c.relkind in ('r', 'p', 'f', 'v', 'm') and c.oid <> all ($2)
		order by 1, 2`, p.schemas, kept)
	if err != nil {
		return nil, fmt.Errorf("look at the schemas: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Name])
}

// identify names the objects that are neither tables nor views nor parts of them, as DROP wants them.
func (p *plan) identify(ctx context.Context, q database.Querier, made []objectID) ([]Object, error) {
	objects := []Object{}
	for _, id := range made {
		if p.graph.schema[id] == "" || id.class == classRelation && (p.graph.relation[id.oid] != "S" || p.graph.isOwned(id)) {
			continue
		}
		var o Object
		err := q.QueryRow(ctx, "select type, identity from pg_catalog.pg_identify_object($1, $2, 0)", id.class, id.oid).Scan(&o.Type, &o.Identity)
		if err != nil {
			return nil, fmt.Errorf("identify an object: %w", err)
		}
		if droppable[o.Type] {
			objects = append(objects, o)
		}
	}
	return objects, nil
}
