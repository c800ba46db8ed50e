-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.accept_range(p_range lizsync.staged_range) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error = null, error_code = null
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_range.low and p_range.high
        and relid = p_range.relid
        and action = p_range.action
        and lizsync.is_in_pass(error_code, p_range.again)
        and akeys(won) = p_range.columns
$$;
comment on function lizsync.accept_range(lizsync.staged_range) is 'On both sides: marks rows, refused before, that have been written after all.';
revoke all on function lizsync.accept_range(lizsync.staged_range) from public;
