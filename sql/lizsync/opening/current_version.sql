-- SECURITY DEFINER: both sides ask for it before anything else.
create or replace function lizsync.current_version() returns integer
language sql stable security definer
set search_path from current
as $$ select max(version) from lizsync.structure_version $$;
comment on function lizsync.current_version() is 'On both sides: version of the installed structure.';
revoke all on function lizsync.current_version() from public;
