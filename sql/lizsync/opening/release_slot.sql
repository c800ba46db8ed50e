-- The session remembers its slot. Looking for it in pg_locks would hold up everybody who takes a lock, and editors do.
-- Releasing a slot twice, after a transaction that was rolled back, would only make a warning.
create or replace function lizsync.release_slot() returns void
language plpgsql
set search_path from current
set client_min_messages = error
as $$
declare
    v_number integer := nullif(current_setting('lizsync.slot', true), '');
begin
    if v_number is not null then
        perform pg_advisory_unlock(lizsync.slot_lock_class(), v_number), set_config('lizsync.slot', '', false);
    end if;
end
$$;
comment on function lizsync.release_slot() is 'On central: lets the next clone have the slot; does nothing in a session that has none.';
revoke all on function lizsync.release_slot() from public;
