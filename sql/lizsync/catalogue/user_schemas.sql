-- What PostgreSQL and its extensions made, and what is never synchronised, is left out. tiger_data is made by hand beside
-- the extension postgis_tiger_geocoder, hence its name here. public has what nobody has put anywhere: it is meant only when it is
-- named.
create or replace function lizsync.user_schemas() returns setof text
language sql stable
set search_path from current
as $$
    select n.nspname::text
    from pg_namespace n
    where n.nspname !~ '^pg_'
        and n.nspname not in ('information_schema', 'public', 'audit', 'lizsync', 'topology', 'tiger', 'tiger_data')
        and not exists (
            select from pg_depend d
            where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
        )
    order by n.nspname
$$;
comment on function lizsync.user_schemas() is 'On both sides: the schemas whose tables are meant when no schema is named: people''s own, but for public.';
revoke all on function lizsync.user_schemas() from public;
