create or replace function lizsync.allot_block(p_sequence regclass, p_clone uuid, p_drawn lizsync.drawn_column[]) returns lizsync.key_block
language plpgsql
set search_path from current
as $$
declare
    c_at_most constant integer := 1000; -- in so many blocks stand rows that somebody has numbered by hand, and we give up
    v_from constant lizsync.key_sequences := lizsync.allotter(p_sequence, p_drawn);
    v_step constant bigint := (select seqincrement from pg_sequence where seqrelid = p_sequence);
    v_position bigint;
    v_low bigint;
    v_high bigint;
    v_block lizsync.key_block;
begin
    execute format('select last_value from %s', v_from.sequence) into strict v_position;
    for i in 1 .. c_at_most loop
        begin
            v_high := nextval(v_from.allotter::regclass);
        exception when sequence_generator_limit_exceeded then
            return null;
        end;
        v_low := v_high - (v_from.size - 1) * v_step;
        if v_low <= v_position then
            return null;
        end if;
        if lizsync.least_number(p_sequence, v_low, v_high, p_drawn) is null then
            insert into lizsync.key_blocks (sequence, clone, range) values (v_from.sequence, p_clone, int8range(v_low, v_high, '[]'))
            returning id, sequence, range, used into v_block;
            return v_block;
        end if;
    end loop;
    return null;
end
$$;
comment on function lizsync.allot_block(regclass, uuid, lizsync.drawn_column[]) is
    'On central: allots the next block of the numbers of a sequence to a clone; null when none is left that central''s own numbers or its rows do not reach into.';
revoke all on function lizsync.allot_block(regclass, uuid, lizsync.drawn_column[]) from public;
