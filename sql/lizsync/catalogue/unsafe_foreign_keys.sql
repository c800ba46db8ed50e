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
            lizsync.tool_of(k.parent) as parent_tool,
            substring(pg_get_constraintdef(k.id) from ' ON (?:UPDATE|DELETE) .*$') as actions
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
        case cardinality(parent_columns)
            when 1 then format(
                'once %1$s has its uid column: ALTER TABLE %2$s ADD COLUMN %3$I uuid REFERENCES %1$s (uid)%6$s; UPDATE %2$s AS child SET %3$I = parent.uid FROM %1$s AS parent WHERE parent.%5$I = child.%4$I; ALTER TABLE %2$s DROP COLUMN %4$I',
                parent_label, label, regexp_replace(child_columns[1], '_?id$', '') || '_uid', child_columns[1], parent_columns[1],
                actions
            )
            else format('let it reference the column uid of %s instead', parent_label)
        end
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
