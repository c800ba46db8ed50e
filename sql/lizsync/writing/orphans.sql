-- On a clone, after a replay under the replica role, which checks no foreign key: the staged rows that would break one.
-- A row is at fault when its own reference leads nowhere, or when its key was changed and other rows still have the old one.
create or replace function lizsync.orphans() returns table (relid oid, uid uuid, error text)
language plpgsql
set search_path from current
as $$
declare
    v_key record;
begin
    for v_key in
        select
            c.conname, c.conrelid, c.confrelid,
            lizsync.relation_name(c.conrelid) as child,
            lizsync.relation_name(c.confrelid) as parent,
            string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' and ') as condition,
            string_agg(format('c.%I is not null', ca.attname), ' and ') as filled,
            array_agg(ca.attname::text) as child_columns,
            array_agg(pa.attname::text) as parent_columns
        from pg_constraint c
        cross join unnest(c.conkey, c.confkey) as k (child, parent)
        join pg_attribute ca on ca.attrelid = c.conrelid and ca.attnum = k.child
        join pg_attribute pa on pa.attrelid = c.confrelid and pa.attnum = k.parent
        where c.contype = 'f'
            and (c.conrelid = any (lizsync.changeset_tables()) or c.confrelid = any (lizsync.changeset_tables()))
        group by c.oid, c.conname, c.conrelid, c.confrelid
    loop
        -- The rows referenced are locked, as a foreign key does. One that somebody is deleting is as good as missing.
        return query execute format(
            'with child as materialized (
                select c.* from lizsync.staged_rows($1) as w join %1$s as c on c.uid = w.uid
                where (w.action = ''R'' or w.columns && $4) and %2$s
            ), kept as materialized (
                select p.* from %3$s as p where exists (select from child as c where %4$s) for key share skip locked
            )
            select $1, c.uid, $3 from child as c where not exists (select from kept as p where %4$s)',
            v_key.child, v_key.filled, v_key.parent, v_key.condition
        )
        using v_key.conrelid, v_key.confrelid, format('the row that it references is missing: foreign key %I', v_key.conname), v_key.child_columns;

        if exists (select from lizsync.staged_rows(v_key.confrelid) as w where w.action <> 'D' and w.columns && array_remove(v_key.parent_columns, 'uid')) then
            return query execute format(
                'select $2, w.uid, $3
                from lizsync.staged_rows($2) as w
                where w.action <> ''D'' and w.columns && $4
                    and exists (select from %s as c where %s and not exists (select from %s as p where %s))',
                v_key.child, v_key.filled, v_key.parent, v_key.condition
            )
            using v_key.conrelid, v_key.confrelid, format('other rows still have its old key: foreign key %I', v_key.conname), v_key.parent_columns;
        end if;
    end loop;
end
$$;
comment on function lizsync.orphans() is 'On a clone: the rows just written that leave a foreign key broken.';
revoke all on function lizsync.orphans() from public;
