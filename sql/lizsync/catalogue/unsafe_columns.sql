create or replace function lizsync.unsafe_columns(p_relids oid[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select r.oid, p.problem, p.severity, p.explanation, p.remedy
    from unnest(p_relids) as r (oid) cross join lateral lizsync.uid_column_problem(r.oid) as p
    -- That is no harm but work to be done, as a column that is lacking is.
    where p.problem <> 'uid_unfinished'

    union all
    select
        a.attrelid, 'raster_or_topology', 'error',
        format(
            'its column %I is of type %s, whose values are useless without tables that are not synchronised',
            a.attname, format_type(a.atttypid, a.atttypmod)
        ),
        'keep it out of the synchronised schemas, or store the geometry in a column of type geometry'
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    where a.attrelid = any (p_relids) and a.attnum > 0 and not a.attisdropped
        and t.typname in ('raster', '_raster', 'topogeometry', '_topogeometry')

    union all
    select
        a.attrelid, 'serial_not_key', 'warning',
        format('its column %I is numbered by a sequence but is no key: two databases give the same number', a.attname),
        format('SELECT lizsync.set_serial_keys(%L, false), so that its numbers are the same everywhere', lizsync.relation_label(a.attrelid))
    -- Once for each table, before its columns.
    from (select oid, lizsync.local_columns(oid) as local_columns from unnest(p_relids) as r (oid) offset 0) as r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated = ''
    where r.oid in (select k.relid from lizsync.local_keys k)
        and (a.attidentity <> '' or pg_get_expr(d.adbin, 0) ~ '^nextval[(]')
        and a.attname::text <> all (r.local_columns)
$$;
comment on function lizsync.unsafe_columns(oid[]) is
    'On both sides: the columns of some tables that would harm or surprise: a uid that does not do, values that refer to tables that are not synchronised, numbers that two databases give alike.';
revoke all on function lizsync.unsafe_columns(oid[]) from public;
