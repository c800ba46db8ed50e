-- SECURITY DEFINER: asked by functions that run with the caller's rights.
create or replace function lizsync.is_central_exchange() returns boolean
language sql security definer
set search_path from current
as $$ select (lizsync.this_exchange()).clone_id <> lizsync.server_id() $$;
comment on function lizsync.is_central_exchange() is 'On both sides: true when the running transaction is an exchange on central, false when it applies a reply on a clone.';
revoke all on function lizsync.is_central_exchange() from public;
