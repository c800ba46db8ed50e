create or replace function lizsync.unsafe_references(p_relids oid[], p_told jsonb default '[]')
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
set jit = off
as $$
    with local_key as materialized (
        select r.oid as relid, l.name
        from unnest(p_relids) as r (oid)
        cross join lateral unnest(lizsync.local_columns(r.oid)) as l (name)
        join pg_attribute a on a.attrelid = r.oid and a.attname::text = l.name
        -- A generated column follows from the others, and is the same everywhere when they are.
        where a.attgenerated = ''
    ),
    given as (
        select n.nspname::text as schema_name, c.relname::text as table_name, c.oid, a.attname::text as column_name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.oid = any (p_relids)
    ),
    found (child, child_column, parent, parent_column, evidence, n) as (
        select c.oid, c.column_name, p.oid, p.column_name, t.evidence, 0
        from jsonb_to_recordset(p_told) as t (
            child_schema text, child_table text, child_column text, parent_schema text, parent_table text, parent_column text, evidence text
        )
        join given c on (c.schema_name, c.table_name, c.column_name) = (t.child_schema, t.child_table, t.child_column)
        join given p on (p.schema_name, p.table_name, p.column_name) = (t.parent_schema, t.parent_table, t.parent_column)
        union all
        select u.child, u.child_column, u.parent, u.parent_column, u.evidence, 1
        from lizsync.undeclared_references(case when exists (select from local_key) then p_relids else '{}' end) as u
    )
    select
        f.child, 'reference_to_local_key', 'warning',
        format(
            'its column %I holds the numbers of %s.%I (%s), which each database gives on its own: a row that a clone makes may belong to another row of %2$s on central',
            f.child_column, lizsync.relation_label(f.parent), f.parent_column, string_agg(f.evidence, '; ' order by f.n, f.evidence)
        ),
        'run initialize_central_database with SERIAL_KEYS=shared, which lets the numbers be the same everywhere'
    from found f
    where exists (select from local_key k where k.relid = f.parent and k.name = f.parent_column)
        -- A column that numbers itself holds its own numbers.
        and not exists (select from local_key k where k.relid = f.child and k.name = f.child_column)
        and not lizsync.is_declared_reference(f.child, f.child_column, f.parent, f.parent_column)
    group by f.child, f.child_column, f.parent, f.parent_column
$$;
comment on function lizsync.unsafe_references(oid[], jsonb) is
    'On both sides: the columns of some tables that hold numbers which each database gives on its own, without a foreign key: those found by undeclared_references, and those that a project tells of, by the schemas, tables and columns of child and parent.';
revoke all on function lizsync.unsafe_references(oid[], jsonb) from public;
