create or replace function lizsync.slot_lock_class() returns integer
language sql immutable
set search_path from current
as $$ select 1281981011 $$;
comment on function lizsync.slot_lock_class() is 'On central: the first key of the advisory locks that are slots; the second is the number of the slot.';
revoke all on function lizsync.slot_lock_class() from public;
