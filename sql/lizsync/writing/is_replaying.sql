create or replace function lizsync.is_replaying() returns boolean
language sql stable
set search_path from current
as $$
    select exists (
        select from lizsync.exchanges
        where transaction_id = pg_current_xact_id_if_assigned()::text::bigint and clone_id = lizsync.server_id()
    )
$$;
comment on function lizsync.is_replaying() is 'On both sides: whether the running transaction is a clone''s synchronisation.';
revoke all on function lizsync.is_replaying() from public;
