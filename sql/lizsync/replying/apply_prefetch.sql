-- On a clone, while central works on what the clone has sent: writes the rows that it has not edited itself. All of them or none: when a
-- parent is still to come, or an editor or a trigger is in the way, apply_reply writes them once everything is there. The rows stay locked until the synchronisation has ended.
create or replace function lizsync.apply_prefetch(p_payload text) returns void
language plpgsql
set search_path from current
as $$
declare
    v_replica constant boolean := lizsync.may_set_replica_role();
    v_role constant text := current_setting('session_replication_role');
begin
    perform lizsync.receive_prefetch(p_payload);
    if exists (select from unnest(lizsync.changeset_tables()) as t cross join lateral lizsync.triggers_to_disable(t, v_replica) as d) then
        return;
    end if;
    perform lizsync.note_client_settings();
    begin
        set constraints all immediate;
        perform set_config('lock_timeout', '200ms', true);
        if exists (select from lizsync.hold_edited_rows() as h) then
            raise exception 'later' using errcode = 'LS001';
        end if;
        perform set_config('session_replication_role', 'replica', true) where v_replica;
        perform set_config('lizsync.replaying', 'on', true);
        perform lizsync.apply_changes();
        -- From here on the rows are locked.
        if lizsync.number_refused() > 0 or exists (select from lizsync.hold_edited_rows() as h)
            or v_replica and exists (select from lizsync.broken_rows() as b)
        then
            raise exception 'later' using errcode = 'LS001';
        end if;
        perform set_config('session_replication_role', v_role, true) where v_replica;
        perform set_config('lizsync.replaying', 'off', true);
        perform lizsync.close_prefetch();
    exception when sqlstate 'LS001' or deadlock_detected or lock_not_available then
        null; -- until apply_reply
    end;
end
$$;
comment on function lizsync.apply_prefetch(text) is
    'On a clone, while central is at work: writes the prefetch that open_exchange returned, if all of it can be written already.';
revoke all on function lizsync.apply_prefetch(text) from public;
