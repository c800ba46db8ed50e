-- A "char" above 127 is another text in versions of PostgreSQL before 16: it would be another value on the other side.
-- The names of types are written as seen from an empty search_path, whatever schema hstore lives in.
create or replace function lizsync.table_columns(p_clone_id uuid) returns lizsync.table_column[]
language sql stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $$
    select array_agg(
        row (
            w.relation,
            a.attname,
            format_type(a.atttypid, a.atttypmod)
                || case when a.attname = any (w.local_columns) then ' (local)' else '' end
                || case
                    when lizsync.base_type(case t.typcategory when 'A' then t.typelem else t.oid end) <> 'pg_catalog."char"' then ''
                    when current_setting('server_version_num')::integer < 160000 then ' of PostgreSQL 15 and before'
                    else ' of PostgreSQL 16 and later'
                end
        )::lizsync.table_column
        order by w.relation, a.attnum
    )
    -- Once for each table, before its columns.
    from (
        select p.relation, p.relid, lizsync.local_columns(p.relid) as local_columns
        from lizsync.publication_list(p_clone_id) as p
        offset 0
    ) as w
    join pg_attribute a on a.attrelid = w.relid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
$$;
comment on function lizsync.table_columns(uuid) is 'On both sides: the columns of a clone''s tables as they are in this database.';
revoke all on function lizsync.table_columns(uuid) from public;
