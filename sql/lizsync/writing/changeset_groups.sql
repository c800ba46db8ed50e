-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.changeset_groups(p_relid oid, p_deletes boolean, p_again boolean) returns setof lizsync.staged_range
language sql stable security definer
set search_path from current
set jit = off
set work_mem = '64MB'
set enable_sort = off -- the few groups are, not the rows
as $$
    select p_relid, action, akeys(won), min(ordinal), max(ordinal), p_again
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and relid = p_relid
        and (action = 'D') = p_deletes
        and lizsync.is_in_pass(error_code, p_again)
        and (won <> '' or action = 'D')
        and ordinal >= lizsync.first_ordinal()
    group by action, akeys(won)
    order by action desc, min(ordinal)
$$;
comment on function lizsync.changeset_groups(oid, boolean, boolean) is
    'On both sides: the changes of a table in ranges as long as possible: same action, same columns.';
revoke all on function lizsync.changeset_groups(oid, boolean, boolean) from public;
