-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.refuse_range(p_range lizsync.staged_range, p_error_code text, p_message text) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = format('%s (%s)', p_message, p_error_code), error_code = p_error_code
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_range.low and p_range.high
        and relid = p_range.relid
        and action = p_range.action
        and lizsync.is_in_pass(error_code, p_range.again)
        and akeys(won) = p_range.columns
$$;
comment on function lizsync.refuse_range(lizsync.staged_range, text, text) is 'On both sides: marks rows that could not be written, with the reason.';
revoke all on function lizsync.refuse_range(lizsync.staged_range, text, text) from public;
