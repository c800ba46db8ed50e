-- What an exchange's own triggers did must not come again with the next one (rule 3 of the protocol).
create or replace function lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) returns pg_snapshot
language sql immutable strict parallel safe
set search_path from current
as $$
    select case
        when p_transaction_id < pg_snapshot_xmax(p_snapshot) then p_snapshot
        else format(
            '%s:%s:%s',
            pg_snapshot_xmin(p_snapshot),
            p_transaction_id::text::bigint + 1,
            (
                select string_agg(x::text, ',' order by x)
                from (
                    select x::text::bigint from pg_snapshot_xip(p_snapshot) as x
                    union all
                    select generate_series(pg_snapshot_xmax(p_snapshot)::text::bigint, p_transaction_id::text::bigint - 1)
                ) as ids (x)
            )
        )::pg_snapshot
    end
$$;
comment on function lizsync.snapshot_with(pg_snapshot, xid8) is
    'The snapshot, with one later transaction visible in it too.';
revoke all on function lizsync.snapshot_with(pg_snapshot, xid8) from public;
