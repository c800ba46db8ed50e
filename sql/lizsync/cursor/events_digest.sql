-- Two devices that were flashed from one image number their first edits alike, and may edit the same row: the time, as the clone
-- gave it, tells them apart.
create or replace function lizsync.events_digest(p_snapshot pg_snapshot, p_rows lizsync.pending_row[] default null) returns text
language sql stable
set search_path from current
as $$
    select coalesce(
        count(*)
            || ':' || sum(hashint8extended(i.event_id, i.transaction_id) # uuid_hash_extended(i.uid, 0::bigint))
            || ':' || sum(timestamp_hash_extended(timezone('UTC', i.edited_at + (select lizsync.clock_correction())), i.event_id)),
        ''
    )
    from lizsync.incoming i
    where i.exchange = pg_current_xact_id_if_assigned()::text::bigint and lizsync.is_received(i.transaction_id, p_snapshot)
        and (p_rows is null or (i.relation, i.uid) in (select relation, uid from unnest(p_rows)))
$$;
comment on function lizsync.events_digest(pg_snapshot, lizsync.pending_row[]) is
    'On central: tells apart two sets of events: those of the running exchange that are visible in the snapshot, of some rows or of all. Empty for none.';
revoke all on function lizsync.events_digest(pg_snapshot, lizsync.pending_row[]) from public;
