-- A block is a 32,768th of the numbers that are left, but not more than a million nor, where they are few, less than 100. A sequence that was made again under its name, or
-- was renamed, goes on below the blocks that were given before. After a restore from a dump its object id may be that of another one before.
--
-- After a restore or a promotion nobody can tell which blocks were given in the time that was lost. A sixteenth of those that are left is passed over.
create or replace function lizsync.allotter(p_sequence regclass, p_drawn lizsync.drawn_column[]) returns lizsync.key_sequences
language plpgsql
set search_path from current
as $$
declare
    c_name constant text := lizsync.relation_label(p_sequence);
    v_found lizsync.key_sequences;
    v_step bigint;
    v_position bigint;
    v_top bigint;
    v_greatest bigint;
    v_lowest bigint;
    v_given int8range;
    c_era constant text := format('%s %s', lizsync.system_identifier(), left(pg_walfile_name(pg_current_wal_lsn()), 8));
begin
    select * into v_found from lizsync.key_sequences where sequence = c_name or relid = p_sequence and to_regclass(sequence) is null
    order by sequence = c_name desc limit 1;
    select seqincrement into strict v_step from pg_sequence where seqrelid = p_sequence;
    execute format('select last_value from %s', c_name) into strict v_position;
    v_greatest := lizsync.greatest_number(p_sequence, v_position, p_drawn);
    if v_found.top = v_greatest and exists (
        select from pg_sequence where seqrelid = to_regclass(v_found.allotter) and seqincrement = - v_step * v_found.size
    ) then
        if v_found.sequence <> c_name or v_found.relid <> p_sequence and not exists (
            -- It was renamed, and this one made in its place.
            select from pg_sequence q
            where q.seqrelid = v_found.relid
                and not exists (select from lizsync.key_sequences k where k.sequence = lizsync.relation_label(q.seqrelid))
        ) then
            update lizsync.key_blocks set sequence = c_name where sequence = v_found.sequence;
            update lizsync.key_sequences set sequence = c_name, relid = p_sequence where allotter = v_found.allotter returning * into v_found;
        end if;
        if v_found.era <> c_era then
            update lizsync.key_sequences set era = c_era where allotter = v_found.allotter;
            execute format(
                'select setval(%1$L, greatest(s.last_value + q.seqincrement * ((s.last_value - q.seqmin) / - q.seqincrement / 16 + 1), q.seqmin))
                from %1$s as s, pg_sequence q where q.seqrelid = %1$L::regclass',
                v_found.allotter
            );
        end if;
        return v_found;
    end if;

    select int8range(min(lower(range)), max(upper(range))) into v_given
    from lizsync.key_blocks
    where sequence in (c_name, v_found.sequence) or sequence in (select k.sequence from lizsync.key_sequences k where p_sequence = any (k.former_relids || k.relid));
    v_lowest := v_position;
    if v_found.top < v_greatest then
        v_top := v_greatest; -- it was widened: there is room above the blocks that were given
        v_lowest := greatest(v_position, upper(v_given));
    else
        v_top := least(v_greatest, lower(v_given) - v_step);
    end if;
    v_top := v_top - mod(v_top - v_position, v_step); -- in step with central's own numbers
    delete from lizsync.key_sequences where sequence in (c_name, v_found.sequence);
    v_found.former_relids := coalesce(v_found.former_relids || v_found.relid, '{}');
    v_found.sequence := c_name;
    v_found.relid := p_sequence;
    v_found.size := greatest(least((v_top - v_lowest) / v_step / 32768, 1000000), 100);
    v_found.top := v_greatest;
    v_found.allotter := 'lizsync.' || quote_ident('allotter_' || replace(gen_random_uuid()::text, '-', ''));
    execute format(
        'create sequence %s as bigint increment %s maxvalue %s start %s minvalue %s no cycle',
        v_found.allotter, - v_step * v_found.size, v_top, v_top, least(v_lowest, v_top - 1)
    );
    execute format('comment on sequence %s is %L', v_found.allotter, format('LizSync: the last number of each block of %s that clones have.', c_name));
    v_found.era := c_era;
    insert into lizsync.key_sequences (sequence, relid, former_relids, allotter, size, top, era)
    values (v_found.sequence, v_found.relid, v_found.former_relids, v_found.allotter, v_found.size, v_found.top, v_found.era);
    return v_found;
end
$$;
comment on function lizsync.allotter(regclass, lizsync.drawn_column[]) is 'On central: the sequence that allots blocks of the numbers of a sequence, which is made when there is none.';
revoke all on function lizsync.allotter(regclass, lizsync.drawn_column[]) from public;
