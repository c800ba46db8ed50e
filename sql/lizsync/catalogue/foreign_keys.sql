-- A partition repeats the keys of its parent, which are listed once. One that is not enforced (PostgreSQL 18) is none. The conditions
-- call the tables c and p. The last pair of a key with PERIOD (PostgreSQL 18) overlap; all that a child references together contain its period.
create or replace function lizsync.foreign_keys(p_relids oid[]) returns table (
    id oid, name text, child oid, parent oid, child_columns text[], parent_columns text[],
    matches text, filled text, satisfied text, on_update "char", on_delete "char"
)
language sql stable
set search_path from current
as $$
    select
        k.id, k.name, k.child, k.parent,
        array_agg(a.attname::text order by u.n), array_agg(b.attname::text order by u.n),
        string_agg(format(case when u.n = k.period then 'c.%I && p.%I' else 'c.%I = p.%I' end, a.attname, b.attname), ' and ' order by u.n),
        string_agg(format('c.%I is not null', a.attname), ' and ' order by u.n),
        case
            when k.period is null then format(
                'exists (select from %%s as p where %s)', string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ' order by u.n)
            )
            else format(
                'c.%I <@ coalesce((select range_agg(p.%I) from %%s as p where %s), ''{}'')',
                max(a.attname) filter (where u.n = k.period), max(b.attname) filter (where u.n = k.period),
                string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ' order by u.n) filter (where u.n <> k.period)
            )
        end,
        k.on_update, k.on_delete
    from (
        select
            c.oid as id, c.conname as name, c.conrelid as child, c.confrelid as parent, c.conkey, c.confkey,
            c.confupdtype as on_update, c.confdeltype as on_delete,
            case when (to_jsonb(c) ->> 'conperiod')::boolean then cardinality(c.conkey) end as period
        from pg_constraint c
        where c.contype = 'f' and c.conparentid = 0 and (c.conrelid = any (p_relids) or c.confrelid = any (p_relids))
            and coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
    ) as k
    cross join unnest(k.conkey, k.confkey) with ordinality as u (child, parent, n)
    join pg_attribute a on a.attrelid = k.child and a.attnum = u.child
    join pg_attribute b on b.attrelid = k.parent and b.attnum = u.parent
    group by k.id, k.name, k.child, k.parent, k.on_update, k.on_delete, k.period
$$;
comment on function lizsync.foreign_keys(oid[]) is
    'On both sides: the foreign keys that some tables have or are referenced by: the columns in pairs; the conditions that a child c references the parent p, that its reference is filled, and, for format() with the table of the parents, that it is satisfied; and the actions as in pg_constraint.';
revoke all on function lizsync.foreign_keys(oid[]) from public;
