-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.number_refused() returns bigint
language sql security definer
set search_path from current
as $$
    select count(*) from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and error is not null
$$;
comment on function lizsync.number_refused() is 'On both sides: how many rows of the running exchange are refused.';
revoke all on function lizsync.number_refused() from public;
