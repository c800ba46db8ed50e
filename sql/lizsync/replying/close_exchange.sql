-- On central, last: attributes the events, prepares the reply and moves the clone's cursors, in the transaction that wrote the data.
--
-- SECURITY DEFINER: called by exchange(), which runs with the rights of the clone's role. Called by hand without the
-- changes being written, it only finds that the rows are not as the clone sent them, and tells the clone so.
create or replace function lizsync.close_exchange() returns lizsync.acknowledgement
language plpgsql security definer
set search_path from current
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_acknowledgement lizsync.acknowledgement;
begin
    perform lizsync.attribute_events();
    perform lizsync.resolve_column_changes();
    -- A held row has no conflict yet.
    delete from lizsync.conflicts c
    using lizsync.changeset r, lizsync.publication_list(v_exchange.clone_id) as w
    where c.sync_id = v_exchange.sync_id and c.object_uid = r.uid and c.object_table = w.relation and w.relid = r.relid
        and r.exchange = v_exchange.transaction_id and r.error is not null;

    v_acknowledgement.sync_id := v_exchange.sync_id;
    v_acknowledgement.token := gen_random_uuid();
    v_acknowledgement.cursor := lizsync.snapshot_with(pg_current_snapshot(), pg_current_xact_id());
    v_acknowledgement.batches := lizsync.make_reply(v_acknowledgement.token);
    v_acknowledgement.central_system_identifier := lizsync.system_identifier();
    v_acknowledgement.blocks := v_exchange.blocks;
    select count(*) into v_acknowledgement.number_replayed_to_central
    from lizsync.changeset
    where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D');
    select array_agg(row (w.relation, r.uid, coalesce(p.received, v_exchange.received), false, r.error)::lizsync.pending_row)
    into v_acknowledgement.refused
    from lizsync.changeset r
    join lizsync.publication_list(v_exchange.clone_id) as w using (relid)
    left join lizsync.pending_changes p on p.clone_id = v_exchange.clone_id and p.object_uid = r.uid and p.object_table = w.relation
    where r.exchange = v_exchange.transaction_id and r.error is not null;
    select count(*) into v_acknowledgement.number_conflicts from lizsync.conflicts where sync_id = v_exchange.sync_id;

    perform lizsync.record_pending(v_exchange.clone_id, v_acknowledgement.refused, '{}');
    update lizsync.clones set
        received = v_exchange.sent,
        accepted_token = v_exchange.token,
        offered_token = v_acknowledgement.token,
        offered = v_acknowledgement.cursor,
        digest = lizsync.events_digest(v_exchange.sent),
        pending_digest = case when v_acknowledgement.refused is null then '' else lizsync.events_digest(v_exchange.sent, v_acknowledgement.refused) end,
        horizon = v_exchange.horizon,
        last_synchronized = clock_timestamp()
    where server_id = v_exchange.clone_id;
    insert into lizsync.history (
        sync_id, sync_time, server_from, server_to, min_event_id, max_event_id, sync_type, sync_status,
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, duration, clock_offset
    )
    select
        v_exchange.sync_id, v_exchange.started_at, v_exchange.clone_id, array[lizsync.server_id()::text],
        min(event_id), max(event_id), 'partial', 'done',
        v_acknowledgement.number_replayed_to_central,
        (lizsync.this_exchange()).number_prefetched
            + (select coalesce(sum(number_of_changes), 0) from lizsync.reply where clone_id = v_exchange.clone_id),
        v_acknowledgement.number_conflicts, coalesce(cardinality(v_acknowledgement.refused), 0),
        clock_timestamp() - v_exchange.started_at, v_exchange.clock_offset
    from lizsync.incoming
    where exchange = v_exchange.transaction_id;
    perform lizsync.clear_exchange();
    perform lizsync.release_slot();
    return v_acknowledgement;
end
$$;
comment on function lizsync.close_exchange() is 'On central: ends the running exchange; what it returns is for the clone.';
revoke all on function lizsync.close_exchange() from public;
