-- SECURITY DEFINER: functions that a clone's role calls ask for it; it tells nothing but a name.
create or replace function lizsync.server_id() returns uuid
language sql stable security definer
set search_path from current
as $$ select server_id from lizsync.server_metadata $$;
comment on function lizsync.server_id() is 'On both sides: this database''s server id; null when it has none.';
revoke all on function lizsync.server_id() from public;
