create or replace function lizsync.snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot) returns boolean
language sql immutable strict parallel safe
set search_path from current
as $$
    select
        -- Nothing that is in progress now had been seen,
        not exists (select from pg_snapshot_xip(p_snapshot) as x where pg_visible_in_snapshot(x, p_earlier))
        -- and nothing that has not begun now had.
        and greatest(0, pg_snapshot_xmax(p_earlier)::text::bigint - pg_snapshot_xmax(p_snapshot)::text::bigint) <= (
            select count(*) from pg_snapshot_xip(p_earlier) as x where x >= pg_snapshot_xmax(p_snapshot)
        )
$$;
comment on function lizsync.snapshot_contains(pg_snapshot, pg_snapshot) is
    'On both sides: whether every transaction visible in the earlier snapshot is visible in the first one.';
revoke all on function lizsync.snapshot_contains(pg_snapshot, pg_snapshot) from public;
