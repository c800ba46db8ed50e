-- The session remembers its turn. To look for it in pg_locks would hold up everybody who takes a lock, which is what editors do.
-- A turn that was given back already, in a transaction that was undone, makes a warning that nobody needs.
create or replace function lizsync.end_turn() returns void
language plpgsql
set search_path from current
set client_min_messages = error
as $$
declare
    v_number integer := nullif(current_setting('lizsync.turn', true), '');
begin
    if v_number is not null then
        perform pg_advisory_unlock(lizsync.turn_class(), v_number), set_config('lizsync.turn', '', false);
    end if;
end
$$;
comment on function lizsync.end_turn() is 'On central: lets the next clone take its turn; does nothing in a session that has none.';
revoke all on function lizsync.end_turn() from public;
