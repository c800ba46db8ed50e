-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.accept_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = null, error_code = null
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_in_pass(error_code, true)
        and akeys(won) = p_columns
$$;
comment on function lizsync.accept_range(oid, text, text[], integer, integer) is
    'On both sides: marks rows, refused before, that have been written after all.';
revoke all on function lizsync.accept_range(oid, text, text[], integer, integer) from public;
