-- A partition repeats the keys of its parent, which are listed once. One that is not enforced (PostgreSQL 18) is none. The conditions
-- call the tables c and p. The last pair of a key with PERIOD (PostgreSQL 18) overlap; all that a child references together contain its period.
create or replace function lizsync.foreign_keys(p_relids oid[]) returns table (
    id oid, name text, child oid, parent oid, child_columns text[], parent_columns text[],
    matches text, filled text, satisfied text, on_update "char", on_delete "char"
)
language sql stable
set search_path from current
as $$
    with key as (
        select
            c.oid as id, c.conname as name, c.conrelid as child, c.confrelid as parent, c.confupdtype as on_update, c.confdeltype as on_delete,
            u.n, u.n = cardinality(c.conkey) and coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false) as is_period,
            a.attname::text as child_column, b.attname::text as parent_column,
            format('p.%I operator(%I.%s) c.%I', b.attname, s.nspname, o.oprname, a.attname) as equal
        from pg_constraint c
        cross join unnest(c.conkey, c.confkey, c.conpfeqop) with ordinality as u (child, parent, operator, n)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = u.child
        join pg_attribute b on b.attrelid = c.confrelid and b.attnum = u.parent
        join pg_operator o on o.oid = u.operator
        join pg_namespace s on s.oid = o.oprnamespace
        where c.contype = 'f' and c.conparentid = 0 and (c.conrelid = any (p_relids) or c.confrelid = any (p_relids))
            and coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
    )
    select
        k.id, k.name, k.child, k.parent,
        array_agg(k.child_column order by k.n), array_agg(k.parent_column order by k.n),
        string_agg(case when k.is_period then format('c.%I && p.%I', k.child_column, k.parent_column) else k.equal end, ' and ' order by k.n),
        string_agg(format('c.%I is not null', k.child_column), ' and ' order by k.n),
        -- A template, in which a name may have its own percent sign.
        format(
            case when bool_or(k.is_period) then
                    '%1$s <@ coalesce((select range_agg(p.%2$s) from %%s as p where %3$s), ''{}'')'
                else 'exists (select from %%s as p where %3$s)'
            end,
            max(replace(format('c.%I', k.child_column), '%', '%%')) filter (where k.is_period),
            max(replace(quote_ident(k.parent_column), '%', '%%')) filter (where k.is_period),
            coalesce(string_agg(replace(k.equal, '%', '%%'), ' and ' order by k.n) filter (where not k.is_period), 'true')
        ),
        k.on_update, k.on_delete
    from key as k
    group by k.id, k.name, k.child, k.parent, k.on_update, k.on_delete
$$;
comment on function lizsync.foreign_keys(oid[]) is
    'On both sides: the foreign keys that some tables have or are referenced by: the columns in pairs; the conditions that a child c references the parent p, that its reference is filled, and, for format() with the table of the parents, that it is satisfied; and the actions as in pg_constraint.';
revoke all on function lizsync.foreign_keys(oid[]) from public;
