create or replace function lizsync.turn_class() returns integer
language sql immutable
set search_path from current
as $$ select 1281981011 $$;
comment on function lizsync.turn_class() is 'The first key of the advisory locks that are turns; the second is the number of the turn.';
revoke all on function lizsync.turn_class() from public;
