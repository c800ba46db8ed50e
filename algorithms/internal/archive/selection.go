package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Selection is what is to be packaged, as it stands in the catalogs of the central database.
type Selection struct {
	Tables []Relation
	Views  []Relation
}

// Relation is a table or view.
type Relation struct {
	Name
	OID  uint32
	Kind string // pg_class.relkind
}

// Names are those of the tables and then the views.
func (s Selection) Names() []Name {
	var names []Name
	for _, r := range slices.Concat(s.Tables, s.Views) {
		names = append(names, r.Name)
	}
	return names
}

// columnsOf are the schemas and names of some relations, for queries that unnest them.
func columnsOf(names []Name) (schemas, relations []string) {
	for _, name := range names {
		schemas, relations = append(schemas, name.Schema), append(relations, name.Name)
	}
	return schemas, relations
}

// Select finds the tables and views with the given names. Names that nothing has are an error.
func Select(ctx context.Context, q database.Querier, names []Name) (Selection, error) {
	var s Selection
	schemas, relations := columnsOf(names)
	rows, err := q.Query(ctx, `
		select u.schema, u.name, coalesce(c.oid, 0), coalesce(c.relkind::text, '')
		from unnest($1::text[], $2::text[]) with ordinality as u (schema, name, n)
		left join pg_catalog.pg_namespace s on s.nspname = u.schema
		left join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relname = u.name and c.relkind in ('r', 'p', 'f', 'v', 'm')
		order by u.n`, schemas, relations)
	if err != nil {
		return s, fmt.Errorf("look for the chosen tables: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Relation, err error) {
		err = row.Scan(&r.Schema, &r.Name.Name, &r.OID, &r.Kind)
		return r, err
	})
	if err != nil {
		return s, fmt.Errorf("look for the chosen tables: %w", err)
	}
	var missing []string
	for _, r := range found {
		switch r.Kind {
		case "":
			missing = append(missing, r.SQL())
		case "v", "m":
			s.Views = append(s.Views, r)
		default:
			s.Tables = append(s.Tables, r)
		}
	}
	if missing != nil {
		return s, &provider.Failure{
			Text: "there is no table or view " + strings.Join(missing, ", ") + " in the central database",
			Hint: "check the names: they are taken as written, capitals and accents included",
		}
	}
	if len(s.Tables) == 0 {
		return s, &provider.Failure{
			Text: "only views were chosen, and a clone synchronises tables",
			Hint: "give PG_LAYERS the tables that the views show as well",
		}
	}
	return s, nil
}

// Schemas are those of the tables and views, sorted.
func (s Selection) Schemas() []string {
	set := map[string]bool{}
	for _, r := range slices.Concat(s.Tables, s.Views) {
		set[r.Schema] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// Has tells whether a table is among the selected ones.
func (s Selection) Has(schema, name string) bool {
	return slices.ContainsFunc(s.Tables, func(r Relation) bool { return r.Schema == schema && r.Name.Name == name })
}

// OIDs are those of the tables.
func (s Selection) OIDs() []uint32 {
	var oids []uint32
	for _, r := range s.Tables {
		oids = append(oids, r.OID)
	}
	return oids
}

// CheckOwner refuses tables of another role than that of the connection, which is to install LizSync for them.
func (s Selection) CheckOwner(ctx context.Context, q database.Querier) error {
	var dbname, table, owner string
	err := q.QueryRow(ctx, `
		select current_database(), format('%I.%I', n.nspname, c.relname), quote_ident(pg_catalog.pg_get_userbyid(c.relowner))
		from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where c.oid = any ($1) and not pg_catalog.pg_has_role(c.relowner, 'usage')
		order by 2 limit 1`, s.OIDs()).Scan(&dbname, &table, &owner)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look whose the tables are: %w", err)
	}
	return &provider.Failure{
		Text: fmt.Sprintf("LizSync is not installed in the database %s, and %s belongs to %s, who would have to prepare it", dbname, table, owner),
		Hint: fmt.Sprintf("connect as %s, or run create_database_structure with the role that is to own LizSync", owner),
	}
}

// CheckTools refuses tables and views that belong to an extension or to QGIS.
func (s Selection) CheckTools(ctx context.Context, q database.Querier) error {
	var all []uint32
	for _, r := range slices.Concat(s.Tables, s.Views) {
		all = append(all, r.OID)
	}
	rows, err := q.Query(ctx, `
		select lizsync.relation_label(o) || ' belongs to ' || lizsync.tool_of(o) from unnest($1::oid[]) as o where lizsync.tool_of(o) is not null`, all)
	if err != nil {
		return fmt.Errorf("look for tables of extensions: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for tables of extensions: %w", err)
	}
	if len(found) > 0 {
		return &provider.Failure{
			Text: "never synchronised: " + strings.Join(found, "; "),
			Hint: "take it out of PG_LAYERS: every database has its own, and the styles that QGIS has saved for the tables go along by themselves",
		}
	}
	return nil
}

// CheckReferences refuses a foreign key to a table that is not selected, and a table that would hide rows.
func (s Selection) CheckReferences(ctx context.Context, q database.Querier) error {
	rows, err := q.Query(ctx, `
		select format('%s of %s references %s', quote_ident(k.conname), k.conrelid::regclass, k.confrelid::regclass),
			format('%I.%I', n.nspname, p.relname)
		from pg_catalog.pg_constraint k
		join pg_catalog.pg_class p on p.oid = k.confrelid
		join pg_catalog.pg_namespace n on n.oid = p.relnamespace
		where k.contype = 'f' and k.conrelid = any ($1) and k.confrelid <> all ($1)
		order by 1`, s.OIDs())
	if err != nil {
		return fmt.Errorf("look at the foreign keys: %w", err)
	}
	var keys, parents []string
	var key, parent string
	if _, err := pgx.ForEachRow(rows, []any{&key, &parent}, func() error {
		keys = append(keys, key)
		if !slices.Contains(parents, parent) {
			parents = append(parents, parent)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("look at the foreign keys: %w", err)
	}
	if keys != nil {
		return &provider.Failure{
			Text: "a foreign key goes to a table that is not packaged: " + strings.Join(keys, "; "),
			Hint: fmt.Sprintf("add %s to PG_LAYERS, or drop the foreign key", strings.Join(parents, ", ")),
		}
	}

	rows, err = q.Query(ctx, `
		select oid::regclass::text from pg_catalog.pg_class where oid = any ($1) and row_security_active(oid) order by 1`, s.OIDs())
	if err != nil {
		return fmt.Errorf("look at row-level security: %w", err)
	}
	hiding, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look at row-level security: %w", err)
	}
	if len(hiding) > 0 {
		return &provider.Failure{
			Text: "row-level security would hide rows from this role in " + strings.Join(hiding, ", "),
			Hint: "connect as the owner of the tables, or ALTER TABLE … DISABLE ROW LEVEL SECURITY",
		}
	}
	return nil
}

// graph is what user-made objects depend on, as pg_depend knows it.
type graph struct {
	needs      map[objectID][]objectID // by an object that is not part of an extension
	parts      map[objectID][]objectID // what goes with an object: indexes, constraints, sequences, …
	extension  map[objectID]string     // of objects that are part of one
	relation   map[uint32]string       // kind of each table, view, sequence, …
	schema     map[objectID]string     // of relations, types, functions and the like
	rowType    map[objectID]objectID   // of a type, the table or view that it is the row of
	left       map[objectID]bool       // triggers that are never packaged: the audit's, and those that make a foreign key work
	after      map[objectID]bool       // triggers that act after a row is written
	unreadable map[uint32]bool         // sequences whose position this role may not read
	extensions map[string]Extension
}

// Catalogs have fixed ids.
// Source: https://github.com/postgres/postgres/tree/master/src/include/catalog, CATALOG(…) in each file.
const (
	classType      = 1247
	classProcedure = 1255
	classRelation  = 1259
	classNamespace = 2615
	classTrigger   = 2620
	classExtension = 3079
	classPolicy    = 3256
	classPublished = 6106
)

// loadGraph reads the dependencies of all that users have made. It is one pass over pg_depend, about 20 entries for
// a table.
func loadGraph(ctx context.Context, q database.Querier) (*graph, error) {
	g := &graph{
		needs: map[objectID][]objectID{}, parts: map[objectID][]objectID{}, extension: map[objectID]string{}, relation: map[uint32]string{},
		schema: map[objectID]string{}, rowType: map[objectID]objectID{}, left: map[objectID]bool{}, after: map[objectID]bool{}, unreadable: map[uint32]bool{},
		extensions: map[string]Extension{},
	}
	var class, oid, refClass, refOID uint32
	var text, more string
	for _, step := range []struct {
		query string
		into  []any
		take  func()
	}{
		{
			`select e.extname, e.extversion, n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace`,
			[]any{&text, &more, new(string)}, nil,
		},
		{
			`select d.classid, d.objid, e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
			where d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'`,
			[]any{&class, &oid, &text},
			func() { g.extension[objectID{class, oid}] = text },
		},
		{
			`select c.oid, c.relkind::text, n.nspname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid >= 16384`,
			[]any{&oid, &text, &more},
			func() { g.relation[oid], g.schema[objectID{classRelation, oid}] = text, more },
		},
		{
			`select t.oid, n.nspname, case when c.relkind <> 'c' then c.oid else 0 end
			from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace left join pg_catalog.pg_class c on c.oid = t.typrelid
			where t.oid >= 16384`,
			[]any{&oid, &text, &refOID},
			func() {
				g.schema[objectID{classType, oid}] = text
				if refOID != 0 {
					g.rowType[objectID{classType, oid}] = objectID{classRelation, refOID}
				}
			},
		},
		{
			`select 'pg_catalog.pg_proc'::regclass::oid, p.oid, n.nspname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where p.oid >= 16384
			union all
			select 'pg_catalog.pg_collation'::regclass, c.oid, n.nspname from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace where c.oid >= 16384
			union all
			select 'pg_catalog.pg_operator'::regclass, o.oid, n.nspname from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace where o.oid >= 16384
			union all
			select 'pg_catalog.pg_conversion'::regclass, c.oid, n.nspname from pg_catalog.pg_conversion c join pg_catalog.pg_namespace n on n.oid = c.connamespace where c.oid >= 16384
			union all
			select 'pg_catalog.pg_ts_config'::regclass, c.oid, n.nspname from pg_catalog.pg_ts_config c join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace where c.oid >= 16384
			union all
			select 'pg_catalog.pg_ts_dict'::regclass, d.oid, n.nspname from pg_catalog.pg_ts_dict d join pg_catalog.pg_namespace n on n.oid = d.dictnamespace where d.oid >= 16384`,
			[]any{&class, &oid, &text},
			func() { g.schema[objectID{class, oid}] = text },
		},
		{
			`select t.oid from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
			where t.tgisinternal or n.nspname in ('audit', 'lizsync')`,
			[]any{&oid},
			func() { g.left[objectID{classTrigger, oid}] = true },
		},
		{
			`select oid from pg_catalog.pg_trigger where not tgisinternal and tgconstraint = 0 and (tgtype & (2 | 64)) = 0`,
			[]any{&oid},
			func() { g.after[objectID{classTrigger, oid}] = true },
		},
		{
			`select oid from pg_catalog.pg_class where relkind = 'S' and oid >= 16384 and not pg_catalog.has_table_privilege(oid, 'select')`,
			[]any{&oid},
			func() { g.unreadable[oid] = true },
		},
		{
			`select d.classid, d.objid, d.refclassid, d.refobjid, d.deptype::text from pg_catalog.pg_depend d
			where d.objid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')`,
			[]any{&class, &oid, &refClass, &refOID, &text},
			func() {
				object, needed := objectID{class, oid}, objectID{refClass, refOID}
				if g.extension[object] != "" || object == needed {
					return
				}
				g.needs[object] = append(g.needs[object], needed)
				if text != "n" {
					g.parts[needed] = append(g.parts[needed], object)
				}
			},
		},
	} {
		rows, err := q.Query(ctx, step.query)
		if err != nil {
			return nil, fmt.Errorf("read the dependencies: %w", err)
		}
		if step.take == nil {
			schema := step.into[2].(*string)
			step.take = func() { g.extensions[text] = Extension{Name: text, Version: more, Schema: *schema} }
		}
		if _, err := pgx.ForEachRow(rows, step.into, func() error { step.take(); return nil }); err != nil {
			return nil, fmt.Errorf("read the dependencies: %w", err)
		}
	}
	return g, nil
}

// closure is all that some objects need to be made again elsewhere.
type closure struct {
	objects    map[objectID]bool
	extensions map[string]bool
	// What cannot be packaged: a relation that was not chosen, or something of LizSync's own; and which object needs it.
	obstacles map[objectID]objectID
}

func newClosure() *closure {
	return &closure{objects: map[objectID]bool{}, extensions: map[string]bool{}, obstacles: map[objectID]objectID{}}
}

// close adds an object and all that it needs, but for the relations that were not chosen.
func (g *graph) close(c *closure, chosen map[objectID]bool, start objectID) {
	type visit struct{ object, from objectID }
	queue := []visit{{start, start}}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		object := v.object
		if relation, ok := g.rowType[object]; ok {
			object = relation
		}
		switch object.class {
		case classNamespace, classExtension, classPolicy, classPublished:
			continue
		}
		if name := g.extension[object]; name != "" {
			c.extensions[name] = true
			continue
		}
		if object.oid < 16384 || g.left[object] || c.objects[object] {
			continue
		}
		if object.class == classRelation && strings.Contains("rpvmf", g.relation[object.oid]) && !chosen[object] ||
			g.schema[object] == "audit" || g.schema[object] == "lizsync" {
			c.obstacles[object] = v.from
			continue
		}
		c.objects[object] = true
		for _, part := range g.parts[object] {
			queue = append(queue, visit{part, object})
		}
		for _, needed := range g.needs[object] {
			queue = append(queue, visit{needed, object})
		}
	}
}

// plan is what a package of a selection holds.
type plan struct {
	selection  Selection
	graph      *graph
	objects    map[objectID]bool
	extensions []Extension
	schemas    []string // of the objects, with those outside the selection's own
	skipped    []string // functions that need what is not packaged
	// What could not be followed by its name: of what the tables need, and of other functions, those of AFTER triggers among them.
	lost, lostElsewhere []string
}

// makePlan finds what the selection needs, wherever it is, by its dependencies and by the names in functions; and the types,
// functions and sequences of its schemas.
func makePlan(ctx context.Context, q database.Querier, s Selection) (*plan, error) {
	g, err := loadGraph(ctx, q)
	if err != nil {
		return nil, err
	}
	chosen := map[objectID]bool{}
	for _, r := range slices.Concat(s.Tables, s.Views) {
		chosen[objectID{classRelation, r.OID}] = true
	}
	// Mostly the AFTER triggers do not run on a clone.
	without := *g
	without.left = maps.Clone(g.left)
	maps.Copy(without.left, g.after)
	all, needed := newClosure(), newClosure()
	for object := range chosen {
		g.close(all, chosen, object)
		without.close(needed, chosen, object)
	}
	if len(all.obstacles) > 0 {
		return nil, describeObstacles(ctx, q, all.obstacles)
	}
	f, err := newFollower(ctx, q, g, chosen, all)
	if err != nil {
		return nil, err
	}
	p := &plan{selection: s, graph: g, objects: all.objects}
	if p.lost, err = tell(ctx, q, f.follow(needed.objects)); err != nil {
		return nil, err
	}
	if err := p.addSchemas(ctx, q, all, chosen); err != nil {
		return nil, err
	}
	if p.lostElsewhere, err = tell(ctx, q, f.follow(all.objects)); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(g.extensions)) {
		if extension := g.extensions[name]; name != "plpgsql" && (all.extensions[name] || f.named[name]) {
			extension.Named = !all.extensions[name]
			p.extensions = append(p.extensions, extension)
		}
	}
	schemas := map[string]bool{}
	for object := range p.objects {
		if schema := g.schema[object]; schema != "" && schema != "pg_toast" {
			schemas[schema] = true
		}
	}
	p.schemas = slices.Sorted(maps.Keys(schemas))
	return p, nil
}

// addSchemas adds the types, functions and sequences of the selection's schemas that nothing is known to need. In public everybody
// leaves things, on a clone too, which would be in the way of each other: what nothing needs stays where it is.
func (p *plan) addSchemas(ctx context.Context, q database.Querier, all *closure, chosen map[objectID]bool) error {
	g, own := p.graph, p.selection.Schemas()
	for object, schema := range g.schema {
		if schema == "public" || !slices.Contains(own, schema) || all.objects[object] || g.extension[object] != "" {
			continue
		}
		if object.class == classRelation && (g.relation[object.oid] != "S" || g.unreadable[object.oid]) {
			continue
		}
		if _, ok := g.rowType[object]; ok {
			continue
		}
		more := newClosure()
		g.close(more, chosen, object)
		if len(more.obstacles) == 0 {
			maps.Copy(all.objects, more.objects)
			maps.Copy(all.extensions, more.extensions)
		} else if object.class == classProcedure {
			name, err := describe(ctx, q, object)
			if err != nil {
				return err
			}
			p.skipped = append(p.skipped, name)
		}
	}
	slices.Sort(p.skipped)
	return nil
}

func describe(ctx context.Context, q database.Querier, object objectID) (string, error) {
	var name string
	if err := q.QueryRow(ctx, "select pg_catalog.pg_describe_object($1, $2, 0)", object.class, object.oid).Scan(&name); err != nil {
		return "", fmt.Errorf("describe an object: %w", err)
	}
	return name, nil
}

func describeObstacles(ctx context.Context, q database.Querier, obstacles map[objectID]objectID) error {
	var texts []string
	for object, from := range obstacles {
		needed, err := describe(ctx, q, object)
		if err != nil {
			return err
		}
		needing, err := describe(ctx, q, from)
		if err != nil {
			return err
		}
		texts = append(texts, strings.TrimPrefix(needing, "rule _RETURN on ")+" needs "+needed)
	}
	slices.Sort(texts)
	return &provider.Failure{
		Text: "something that is not packaged is needed: " + strings.Join(texts, "; "),
		Hint: "add the tables or views that are missing to PG_LAYERS; nothing may depend on the schemas audit and lizsync",
	}
}

// isOwned tells whether a sequence belongs to a column of a table, with which it goes.
func (g *graph) isOwned(sequence objectID) bool {
	return slices.ContainsFunc(g.needs[sequence], func(needed objectID) bool { return needed.class == classRelation })
}
