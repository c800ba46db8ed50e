create or replace function lizsync.known_references(p_relids oid[], p_told jsonb) returns table (
    child oid, child_column text, parent oid, parent_column text, evidence text
)
language sql stable
set search_path from current
set jit = off
as $$
    with given as (
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
        where not lizsync.is_declared_reference(c.oid, c.column_name, p.oid, p.column_name)
            -- A column that numbers itself holds its own numbers.
            and not exists (select from lizsync.numbered_keys(p_relids) as k where k.relid = c.oid and k.column_name = c.column_name)
        union all
        select u.child, u.child_column, u.parent, u.parent_column, u.evidence, 1 from lizsync.undeclared_references(p_relids) as u
    )
    select f.child, f.child_column, f.parent, f.parent_column, string_agg(f.evidence, '; ' order by f.n, f.evidence)
    from found f
    group by f.child, f.child_column, f.parent, f.parent_column
$$;
comment on function lizsync.known_references(oid[], jsonb) is
    'On central: the columns of some tables that hold the numbers of one of them without a foreign key: those found by undeclared_references, and those that a project tells of, by the schemas, tables and columns of child and parent.';
revoke all on function lizsync.known_references(oid[], jsonb) from public;
