-- Both sides: takes in what the other side sent. Central's net changes are ready to be written. The clone's events are
-- still to be compared; the times of a clone whose clock is off by more than two seconds are corrected here, once. Who reads
-- them takes none for later than the synchronisation that carries it; the digest of the events needs the clone's own (rule 5).
-- SECURITY DEFINER: the rows belong to the exchange that this transaction has opened, whatever the caller says.
create or replace function lizsync.receive_batch(p_payload text) returns void
language plpgsql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    -- The separator, a uuid between two line feeds, is what the batch begins with: see lizsync.outgoing_batch.
    v_items text[] := string_to_array(p_payload, left(p_payload, 38));
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_correction interval := lizsync.clock_correction();
begin
    if v_exchange.clone_id = lizsync.server_id() then
        insert into lizsync.changeset (exchange, ordinal, relid, uid, action, fields, won)
        select
            v_exchange.transaction_id, (c.change).event_id, w.relid, (c.change).uid, (c.change).action,
            coalesce((c.change).fields, ''), coalesce((c.change).fields, '')
        from (select item::lizsync.change as change from unnest(v_items) as u (item) where item <> '' offset 0) as c
        join lizsync.publication_list(v_exchange.clone_id) as w on w.relation = (c.change).relation;
        -- What is sent again takes the place of what was prefetched. Should it be refused, it is held from the snapshot of the prefetch.
        with again as (
            delete from lizsync.changeset e
            using lizsync.changeset r
            where v_exchange.prefetched is not null and e.exchange = v_exchange.transaction_id and e.ordinal < 0
                and r.exchange = v_exchange.transaction_id and r.ordinal > 0 and r.relid = e.relid and r.uid = e.uid
            returning e.relid, e.uid
        )
        insert into lizsync.held_rows (exchange, relid, uid, received, given_up)
        select v_exchange.transaction_id, relid, uid, v_exchange.prefetched, false from again where v_exchange.prefetched_tables is not null;
        return;
    end if;
    insert into lizsync.incoming (exchange, event_id, transaction_id, relation, uid, action, fields, edited_at, author)
    select
        v_exchange.transaction_id, (c.change).event_id, (c.change).transaction_id, (c.change).relation, (c.change).uid,
        (c.change).action, (c.change).fields, (c.change).edited_at - v_correction, (c.change).author
    from (select item::lizsync.change as change from unnest(v_items) as u (item) where item <> '' offset 0) as c;
end
$$;
comment on function lizsync.receive_batch(text) is 'On both sides: takes in a batch of the other side; null is nothing.';
revoke all on function lizsync.receive_batch(text) from public;
