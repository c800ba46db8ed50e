-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.staged_rows(p_relid oid) returns table (uid uuid, action text, columns text[])
language sql stable security definer
set search_path from current
as $$
    select uid, action, akeys(won)
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and error is null
        and ordinal >= lizsync.first_ordinal()
$$;
comment on function lizsync.staged_rows(oid) is 'On both sides: the rows of a table that the running exchange writes and that were not refused, less those that were prefetched.';
revoke all on function lizsync.staged_rows(oid) from public;
