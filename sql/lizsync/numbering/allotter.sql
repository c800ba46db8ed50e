-- A block is a 32,768th of the numbers that are left, but not more than a million nor, where they are few, less than 100. A sequence that was made again under its name, or
-- was renamed, goes on below the blocks that were given before.
create or replace function lizsync.allotter(p_sequence regclass) returns lizsync.key_sequences
language plpgsql
set search_path from current
as $$
declare
    c_name constant text := lizsync.relation_label(p_sequence);
    v_found lizsync.key_sequences;
    v_step bigint;
    v_position bigint;
    v_top bigint;
    v_given bigint;
begin
    select * into v_found from lizsync.key_sequences where sequence = c_name or relid = p_sequence
    order by (sequence = c_name)::integer + 2 * (relid = p_sequence)::integer desc limit 1;
    select seqincrement into strict v_step from pg_sequence where seqrelid = p_sequence;
    execute format('select last_value from %s', c_name) into strict v_position;
    v_top := lizsync.greatest_number(p_sequence, v_position);
    if v_found.allotter is not null and exists (
        select from pg_sequence where seqrelid = to_regclass(v_found.allotter) and seqincrement = - v_step * v_found.size and seqmax <= v_top
    ) then
        if (v_found.sequence, v_found.relid) <> (c_name, p_sequence::oid) then
            update lizsync.key_blocks set sequence = c_name where sequence = v_found.sequence;
            delete from lizsync.key_sequences where sequence = c_name and allotter <> v_found.allotter;
            update lizsync.key_sequences set sequence = c_name, relid = p_sequence where allotter = v_found.allotter returning * into v_found;
        end if;
        return v_found;
    end if;

    if exists (select from lizsync.key_blocks where sequence in (c_name, v_found.sequence)) then
        select min(lower(range)) - v_step into v_given from lizsync.key_blocks where sequence in (c_name, v_found.sequence);
        v_top := least(v_top, v_given);
    end if;
    v_top := v_top - mod(v_top - v_position, v_step); -- in step with central's own numbers
    delete from lizsync.key_sequences where sequence in (c_name, v_found.sequence);
    v_found.sequence := c_name;
    v_found.relid := p_sequence;
    v_found.size := greatest(least((v_top - v_position) / v_step / 32768, 1000000), 100);
    v_found.allotter := 'lizsync.' || quote_ident('allotter_' || replace(gen_random_uuid()::text, '-', ''));
    execute format(
        'create sequence %s as bigint increment %s maxvalue %s start %s minvalue %s no cycle',
        v_found.allotter, - v_step * v_found.size, v_top, v_top, v_position - v_step * v_found.size
    );
    execute format('comment on sequence %s is %L', v_found.allotter, format('LizSync: the last number of each block of %s that clones have.', c_name));
    insert into lizsync.key_sequences values (v_found.*);
    return v_found;
end
$$;
comment on function lizsync.allotter(regclass) is 'On central: the sequence that allots blocks of the numbers of a sequence, which is made when there is none.';
revoke all on function lizsync.allotter(regclass) from public;
