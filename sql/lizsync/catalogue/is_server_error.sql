-- The classes of SQLSTATE: connection, transaction state and rollback, resources, operator intervention, system, configuration file, internal.
create or replace function lizsync.is_server_error(p_sqlstate text) returns boolean
language sql immutable strict parallel safe
set search_path from current
as $$ select p_sqlstate ~ '^(08|25|40|53|57|58|F0|XX)' $$;
comment on function lizsync.is_server_error(text) is
    'On both sides: whether an error is of the server, the connection or the transaction, and so says nothing of the rows that were written or read.';
revoke all on function lizsync.is_server_error(text) from public;
