package archive

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// Kept is what others have made of a clone's tables, and what goes with these when they are replaced: rights, places in publications,
// and objects that the package does not know.
type Kept struct {
	restorer *Restorer
	schemas  []string
	objects  []byte // as JSON: each with its rights
	places   []byte // as JSON: in publications and subscriptions, and replica identities
	parts    []part
}

// part is an index, a trigger, a column, … of a table or view.
type part struct {
	Relation    Name
	Description string
}

// keptObjects are the relations, columns, functions and types of some schemas, with the rights on them of all but their owners.
const keptObjects = `
	select o.kind, o.name, o.part, o.oid, o.owner, coalesce((
		select jsonb_agg(jsonb_build_object('grantee', a.grantee, 'right', a.privilege_type, 'grantable', a.is_grantable))
		from pg_catalog.aclexplode(o.acl) as a
	), '[]') as rights
	from (
		select case c.relkind when 'S' then 'SEQUENCE' else 'TABLE' end as kind, format('%I.%I', n.nspname, c.relname) as name, '' as part, c.oid,
			c.relowner as owner, coalesce(c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)) as acl
		from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any ($1) and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
		union all
		select 'TABLE', format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), c.oid, c.relowner, a.attacl
		from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where n.nspname = any ($1) and c.relkind in ('r', 'p', 'f', 'v', 'm')
		union all
		select 'ROUTINE', p.oid::regprocedure::text, '', p.oid, p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
		from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
		where n.nspname = any ($1)
		union all
		select 'TYPE', t.oid::regtype::text, '', t.oid, t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
		from pg_catalog.pg_type t
		join pg_catalog.pg_namespace n on n.oid = t.typnamespace
		left join pg_catalog.pg_class c on c.oid = t.typrelid
		where n.nspname = any ($1) and t.typcategory <> 'A' and t.typtype <> 'm' and (c.oid is null or c.relkind = 'c')
	) as o`

// keptParts are what belongs to the relations of some schemas, LizSync's own triggers left out.
const keptParts = `
	select n.nspname, c.relname, p.description
	from pg_catalog.pg_class c
	join pg_catalog.pg_namespace n on n.oid = c.relnamespace
	cross join lateral (
		select format('column %I of table %I.%I', a.attname, n.nspname, c.relname)
		from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		union all
		select format('index %s of %I.%I', i.indexrelid::regclass, n.nspname, c.relname)
		from pg_catalog.pg_index i
		where i.indrelid = c.oid and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
		union all
		select pg_catalog.pg_describe_object('pg_catalog.pg_constraint'::regclass, k.oid, 0)
		from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'f', 'p', 'u', 'x')
		union all
		select pg_catalog.pg_describe_object('pg_catalog.pg_trigger'::regclass, t.oid, 0)
		from pg_catalog.pg_trigger t join pg_catalog.pg_proc f on f.oid = t.tgfoid join pg_catalog.pg_namespace s on s.oid = f.pronamespace
		where t.tgrelid = c.oid and not t.tgisinternal and s.nspname not in ('audit', 'lizsync')
		union all
		select pg_catalog.pg_describe_object('pg_catalog.pg_rewrite'::regclass, r.oid, 0)
		from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN'
		union all
		select pg_catalog.pg_describe_object('pg_catalog.pg_policy'::regclass, y.oid, 0)
		from pg_catalog.pg_policy y where y.polrelid = c.oid
		union all
		select pg_catalog.pg_describe_object('pg_catalog.pg_statistic_ext'::regclass, e.oid, 0)
		from pg_catalog.pg_statistic_ext e where e.stxrelid = c.oid
	) as p (description)
	where n.nspname = any ($1) and c.relkind in ('r', 'p', 'f', 'v', 'm')
	order by 1, 2, 3`

// Keep takes up what would go with the old tables and with what the package replaces.
func (r *Restorer) Keep(ctx context.Context, old []Name) (*Kept, error) {
	k := &Kept{restorer: r, schemas: slices.Clone(r.Package.Manifest.Schemas)}
	for _, name := range old {
		k.schemas = append(k.schemas, name.Schema)
	}
	if err := r.Tx.QueryRow(ctx, "select coalesce(jsonb_agg(to_jsonb(k)), '[]') from ("+keptObjects+") as k", k.schemas).Scan(&k.objects); err != nil {
		return nil, fmt.Errorf("look at the rights on the tables of the clone: %w", err)
	}
	// Before PostgreSQL 15 a publication has whole tables.
	var version int
	if err := r.Tx.QueryRow(ctx, "select current_setting('server_version_num')::integer").Scan(&version); err != nil {
		return nil, fmt.Errorf("ask for the version of the server: %w", err)
	}
	what := "''"
	if version >= 150000 {
		what = `
			coalesce((
				select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
				from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = any (m.prattrs::smallint[])
			), '') || coalesce(' WHERE (' || pg_catalog.pg_get_expr(m.prqual, m.prrelid) || ')', '')`
	}
	err := r.Tx.QueryRow(ctx, `
		select coalesce(jsonb_agg(to_jsonb(k)), '[]')
		from (
			select format('%I.%I', n.nspname, c.relname) as name, c.oid, c.relreplident::text as identity,
				(
					select quote_ident(i.relname)
					from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
					where x.indrelid = c.oid and x.indisreplident
				) as identity_index,
				array(
					select format('ALTER PUBLICATION %I ADD TABLE %I.%I', p.pubname, n.nspname, c.relname) || `+what+`
					from pg_catalog.pg_publication_rel m join pg_catalog.pg_publication p on p.oid = m.prpubid where m.prrelid = c.oid order by 1
				) as publications,
				array(
					select format('ALTER SUBSCRIPTION %I REFRESH PUBLICATION', s.subname)
					from pg_catalog.pg_subscription_rel m join pg_catalog.pg_subscription s on s.oid = m.srsubid where m.srrelid = c.oid order by 1
				) as subscriptions
			from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
			where n.nspname = any ($1) and c.relkind = 'r'
		) as k`, k.schemas).Scan(&k.places)
	if err != nil {
		return nil, fmt.Errorf("look at the publications of the clone: %w", err)
	}
	k.parts, err = k.readParts(ctx)
	return k, err
}

func (k *Kept) readParts(ctx context.Context) ([]part, error) {
	rows, err := k.restorer.Tx.Query(ctx, keptParts, k.schemas)
	if err != nil {
		return nil, fmt.Errorf("look at what belongs to the tables of the clone: %w", err)
	}
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p part, err error) {
		err = row.Scan(&p.Relation.Schema, &p.Relation.Name, &p.Description)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("look at what belongs to the tables of the clone: %w", err)
	}
	return parts, nil
}

// GiveBack gives what was made anew what the old had, and tells what could not be given back.
func (k *Kept) GiveBack(ctx context.Context) error {
	var lost []string
	for _, find := range []func(context.Context) ([]string, []string, error){k.rights, k.publications} {
		commands, impossible, err := find(ctx)
		if err != nil {
			return err
		}
		lost = append(lost, impossible...)
		for _, command := range commands {
			err := pgx.BeginFunc(ctx, k.restorer.Tx, func(nested pgx.Tx) error {
				_, err := nested.Exec(ctx, command)
				return err
			})
			if ctx.Err() != nil {
				return err
			}
			if err != nil {
				lost = append(lost, fmt.Sprintf("%s -- %s", command, reason(err)))
			}
		}
	}
	if lost != nil {
		k.restorer.Feedback.Warning("the tables were made anew, and not all that they had could be given back; who may do so, and still wants it, run on the clone: " +
			strings.Join(lost, "; "))
	}
	if err := k.owners(ctx); err != nil {
		return err
	}
	return k.gone(ctx)
}

// pairs are the objects of $2 that there are again, and those that there are not although their table is.
const pairs = `
	with old as (
		select * from jsonb_to_recordset($2::jsonb) as o (kind text, name text, part text, oid oid, owner oid, rights jsonb)
	), now as (` + keptObjects + `), pairs as (
		select o.kind, o.name, o.part, o.owner as former, n.owner, o.rights as before, coalesce(n.rights, '[]') as after, n.oid is not null as there
		from old o
		join now t on t.kind = o.kind and t.name = o.name and t.part = '' and t.oid <> o.oid
		left join now n on n.kind = o.kind and n.name = o.name and n.part = o.part
	)`

// rights are the commands after which the rights are as they were.
func (k *Kept) rights(ctx context.Context) (commands, impossible []string, err error) {
	rows, err := k.restorer.Tx.Query(ctx, pairs+`, before as (
			select p.kind, p.name, p.part, p.there, r.*
			from pairs p cross join jsonb_to_recordset(p.before) as r (grantee oid, "right" text, grantable boolean)
			where r.grantee is distinct from p.owner
		), after as (
			select p.kind, p.name, p.part, p.there, r.*
			from pairs p cross join jsonb_to_recordset(p.after) as r (grantee oid, "right" text, grantable boolean)
			where r.grantee is distinct from p.owner
		)
		select c.there, format(c.command, c."right", nullif(' (' || c.part || ')', ' ()'), c.kind, c.name, coalesce(quote_ident(g.rolname), 'PUBLIC'))
			|| case when c.there then '' else ' -- the column is gone' end
		from (
			-- First: it takes the rights on columns along.
			select 1 as place, a.*, case when b.grantable then 'REVOKE GRANT OPTION FOR %s%s ON %s %s FROM %s' else 'REVOKE %s%s ON %s %s FROM %s' end as command
			from after a left join before b using (kind, name, part, grantee, "right")
			where a.there and (b.grantee is null or a.grantable and not b.grantable)
			union all
			select 2, b.*, case when b.grantable then 'GRANT %s%s ON %s %s TO %s WITH GRANT OPTION' else 'GRANT %s%s ON %s %s TO %s' end
			from before b left join after a using (kind, name, part, grantee, "right")
			where not b.there or a.grantee is null or b.grantable and not a.grantable
		) as c
		left join pg_catalog.pg_roles g on g.oid = c.grantee
		order by c.place, 2`, k.schemas, string(k.objects))
	if err != nil {
		return nil, nil, fmt.Errorf("compare the rights on the tables of the clone: %w", err)
	}
	return sortCommands(rows, "compare the rights on the tables of the clone")
}

// sortCommands parts rows of a command, each after whether it is possible.
func sortCommands(rows pgx.Rows, what string) (commands, impossible []string, err error) {
	var possible bool
	var command string
	_, err = pgx.ForEachRow(rows, []any{&possible, &command}, func() error {
		if possible {
			commands = append(commands, command)
		} else {
			impossible = append(impossible, command)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", what, err)
	}
	return commands, impossible, nil
}

// publications are the commands after which the tables are in the publications that they were in, with the replica identity that they
// need there.
func (k *Kept) publications(ctx context.Context) (commands, impossible []string, err error) {
	rows, err := k.restorer.Tx.Query(ctx, `
		select x.possible, x.command
		from jsonb_to_recordset($1::jsonb) as o (name text, oid oid, identity text, identity_index text, publications text[], subscriptions text[])
		join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(o.name) and c.oid <> o.oid and c.relkind = 'r'
		cross join lateral (
			select 1, true, 'ALTER TABLE ' || o.name || ' REPLICA IDENTITY ' || case o.identity when 'f' then 'FULL' when 'n' then 'NOTHING' else 'USING INDEX ' || o.identity_index end
			where o.identity <> c.relreplident::text and c.relreplident = 'd'
			union all
			select 2, true, p from unnest(o.publications) as p
			union all
			select 3, false, s || ' -- it no longer writes ' || o.name from unnest(o.subscriptions) as s
		) as x (place, possible, command)
		order by x.place, x.command`, string(k.places))
	if err != nil {
		return nil, nil, fmt.Errorf("compare the publications of the clone: %w", err)
	}
	return sortCommands(rows, "compare the publications of the clone")
}

// owners tells whose tables belong to somebody else now.
func (k *Kept) owners(ctx context.Context) error {
	rows, err := k.restorer.Tx.Query(ctx, pairs+`
		select format('ALTER TABLE %s OWNER TO %I', p.name, r.rolname)
		from pairs p join pg_catalog.pg_roles r on r.oid = p.former
		where p.kind = 'TABLE' and p.part = '' and p.former <> p.owner
		order by 1`, k.schemas, string(k.objects))
	if err != nil {
		return fmt.Errorf("compare the owners of the tables of the clone: %w", err)
	}
	commands, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("compare the owners of the tables of the clone: %w", err)
	}
	if len(commands) > 0 {
		k.restorer.Feedback.Warning("tables of the clone belong to the role that has deployed, and no longer to the one that they belonged to, which has kept its rights " +
			"but may not synchronise; deploy as that role, or run on the clone: " + strings.Join(commands, "; "))
	}
	return nil
}

// gone tells what the tables had, and have no longer.
func (k *Kept) gone(ctx context.Context) error {
	parts, err := k.readParts(ctx)
	if err != nil {
		return err
	}
	there, relations := map[part]bool{}, map[Name]bool{}
	for _, p := range parts {
		there[p], relations[p.Relation] = true, true
	}
	var gone []string
	for _, p := range k.parts {
		if relations[p.Relation] && !there[p] {
			gone = append(gone, p.Description)
		}
	}
	if gone != nil {
		k.restorer.Feedback.Warning("gone with the tables that were replaced, because the package does not have it: " + strings.Join(gone, "; ") +
			"; what was made on the clone is to be made there again, for instance by an additional SQL file in the package")
	}
	return nil
}

// reason is what PostgreSQL says, without its code.
func reason(err error) string {
	return database.Explain(err).Error()
}
