-- Undoes an event, with the caller's own rights. A row that was edited again since is left alone: undoing the older
-- edit would mix two states of it.
create or replace function audit.rollback_event(pevent_id bigint) returns void
language plpgsql
set search_path from current
as $$
declare
    v_event audit.logged_actions;
    v_key text[];
    v_later bigint;
begin
    select * into v_event from audit.logged_actions where event_id = pevent_id;
    if not found then
        raise exception 'there is no event %', pevent_id using errcode = 'no_data_found';
    end if;
    select array_agg(uid_column) into v_key
    from audit.logged_relations
    where relation_name = format('%I.%I', v_event.schema_name, v_event.table_name);

    select min(event_id) into v_later
    from audit.logged_actions
    where relid = v_event.relid
        and event_id > pevent_id
        and case when v_event.uid is not null then uid = v_event.uid
            else slice(row_data, v_key) = slice(v_event.row_data || coalesce(v_event.changed_fields, ''), v_key) end;
    if v_later is not null then
        raise exception 'event % cannot be undone: its row was edited again by event %', pevent_id, v_later
            using errcode = 'object_not_in_prerequisite_state', hint = 'Undo the later event first.';
    end if;

    perform audit.write_event(
        v_event,
        case v_event.action when 'I' then 'D' when 'D' then 'I' else 'U' end,
        case v_event.action when 'U' then slice(v_event.row_data, akeys(v_event.changed_fields)) else v_event.row_data end,
        v_event.row_data || coalesce(v_event.changed_fields, '')
    );
end
$$;
comment on function audit.rollback_event(bigint) is 'On both sides: undoes an event; refused when a later edit of its row exists.';
revoke all on function audit.rollback_event(bigint) from public;
