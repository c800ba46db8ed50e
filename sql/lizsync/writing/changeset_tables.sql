-- Parents before children. Tables that reference each other in a circle come in any order; the passes sort their rows out.
-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.changeset_tables() returns oid[]
language plpgsql security definer
set search_path from current
as $$
declare
    v_left oid[];
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
    while v_left <> '{}' loop
        v_next := array(
            select t from unnest(v_left) as t
            where not exists (
                select from pg_constraint c
                where c.contype = 'f' and c.conrelid = t and c.confrelid <> t and c.confrelid = any (v_left)
                union all
                select from lizsync.key_references r
                where to_regclass(r.child)::oid = t and to_regclass(r.parent)::oid <> t and to_regclass(r.parent)::oid = any (v_left)
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
