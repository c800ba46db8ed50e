create or replace function lizsync.central_result() returns text
language plpgsql
set search_path from current
as $$
declare
    v_schema text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_begun timestamptz := clock_timestamp();
    v_busy integer;
    v_found bigint;
    v_value text;
    v_result text;
begin
    loop
        loop
            execute format('select %I.dblink_is_busy(''lizsync'')', v_schema) into v_busy;
            exit when v_busy = 0;
            -- A hundredth of the time waited, so that neither a short query nor a long queue suffers from it.
            perform pg_sleep(greatest(0.0005, least(0.1, extract(epoch from clock_timestamp() - v_begun) / 100)));
        end loop;
        execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_value;
        get diagnostics v_found = row_count;
        exit when v_found = 0;
        -- A statement without a value has its name as the value.
        if v_value is null or v_value not in ('BEGIN', 'COMMIT') then
            v_result := v_value;
        end if;
    end loop;
    return v_result;
end
$$;
comment on function lizsync.central_result() is
    'On a clone: waits for the statements that central_send has sent, and returns the value of the last one that has one.';
revoke all on function lizsync.central_result() from public;
