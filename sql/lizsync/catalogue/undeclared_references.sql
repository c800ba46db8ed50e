create or replace function lizsync.undeclared_references(p_relids oid[]) returns table (
    child oid, child_column text, parent oid, parent_column text, evidence text
)
language sql stable
set search_path from current
set jit = off
as $$
    with named as (
        select
            n.child, n.child_column,
            array_agg(n.parent order by n.parent, n.parent_column) as parents, array_agg(n.parent_column order by n.parent, n.parent_column) as keys
        from lizsync.references_by_name(p_relids) as n
        group by n.child, n.child_column
    ),
    found (child, child_column, parent, parent_column, evidence, strength) as (
        select v.*, 2 from lizsync.references_in_views(p_relids) as v
        union all
        select n.child, n.child_column, h.parent, h.parent_column, h.evidence, 1
        from named n cross join lateral lizsync.keys_held(n.child, n.child_column, n.parents, n.keys) as h
    )
    select f.child, f.child_column, f.parent, f.parent_column, string_agg(f.evidence, '; ' order by f.strength desc)
    from found f
    where not lizsync.is_declared_reference(f.child, f.child_column, f.parent, f.parent_column)
    group by f.child, f.child_column, f.parent, f.parent_column
$$;
comment on function lizsync.undeclared_references(oid[]) is
    'On both sides: the columns of some tables that hold the numbered key of one of them without a foreign key, and what shows it, the strongest first: views that compare the two, the name of the column and its values.';
revoke all on function lizsync.undeclared_references(oid[]) from public;
