-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.accept_rows(p_relid oid, p_uids uuid[]) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = null, error_code = null
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and uid = any (p_uids)
$$;
comment on function lizsync.accept_rows(oid, uuid[]) is 'On both sides: marks rows, refused before, that were written as a group.';
revoke all on function lizsync.accept_rows(oid, uuid[]) from public;
