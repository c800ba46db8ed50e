package archive

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/lexer"
	"github.com/lizsync/lizsync/provider"
)

// mention is a name in a text.
type mention struct {
	parts   []string // of which the last two are enough for most: schema.name, schema.table.column
	call    bool     // a parenthesis follows
	table   bool     // it stands where a statement has a table
	text    bool     // it is in a string
	wholly  bool     // it is all that the string has: an argument of nextval
	casting bool     // it stands behind ::
}

// mentions finds the names in the body of a function or in an expression, those in its strings too: they may be statements that it runs,
// or arguments of nextval. composes tells that it runs statements which it does not hold as one string.
func mentions(sql string) (found []mention, composes bool) {
	return scan(sql, false)
}

func scan(sql string, inString bool) (found []mention, composes bool) {
	var tokens []lexer.Token
	for rest := sql; rest != ""; {
		token := lexer.Next(rest)
		rest = rest[len(token.Text):]
		last := len(tokens) - 1
		switch {
		case token.Kind == lexer.Comment:
			token = lexer.Token{Kind: lexer.Space, Text: " "}
		case token.Kind == lexer.Name && last >= 0 && tokens[last].Kind == lexer.Name: // with a quote in it
			tokens[last].Text += token.Text
			continue
		}
		tokens = append(tokens, token)
	}
	next := func(i int) int { // the token behind, spaces left out
		for i++; i < len(tokens) && tokens[i].Kind == lexer.Space; i++ {
		}
		return i
	}
	is := func(i int, text string) bool { return i < len(tokens) && strings.EqualFold(tokens[i].Text, text) }
	isName := func(i int) bool {
		return i < len(tokens) && (tokens[i].Kind == lexer.Word || tokens[i].Kind == lexer.Name)
	}

	before := -1
	for i := next(-1); i < len(tokens); {
		from := i
		switch tokens[i].Kind {
		case lexer.String, lexer.Escape, lexer.Dollar:
			inside, more := scan(unquoted(tokens[i]), true)
			found, composes = append(found, inside...), composes || more
			i = next(i)
		case lexer.Word, lexer.Name:
			m := mention{parts: []string{folded(tokens[i])}, text: inString}
			i = next(i)
			for is(i, ".") && isName(next(i)) {
				i = next(i)
				m.parts = append(m.parts, folded(tokens[i]))
				i = next(i)
			}
			m.call = is(i, "(")
			m.wholly = inString && before < 0 && i >= len(tokens)
			if before >= 0 {
				m.table = tokens[before].Kind == lexer.Word && slices.Contains(tableWords, strings.ToLower(tokens[before].Text))
				m.casting = is(before, ":")
			}
			found = append(found, m)
			if tokens[from].Kind == lexer.Word && is(from, "execute") && !is(i, "function") && !is(i, "procedure") {
				end := next(i)
				isOneString := i < len(tokens) && (tokens[i].Kind == lexer.String || tokens[i].Kind == lexer.Escape || tokens[i].Kind == lexer.Dollar) &&
					(is(end, ";") || is(end, "using") || is(end, "into") || is(end, "loop"))
				composes = composes || !isOneString
			}
		default:
			i = next(i)
		}
		before = from
	}
	return found, composes
}

// tableWords are those behind which a statement has a table.
var tableWords = []string{"from", "join", "into", "update", "table", "only", "truncate"}

// folded is a name as the catalogs have it.
func folded(token lexer.Token) string {
	if token.Kind == lexer.Name {
		plain, _, _ := provider.Unquote(token.Text)
		return plain
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, token.Text)
}

// unquoted is what a string holds, but for escapes.
func unquoted(token lexer.Token) string {
	text := token.Text
	if token.Kind == lexer.Dollar {
		tag := text[:strings.Index(text[1:], "$")+2]
		return strings.TrimSuffix(strings.TrimPrefix(text, tag), tag)
	}
	text = text[strings.Index(text, "'")+1:]
	return strings.ReplaceAll(strings.TrimSuffix(text, "'"), "''", "'")
}

// body is a text in which names may stand that PostgreSQL does not know as dependencies.
type body struct {
	text     string
	language string // of a function
	path     []string
}

// follower finds what is only named.
type follower struct {
	graph     *graph
	chosen    map[objectID]bool
	bodies    map[objectID]body
	functions map[Name][]objectID
	types     map[Name]objectID
	relations map[Name]objectID
	built     map[string]bool // names of pg_catalog's functions

	all   *closure
	named map[string]bool // extensions
	seen  map[objectID]bool
	lost  []loss
}

// loss is what could not be followed.
type loss struct {
	in    objectID
	names []string // of what is not packaged
	why   string   // of other reasons
}

func newFollower(ctx context.Context, q database.Querier, g *graph, chosen map[objectID]bool, all *closure) (*follower, error) {
	f := &follower{
		graph: g, chosen: chosen, all: all, bodies: map[objectID]body{}, functions: map[Name][]objectID{}, types: map[Name]objectID{},
		relations: map[Name]objectID{}, built: map[string]bool{}, named: map[string]bool{}, seen: map[objectID]bool{},
	}
	var users string
	if err := q.QueryRow(ctx, usersPath).Scan(&users); err != nil {
		return nil, fmt.Errorf("ask for the search path of the central database: %w", err)
	}
	var class, oid uint32
	var schema, name, text, path string
	for _, step := range []struct {
		query string
		into  []any
		take  func()
	}{
		{
			`select p.oid, n.nspname, p.proname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where p.oid >= 16384`,
			[]any{&oid, &schema, &name},
			func() {
				f.functions[Name{schema, name}] = append(f.functions[Name{schema, name}], objectID{classProcedure, oid})
			},
		},
		{
			`select distinct proname from pg_catalog.pg_proc where pronamespace = 'pg_catalog'::regnamespace`,
			[]any{&name},
			func() { f.built[name] = true },
		},
		{
			`select t.oid, n.nspname, t.typname from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
			where t.oid >= 16384 and t.typcategory <> 'A'`,
			[]any{&oid, &schema, &name},
			func() {
				if _, isRow := g.rowType[objectID{classType, oid}]; !isRow {
					f.types[Name{schema, name}] = objectID{classType, oid}
				}
			},
		},
		{
			`select c.oid, n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
			where c.oid >= 16384 and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')`,
			[]any{&oid, &schema, &name},
			func() { f.relations[Name{schema, name}] = objectID{classRelation, oid} },
		},
		{
			// The body of a function that is parsed already is not there, and has dependencies. What was dropped since the snapshot has no
			// definition.
			`select 'pg_catalog.pg_proc'::regclass::oid, p.oid, p.prosrc, l.lanname, coalesce(
				(select substr(c, length('search_path=') + 1) from unnest(p.proconfig) as c where c like 'search\_path=%'), $1)
			from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
			where p.oid >= 16384 and p.prokind in ('f', 'p', 'w')
			union all
			select 'pg_catalog.pg_attrdef'::regclass, oid, coalesce(pg_catalog.pg_get_expr(adbin, adrelid), ''), 'sql', $1
			from pg_catalog.pg_attrdef
			union all
			select 'pg_catalog.pg_constraint'::regclass, oid, coalesce(pg_catalog.pg_get_constraintdef(oid), ''), 'sql', $1
			from pg_catalog.pg_constraint where contype in ('c', 'x') and oid >= 16384
			union all
			select 'pg_catalog.pg_trigger'::regclass, oid, coalesce(pg_catalog.pg_get_triggerdef(oid), ''), 'sql', $1
			from pg_catalog.pg_trigger where not tgisinternal
			union all
			select 'pg_catalog.pg_rewrite'::regclass, oid, coalesce(pg_catalog.pg_get_ruledef(oid), ''), 'sql', $1
			from pg_catalog.pg_rewrite where oid >= 16384
			union all
			select 'pg_catalog.pg_class'::regclass, indexrelid, coalesce(pg_catalog.pg_get_indexdef(indexrelid), ''), 'sql', $1
			from pg_catalog.pg_index where indexrelid >= 16384 and (indexprs is not null or indpred is not null)`,
			[]any{&class, &oid, &text, &schema, &path},
			func() { f.bodies[objectID{class, oid}] = body{text, schema, pathSchemas(path)} },
		},
	} {
		var arguments []any
		if strings.Contains(step.query, "$1") {
			arguments = []any{users}
		}
		rows, err := q.Query(ctx, step.query, arguments...)
		if err != nil {
			return nil, fmt.Errorf("read what functions name: %w", err)
		}
		if _, err := pgx.ForEachRow(rows, step.into, func() error { step.take(); return nil }); err != nil {
			return nil, fmt.Errorf("read what functions name: %w", err)
		}
	}
	return f, nil
}

func pathSchemas(path string) []string {
	var schemas []string
	for _, part := range provider.SplitList(path) {
		if name, quoted, ok := provider.Unquote(part); ok {
			if !quoted {
				name = strings.ToLower(name)
			}
			schemas = append(schemas, name)
		}
	}
	return schemas
}

// follow adds what some objects name, and what that names, as far as it can be packaged, and returns what could not.
func (f *follower) follow(objects map[objectID]bool) []loss {
	f.lost = nil
	for queue := slices.SortedFunc(maps.Keys(objects), compareObjects); len(queue) > 0; {
		object := queue[0]
		queue = queue[1:]
		if f.seen[object] {
			continue
		}
		f.seen[object] = true
		s, ok := f.bodies[object]
		if !ok || f.graph.extension[object] != "" {
			continue
		}
		if s.language != "sql" && s.language != "plpgsql" {
			f.lost = append(f.lost, loss{in: object, why: "is written in " + s.language})
			continue
		}
		found, composes := mentions(s.text)
		lost := loss{in: object}
		for _, m := range found {
			for _, target := range f.resolve(m, s.path) {
				added, obstacles := f.add(target)
				queue = append(queue, added...)
				for _, obstacle := range obstacles {
					if name := f.nameOf(obstacle); name != "" && !slices.Contains(lost.names, name) {
						lost.names = append(lost.names, name)
					}
				}
			}
		}
		slices.Sort(lost.names)
		if composes {
			lost.why = "puts statements together when it runs"
		}
		if composes || lost.names != nil {
			f.lost = append(f.lost, lost)
		}
	}
	return f.lost
}

// add adds an object that is named, and returns what came with it, or the obstacles.
func (f *follower) add(object objectID) (added, obstacles []objectID) {
	if extension := f.graph.extension[object]; extension != "" {
		f.named[extension] = true
		return nil, nil
	}
	if schema := f.graph.schema[object]; f.all.objects[object] || schema == "audit" || schema == "lizsync" {
		return nil, nil // the clone has LizSync
	}
	if f.graph.unreadable[object.oid] && object.class == classRelation {
		return nil, []objectID{object}
	}
	more := newClosure()
	f.graph.close(more, f.chosen, object)
	if len(more.obstacles) > 0 {
		return nil, slices.SortedFunc(maps.Keys(more.obstacles), compareObjects)
	}
	for o := range more.objects {
		if !f.all.objects[o] {
			added = append(added, o)
		}
	}
	maps.Copy(f.all.objects, more.objects)
	maps.Copy(f.all.extensions, more.extensions)
	slices.SortFunc(added, compareObjects)
	return added, nil
}

// resolve finds what a name means, where the schemas of a path are looked through when it has none. One that means nothing is a column, a
// variable or a word.
func (f *follower) resolve(m mention, path []string) []objectID {
	for i := range len(m.parts) - 1 {
		name := Name{m.parts[i], m.parts[i+1]}
		if functions := f.functions[name]; functions != nil && (m.call || m.wholly) {
			return functions
		}
		for _, named := range []map[Name]objectID{f.relations, f.types} {
			if object, ok := named[name]; ok {
				return []objectID{object}
			}
		}
	}
	if len(m.parts) > 1 {
		return nil
	}
	for _, schema := range path {
		name := Name{schema, m.parts[0]}
		if functions := f.functions[name]; m.call && functions != nil {
			if f.built[name.Name] { // and mostly that is meant
				functions = slices.DeleteFunc(slices.Clone(functions), func(o objectID) bool { return f.graph.extension[o] != "" })
			}
			return functions
		}
		if object, ok := f.types[name]; ok && (!m.text || m.casting) {
			return []objectID{object}
		}
		if object, ok := f.relations[name]; ok && (m.table || m.wholly && f.graph.relation[object.oid] == "S") {
			return []objectID{object}
		}
	}
	return nil
}

// nameOf names a table, a view, a sequence or a function that is not packaged.
func (f *follower) nameOf(object objectID) string {
	for name, o := range f.relations {
		if o == object {
			return name.plain()
		}
	}
	for name, functions := range f.functions {
		if slices.Contains(functions, object) {
			return name.plain()
		}
	}
	return ""
}

func compareObjects(a, b objectID) int {
	if a.class != b.class {
		return int(a.class) - int(b.class)
	}
	return int(int64(a.oid) - int64(b.oid))
}

// tell says what could not be followed.
func tell(ctx context.Context, q database.Querier, lost []loss) ([]string, error) {
	var texts []string
	for _, l := range lost {
		object, err := describe(ctx, q, l.in)
		if err != nil {
			return nil, err
		}
		var parts []string
		switch len(l.names) {
		case 0:
		case 1:
			parts = append(parts, "names "+l.names[0]+", which is not packaged")
		default:
			last := len(l.names) - 1
			parts = append(parts, "names "+strings.Join(l.names[:last], ", ")+" and "+l.names[last]+", which are not packaged")
		}
		if l.why != "" {
			parts = append(parts, l.why)
		}
		texts = append(texts, object+" "+strings.Join(parts, ", and "))
	}
	slices.Sort(texts)
	return texts, nil
}
