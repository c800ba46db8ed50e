-- A sequence from which an open transaction has drawn is left until the next synchronisation, for which it has numbers enough. What is left of the block before is not used any more.
-- TRUNCATE ... RESTART IDENTITY would give the numbers again: it begins with the last one, which says to synchronise.
create or replace function lizsync.take_blocks(p_clone uuid, p_blocks lizsync.key_block[]) returns void
language plpgsql
set search_path from current
as $$
declare
    v_block record;
begin
    insert into lizsync.key_blocks (id, sequence, clone, range)
    select id, sequence, p_clone, range from unnest(p_blocks)
    on conflict (id) do nothing;

    for v_block in
        select
            b.sequence, q.seqrelid, lower(b.range) as low, upper(b.range) - 1 as high,
            q.seqmax - q.seqmin <> upper(b.range) - 1 - lower(b.range) as is_resized,
            case when upper(b.range) > 2147483647 or upper(b.range) > 32767 and q.seqtypid = 'int2'::regtype then 'as bigint' end as type
        from (select distinct on (sequence) sequence, range from lizsync.key_blocks order by sequence, id desc) as b
        join pg_sequence q on q.seqrelid = to_regclass(b.sequence)
        where (q.seqmin, q.seqmax) <> (lower(b.range), upper(b.range) - 1)
    loop
        begin
            perform set_config('lock_timeout', '100ms', true);
            execute format(
                'alter sequence %s %s minvalue %s maxvalue %s start %4$s restart %3$s no cycle',
                v_block.sequence, v_block.type, v_block.low, v_block.high
            );
            if v_block.is_resized then
                perform lizsync.guard_numbers(array(
                    select distinct w.relation
                    from lizsync.publication_list(p_clone) as w join lizsync.drawn_columns(array[w.relid]) as d on d.sequence = v_block.seqrelid
                ));
            end if;
        exception when lock_not_available then
            null;
        end;
    end loop;
end
$$;
comment on function lizsync.take_blocks(uuid, lizsync.key_block[]) is
    'On a clone: takes up the blocks of numbers that central has allotted; from now on its sequences draw from them.';
revoke all on function lizsync.take_blocks(uuid, lizsync.key_block[]) from public;
