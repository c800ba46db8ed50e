create or replace function lizsync.short_blocks() returns setof text
language sql stable
set search_path from current
as $$
    select format('the clone has drawn %s of its %s numbers of the sequence %s: synchronise, and it gets new ones', n.drawn, n.size, b.sequence)
    from (select distinct on (sequence) sequence, range from lizsync.key_blocks order by sequence, id desc) as b
    join pg_sequence q on q.seqrelid = to_regclass(b.sequence)
    cross join lateral (
        select
            (pg_sequence_last_value(q.seqrelid) - lower(b.range)) / q.seqincrement + 1,
            (upper(b.range) - 1 - lower(b.range)) / q.seqincrement
    ) as n (drawn, size)
    where b.range @> pg_sequence_last_value(q.seqrelid) and n.drawn >= 0.8 * n.size
    order by b.sequence
$$;
comment on function lizsync.short_blocks() is 'On a clone: of which of its blocks of numbers less than a fifth is left, for people to read.';
revoke all on function lizsync.short_blocks() from public;
