create or replace function lizsync.max_exchanges() returns integer
language sql immutable
set search_path from current
as $$ select 8 $$;
comment on function lizsync.max_exchanges() is 'On central: how many clones synchronise at a time; the others wait for a slot.';
revoke all on function lizsync.max_exchanges() from public;
