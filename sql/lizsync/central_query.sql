-- On a clone: a query on central that can be cancelled. A plain dblink() call cannot: it waits in the library, deaf to
-- everything. The query is sent, then polled.
create or replace function lizsync.central_query(p_query text) returns text
language plpgsql
set search_path from current
as $$
declare
    v_schema text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_begun timestamptz := clock_timestamp();
    v_busy integer;
    v_sent integer;
    v_result text;
begin
    -- The connection takes a query once the last result of the one before was read, an empty one: also after an error.
    execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_result;
    execute format('select %I.dblink_send_query(''lizsync'', $1)', v_schema) into v_sent using p_query;
    if v_sent <> 1 then
        execute format('select %I.dblink_error_message(''lizsync'')', v_schema) into v_result;
        raise exception 'send a query to central: %', v_result using errcode = 'connection_failure';
    end if;
    loop
        execute format('select %I.dblink_is_busy(''lizsync'')', v_schema) into v_busy;
        exit when v_busy = 0;
        -- A hundredth of the time waited, so that neither a short query nor a long queue suffers from it.
        perform pg_sleep(greatest(0.0005, least(0.1, extract(epoch from clock_timestamp() - v_begun) / 100)));
    end loop;
    execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_result;
    return v_result;
end
$$;
comment on function lizsync.central_query(text) is
    'On a clone: the one value of a query on central, over the connection of the running synchronisation.';
revoke all on function lizsync.central_query(text) from public;
