-- SECURITY DEFINER: touches the running exchange alone.
create or replace function lizsync.close_prefetch() returns void
language sql security definer
set search_path from current
as $$
    update lizsync.exchanges set prefetched_tables = lizsync.changeset_tables() where transaction_id = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.incoming where exchange = pg_current_xact_id_if_assigned()::text::bigint;
$$;
comment on function lizsync.close_prefetch() is 'On a clone: records that the prefetch is written.';
revoke all on function lizsync.close_prefetch() from public;
