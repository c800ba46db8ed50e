-- pg_sequence_last_value is null for a sequence from which nothing was drawn, and in one that somebody dropped.
create or replace function lizsync.own_blocks() returns lizsync.key_block[]
language sql
set search_path from current
as $$
    update lizsync.key_blocks k set used = u.used
    from (
        select b.id, (pg_sequence_last_value(q.seqrelid) - lower(b.range)) / q.seqincrement + 1 as used
        from lizsync.key_blocks b
        join pg_sequence q on q.seqrelid = to_regclass(b.sequence)
        where b.range @> pg_sequence_last_value(q.seqrelid)
    ) as u
    where u.id = k.id and u.used > k.used;

    select array_agg(b)
    from (
        select row (id, sequence, range, used)::lizsync.key_block as b from lizsync.key_blocks
        union all
        -- A column that was added here and on central since the deployment.
        select row (null, lizsync.relation_label(d.objid), null, 0)::lizsync.key_block
        from lizsync.publication_list(lizsync.server_id()) as w
        join pg_depend d
            on d.refclassid = 'pg_class'::regclass and d.refobjid = w.relid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        join pg_sequence q on q.seqrelid = d.objid
        where w.relid not in (select k.relid from lizsync.local_keys k)
            and not exists (select from lizsync.key_blocks b where b.sequence = lizsync.relation_label(d.objid))
    ) as own
$$;
comment on function lizsync.own_blocks() is
    'On a clone: its blocks of numbers, with what it has used of them, and the sequences of its tables that have none.';
revoke all on function lizsync.own_blocks() from public;
