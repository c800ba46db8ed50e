-- A sequence from which no table draws is left to functions, whose numbers are to be the same everywhere too.
create or replace function lizsync.shared_sequences(p_sequences text[], p_drawn lizsync.drawn_column[]) returns setof text
language sql stable
set search_path from current
as $$
    with drawn as (
        select d.sequence, bool_and(d.relid in (select k.relid from lizsync.local_keys k)) as is_local
        from unnest(p_drawn) as d
        group by d.sequence
    )
    select lizsync.relation_label(q.seqrelid)
    from unnest(p_sequences) as s (name)
    join pg_sequence q on q.seqrelid = to_regclass(s.name)
    left join drawn d on d.sequence = q.seqrelid
    where not coalesce(d.is_local, false) and not q.seqcycle and q.seqincrement > 0
$$;
comment on function lizsync.shared_sequences(text[], lizsync.drawn_column[]) is
    'On central: those of some sequences of which a clone gets a block: all but those from which only tables with local keys draw, and those that cycle or go downwards, which no table with shared keys may use.';
revoke all on function lizsync.shared_sequences(text[], lizsync.drawn_column[]) from public;
