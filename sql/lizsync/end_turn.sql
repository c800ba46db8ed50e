create or replace function lizsync.end_turn() returns void
language sql
set search_path from current
as $$
    select pg_advisory_unlock(classid::integer, objid::integer)
    from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and classid = lizsync.turn_class()::oid and objsubid = 2
$$;
comment on function lizsync.end_turn() is 'On central: lets the next clone take its turn; does nothing in a session that has none.';
revoke all on function lizsync.end_turn() from public;
