-- SECURITY DEFINER: shows the batches of the running exchange alone.
create or replace function lizsync.prepared_batch(p_number integer) returns text
language sql stable security definer
set search_path from current
as $$
    select payload from lizsync.outgoing where exchange = pg_current_xact_id_if_assigned()::text::bigint and batch = p_number
$$;
comment on function lizsync.prepared_batch(integer) is 'On a clone: one of the batches that prepare_batches has read; null when there is none.';
revoke all on function lizsync.prepared_batch(integer) from public;
