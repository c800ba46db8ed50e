-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error text) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = p_error
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and uid = any (p_uids)
$$;
comment on function lizsync.refuse_rows(oid, uuid[], text) is 'On both sides: marks rows of a table that could not be written, with the reason.';
revoke all on function lizsync.refuse_rows(oid, uuid[], text) from public;
