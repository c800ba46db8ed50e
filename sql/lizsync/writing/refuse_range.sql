-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.refuse_range(
    p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error_code text, p_message text
) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = format('%s (%s)', p_message, p_error_code), error_code = p_error_code
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_in_pass(error_code, p_again)
        and akeys(won) = p_columns
$$;
comment on function lizsync.refuse_range(oid, text, text[], integer, integer, boolean, text, text) is
    'On both sides: marks rows that could not be written, with the reason.';
revoke all on function lizsync.refuse_range(oid, text, text[], integer, integer, boolean, text, text) from public;
