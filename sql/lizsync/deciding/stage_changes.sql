-- On central: what the clone sent becomes net changes in lizsync.changeset. What was received before is skipped first, then
-- the rest is reduced (rule 7 of the protocol).
create or replace function lizsync.stage_changes() returns void
language plpgsql
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_entry lizsync.clones;
begin
    select * into strict v_entry from lizsync.clones where server_id = v_exchange.clone_id;
    if lizsync.events_digest(v_exchange.received) <> (
        case v_exchange.token when v_entry.offered_token then v_entry.pending_digest else v_entry.digest end
    ) then
        raise exception 'these are not the changes that central has received from the clone %', v_entry.server_name
            using errcode = 'object_not_in_prerequisite_state', detail = 'This is another copy of the clone, or an old backup of it.',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    perform lizsync.reduce_changes(v_exchange.received, 0);

    -- Rebased edits of a row that central had deleted, when the clone has inserted the row again since.
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select i.relation, i.uid, v_exchange.clone_id, v_exchange.sync_id, least(i.edited_at, clock_timestamp()), i.author, i.fields, 'clone', 'delete wins'
    from lizsync.held_rows s
    join lizsync.changeset r on r.exchange = s.exchange and r.relid = s.relid and r.uid = s.uid and r.action = 'R'
    join lizsync.publication_list(v_exchange.clone_id) as w on w.relid = s.relid
    join lizsync.incoming i
        on i.exchange = s.exchange and i.relation = w.relation and i.uid = s.uid and i.action = 'U' and i.event_id < r.first_event
    left join lizsync.pending_changes p on p.clone_id = v_exchange.clone_id and p.object_table = i.relation and p.object_uid = i.uid
    where s.exchange = v_exchange.transaction_id
        and not lizsync.is_received(i.transaction_id, coalesce(p.received, v_exchange.received))
        and not exists (
            select from lizsync.incoming d
            where d.exchange = i.exchange and d.relation = i.relation and d.uid = i.uid and d.action = 'D'
                and d.event_id between i.event_id and r.first_event
        );
end
$$;
comment on function lizsync.stage_changes() is 'On central: reduces the changes of the clone to their net effect.';
revoke all on function lizsync.stage_changes() from public;
