create or replace function lizsync.clear_exchange() returns void
language sql
set search_path from current
as $$
    delete from lizsync.changeset where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.incoming where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.held_rows where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.outgoing where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.exchanges where transaction_id = pg_current_xact_id_if_assigned()::text::bigint;
$$;
comment on function lizsync.clear_exchange() is 'On both sides: empties the work tables of the running exchange.';
revoke all on function lizsync.clear_exchange() from public;
