-- A foreign key that is not enforced (PostgreSQL 18) is none.
create or replace function lizsync.is_declared_reference(p_child oid, p_child_column text, p_parent oid, p_parent_column text) returns boolean
language sql stable
set search_path from current
as $$
    select exists (
        select
        from pg_constraint f
        cross join unnest(f.conkey, f.confkey) as k (child, parent)
        join pg_attribute c on c.attrelid = f.conrelid and c.attnum = k.child
        join pg_attribute p on p.attrelid = f.confrelid and p.attnum = k.parent
        where f.contype = 'f' and f.conrelid = p_child and f.confrelid = p_parent
            and coalesce((to_jsonb(f) ->> 'conenforced')::boolean, true)
            and c.attname::text = p_child_column and p.attname::text = p_parent_column
    )
$$;
comment on function lizsync.is_declared_reference(oid, text, oid, text) is
    'On both sides: whether a foreign key, of this column or with others, says that it holds the values of another.';
revoke all on function lizsync.is_declared_reference(oid, text, oid, text) from public;
