-- A partition repeats the keys of its parent, which are listed once. The conditions call the tables c and p.
create or replace function lizsync.foreign_keys(p_relids oid[]) returns table (
    id oid, name text, child oid, parent oid, child_columns text[], parent_columns text[],
    matches text, filled text, on_update "char", on_delete "char"
)
language sql stable
set search_path from current
as $$
    select
        k.oid, k.conname, k.conrelid, k.confrelid,
        array_agg(a.attname::text order by u.n), array_agg(b.attname::text order by u.n),
        string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ' order by u.n),
        string_agg(format('c.%I is not null', a.attname), ' and ' order by u.n),
        k.confupdtype, k.confdeltype
    from pg_constraint k
    cross join unnest(k.conkey, k.confkey) with ordinality as u (child, parent, n)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.child
    join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.parent
    where k.contype = 'f' and k.conparentid = 0 and (k.conrelid = any (p_relids) or k.confrelid = any (p_relids))
    group by k.oid, k.conname, k.conrelid, k.confrelid, k.confupdtype, k.confdeltype
$$;
comment on function lizsync.foreign_keys(oid[]) is
    'On both sides: the foreign keys that some tables have or are referenced by: the columns in pairs, the conditions that a child c references the parent p and that its reference is filled, and the actions as in pg_constraint.';
revoke all on function lizsync.foreign_keys(oid[]) from public;
