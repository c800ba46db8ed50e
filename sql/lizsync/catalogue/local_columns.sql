-- A key that is drawn from a sequence is given by each database on its own, a generated column follows from the others, and an
-- identity that is always generated can be set by nobody: none of them travels.
create or replace function lizsync.local_columns(p_relid regclass) returns text[]
language sql stable
set search_path from current
as $$
    select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = p_relid
        and a.attnum > 0
        and not a.attisdropped
        and (
            a.attgenerated <> ''
            or a.attidentity = 'a'
            or (
                (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\(')
                and exists (select from pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any(i.indkey))
            )
        )
$$;
comment on function lizsync.local_columns(regclass) is
    'On both sides: the columns of a table that are not synchronised: keys drawn from a sequence or identity, identities that are always generated, and generated columns.';
revoke all on function lizsync.local_columns(regclass) from public;
