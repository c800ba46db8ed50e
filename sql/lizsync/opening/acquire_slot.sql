-- On central, before an exchange: lizsync.max_exchanges() run at once and the others queue here, where they have no snapshot yet and hold
-- nobody up. The slot belongs to the session and ends with the exchange, or with the session.
--
-- SECURITY DEFINER: a role that speaks for no clone gets no slot, and takes none from others; lizsync.open_exchange refuses it.
create or replace function lizsync.acquire_slot() returns lizsync.slot
language plpgsql security definer
set search_path from current
set lock_timeout = 0
as $$
declare
    v_slot lizsync.slot;
    v_number integer;
begin
    -- For the transaction that follows in this session.
    perform
        set_config('default_transaction_read_only', 'off', false), set_config('default_transaction_deferrable', 'off', false),
        set_config('statement_timeout', '0', false);
    -- Central is left alone while the clone works. Not every PostgreSQL has these.
    perform set_config(name, '0', false)
    from unnest(array['idle_session_timeout', 'transaction_timeout']) as u (name)
    where current_setting(name, true) is not null;
    select digest, program into v_slot.functions, v_slot.program from lizsync.check_functions();
    v_slot.version := lizsync.current_version();
    v_slot.max_tries := lizsync.max_tries();
    v_slot.asked_at := extract(epoch from clock_timestamp());
    perform lizsync.release_slot();
    if exists (select from lizsync.clones c where not c.revoked and lizsync.speaks_for(c)) then
        -- The slot of a clone that has vanished is free within 30 seconds.
        perform lizsync.detect_dead_peer(false);
        select n into v_number from generate_series(1, lizsync.max_exchanges()) as n where pg_try_advisory_lock(lizsync.slot_lock_class(), n) limit 1;
        if v_number is null then
            raise notice 'central is synchronising with % other clones; this one waits for its turn', lizsync.max_exchanges();
            v_number := 1 + floor(lizsync.max_exchanges() * random());
            perform pg_advisory_lock(lizsync.slot_lock_class(), v_number);
        end if;
        perform set_config('lizsync.slot', v_number::text, false);
    end if;
    v_slot.given_at := extract(epoch from clock_timestamp());
    return v_slot;
end
$$;
comment on function lizsync.acquire_slot() is
    'On central: waits until a slot is free; returns what central is, and its clock before and after.';
revoke all on function lizsync.acquire_slot() from public;
