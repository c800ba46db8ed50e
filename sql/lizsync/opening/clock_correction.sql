create or replace function lizsync.clock_correction() returns interval
language sql stable
set search_path from current
as $$
    select coalesce((
        select clock_offset from lizsync.exchanges
        where transaction_id = pg_current_xact_id_if_assigned()::text::bigint and abs(extract(epoch from clock_offset)) > 2
    ), '0')
$$;
comment on function lizsync.clock_correction() is
    'On central: how far the clock of the clone of the running exchange is ahead (negative: behind), if by more than two seconds; zero otherwise.';
revoke all on function lizsync.clock_correction() from public;
