create or replace function lizsync.import_central_server_schemas() returns void
language plpgsql
set search_path from current
set client_min_messages = warning
as $$
declare
    v_schema record;
begin
    for v_schema in
        select n.nspname as name, string_agg(quote_ident(c.relname), ', ') as tables
        from lizsync.publication_list(lizsync.server_id()) as w
        join pg_class c on c.oid = w.relid
        join pg_namespace n on n.oid = c.relnamespace
        group by n.nspname
    loop
        execute format('drop schema if exists %I cascade', 'central_' || v_schema.name);
        execute format('create schema %I', 'central_' || v_schema.name);
        execute format('comment on schema %I is %L', 'central_' || v_schema.name, 'LizSync: central''s tables.');
        execute format(
            'import foreign schema %I limit to (%s) from server central_server into %I',
            v_schema.name, v_schema.tables, 'central_' || v_schema.name
        );
    end loop;
end
$$;
comment on function lizsync.import_central_server_schemas() is
    'On a clone: makes central''s tables visible as foreign tables, in schemas named central_ and the schema''s name.';
revoke all on function lizsync.import_central_server_schemas() from public;
