-- Transaction ids and snapshots have a meaning in one cluster only. A restore from a dump starts them again.
create or replace function lizsync.system_identifier() returns bigint
language sql stable
set search_path from current
as $$ select system_identifier from pg_control_system() $$;
comment on function lizsync.system_identifier() is 'On both sides: identifier of this database cluster.';
revoke all on function lizsync.system_identifier() from public;
