create or replace function lizsync.number_room(p_sequences oid[]) returns table (
    sequence oid, numbers_left bigint, is_short boolean, explanation text
)
language plpgsql stable
set search_path from current
as $$
declare
    v_drawn constant lizsync.drawn_column[] := lizsync.all_drawn_columns();
    v_one record;
    v_position bigint;
    v_top bigint;
    v_lowest bigint;
begin
    for v_one in
        select q.seqrelid, q.seqincrement, q.seqmin, k.size, lizsync.relation_label(q.seqrelid) as label
        from pg_sequence q left join lizsync.key_sequences k on k.relid = q.seqrelid
        where q.seqrelid = any (p_sequences) and q.seqincrement > 0
    loop
        execute format('select last_value from %s', v_one.label) into strict v_position;
        v_top := lizsync.greatest_number(v_one.seqrelid, v_position, v_drawn);
        -- Blocks behind central's own numbers are those of a narrower type that the columns had before.
        select min(lower(b.range)) into v_lowest from lizsync.key_blocks b where b.sequence = v_one.label and upper(b.range) > v_position;
        sequence := v_one.seqrelid;
        numbers_left := greatest(0, (coalesce(v_lowest - 1, v_top) - v_position) / v_one.seqincrement);
        is_short := numbers_left < greatest((v_top - v_one.seqmin) / v_one.seqincrement / 10, 4 * v_one.size);
        explanation := case
            when v_lowest <= v_position then format(
                'the sequence %s stands at %s on central, among the numbers that its clones have, which begin at %s: somebody has set it', v_one.label, v_position, v_lowest
            )
            else format('the sequence %s stands at %s on central, %s: %s numbers are left', v_one.label, v_position,
                coalesce('and the blocks of its clones begin at ' || v_lowest, 'and can go to ' || v_top), numbers_left)
        end;
        return next;
    end loop;
end
$$;
comment on function lizsync.number_room(oid[]) is
    'On central: how many numbers of some sequences neither central nor a clone has, and whether these are few.';
revoke all on function lizsync.number_room(oid[]) from public;
