-- On central: what the clone sent becomes net changes in lizsync.replay. What was received before is skipped first, then
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
    if not lizsync.is_digest_of(
        case when v_exchange.token = v_entry.offered_token then v_entry.pending_digest else v_entry.digest end,
        lizsync.events_digest(v_exchange.received)
    ) then
        raise exception 'these are not the changes that central has received from the clone %', v_entry.server_name
            using errcode = 'object_not_in_prerequisite_state', detail = 'This is another copy of the clone, or an old backup of it.',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    perform lizsync.reduce_changes(v_exchange.received, 0);
end
$$;
comment on function lizsync.stage_changes() is 'On central: reduces the changes of the clone to their net effect.';
revoke all on function lizsync.stage_changes() from public;
