-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.has_deletes(p_relid oid) returns boolean
language sql stable security definer
set search_path from current
as $$
    select exists (
        select from lizsync.changeset
        where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and action = 'D'
    )
$$;
comment on function lizsync.has_deletes(oid) is 'On both sides: whether the running exchange deletes rows of a table.';
revoke all on function lizsync.has_deletes(oid) from public;
