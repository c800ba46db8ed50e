-- Makes the change of an event again, with the caller's own rights.
create or replace function audit.replay_event(pevent_id bigint) returns void
language plpgsql
set search_path from current
as $$
declare
    v_event audit.logged_actions;
begin
    select * into v_event from audit.logged_actions where event_id = pevent_id;
    if not found then
        raise exception 'there is no event %', pevent_id using errcode = 'no_data_found';
    end if;
    perform audit.write_event(
        v_event, v_event.action, case v_event.action when 'U' then v_event.changed_fields else v_event.row_data end,
        v_event.row_data
    );
end
$$;
comment on function audit.replay_event(bigint) is 'On both sides: makes the change of an event again.';
revoke all on function audit.replay_event(bigint) from public;
