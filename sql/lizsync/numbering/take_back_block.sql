-- What the allotter has passed was given, perhaps by a transaction that nobody sees yet. It goes on below the block. A clone that claims
-- more than a lost time can have held is not believed. What lies above the block is drawn, not skipped: another exchange may draw meanwhile.
create or replace function lizsync.take_back_block(p_clone uuid, p_sequence regclass, p_range int8range, p_used bigint) returns boolean
language plpgsql
set search_path from current
as $$
declare
    c_at_most constant integer := 64;
    v_from constant lizsync.key_sequences := lizsync.allotter(p_sequence);
    v_step constant bigint := (select seqincrement from pg_sequence where seqrelid = p_sequence);
    v_width constant bigint := v_step * v_from.size;
    v_high constant bigint := upper(p_range) - 1;
    v_next bigint;
begin
    execute format('select case when is_called then last_value - %s else last_value end from %s', v_width, v_from.allotter) into strict v_next;
    if (v_high > v_next or mod(v_next - v_high, v_width) <> 0 or lower(p_range) <> v_high - v_width + v_step
        or v_high < v_next - c_at_most * v_width
        or v_high < (select seqmin from pg_sequence where seqrelid = v_from.allotter::regclass)
    ) is distinct from false -- a range without bounds
    then
        return false;
    end if;
    begin
        loop
            v_next := nextval(v_from.allotter::regclass);
            exit when v_next <= v_high;
        end loop;
    exception when sequence_generator_limit_exceeded then
        return false;
    end;
    if v_next < v_high then
        return false;
    end if;
    insert into lizsync.key_blocks (sequence, clone, range, used) values (v_from.sequence, p_clone, p_range, p_used);
    return true;
end
$$;
comment on function lizsync.take_back_block(uuid, regclass, int8range, bigint) is
    'On central: takes up a block of numbers that a clone has and central does not know; false, when it is none that central can have allotted and not given since.';
revoke all on function lizsync.take_back_block(uuid, regclass, int8range, bigint) from public;
