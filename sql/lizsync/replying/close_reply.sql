-- On a clone, last: the cursor moves, and the events that central has confirmed are removed, in the transaction that wrote
-- the data (rule 11 of the protocol).
-- SECURITY DEFINER: called by apply_reply, which runs with the caller's rights.
create or replace function lizsync.close_reply(p_acknowledgement lizsync.acknowledgement, p_refused lizsync.pending_row[]) returns table (
    number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer
)
language plpgsql security definer
set search_path from current
set jit = off
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_by_clone lizsync.pending_row[];
    v_by_central lizsync.pending_row[];
begin
    number_replayed_to_central := p_acknowledgement.number_replayed_to_central;
    number_conflicts := p_acknowledgement.number_conflicts;
    select count(*) into number_replayed_to_clone
    from lizsync.changeset
    where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D');

    -- A held row is unreceived from the cursor at which it was first held, or from the snapshot of the prefetch that wrote it.
    select array_agg(row (r.relation, r.uid, coalesce(p.received, s.received, v_exchange.cursor), r.missing, r.error)::lizsync.pending_row)
    into v_by_clone
    from (
        select relation, uid, error, false as missing from unnest(p_refused)
        union all
        -- A row that is missing comes whole the next time.
        select lizsync.relation_name(relid), uid, error, error_code = 'LS002' from lizsync.changeset where exchange = v_exchange.transaction_id and error is not null
    ) as r
    left join lizsync.held_rows s on s.exchange = v_exchange.transaction_id and s.relid = to_regclass(r.relation) and s.uid = r.uid
    left join lizsync.pending_changes p on p.object_table = r.relation and p.object_uid = r.uid;
    select array_agg(row (r.relation, r.uid, coalesce(p.received, v_exchange.cursor), false, r.error)::lizsync.pending_row)
    into v_by_central
    from unnest(p_acknowledgement.refused) as r
    left join lizsync.pending_changes p on p.object_table = r.relation and p.object_uid = r.uid;
    perform lizsync.record_pending(v_exchange.clone_id, v_by_central, v_by_clone);
    select count(*) into number_pending from lizsync.pending_changes;

    delete from audit.logged_actions l
    where l.relid in (select w.relid from lizsync.publication_list(v_exchange.clone_id) as w)
        and l.uid is not null
        and lizsync.is_received(l.transaction_id, v_exchange.sent)
        and not exists (
            select from unnest(p_acknowledgement.refused) as r where to_regclass(r.relation)::oid = l.relid and r.uid = l.uid
        );
    update lizsync.central set
        system_identifier = p_acknowledgement.central_system_identifier,
        cursor = p_acknowledgement.cursor,
        token = p_acknowledgement.token,
        last_synchronized = clock_timestamp();
    insert into lizsync.history (
        sync_id, sync_time, server_from, server_to, sync_type, sync_status,
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, duration
    )
    select
        p_acknowledgement.sync_id, v_exchange.started_at, v_exchange.clone_id, array[c.server_id::text], 'partial', 'done',
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, clock_timestamp() - v_exchange.started_at
    from lizsync.central c;
    perform lizsync.take_blocks(v_exchange.clone_id, p_acknowledgement.blocks);
    perform lizsync.clear_exchange();
    return next;
end
$$;
comment on function lizsync.close_reply(lizsync.acknowledgement, lizsync.pending_row[]) is 'On a clone: ends the synchronisation.';
revoke all on function lizsync.close_reply(lizsync.acknowledgement, lizsync.pending_row[]) from public;
