create or replace function lizsync.unsafe_foreign_keys(p_relids oid[], p_schemas text[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    with foreign_key as (
        select
            k.*,
            pn.nspname::text as parent_schema,
            lizsync.relation_label(k.child) as label,
            lizsync.relation_label(k.parent) as parent_label,
            lizsync.tool_of(k.parent) as parent_tool
        from lizsync.foreign_keys(p_relids) as k
        join pg_class p on p.oid = k.parent
        join pg_namespace pn on pn.oid = p.relnamespace
        where k.child = any (p_relids)
    ),
    -- A generated column follows from the others, and is the same everywhere when they are.
    numbered_column as (
        select p.oid as relid, l.name
        from (select distinct parent from foreign_key) as p (oid)
        cross join lateral unnest(lizsync.local_columns(p.oid)) as l (name)
        join pg_attribute a on a.attrelid = p.oid and a.attname::text = l.name
        where a.attgenerated = ''
    )
    select
        child, 'foreign_key_on_local_key', 'error',
        format(
            'its foreign key %I references %s (%s), a number that each database gives on its own',
            name, parent_label, array_to_string(parent_columns, ', ')
        ),
        format('SELECT lizsync.set_serial_keys(%L, false)', parent_label)
    from foreign_key
    where exists (select from numbered_column n where n.relid = parent and n.name = any (parent_columns))

    union all
    select
        child, 'foreign_key_outside',
        case when parent_schema in (select lizsync.user_schemas()) or parent_schema = 'public' then 'warning' else 'error' end,
        format('its foreign key %I references %s, which is in none of the chosen schemas', name, parent_label),
        case
            when parent_schema in (select lizsync.user_schemas()) or parent_schema = 'public' then format('synchronise the schema %I too', parent_schema)
            else format('ALTER TABLE %s SET SCHEMA ..., a schema of your own', parent_label)
        end
    from foreign_key
    where parent_schema <> all (p_schemas) and parent_tool is null

    union all
    select
        child, 'foreign_key_to_tool', 'error',
        format('its foreign key %I references %s, which belongs to %s and is never synchronised', name, parent_label, parent_tool),
        format('ALTER TABLE %s DROP CONSTRAINT %I', label, name)
    from foreign_key
    where parent_tool is not null
$$;
comment on function lizsync.unsafe_foreign_keys(oid[], text[]) is
    'On both sides: the foreign keys of some tables that reference a number which each database gives on its own, a table outside the chosen schemas, or one of PostGIS''s, QGIS''s or another extension''s.';
revoke all on function lizsync.unsafe_foreign_keys(oid[], text[]) from public;
