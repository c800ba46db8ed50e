-- The triggers' names begin with zzz because BEFORE triggers fire by name, and one of the table may draw the number. Where a column has just
-- that number they are called for one row in as many as a block has: the last numbers of all blocks of a sequence are alike.
create or replace function lizsync.guard_numbers(p_tables text[]) returns void
language plpgsql
set search_path from current
as $$
declare
    c_replaying constant text := 'current_setting(''lizsync.replaying'', true) is distinct from ''on''';
    v_one record;
begin
    for v_one in
        select
            lizsync.relation_label(d.relid) as relation, b.sequence,
            case when bool_and(d.is_plain) then format('(%s)', string_agg(
                format(
                    'mod(new.%s, %s) = %s', quote_ident(d.column_name), upper(b.range) - 1 - lower(b.range) + q.seqincrement,
                    mod(upper(b.range) - 1, upper(b.range) - 1 - lower(b.range) + q.seqincrement)
                ), ' or '
            )) end as is_last,
            row_number() over (partition by d.relid order by b.sequence) as n
        from lizsync.drawn_columns(array(select t::regclass from unnest(p_tables) as t)) as d
        join pg_sequence q on q.seqrelid = d.sequence
        join lizsync.key_blocks b on b.sequence = lizsync.relation_label(d.sequence)
        where not exists (select from lizsync.key_blocks l where l.sequence = b.sequence and l.id > b.id)
        group by d.relid, b.id, q.seqrelid, q.seqincrement
    loop
        execute format('drop trigger if exists zzz_lizsync_numbers_%s on %s', v_one.n, v_one.relation);
        execute format(
            'create trigger zzz_lizsync_numbers_%s before insert on %s for each row when (%s) execute function lizsync.check_numbers(%L)',
            v_one.n, v_one.relation,
            concat_ws(' and ', v_one.is_last, c_replaying),
            v_one.sequence
        );
    end loop;
end
$$;
comment on function lizsync.guard_numbers(text[]) is
    'On a clone: has its tables refuse a row that no number is left for, with an error that says what to do.';
revoke all on function lizsync.guard_numbers(text[]) from public;
