package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Restorer puts a package into a clone, in one transaction that the caller begins, with [Pin] first, and ends.
type Restorer struct {
	Package  *Package
	Tx       pgx.Tx
	Feedback provider.Feedback
}

// Pin gives the transaction the settings that the package was written with.
func (r *Restorer) Pin(ctx context.Context) error {
	if _, err := r.Tx.Exec(ctx, pin); err != nil {
		return fmt.Errorf("set up the session: %w", err)
	}
	return nil
}

// CreateExtensions creates the extensions that the package needs and the database lacks. It returns those that this role may not create.
func (r *Restorer) CreateExtensions(ctx context.Context) (denied []Extension, err error) {
	for _, extension := range r.Package.Manifest.Extensions {
		var schema, dbname string
		const there = `
			select coalesce((select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = $1), ''),
				current_database()`
		if err := r.Tx.QueryRow(ctx, there, extension.Name).Scan(&schema, &dbname); err != nil {
			return nil, fmt.Errorf("look for the extension %s: %w", extension.Name, err)
		}
		switch schema {
		case extension.Schema:
			continue
		case "":
			err := r.createExtension(ctx, extension, dbname)
			if extension.Named && database.SQLState(err) != "" && ctx.Err() == nil {
				r.Feedback.Warning(withHint(err))
				continue
			}
			if database.SQLState(err) == pgerrcode.InsufficientPrivilege {
				denied = append(denied, extension)
				continue
			}
			if err != nil {
				return nil, err
			}
		default:
			if extension.Named {
				r.Feedback.Warning(fmt.Sprintf("functions of the package name the extension %s, which is in the schema %s of the clone, and in %s on central",
					extension.Name, schema, extension.Schema))
				continue
			}
			return nil, &provider.Failure{
				Text: fmt.Sprintf("the extension %s is in the schema %s of the clone, and the package needs it in %s, where central has it", extension.Name, schema, extension.Schema),
				Hint: fmt.Sprintf("in the database %s: DROP EXTENSION %s, if nothing uses it; then deploy again", dbname, pgx.Identifier{extension.Name}.Sanitize()),
			}
		}
	}
	return denied, nil
}

// Create is the command that creates an extension.
func (e Extension) Create() string {
	return fmt.Sprintf("CREATE EXTENSION %s SCHEMA %s CASCADE", pgx.Identifier{e.Name}.Sanitize(), pgx.Identifier{e.Schema}.Sanitize())
}

// TryExtension creates an extension, with its schema, or leaves everything as it is.
func (r *Restorer) TryExtension(ctx context.Context, extension Extension) error {
	return pgx.BeginFunc(ctx, r.Tx, func(nested pgx.Tx) error {
		if err := createSchema(ctx, nested, extension.Schema); err != nil {
			return err
		}
		_, err := nested.Exec(ctx, extension.Create())
		return err
	})
}

func (r *Restorer) createExtension(ctx context.Context, extension Extension, dbname string) error {
	err := r.TryExtension(ctx, extension)
	if err == nil {
		r.Feedback.Message("extension " + extension.Name + " created")
		return nil
	}
	need := "the package needs the extension " + extension.Name
	if extension.Named {
		need = "functions of the package name the extension " + extension.Name
	}
	switch database.SQLState(err) {
	case pgerrcode.InsufficientPrivilege:
		return &provider.Failure{
			Text: need + ", and this role may not create it",
			Hint: fmt.Sprintf("ask an administrator to run in the database %s: %s", dbname, extension.Create()), Err: err,
		}
	case pgerrcode.FeatureNotSupported, pgerrcode.UndefinedFile: // not installed on the server: since PostgreSQL 15, and before
		hint := "install it there, then deploy again"
		if strings.HasPrefix(extension.Name, "postgis") {
			hint = "install PostGIS there, on Debian and Ubuntu with: sudo apt-get install postgresql-postgis; then deploy again"
		}
		return &provider.Failure{
			Text: need + ", which is not installed on the clone's server",
			Hint: hint, Err: err,
		}
	}
	return fmt.Errorf("%s, and it could not be created: %w", need, err)
}

// withHint is an error with what to do about it, for a warning.
func withHint(err error) string {
	explained := database.Explain(err)
	var failure *provider.Failure
	if errors.As(explained, &failure) && failure.Hint != "" {
		return failure.Text + "; " + failure.Hint
	}
	return explained.Error()
}

func createSchema(ctx context.Context, tx pgx.Tx, schema string) error {
	var there bool
	if err := tx.QueryRow(ctx, "select exists (select from pg_catalog.pg_namespace where nspname = $1)", schema).Scan(&there); err != nil || there {
		return err
	}
	_, err := tx.Exec(ctx, "create schema "+pgx.Identifier{schema}.Sanitize())
	return err
}

// CheckFree refuses a database that has something of its own under a name of the package. ours are the tables that
// may be replaced; a clone is a database that was deployed from this central before, whose other objects may be
// replaced as well.
func (r *Restorer) CheckFree(ctx context.Context, ours []string, isClone bool) error {
	var names []Name
	for _, table := range r.Package.Manifest.Tables {
		if !slices.Contains(ours, table.SQL()) {
			names = append(names, table.Name)
		}
	}
	views := map[Name]bool{}
	for _, view := range r.Package.Manifest.Views {
		if !slices.Contains(ours, view.SQL()) {
			names = append(names, view.Name)
			views[view.Name] = true
		}
	}
	taken := []string{}
	if !isClone {
		for _, object := range r.Package.Manifest.Objects {
			there, err := r.exists(ctx, object)
			if err != nil {
				return err
			}
			if there {
				taken = append(taken, object.Type+" "+object.Identity)
			}
		}
	}
	if !isClone {
		for _, sequence := range r.Package.Manifest.Sequences {
			names = append(names, sequence.Name)
		}
	}
	relations, err := r.relations(ctx, names, "rpfvmSiIc")
	if err != nil {
		return err
	}
	for _, relation := range relations {
		isView := relation.Kind == "v" || relation.Kind == "m"
		if isClone && isView && views[relation.Name] {
			continue // perhaps of an earlier package, and it has no rows of its own
		}
		if !slices.Contains(taken, "sequence "+relation.plain()) {
			taken = append(taken, relation.SQL())
		}
	}
	if len(taken) == 0 {
		return nil
	}
	var database string
	if err := r.Tx.QueryRow(ctx, "select current_database()").Scan(&database); err != nil {
		return fmt.Errorf("ask for the name of the database: %w", err)
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the database %s has something of its own under names of the package, and it would be lost: %s", database, strings.Join(taken, ", ")),
		Hint: "deploy to another database, or rename or drop that yourself if nobody needs it",
	}
}

// exists looks for a function, a type or a sequence; other objects cannot be looked up by name.
func (r *Restorer) exists(ctx context.Context, object Object) (bool, error) {
	lookup := map[string]string{
		"function": "to_regprocedure", "procedure": "to_regprocedure", "aggregate": "to_regprocedure", "type": "to_regtype", "sequence": "to_regclass",
	}[object.Type]
	if lookup == "" {
		return false, nil
	}
	var there bool
	// A function that takes a type which is not there is an error before PostgreSQL 16, and not there either.
	err := pgx.BeginFunc(ctx, r.Tx, func(nested pgx.Tx) error {
		return nested.QueryRow(ctx, "select pg_catalog."+lookup+"($1) is not null", object.Identity).Scan(&there)
	})
	if code := database.SQLState(err); code == pgerrcode.UndefinedObject || code == pgerrcode.InvalidSchemaName {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s %s: %w", object.Type, object.Identity, err)
	}
	return there, nil
}

// tablesAndViews are the kinds of relations that hold or show rows.
const tablesAndViews = "rpfvm"

// relations returns those of the names that the database has as relations of some kinds: of a schema, indexes, sequences and
// composite types share their names with its tables.
func (r *Restorer) relations(ctx context.Context, names []Name, kinds string) ([]Relation, error) {
	schemas, relations := columnsOf(names)
	rows, err := r.Tx.Query(ctx, `
		select n.nspname, c.relname, c.oid, c.relkind::text
		from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where (n.nspname::text, c.relname::text) in (select * from unnest($1::text[], $2::text[])) and c.relkind = any (string_to_array($3, null)::"char"[])
		order by 1, 2`, schemas, relations, kinds)
	if err != nil {
		return nil, fmt.Errorf("look for the tables of the clone: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Relation, err error) {
		err = row.Scan(&x.Schema, &x.Name.Name, &x.OID, &x.Kind)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for the tables of the clone: %w", err)
	}
	return found, nil
}

// Lock takes the old tables away from everybody else, so that no edit of theirs is overlooked.
func (r *Restorer) Lock(ctx context.Context, old []Name) error {
	relations, err := r.relations(ctx, old, tablesAndViews)
	if err != nil {
		return err
	}
	for _, relation := range relations {
		if relation.Kind != "r" {
			continue
		}
		_, err := r.Tx.Exec(ctx, "lock table "+relation.SQL()+" in access exclusive mode")
		if database.SQLState(err) == pgerrcode.LockNotAvailable {
			return &provider.Failure{
				Text: fmt.Sprintf("somebody uses %s on the clone, and it was not free within %s", relation.SQL(), lockTimeout),
				Hint: "nothing was changed; save the edits and close the layers and sessions there, then run this again", Err: err,
			}
		}
		if err != nil {
			return fmt.Errorf("lock %s on the clone: %w", relation.SQL(), err)
		}
	}
	return nil
}

// Drop removes the old tables and what the package brings anew. It takes nothing else with it: what somebody has made on the
// clone, or an earlier package brought, such as a view that central no longer has, is an error which names it.
func (r *Restorer) Drop(ctx context.Context, old []Name) error {
	names := slices.Clone(old)
	for _, table := range r.Package.Manifest.Tables {
		names = append(names, table.Name)
	}
	for _, view := range r.Package.Manifest.Views {
		names = append(names, view.Name)
	}
	relations, err := r.relations(ctx, names, tablesAndViews)
	if err != nil {
		return err
	}
	var commands, tables []string
	for _, relation := range relations {
		switch relation.Kind {
		case "v":
			commands = append(commands, "drop view "+relation.SQL())
		case "m":
			commands = append(commands, "drop materialized view "+relation.SQL())
		default:
			tables = append(tables, relation.SQL())
		}
	}
	if tables != nil {
		commands = append(commands, "drop table "+strings.Join(tables, ", ")) // together: they may reference each other
	}
	for _, object := range slices.Backward(r.Package.Manifest.Objects) {
		commands = append(commands, fmt.Sprintf("drop %s if exists %s", object.Type, object.Identity))
	}
	// What was deployed before may depend on each other in another order than what comes.
	for len(commands) > 0 {
		var left []string
		var obstacles []*pgconn.PgError
		for _, command := range commands {
			err := pgx.BeginFunc(ctx, r.Tx, func(nested pgx.Tx) error {
				_, err := nested.Exec(ctx, command)
				return err
			})
			var pg *pgconn.PgError
			switch {
			case errors.As(err, &pg) && pg.Code == pgerrcode.DependentObjectsStillExist:
				left, obstacles = append(left, command), append(obstacles, pg)
			case err != nil:
				return fmt.Errorf("%s on the clone: %w", command, err)
			}
		}
		if len(left) == len(commands) {
			return dependents(obstacles)
		}
		commands = left
	}
	return nil
}

// dependents names what stands in the way of a replacement.
func dependents(obstacles []*pgconn.PgError) error {
	var details []string
	for _, obstacle := range obstacles {
		details = append(details, strings.ReplaceAll(obstacle.Detail, "\n", "; "))
	}
	return &provider.Failure{
		Text: "objects that were made on the clone, or that an earlier package brought, depend on what the package replaces: " + strings.Join(details, "; "),
		Hint: "drop them on the clone, deploy, and make those again that were made there; an additional SQL file in the package can do the latter on every clone",
	}
}

// Restore makes the tables with their rows, and all that belongs to them.
func (r *Restorer) Restore(ctx context.Context) error {
	m := r.Package.Manifest
	for _, schema := range m.Schemas {
		if err := createSchema(ctx, r.Tx, schema); err != nil {
			return fmt.Errorf("create the schema %s: %w", schema, err)
		}
	}
	if err := r.definitions(ctx, beforeDataMember); err != nil {
		return err
	}
	checks, err := r.detachChecks(ctx)
	if err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	for _, sequence := range m.Sequences {
		if _, err := r.Tx.Exec(ctx, "select pg_catalog.setval($1::text::regclass, $2, $3)", sequence.SQL(), sequence.LastValue, sequence.IsCalled); err != nil {
			return fmt.Errorf("set the sequence %s: %w", sequence.SQL(), err)
		}
	}
	r.Feedback.Message("making indexes, constraints and triggers")
	if err := r.definitions(ctx, afterDataMember); err != nil {
		return err
	}
	if err := r.attachChecks(ctx, checks); err != nil {
		return err
	}
	r.Feedback.Progress(95)
	if err := r.AsUsers(ctx, func() error { return r.finish(ctx) }); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, r.Tx, func(nested pgx.Tx) error { return r.styles(ctx, nested) })
	if database.SQLState(err) == pgerrcode.InsufficientPrivilege {
		r.Feedback.Warning(fmt.Sprintf("the styles of the layers were left out: %v", err))
		return nil
	}
	return err
}

// finish fills the materialized views, and counts.
func (r *Restorer) finish(ctx context.Context) error {
	m := r.Package.Manifest
	for _, view := range m.Views {
		if !view.Materialized {
			continue
		}
		if _, err := r.Tx.Exec(ctx, "refresh materialized view "+view.SQL()); err != nil {
			return r.computing("refresh "+view.SQL(), err)
		}
	}
	for _, table := range m.Tables {
		// The planner knows nothing of rows that nobody has counted, and the first synchronisation would be slow.
		if _, err := r.Tx.Exec(ctx, "analyze "+table.SQL()); err != nil {
			return r.computing("analyze "+table.SQL(), err)
		}
	}
	return nil
}

// load brings the rows, with what is computed from them.
func (r *Restorer) load(ctx context.Context) error {
	columns, err := r.generatedColumns(ctx)
	if err != nil {
		return err
	}
	return r.AsUsers(ctx, func() error {
		if err := r.rows(ctx, r.tablesToLoad(columns)); err != nil {
			return err
		}
		return r.computeAgain(ctx, columns)
	})
}

// rows loads the tables. Nothing else can see them yet, so that their rows can be written as old ones at once.
func (r *Restorer) rows(ctx context.Context, tables []Table) error {
	m := r.Package.Manifest
	sizes := map[string]int64{}
	var total, done int64
	for _, member := range m.Members {
		sizes[member.Name] = member.Size
	}
	for _, table := range m.Tables {
		total += sizes[table.Member]
	}
	for _, table := range tables {
		read, err := r.Package.open(ctx, table.Member)
		if err != nil {
			return err
		}
		reader := &progressReader{r: read, report: func(bytes int64) {
			r.Feedback.Progress(5 + 60*float64(done+bytes)/float64(max(total, 1)))
		}}
		rows, err := copyIn(ctx, r.Tx, fmt.Sprintf("%s %s from stdin with (freeze)", table.SQL(), columnList(table.Columns)), reader)
		_ = read.Close()
		if err != nil {
			return r.computing("load "+table.SQL(), err)
		}
		if rows != table.Count {
			return r.Package.damaged("%s has %d rows instead of %d", table.SQL(), rows, table.Count)
		}
		done += sizes[table.Member]
		r.Feedback.Message(fmt.Sprintf("%s: %d rows", table.SQL(), rows))
	}
	return nil
}

// script runs a member with SQL.
func (r *Restorer) script(ctx context.Context, member string) error {
	text, err := r.Package.text(ctx, member)
	if err != nil {
		return err
	}
	done := database.Trace(ctx, r.Tx.Conn(), "run "+member)
	err = r.Tx.Conn().PgConn().Exec(ctx, text).Close()
	done(pgconn.CommandTag{}, err)
	if err == nil {
		return nil
	}
	place := member
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Position > 0 {
		before := string([]rune(text)[:min(int(pg.Position)-1, len([]rune(text)))])
		place = fmt.Sprintf("%s, line %d", member, 1+strings.Count(before, "\n"))
	}
	return fmt.Errorf("run %s of the package on the clone: %w", place, err)
}

// Additional runs the additional SQL file of the package, if it has one.
func (r *Restorer) Additional(ctx context.Context) error {
	text, err := r.Package.text(ctx, additionalMember)
	if err != nil || text == "" {
		return err
	}
	if err := checkAdditional("the additional SQL file", text); err != nil {
		return err
	}
	r.Feedback.Message("running the additional SQL file")
	return r.AsUsers(ctx, func() error { return r.script(ctx, additionalMember) })
}

// styles replaces the styles that have the same name, and the default of each layer when the package brings one. Those
// that people have saved on the clone under other names stay.
func (r *Restorer) styles(ctx context.Context, tx pgx.Tx) error {
	styles := r.Package.Manifest.LayerStyles
	if styles == nil || styles.Count == 0 {
		return nil
	}
	// As QGIS makes it.
	_, err := tx.Exec(ctx, `
		create table if not exists public.layer_styles (
			id serial primary key, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar, f_geometry_column varchar,
			stylename text, styleqml xml, stylesld xml, useasdefault boolean, description text, owner varchar(63),
			ui xml, update_time timestamp default current_timestamp, type varchar
		)`)
	if err != nil {
		return fmt.Errorf("make public.layer_styles: %w", err)
	}
	here, err := columns(ctx, tx, layerStyles)
	if err != nil {
		return err
	}
	var definitions, common []string
	for _, column := range styles.Columns {
		name := pgx.Identifier{column.Name}.Sanitize()
		definitions = append(definitions, name+" text")
		if i := slices.IndexFunc(here, func(c Column) bool { return c.Name == column.Name && !c.Generated }); i >= 0 {
			common = append(common, fmt.Sprintf("%s::%s", name, here[i].Type))
		}
	}
	if _, err := tx.Exec(ctx, "create temporary table lizsync_styles ("+strings.Join(definitions, ", ")+") on commit drop"); err != nil {
		return fmt.Errorf("load the styles: %w", err)
	}
	read, err := r.Package.open(ctx, stylesMember)
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }()
	if _, err := copyIn(ctx, tx, "pg_temp.lizsync_styles "+columnList(styles.Columns)+" from stdin", read); err != nil {
		return fmt.Errorf("load the styles: %w", err)
	}
	var targets []string
	for _, c := range common {
		name, _, _ := strings.Cut(c, "::")
		targets = append(targets, name)
	}
	for _, command := range []string{
		`update pg_temp.lizsync_styles set f_table_catalog = current_database()`, // QGIS looks for styles by it
		`delete from public.layer_styles s using pg_temp.lizsync_styles n
			where s.f_table_schema = n.f_table_schema and s.f_table_name = n.f_table_name
				and s.f_geometry_column is not distinct from n.f_geometry_column and s.stylename = n.stylename`,
		`update public.layer_styles s set useasdefault = false from pg_temp.lizsync_styles n
			where s.f_table_schema = n.f_table_schema and s.f_table_name = n.f_table_name
				and s.f_geometry_column is not distinct from n.f_geometry_column and s.useasdefault and n.useasdefault::boolean`,
		fmt.Sprintf("insert into public.layer_styles (%s) select %s from pg_temp.lizsync_styles", strings.Join(targets, ", "), strings.Join(common, ", ")),
	} {
		if _, err := tx.Exec(ctx, command); err != nil {
			return fmt.Errorf("load the styles: %w", err)
		}
	}
	return nil
}

// Audit audits the tables as central does.
func (r *Restorer) Audit(ctx context.Context) error {
	for _, table := range r.Package.Manifest.Tables {
		ignored := table.Audit.IgnoredColumns
		if ignored == nil {
			ignored = []string{}
		}
		if _, err := r.Tx.Exec(ctx, "select audit.audit_table($1::text::regclass, true, $2, $3)", table.SQL(), table.Audit.Queries, ignored); err != nil {
			return fmt.Errorf("audit %s: %w", table.SQL(), err)
		}
	}
	return nil
}

// DisableAfterTriggers keeps from firing what acts after a row is written, and returns the names. Constraints and the audit
// are left alone.
func (r *Restorer) DisableAfterTriggers(ctx context.Context) ([]string, error) {
	var disabled []string
	for _, table := range r.Package.Manifest.Tables {
		rows, err := r.Tx.Query(ctx, `
			select t.tgname
			from pg_catalog.pg_trigger t
			join pg_catalog.pg_proc p on p.oid = t.tgfoid
			join pg_catalog.pg_namespace n on n.oid = p.pronamespace
			where t.tgrelid = $1::text::regclass and not t.tgisinternal and t.tgconstraint = 0 and t.tgenabled <> 'D'
				and (t.tgtype & (2 | 64)) = 0 and n.nspname not in ('audit', 'lizsync')
			order by 1`, table.SQL())
		if err != nil {
			return nil, fmt.Errorf("look at the triggers of %s: %w", table.SQL(), err)
		}
		triggers, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("look at the triggers of %s: %w", table.SQL(), err)
		}
		for _, trigger := range triggers {
			name := pgx.Identifier{trigger}.Sanitize()
			if _, err := r.Tx.Exec(ctx, fmt.Sprintf("alter table %s disable trigger %s", table.SQL(), name)); err != nil {
				return nil, fmt.Errorf("disable the trigger %s of %s: %w", name, table.SQL(), err)
			}
			disabled = append(disabled, name+" of "+table.SQL())
		}
	}
	return disabled, nil
}

// progressReader tells how much was read.
type progressReader struct {
	r           io.Reader
	bytes, told int64
	report      func(bytes int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.bytes += int64(n)
	const step = 1 << 20
	if p.bytes-p.told >= step {
		p.told = p.bytes
		p.report(p.bytes)
	}
	return n, err
}
