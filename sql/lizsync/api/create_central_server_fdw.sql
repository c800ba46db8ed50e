create or replace function lizsync.create_central_server_fdw(
    p_host text, p_port integer, p_dbname text, p_user text, p_password text
) returns void
language plpgsql
set search_path from current
as $$
declare
    v_schema text;
begin
    if not exists (select from pg_extension where extname = 'postgres_fdw') or not exists (select from pg_extension where extname = 'dblink') then
        raise exception 'the extensions dblink and postgres_fdw are missing' using errcode = 'object_not_in_prerequisite_state',
            hint = 'A superuser creates them: CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw. Without them, synchronise with the algorithm synchronize_database.';
    end if;
    if exists (select from pg_foreign_server where srvname = 'central_server') then
        -- The foreign tables that were imported through it go with it.
        drop server central_server cascade;
        for v_schema in select nspname from pg_namespace where starts_with(nspname, 'central_') and obj_description(oid, 'pg_namespace') = 'LizSync: central''s tables.' loop
            execute format('drop schema %I', v_schema);
        end loop;
    end if;
    -- Central answers late when hundreds of clones synchronise at once.
    execute format(
        'create server central_server foreign data wrapper postgres_fdw options (host %L, port %L, dbname %L, connect_timeout ''15'', keepalives_idle ''10'', keepalives_interval ''5'', keepalives_count ''3'', tcp_user_timeout ''25000'')',
        p_host, p_port, p_dbname
    );
    execute format(
        'create user mapping for current_user server central_server options (user %L, password %L)', p_user, p_password
    );
end
$$;
comment on function lizsync.create_central_server_fdw(text, integer, text, text, text) is
    'On a clone: the foreign server central_server, which synchronize() connects through, and the mapping of the current user.';
revoke all on function lizsync.create_central_server_fdw(text, integer, text, text, text) from public;
