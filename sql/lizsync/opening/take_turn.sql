-- On central, before an exchange: some run at once and the others queue here, where they have no snapshot yet and hold up
-- nobody. The turn belongs to the session and ends with the exchange, or with the session.
--
-- SECURITY DEFINER: who speaks for no clone takes no turn from those who do; lizsync.open_exchange refuses him.
create or replace function lizsync.take_turn() returns lizsync.turn
language plpgsql security definer
set search_path from current
set lock_timeout = 0
as $$
declare
    c_turns constant integer := 8;
    v_turn lizsync.turn;
    v_number integer;
begin
    v_turn.version := lizsync.current_version();
    v_turn.asked_at := extract(epoch from clock_timestamp());
    perform lizsync.end_turn();
    if exists (select from lizsync.clones c where not c.revoked and lizsync.speaks_for(c)) then
        -- That of a clone that has vanished is free within 30 seconds.
        perform lizsync.notice_vanished(false);
        select n into v_number from generate_series(1, c_turns) as n where pg_try_advisory_lock(lizsync.turn_class(), n) limit 1;
        if v_number is null then
            raise notice 'central is synchronising with % other clones; this one waits for its turn', c_turns;
            v_number := 1 + floor(c_turns * random());
            perform pg_advisory_lock(lizsync.turn_class(), v_number);
        end if;
        perform set_config('lizsync.turn', v_number::text, false);
    end if;
    v_turn.given_at := extract(epoch from clock_timestamp());
    return v_turn;
end
$$;
comment on function lizsync.take_turn() is
    'On central: waits until few enough others are synchronising; returns the version of the structure, and central''s clock before and after.';
revoke all on function lizsync.take_turn() from public;
