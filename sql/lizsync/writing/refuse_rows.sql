-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error_code text, p_message text) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = format('%s (%s)', p_message, p_error_code), error_code = p_error_code
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and uid = any (p_uids)
$$;
comment on function lizsync.refuse_rows(oid, uuid[], text, text) is 'On both sides: marks rows of a table that could not be written, with the reason.';
revoke all on function lizsync.refuse_rows(oid, uuid[], text, text) from public;
