create or replace function lizsync.events_digest(p_snapshot pg_snapshot) returns text
language sql stable
set search_path from current
as $$
    select coalesce(count(*) || ':' || sum(hashint8extended(i.event_id, i.transaction_id) # uuid_hash_extended(i.uid, 0)), '')
    from lizsync.incoming i
    where i.exchange = pg_current_xact_id_if_assigned()::text::bigint and lizsync.is_received(i.transaction_id, p_snapshot)
$$;
comment on function lizsync.events_digest(pg_snapshot) is
    'Tells apart two sets of events: those of the running exchange that are visible in the snapshot. Empty for none.';
revoke all on function lizsync.events_digest(pg_snapshot) from public;
