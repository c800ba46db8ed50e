-- Those that would leave a constraint broken are left out, and the others tried again.
create or replace function lizsync.try_together(p_transaction bigint) returns boolean
language plpgsql
set search_path from current
as $$
declare
    v_rows lizsync.pending_row[];
    v_dependants lizsync.pending_row[];
    v_left_out lizsync.pending_row[] := '{}';
    v_state text;
begin
    loop
        begin
            perform lizsync.leave_out(p_transaction, v_left_out);
            set constraints all deferred;
            perform lizsync.write_tables(true);
            v_rows := array(select b from lizsync.broken_rows() as b);
            if cardinality(v_rows) > 0 then
                v_dependants := lizsync.dependants(v_rows);
                raise exception 'write again' using errcode = 'LS001';
            end if;
            begin
                perform lizsync.run_as_client('set constraints all immediate');
            exception when others then
                get stacked diagnostics v_state = returned_sqlstate;
                if lizsync.is_server_error(v_state) then
                    raise;
                end if;
                raise exception 'write again' using errcode = 'LS001';
            end;
            perform lizsync.take_in();
            return true;
        exception when sqlstate 'LS001' then
            -- One that was not refused before cannot be left out.
            if cardinality(v_rows) = 0 or exists (select from unnest(v_rows) as r join unnest(v_left_out) as l using (relation, uid)) then
                return false;
            end if;
            v_left_out := v_left_out || v_rows || v_dependants;
        end;
    end loop;
end
$$;
comment on function lizsync.try_together(bigint) is
    'On both sides: writes refused rows, those of a transaction of the clone or all, with all constraints deferred until then; false, and nothing is written, when a constraint fails that does not tell which row is at fault.';
revoke all on function lizsync.try_together(bigint) from public;
