-- SECURITY DEFINER: the role of a clone has no right on lizsync.local_keys.
create or replace function lizsync.is_number_key(p_relid oid, p_constraint text) returns boolean
language sql stable security definer
set search_path from current
as $$
    select exists (
        select from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        join lizsync.drawn_columns(array[p_relid]) as d on d.column_name = a.attname
        where i.indrelid = p_relid and c.relname = p_constraint and i.indnkeyatts = 1 and d.is_plain
            and p_relid not in (select k.relid from lizsync.local_keys k)
    )
$$;
comment on function lizsync.is_number_key(oid, text) is
    'On both sides: whether a unique constraint of a table is that of a shared key, which a sequence numbers.';
revoke all on function lizsync.is_number_key(oid, text) from public;
