-- A column may own a sequence from which a trigger or a function draws that cannot be read.
create or replace function lizsync.numbered_keys(p_relids oid[]) returns table (
    relid oid, column_name text, is_primary boolean
)
language sql stable
set search_path from current
set jit = off
as $$
    select a.attrelid, a.attname::text, bool_or(i.indisprimary)
    from (
        select d.relid, d.column_name from lizsync.drawn_columns(p_relids) as d
        union
        select o.refobjid, a.attname::text
        from pg_depend o
        join pg_sequence q on q.seqrelid = o.objid
        join pg_attribute a on a.attrelid = o.refobjid and a.attnum = o.refobjsubid
        where o.classid = 'pg_class'::regclass and o.refclassid = 'pg_class'::regclass and o.refobjid = any (p_relids) and o.deptype = 'a'
    ) as n (relid, name)
    join pg_attribute a on a.attrelid = n.relid and a.attname::text = n.name
    join pg_index i on i.indrelid = a.attrelid and i.indkey[0] = a.attnum
    where i.indisunique and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null
    group by a.attrelid, a.attname
$$;
comment on function lizsync.numbered_keys(oid[]) is
    'On both sides: the columns of some tables that alone are a unique key and that a sequence or identity numbers.';
revoke all on function lizsync.numbered_keys(oid[]) from public;
