-- A key that is itself a reference to a number has that number. A foreign key with several columns refers to a row by more than its number.
create or replace function lizsync.number_references(p_relids oid[]) returns setof lizsync.key_references
language sql stable
set search_path from current
set jit = off
as $$
    with recursive declared as materialized (
        select k.child, k.child_columns[1] as child_column, k.parent, k.parent_columns[1] as parent_column
        from lizsync.foreign_keys(p_relids) as k
        where k.child = any (p_relids) and k.parent = any (p_relids) and cardinality(k.parent_columns) = 1
    ), numbered (relid, name) as (
        select d.relid, d.column_name from lizsync.drawn_columns(p_relids) as d where d.is_plain
        union
        select d.child, d.child_column from numbered n join declared d on d.parent = n.relid and d.parent_column = n.name
    )
    select distinct on (r.child, r.child_column, r.parent, r.parent_column) r.*
    from (
        select
            lizsync.relation_name(d.child) as child, d.child_column, lizsync.relation_name(d.parent) as parent, d.parent_column,
            'foreign key' as evidence
        from declared d
        join numbered n on n.relid = d.parent and n.name = d.parent_column
        union all
        select k.child, k.child_column, k.parent, k.parent_column, k.evidence
        from lizsync.key_references k
        where to_regclass(k.child)::oid = any (p_relids) and to_regclass(k.parent)::oid = any (p_relids) and k.evidence <> 'foreign key'
    ) as r
    order by r.child, r.child_column, r.parent, r.parent_column, r.evidence <> 'foreign key'
$$;
comment on function lizsync.number_references(oid[]) is
    'On both sides: which columns of some tables hold the numbers of another one''s key, by a foreign key or without.';
revoke all on function lizsync.number_references(oid[]) from public;
