-- A clone that has used half of a block gets the next one. It asks for the sequences of its own tables, or for those of which it has
-- blocks; others are not looked at. A block that central does not know was allotted in a time that it has lost: it stays the
-- clone's, unless another has got it since. Where no numbers are left, or central may not look at the sequence, the clone goes on with what it has.
create or replace function lizsync.renew_blocks(p_clone uuid, p_blocks lizsync.key_block[]) returns lizsync.key_block[]
language plpgsql
set search_path from current
as $$
declare
    v_one record;
    v_block lizsync.key_block;
    v_renewed lizsync.key_block[];
begin
    for v_one in
        with presented as (
            select
                b.*, q.seqrelid::regclass as relid, lizsync.relation_label(q.seqrelid) as label,
                b.used >= (upper(b.range) - lower(b.range)) / q.seqincrement / 2 as is_used,
                row_number() over (partition by q.seqrelid order by b.id desc nulls last) = 1 as is_last
            from unnest(p_blocks) as b
            join pg_sequence q on q.seqrelid = to_regclass(b.sequence) and q.seqincrement > 0
            where has_sequence_privilege(q.seqrelid, 'select')
        )
        select p.*, k.id as known, k.used as known_used
        from presented p
        left join lizsync.key_blocks k on k.clone = p_clone and k.sequence = p.label and k.range = p.range
        where k.id is null or p.is_last and p.is_used or p.used > k.used
        order by p.relid, p.id
    loop
        if v_one.known is not null and v_one.known_used < v_one.used then
            update lizsync.key_blocks k set used = least(v_one.used, upper(k.range) - lower(k.range)) where k.id = v_one.known;
        elsif v_one.known is null and not exists (select from lizsync.key_blocks k where k.clone = p_clone and k.sequence = v_one.label)
            and v_one.relid not in (
                select d.sequence
                from lizsync.drawn_columns(array(select w.relid from lizsync.publication_list(p_clone) as w)) as d
                where d.relid not in (select l.relid from lizsync.local_keys l)
            )
        then
            continue;
        elsif v_one.known is null and v_one.range is not null and lizsync.take_back_block(p_clone, v_one.relid, v_one.range, v_one.used) then
            v_one.known := 0;
        end if;
        if v_one.is_last and (v_one.known is null or v_one.is_used) then
            v_block := lizsync.allot_block(v_one.relid, p_clone);
            if v_block.id is not null then
                v_renewed := v_renewed || v_block;
            end if;
        end if;
    end loop;
    return v_renewed;
end
$$;
comment on function lizsync.renew_blocks(uuid, lizsync.key_block[]) is
    'On central: notes what a clone has used of its blocks of numbers, and allots it new ones before they are used up; returns those.';
revoke all on function lizsync.renew_blocks(uuid, lizsync.key_block[]) from public;
