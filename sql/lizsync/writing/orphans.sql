-- On a clone after a replay under the replica role, which checks no foreign key, and on either side while constraints are deferred. A
-- row is at fault when its own reference leads nowhere, or when its key was changed and other rows still have the old one.
create or replace function lizsync.orphans() returns table (relid oid, uid uuid, error text)
language plpgsql
set search_path from current
as $$
declare
    c_tables constant oid[] := lizsync.changeset_tables();
    v_key record;
begin
    for v_key in
        select *, lizsync.relation_name(k.child) as child_name, lizsync.relation_name(k.parent) as parent_name
        from lizsync.foreign_keys(c_tables) as k
        -- A key of a table that the role of a clone may not read is looked at by PostgreSQL alone, when constraints are no longer deferred.
        where not exists (
            select from pg_class c
            where c.oid in (k.child, k.parent)
                and not (has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select'))
        )
    loop
        -- Another table, which is not synchronised, may have no uid.
        if v_key.child = any (c_tables) then
            return query execute format(
                'with child as materialized (
                    select c.* from lizsync.staged_rows($1) as w join %1$s as c on c.uid = w.uid
                    where (w.action = ''R'' or w.columns && $3) and %2$s
                ), kept as materialized (
                    select p.* from %3$s as p where exists (select from child as c where %4$s) %5$s
                )
                select $1, c.uid, $2 from child as c where not %6$s',
                v_key.child_name, v_key.filled, v_key.parent_name, v_key.matches,
                -- On a clone the rows referenced are locked, as a foreign key does. One that somebody is deleting is as good as missing.
                case when not lizsync.is_central_exchange() and has_table_privilege(v_key.parent, 'update') then 'for key share skip locked' end,
                format(v_key.satisfied, 'kept')
            )
            using v_key.child, format('the row that it references is missing: foreign key %I', v_key.name), v_key.child_columns;
        end if;

        if exists (select from lizsync.former_keys(v_key.parent) as f) then
            return query execute format(
                'select $2, p.row_uid, $3
                from (select w.uid as row_uid, %s from %s) as p
                where exists (select from %s as c where %s and not %s)',
                (select string_agg(format('w.c%s as %I', n, c), ', ') from unnest(v_key.parent_columns) with ordinality as u (c, n)),
                lizsync.decoded_rows(v_key.parent, v_key.parent_columns, format('lizsync.former_keys(%s)', v_key.parent), 1000000),
                v_key.child_name, v_key.matches, format(v_key.satisfied, v_key.parent_name)
            )
            using null::lizsync.staged_range, v_key.parent, format('other rows still have its old key: foreign key %I', v_key.name);
        end if;
    end loop;
end
$$;
comment on function lizsync.orphans() is 'On both sides: the rows just written that leave a foreign key broken.';
revoke all on function lizsync.orphans() from public;
