-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.former_keys(p_relid oid) returns table (uid uuid, fields hstore)
language sql stable security definer
set search_path from current
as $$
    select uid, former_key
    from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and error is null and former_key is not null
        and ordinal >= lizsync.first_ordinal()
$$;
comment on function lizsync.former_keys(oid) is
    'On both sides: the rows of a table that the running exchange gives another key, with the one that they had.';
revoke all on function lizsync.former_keys(oid) from public;
