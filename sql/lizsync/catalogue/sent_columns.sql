create or replace function lizsync.sent_columns(p_relid regclass) returns text[]
language sql stable
set search_path from current
as $$
    select array_agg(attname::text order by attnum)
    from pg_attribute
    where attrelid = p_relid and attnum > 0 and not attisdropped and attname <> all ((select lizsync.local_columns(p_relid))::text[])
$$;
comment on function lizsync.sent_columns(regclass) is 'On both sides: the columns of a table that are synchronised.';
revoke all on function lizsync.sent_columns(regclass) from public;
