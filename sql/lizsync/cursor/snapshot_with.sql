-- What an exchange's own triggers did must not come again with the next one (rule 3 of the protocol). The snapshot begins as late
-- as it can: everything from there on is looked at by the next exchange, which would be all that this one has written.
create or replace function lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) returns pg_snapshot
language sql immutable strict parallel safe
set search_path from current
as $$
    select format('%s:%s:%s', coalesce(min(x), xmax), xmax, string_agg(x::text, ',' order by x))::pg_snapshot
    from (select greatest(pg_snapshot_xmax(p_snapshot)::text::bigint, p_transaction_id::text::bigint + 1) as xmax) as s
    left join (
        select x::text::bigint from pg_snapshot_xip(p_snapshot) as x
        union all
        select generate_series(pg_snapshot_xmax(p_snapshot)::text::bigint, p_transaction_id::text::bigint - 1)
    ) as ids (x) on true
    group by xmax
$$;
comment on function lizsync.snapshot_with(pg_snapshot, xid8) is
    'On central: the snapshot, with one later transaction visible in it too.';
revoke all on function lizsync.snapshot_with(pg_snapshot, xid8) from public;
