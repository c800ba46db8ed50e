create or replace function lizsync.hstore_schema() returns text
language sql stable
set search_path from current
as $$
    select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'hstore'
$$;
comment on function lizsync.hstore_schema() is 'On both sides: the schema of the extension hstore, as statements name it that run under another search path.';
revoke all on function lizsync.hstore_schema() from public;
