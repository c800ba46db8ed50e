-- The cursor 1:1: is that of a clone that was taken over from the original LizSync and has not synchronised since. Central
-- knows from its own old history what the clone had received.
create or replace function lizsync.effective_cursor(p_presented pg_snapshot, p_taken_over pg_snapshot) returns pg_snapshot
language sql immutable parallel safe
set search_path from current
as $$
    select case when pg_snapshot_xmax(p_presented) = '1'::xid8 then coalesce(p_taken_over, p_presented) else p_presented end
$$;
comment on function lizsync.effective_cursor(pg_snapshot, pg_snapshot) is
    'On central: the snapshot that a clone presents, or for one that was taken over and does not know it, the snapshot kept for it.';
revoke all on function lizsync.effective_cursor(pg_snapshot, pg_snapshot) from public;
