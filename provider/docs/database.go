package docs

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/sql"
)

// schema is one of LizSync's two.
type schema struct {
	Name, Comment    string
	Tables           []table
	Types            []table
	Public, Internal []function
}

// table is a table, a view or a composite type.
type table struct {
	Schema, Name, Comment string
	Columns               []column
	Key                   []string
	Indexes               []string
}

type column struct {
	Name, Type, Default, Comment string
	Nullable                     bool
}

type function struct {
	Name, Arguments, Returns, Comment, Kind string
	Definer                                 bool
}

type trigger struct{ Name, When, Function, Comment string }

// database makes the pages of a freshly installed database.
func database(ctx context.Context, conn *pgx.Conn) (map[string][]byte, error) {
	pages := map[string][]byte{}
	schemas := make([]schema, 0, 2)
	for _, name := range []string{"lizsync", "audit"} {
		s, err := readSchema(ctx, conn, name)
		if err != nil {
			return nil, fmt.Errorf("read the schema %s: %w", name, err)
		}
		text, err := fill("schema.md", s)
		if err != nil {
			return nil, err
		}
		pages["database/"+name+".md"] = text
		schemas = append(schemas, s)
	}
	picture, err := diagram(schemas)
	if err != nil {
		return nil, err
	}
	pages["database/tables.svg"] = picture
	triggers, err := readTriggers(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("read the triggers of an audited table: %w", err)
	}
	pages["database/index.md"], err = fill("database.md", struct {
		Schemas  []schema
		Triggers []trigger
	}{schemas, triggers})
	return pages, err
}

func readSchema(ctx context.Context, conn *pgx.Conn, name string) (schema, error) {
	s := schema{Name: name}
	err := conn.QueryRow(ctx, "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = $1", name).Scan(&s.Comment)
	if err != nil {
		return s, err
	}
	rows, err := conn.Query(ctx, `
		select c.relkind = 'c', c.oid, c.relname::text, coalesce(obj_description(c.oid, 'pg_class'), obj_description(c.reltype, 'pg_type'), ''),
			coalesce((
				select array_agg(a.attname::text order by k.position)
				from pg_index i
				cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
				join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
				where i.indrelid = c.oid and i.indisprimary
			), '{}'),
			coalesce((
				select array_agg(regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', case when i.indisunique then 'unique ' else '' end) order by i.indexrelid::regclass::text)
				from pg_index i where i.indrelid = c.oid and not i.indisprimary
			), '{}')
		from pg_class c
		where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'c')
		order by c.relname`, name)
	if err != nil {
		return s, err
	}
	type relation struct {
		composite bool
		oid       uint32
		table
	}
	relations, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r relation, err error) {
		r.Schema = name
		err = row.Scan(&r.composite, &r.oid, &r.Name, &r.Comment, &r.Key, &r.Indexes)
		return r, err
	})
	if err != nil {
		return s, err
	}
	for _, r := range relations {
		rows, err := conn.Query(ctx, `
			select a.attname::text, format_type(a.atttypid, a.atttypmod),
				case a.attidentity when '' then coalesce(pg_get_expr(d.adbin, d.adrelid), '') else 'identity' end,
				coalesce(col_description(a.attrelid, a.attnum), ''), not a.attnotnull
			from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
			where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
			order by a.attnum`, r.oid)
		if err != nil {
			return s, err
		}
		if r.Columns, err = pgx.CollectRows(rows, pgx.RowToStructByPos[column]); err != nil {
			return s, err
		}
		if r.composite {
			s.Types = append(s.Types, r.table)
		} else {
			s.Tables = append(s.Tables, r.table)
		}
	}
	rows, err = conn.Query(ctx, `
		select p.proname::text, pg_get_function_arguments(p.oid), coalesce(pg_get_function_result(p.oid), ''),
			coalesce(obj_description(p.oid, 'pg_proc'), ''),
			case when p.prokind = 'p' then 'procedure' when p.prokind = 'a' then 'aggregate' when p.prorettype = 'trigger'::regtype then 'trigger function' else 'function' end,
			p.prosecdef
		from pg_proc p
		where p.pronamespace = $1::text::regnamespace
		order by p.proname, pg_get_function_identity_arguments(p.oid)`, name)
	if err != nil {
		return s, err
	}
	functions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[function])
	public := map[string]bool{}
	for _, f := range sql.Current().Functions {
		public[f.Object()] = f.IsPublic()
	}
	for _, f := range functions {
		if public[name+"."+f.Name] {
			s.Public = append(s.Public, f)
		} else {
			s.Internal = append(s.Internal, f)
		}
	}
	return s, err
}

// readTriggers makes a table, has it audited, and returns its triggers.
func readTriggers(ctx context.Context, conn *pgx.Conn) ([]trigger, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, `
		create schema city;
		create table city.tree (id serial primary key, uid uuid not null unique default gen_random_uuid());
		select audit.audit_table('city.tree')`); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		select t.tgname::text,
			case when t.tgtype & 2 = 2 then 'before' else 'after' end
				|| concat_ws(' or', '', case when t.tgtype & 4 = 4 then ' insert' end, case when t.tgtype & 8 = 8 then ' delete' end,
					case when t.tgtype & 16 = 16 then ' update' end, case when t.tgtype & 32 = 32 then ' truncate' end)
				|| case when t.tgtype & 1 = 1 then ', each row' else ', each statement' end,
			t.tgfoid::regproc::text, obj_description(t.tgfoid, 'pg_proc')
		from pg_trigger t
		where t.tgrelid = 'city.tree'::regclass and not t.tgisinternal
		order by t.tgname`)
	if err != nil {
		return nil, err
	}
	triggers, err := pgx.CollectRows(rows, pgx.RowToStructByPos[trigger])
	for i := range triggers {
		triggers[i].When = strings.Replace(triggers[i].When, " or ", " ", 1)
	}
	return triggers, err
}
