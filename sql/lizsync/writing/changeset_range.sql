-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.changeset_range(p_range lizsync.staged_range) returns table (uid uuid, fields hstore, won hstore)
language sql stable security definer rows 1000000
set search_path from current
as $$
    select uid, fields, won
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_range.low and p_range.high
        and relid = p_range.relid
        and action = p_range.action
        and lizsync.is_in_pass(error_code, p_range.again)
        and akeys(won) = p_range.columns
$$;
comment on function lizsync.changeset_range(lizsync.staged_range) is
    'On both sides: the rows of a range: the whole change, and what is to be written of it.';
revoke all on function lizsync.changeset_range(lizsync.staged_range) from public;
