-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.changeset_range(
    p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean
) returns table (uid uuid, fields hstore, won hstore)
language sql stable security definer rows 1000000
set search_path from current
as $$
    select uid, fields, won
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_in_pass(error_code, p_again)
        and akeys(won) = p_columns
$$;
comment on function lizsync.changeset_range(oid, text, text[], integer, integer, boolean) is
    'On both sides: the rows of one group between two ordinals: the whole change, and what is to be written of it.';
revoke all on function lizsync.changeset_range(oid, text, text[], integer, integer, boolean) from public;
