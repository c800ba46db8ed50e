-- A clone that has used half of a block gets the next one. It asks for the sequences of its own tables, or for those of which it has
-- blocks; others are not looked at. One that was renamed here has its former name there. A block that central does not know was allotted in a time that it has lost: the clone gets
-- another one. Where no numbers are left, or central may not look at the sequence, the clone goes on with what it has.
create or replace function lizsync.renew_blocks(p_clone uuid, p_blocks lizsync.key_block[]) returns lizsync.key_block[]
language plpgsql
set search_path from current
as $$
declare
    v_drawn lizsync.drawn_column[];
    v_one record;
    v_block lizsync.key_block;
    v_renewed lizsync.key_block[];
begin
    for v_one in
        with presented as (
            select
                b.*, k.id as known, k.used as known_used, q.seqrelid::regclass as relid,
                b.used >= (upper(b.range) - lower(b.range)) / q.seqincrement / 2 as is_used,
                row_number() over (partition by q.seqrelid order by b.id desc nulls last) = 1 as is_last
            from unnest(p_blocks) as b
            left join lizsync.key_blocks k on k.clone = p_clone and k.id = b.id and k.range = b.range
            left join lizsync.key_sequences s on s.sequence = k.sequence
            join pg_sequence q on q.seqrelid = coalesce(to_regclass(b.sequence)::oid, s.relid) and q.seqincrement > 0
            where has_sequence_privilege(q.seqrelid, 'select')
        )
        select * from presented p
        where p.is_last and (p.known is null or p.is_used) or p.used > p.known_used
        order by p.relid, p.id
    loop
        if v_one.known_used < v_one.used then
            update lizsync.key_blocks k set used = least(v_one.used, upper(k.range) - lower(k.range)) where k.id = v_one.known;
        end if;
        continue when not v_one.is_last or v_one.known is not null and not v_one.is_used;
        v_drawn := coalesce(v_drawn, lizsync.all_drawn_columns());
        if v_one.known is not null
            or exists (select from lizsync.key_blocks k where k.clone = p_clone and k.sequence = lizsync.relation_label(v_one.relid))
            or exists (
                select from unnest(v_drawn) as d join lizsync.publication_list(p_clone) as w on w.relid = d.relid
                where d.sequence = v_one.relid and d.relid not in (select l.relid from lizsync.local_keys l)
            )
        then
            v_block := lizsync.allot_block(v_one.relid, p_clone, v_drawn);
            if v_block.id is not null then
                v_block.sequence := v_one.sequence;
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
