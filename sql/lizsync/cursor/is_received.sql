-- A snapshot, not a greatest id: a transaction that began earlier may commit later (rule 1 of the protocol).
create or replace function lizsync.is_received(p_transaction_id bigint, p_snapshot pg_snapshot) returns boolean
language sql immutable strict parallel safe
as $$ select pg_catalog.pg_visible_in_snapshot(p_transaction_id::pg_catalog.text::pg_catalog.xid8, p_snapshot) $$;
comment on function lizsync.is_received(bigint, pg_snapshot) is 'On both sides: whether the events of a transaction are visible in a snapshot.';
revoke all on function lizsync.is_received(bigint, pg_snapshot) from public;
