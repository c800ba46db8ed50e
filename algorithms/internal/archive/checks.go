package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// check is a check of a table or of a domain that is taken off while the rows come: it may look for rows that come later, of another
// table or of its own.
type check struct {
	on         string // "table s.t", as ALTER has it
	name       string // as SQL has it
	definition string
	comment    *string
	isDomain   bool
}

func (c check) alter(what string) string { return fmt.Sprintf("alter %s %s", c.on, what) }

// detachChecks takes the checks off that hold for all rows of central. That of a domain stays when a column has the domain inside of
// another type, in an array for instance: PostgreSQL cannot check such columns afterwards.
func (r *Restorer) detachChecks(ctx context.Context) ([]check, error) {
	var types []string
	for _, object := range r.Package.Manifest.Objects {
		if object.Type == "type" {
			types = append(types, object.Identity)
		}
	}
	var tables []string
	for _, table := range r.Package.Manifest.Tables {
		tables = append(tables, table.SQL())
	}
	rows, err := r.Tx.Query(ctx, `
		with recursive inside (domain, oid, nested) as (
			select oid, oid, false from pg_catalog.pg_type where typtype = 'd' and oid = any (array(select pg_catalog.to_regtype(t) from unnest($1::text[]) as t))
			union
			select i.domain, t.oid, i.nested or t.typtype <> 'd'
			from inside i
			join pg_catalog.pg_type t on t.typbasetype = i.oid
				or t.typelem = i.oid
				or t.oid in (select rngtypid from pg_catalog.pg_range where rngsubtype = i.oid)
				or t.typrelid in (select attrelid from pg_catalog.pg_attribute where atttypid = i.oid and attnum > 0 and not attisdropped)
		)
		select case when k.contypid = 0 then 'table ' || format('%I.%I', n.nspname, c.relname) else 'domain ' || t.name end,
			quote_ident(k.conname), pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.obj_description(k.oid, 'pg_constraint'), k.contypid <> 0
		from pg_catalog.pg_constraint k
		left join pg_catalog.pg_class c on c.oid = k.conrelid
		left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		left join unnest($1::text[]) as t (name) on k.contypid <> 0 and pg_catalog.to_regtype(t.name) = k.contypid
		where k.contype = 'c' and k.convalidated and k.coninhcount = 0
			and (k.conrelid = any ($2::text[]::regclass[]) or t.name is not null)
			and k.contypid <> all (array(
				select i.domain
				from inside i
				join pg_catalog.pg_attribute a on a.atttypid = i.oid and a.attnum > 0 and not a.attisdropped
				join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'm', 'p')
				where i.nested
			))
		order by 1, 2`, types, tables)
	if err != nil {
		return nil, fmt.Errorf("look at the checks of the tables: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c check, err error) {
		err = row.Scan(&c.on, &c.name, &c.definition, &c.comment, &c.isDomain)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("look at the checks of the tables: %w", err)
	}
	for _, c := range found {
		if _, err := r.Tx.Exec(ctx, c.alter("drop constraint "+c.name)); err != nil {
			return nil, fmt.Errorf("take the check %s off the %s: %w", c.name, c.on, err)
		}
	}
	return found, nil
}

// attachChecks puts the checks back, and checks all rows.
func (r *Restorer) attachChecks(ctx context.Context, checks []check) error {
	for _, c := range checks {
		commands := []string{c.alter("add constraint " + c.name + " " + c.definition + " not valid")}
		if c.comment != nil {
			on := c.on
			if !c.isDomain {
				on = on[len("table "):]
			}
			commands = append(commands, fmt.Sprintf("comment on constraint %s on %s is%s", c.name, on, literal(*c.comment)))
		}
		for _, command := range commands {
			if _, err := r.Tx.Exec(ctx, command); err != nil {
				return fmt.Errorf("put the check %s back on the %s: %w", c.name, c.on, err)
			}
		}
	}
	return r.AsUsers(ctx, func() error {
		for _, c := range checks {
			_, err := r.Tx.Exec(ctx, c.alter("validate constraint "+c.name))
			if database.SQLState(err) == pgerrcode.CheckViolation {
				return c.broken(err)
			}
			if err != nil {
				return r.computing(fmt.Sprintf("check the rows of the %s by its check %s", c.on, c.name), err)
			}
		}
		return nil
	})
}

const brokenHint = "when they break it on central too, correct them there, or let the check be NOT VALID: drop it and add it so; " +
	"when it looks at another table, name that before this one in PG_LAYERS; then make the package again"

// broken is the error of a check that the rows break.
func (c check) broken(err error) error {
	text := fmt.Sprintf("rows of the %s break its check %s on the clone", c.on, c.name)
	if c.isDomain {
		text = fmt.Sprintf("rows break the check %s of the %s on the clone", c.name, c.on)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.TableName != "" {
			text = fmt.Sprintf("rows of the table %s break, in the column %s, the check %s of the %s on the clone",
				Name{pg.SchemaName, pg.TableName}.SQL(), pgx.Identifier{pg.ColumnName}.Sanitize(), c.name, c.on)
		}
	}
	return &provider.Failure{
		Text: text,
		Hint: brokenHint,
		Err:  err,
	}
}

// generated describes a column that a function of the users computes.
type generated struct {
	table, column, expression string
	others                    []string // the columns from which it may be computed
}

// generatedColumns are the columns that a function of the users computes, which may look for rows of other tables although it should not.
func (r *Restorer) generatedColumns(ctx context.Context) ([]generated, error) {
	var found []generated
	for _, table := range r.Package.Manifest.Tables {
		rows, err := r.Tx.Query(ctx, `
			select quote_ident(a.attname), pg_catalog.pg_get_expr(d.adbin, d.adrelid),
				array(
					select quote_ident(o.attname) from pg_catalog.pg_attribute o
					where o.attrelid = a.attrelid and o.attnum > 0 and not o.attisdropped and o.attgenerated = '' and o.attidentity <> 'a'
				)
			from pg_catalog.pg_attribute a
			join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
			where a.attrelid = $1::text::regclass and a.attgenerated = 's' and exists (
				select
				from pg_catalog.pg_depend p
				where p.classid = 'pg_catalog.pg_attrdef'::regclass and p.objid = d.oid and p.refclassid = 'pg_catalog.pg_proc'::regclass
					and not exists (
						select from pg_catalog.pg_depend e
						where e.classid = p.refclassid and e.objid = p.refobjid and e.refclassid = 'pg_catalog.pg_extension'::regclass and e.deptype = 'e'
					)
			)
			order by a.attnum`, table.SQL())
		if err != nil {
			return nil, fmt.Errorf("look at the generated columns of %s: %w", table.SQL(), err)
		}
		of, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (generated, error) {
			g := generated{table: table.SQL()}
			err := row.Scan(&g.column, &g.expression, &g.others)
			return g, err
		})
		if err != nil {
			return nil, fmt.Errorf("look at the generated columns of %s: %w", table.SQL(), err)
		}
		found = append(found, of...)
	}
	return found, nil
}

// computeAgain computes generated columns once all rows are there, where that makes a difference.
func (r *Restorer) computeAgain(ctx context.Context, columns []generated) error {
	for _, g := range columns {
		if len(g.others) == 0 {
			continue
		}
		// A generated column is computed when another one is set.
		command := fmt.Sprintf("update only %s set ", g.table)
		for i, other := range g.others {
			if i > 0 {
				command += ", "
			}
			command += other + " = " + other
		}
		command += fmt.Sprintf(" where %s::text is distinct from (%s)::text", g.column, g.expression)
		if _, err := r.Tx.Exec(ctx, command); err != nil {
			return r.computing(fmt.Sprintf("compute the column %s of %s", g.column, g.table), err)
		}
	}
	return nil
}

// tablesToLoad are the tables in the order in which they are loaded: those whose columns are computed from others' rows at the end.
func (r *Restorer) tablesToLoad(columns []generated) []Table {
	tables := slices.Clone(r.Package.Manifest.Tables)
	computes := func(t Table) int {
		if slices.ContainsFunc(columns, func(g generated) bool { return g.table == t.SQL() }) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(tables, func(a, b Table) int { return computes(a) - computes(b) })
	return tables
}
