-- On a clone: a plain dblink() call cannot be cancelled, because it waits inside the library. The query is sent, then
-- polled by central_result; the clone can do something else between the two.
create or replace function lizsync.central_send(p_query text) returns void
language plpgsql
set search_path from current
as $$
declare
    v_schema text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_sent integer;
    v_error text;
begin
    -- The connection takes a query once the last result of the one before was read, an empty one: also after an error.
    execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_error;
    execute format('select %I.dblink_send_query(''lizsync'', $1)', v_schema) into v_sent using p_query;
    if v_sent <> 1 then
        execute format('select %I.dblink_error_message(''lizsync'')', v_schema) into v_error;
        raise exception 'send a query to central: %', v_error using errcode = 'connection_failure';
    end if;
end
$$;
comment on function lizsync.central_send(text) is
    'On a clone: sends statements to central, over the connection of the running synchronisation, and does not wait for them.';
revoke all on function lizsync.central_send(text) from public;
