-- Parents before children. Tables that reference each other in a circle come in any order; the passes sort their rows out.
-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.changeset_tables() returns oid[]
language plpgsql security definer
set search_path from current
as $$
declare
    v_left oid[];
    v_children oid[];
    v_parents oid[];
    v_next oid[];
    v_ordered oid[] := '{}';
begin
    v_left := array(
        select unnest((lizsync.this_exchange()).prefetched_tables)
        union
        select relid from lizsync.changeset
        where exchange = pg_current_xact_id_if_assigned()::text::bigint and ordinal >= lizsync.first_ordinal()
        order by 1
    );
    select array_agg(r.child), array_agg(r.parent)
    into v_children, v_parents
    from (
        select conrelid, confrelid from pg_constraint where contype = 'f' and conrelid = any (v_left)
        union
        select to_regclass(child)::oid, to_regclass(parent)::oid from lizsync.key_references
    ) as r (child, parent)
    where r.child <> r.parent;
    while v_left <> '{}' loop
        v_next := array(
            select t from unnest(v_left) as t
            where not exists (
                select from unnest(v_children, v_parents) as r (child, parent)
                where r.child = t and r.parent = any (v_left)
            )
            order by t
        );
        if v_next = '{}' then
            v_next := v_left;
        end if;
        v_ordered := v_ordered || v_next;
        v_left := array(select t from unnest(v_left) as t where t <> all (v_next) order by t);
    end loop;
    return v_ordered;
end
$$;
comment on function lizsync.changeset_tables() is 'On both sides: the tables that the running exchange changes, parents before children.';
revoke all on function lizsync.changeset_tables() from public;
