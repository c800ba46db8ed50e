-- SECURITY DEFINER: the rows belong to the exchange that this transaction has opened, whatever the caller says.
create or replace function lizsync.receive_prefetch(p_payload text) returns void
language plpgsql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set jit = off
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_items text[] := string_to_array(p_payload, left(p_payload, 38));
    v_exchange lizsync.exchanges := lizsync.this_exchange();
begin
    update lizsync.exchanges set prefetched = v_items[2]::pg_snapshot where transaction_id = v_exchange.transaction_id;
    insert into lizsync.incoming (exchange, event_id, transaction_id, relation, uid, action, fields)
    select
        v_exchange.transaction_id, (c.change).event_id, (c.change).transaction_id, (c.change).relation, (c.change).uid,
        (c.change).action, (c.change).fields
    from (select item::lizsync.change as change from unnest(v_items[3:]) as u (item) offset 0) as c
    join lizsync.publication_list(v_exchange.clone_id) as w on w.relation = (c.change).relation
    -- Rows that the clone sends itself come with the reply.
    where not exists (
        select from audit.logged_actions l
        where l.relid = w.relid and l.uid = (c.change).uid and lizsync.is_received(l.transaction_id, v_exchange.sent)
    );
    perform lizsync.reduce_changes(null, -1000000000);
end
$$;
comment on function lizsync.receive_prefetch(text) is 'On a clone: takes in what central sends before it applies the clone''s changes.';
revoke all on function lizsync.receive_prefetch(text) from public;
