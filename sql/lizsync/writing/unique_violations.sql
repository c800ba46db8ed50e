-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.unique_violations(p_relid oid) returns table (uid uuid, won hstore, place lizsync.staged_range)
language sql stable security definer
set search_path from current
as $$
    select uid, won, row (relid, action, akeys(won), ordinal, ordinal, true)::lizsync.staged_range
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and relid = p_relid and action <> 'D' and won <> '' and error_code = '23505'
    order by ordinal
$$;
comment on function lizsync.unique_violations(oid) is 'On both sides: the rows of a table that a unique key has refused, each with the range that holds it alone.';
revoke all on function lizsync.unique_violations(oid) from public;
