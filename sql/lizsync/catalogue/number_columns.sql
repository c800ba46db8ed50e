-- Integers, and numeric, which is what other programs make of the integers that they write into a database. A column that numbers
-- itself holds its own numbers.
create or replace function lizsync.number_columns(p_relids oid[]) returns table (relid oid, attnum smallint, column_name text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    with number_type as materialized (
        select oid
        from pg_type
        where typtype = 'b' and oid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
            or typtype = 'd'
                and lizsync.base_type(oid) in ('pg_catalog.int2', 'pg_catalog.int4', 'pg_catalog.int8', 'pg_catalog."numeric"')
    )
    select a.attrelid, a.attnum, a.attname::text
    from pg_attribute a
    where a.attrelid = any (p_relids) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and a.atttypid in (select oid from number_type)
        and not exists (select from lizsync.numbered_keys(p_relids) k where k.relid = a.attrelid and k.column_name = a.attname::text)
$$;
comment on function lizsync.number_columns(oid[]) is
    'On both sides: the columns of some tables that may hold the numbers of others: whole numbers that no sequence gives.';
revoke all on function lizsync.number_columns(oid[]) from public;
