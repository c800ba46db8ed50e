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
        select *, lizsync.relation_name(k.child) as child_name, lizsync.relation_name(k.parent) as parent_name
        from lizsync.foreign_keys(lizsync.changeset_tables()) as k
    loop
        -- The rows referenced are locked, as a foreign key does. One that somebody is deleting is as good as missing.
        return query execute format(
            'with child as materialized (
                select c.* from lizsync.staged_rows($1) as w join %1$s as c on c.uid = w.uid
                where (w.action = ''R'' or w.columns && $3) and %2$s
            ), kept as materialized (
                select p.* from %3$s as p where exists (select from child as c where %4$s) for key share skip locked
            )
            select $1, c.uid, $2 from child as c where not exists (select from kept as p where %4$s)',
            v_key.child_name, v_key.filled, v_key.parent_name, v_key.matches
        )
        using v_key.child, format('the row that it references is missing: foreign key %I', v_key.name), v_key.child_columns;

        if exists (select from lizsync.staged_rows(v_key.parent) as w where w.action <> 'D' and w.columns && array_remove(v_key.parent_columns, 'uid')) then
            return query execute format(
                'select $1, w.uid, $2
                from lizsync.staged_rows($1) as w
                where w.action <> ''D'' and w.columns && $3
                    and exists (select from %s as c where %s and not exists (select from %s as p where %s))',
                v_key.child_name, v_key.filled, v_key.parent_name, v_key.matches
            )
            using v_key.parent, format('other rows still have its old key: foreign key %I', v_key.name), v_key.parent_columns;
        end if;
    end loop;
end
$$;
comment on function lizsync.orphans() is 'On a clone: the rows just written that leave a foreign key broken.';
revoke all on function lizsync.orphans() from public;
