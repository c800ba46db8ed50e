-- Central does not hear of a session in the database that works, and waits for 30 seconds.
--
-- SECURITY DEFINER: the batches are those of the running exchange.
create or replace function lizsync.prepare_batches(p_snapshot pg_snapshot, p_batches bigint[]) returns void
language sql security definer
set search_path from current
as $$
    insert into lizsync.outgoing (exchange, batch, payload)
    select
        (lizsync.this_exchange()).transaction_id, n, lizsync.outgoing_batch(p_snapshot, coalesce(p_batches[n - 1], 0::bigint), p_batches[n])
    from generate_series(1, cardinality(p_batches)) as n
$$;
comment on function lizsync.prepare_batches(pg_snapshot, bigint[]) is
    'On a clone: reads all batches of its changes, given the last event of each, before the exchange with central is opened.';
revoke all on function lizsync.prepare_batches(pg_snapshot, bigint[]) from public;
