-- A default may be an expression of the number that it draws. It names no column, and given the table, pg_get_expr would look at all
-- of them each time.
create or replace function lizsync.numbered_keys(p_relids oid[]) returns table (
    relid oid, column_name text, is_primary boolean
)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select a.attrelid, a.attname::text, bool_or(i.indisprimary)
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated = ''
    where i.indrelid = any (p_relids) and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null
        and (
            a.attidentity <> ''
            or pg_get_expr(d.adbin, 0) ~ 'nextval[(]'
            or exists (
                select from pg_depend o
                where o.classid = 'pg_class'::regclass and o.refclassid = 'pg_class'::regclass and o.refobjid = a.attrelid
                    and o.refobjsubid = a.attnum and o.deptype in ('a', 'i')
                    and exists (select from pg_sequence q where q.seqrelid = o.objid)
            )
        )
    group by a.attrelid, a.attname
$$;
comment on function lizsync.numbered_keys(oid[]) is
    'On both sides: the columns of some tables that alone are a unique key and that a sequence or identity numbers.';
revoke all on function lizsync.numbered_keys(oid[]) from public;
