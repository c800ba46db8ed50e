create or replace function lizsync.unsafe_keys(p_relids oid[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    -- No two databases give the same number, or none is sent.
    with numbered_column as (
        select r.oid as relid, l.name
        from unnest(p_relids) as r (oid) cross join lateral unnest(lizsync.local_columns(r.oid)) as l (name)
        union
        select d.relid, d.column_name
        from lizsync.drawn_columns(p_relids) as d
        where d.relid not in (select k.relid from lizsync.local_keys k)
    ),
    -- One row for each column of each unique key.
    key_column as (
        select
            i.indexrelid, i.indrelid, i.indisprimary, k.n, a.attname, a.atttypid, l.name is not null as is_numbered
        from pg_index i
        cross join unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality as k (attnum, n)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        left join numbered_column l on l.relid = i.indrelid and l.name = a.attname::text
        where i.indrelid = any (p_relids) and i.indisunique
    ),
    unique_key as (
        select
            indrelid, indisprimary,
            -- Of an expression nothing is known but that it comes from what people enter.
            string_agg(coalesce(quote_ident(attname), 'an expression'), ', ' order by n) as columns
        from key_column
        group by indexrelid, indrelid, indisprimary
        having not bool_or(is_numbered) and not bool_or(coalesce(atttypid = 'uuid'::regtype, false))
    )
    select
        c.oid, 'no_primary_key', 'warning',
        'it has no primary key; QGIS cannot edit it',
        case
            when lizsync.has_uid_column(c.oid) then format('ALTER TABLE %s ADD PRIMARY KEY (uid)', lizsync.relation_label(c.oid))
            else format('add its uid column, then ALTER TABLE %s ADD PRIMARY KEY (uid)', lizsync.relation_label(c.oid))
        end
    from pg_class c
    where c.oid = any (p_relids) and c.relkind = 'r' and not c.relispartition
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)

    union all
    select
        indrelid, 'unique_key_filled_alike', 'warning',
        format(
            'two people who are offline can enter the same value of %s (%s), and only one of the rows can then be kept as it is',
            case when indisprimary then 'the primary key' else 'the unique key' end, columns
        ),
        'agree on a range or prefix for each clone; a row that clashes stays pending until one of the values is changed'
    from unique_key

    union all
    select
        conrelid, 'exclusion_constraint', 'warning',
        format('rows that two people enter offline may together break its constraint %I; the later one then stays pending', conname),
        'nothing to do, or drop the constraint'
    from pg_constraint
    where conrelid = any (p_relids) and contype = 'x'
$$;
comment on function lizsync.unsafe_keys(oid[]) is
    'On both sides: those of some tables that lack a primary key, or whose unique keys and exclusion constraints two people who are offline can break together.';
revoke all on function lizsync.unsafe_keys(oid[]) from public;
