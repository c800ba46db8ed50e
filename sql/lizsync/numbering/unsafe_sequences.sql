create or replace function lizsync.unsafe_sequences(p_relids oid[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
as $$
    with drawn as materialized (
        select distinct d.relid, d.sequence
        from lizsync.drawn_columns(p_relids) as d
        where d.relid not in (select k.relid from lizsync.local_keys k)
    ), unfit (relid, problem, explanation, remedy) as (
        select
            d.relid, 'sequence_cycles', format('the sequence %s that numbers it begins again at its end', lizsync.relation_label(d.sequence)),
            format('ALTER SEQUENCE %s NO CYCLE', lizsync.relation_label(d.sequence))
        from drawn d join pg_sequence q on q.seqrelid = d.sequence
        where q.seqcycle

        union all
        select
            d.relid, 'sequence_goes_down', format('the sequence %s that numbers it goes downwards, where the blocks of numbers of clones come from', lizsync.relation_label(d.sequence)),
            format('ALTER SEQUENCE %s INCREMENT 1 with a MAXVALUE', lizsync.relation_label(d.sequence))
        from drawn d join pg_sequence q on q.seqrelid = d.sequence
        where q.seqincrement < 0

        union all
        select
            d.relid, 'sequence_of_extension', format('the sequence %s that numbers it belongs to an extension', lizsync.relation_label(d.sequence)),
            'let the table draw from a sequence of its own'
        from drawn d
        where exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = d.sequence and e.deptype = 'e')
    )
    select relid, problem, 'error', explanation, remedy || '; or prepare the table with SERIAL_KEYS=local'
    from unfit

    union all
    select
        d.relid, 'numbers_run_short', 'warning', r.explanation,
        format(
            'SELECT setval(%1$L, ...) to the greatest number that central itself has given, where it was set too far; otherwise a wider type, such as bigint, for the columns that draw from it, then ALTER SEQUENCE %1$s AS bigint%2$s',
            lizsync.relation_label(d.sequence),
            (
                select format('; SELECT setval(%L, %s)', lizsync.relation_label(d.sequence), max(upper(b.range)) - 1)
                from lizsync.key_blocks b where b.sequence = lizsync.relation_label(d.sequence) having count(*) > 0
            )
        )
    from drawn d
    join lizsync.number_room(array(select w.sequence from drawn w where has_sequence_privilege(w.sequence, 'select'))) as r
        on r.sequence = d.sequence and r.is_short
$$;
comment on function lizsync.unsafe_sequences(oid[]) is
    'On central: those of some tables with shared keys whose sequence cannot be divided into blocks, or has few numbers left.';
revoke all on function lizsync.unsafe_sequences(oid[]) from public;
