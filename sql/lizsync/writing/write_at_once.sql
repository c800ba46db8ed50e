-- A statement that changes several tables: PostgreSQL looks at foreign keys, also at those that are not deferrable, as it ends. All rows
-- that a foreign key has refused are tried, or those of a transaction of the clone.
create or replace function lizsync.write_at_once(p_transaction bigint) returns boolean
language plpgsql
set search_path from current
as $$
declare
    v_tables constant oid[] := lizsync.changeset_tables();
    v_range lizsync.staged_range;
    v_ranges lizsync.staged_range[] := '{}';
    v_parts text[] := '{}';
    v_state text;
begin
    if p_transaction is not null then
        perform lizsync.leave_out(p_transaction, '{}');
    elsif lizsync.leave_out_others('23503') < 2 then
        perform lizsync.take_in();
        return false;
    end if;
    for v_range in
        select w.*
        from unnest(v_tables) as t (relid), unnest('{f,t}'::boolean[]) as d (deletes), lizsync.changeset_groups(t.relid, d.deletes, true) as w
    loop
        v_ranges := v_ranges || v_range;
        v_parts := v_parts || lizsync.write_statements(v_range, format('%L::lizsync.staged_range', v_range));
    end loop;
    begin
        for i in 1 .. cardinality(v_ranges) loop
            perform lizsync.refuse_cascade(v_ranges[i], true);
        end loop;
        perform lizsync.run_as_client(
            'with ' || (select string_agg(format('w%s as (%s)', n, part), ', ') from unnest(v_parts) with ordinality as u (part, n)) || ' select'
        );
        for i in 1 .. cardinality(v_ranges) loop
            perform lizsync.check_written(v_ranges[i], 0);
            perform lizsync.accept_range(v_ranges[i]);
        end loop;
    exception when others then
        get stacked diagnostics v_state = returned_sqlstate;
        if lizsync.is_server_error(v_state) then
            raise;
        end if;
        -- The rows keep the reason that they were refused for.
        perform lizsync.take_in();
        return false;
    end;
    perform lizsync.take_in();
    return true;
end
$$;
comment on function lizsync.write_at_once(bigint) is
    'On both sides: writes refused rows, those of a transaction of the clone or all that a foreign key has refused, by one statement; false, and nothing is written, when that fails.';
revoke all on function lizsync.write_at_once(bigint) from public;
