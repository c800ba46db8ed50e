-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.written_groups(p_relid oid) returns setof lizsync.staged_range
language sql stable security definer
set search_path from current
as $$
    select p_relid, action, akeys(won), min(ordinal), max(ordinal), false
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and action <> 'D' and error is null and won <> ''
        and ordinal >= lizsync.first_ordinal()
    group by action, akeys(won)
$$;
comment on function lizsync.written_groups(oid) is 'On both sides: the changes of a table, but for deletes, that are not refused, in ranges as of changeset_groups.';
revoke all on function lizsync.written_groups(oid) from public;
