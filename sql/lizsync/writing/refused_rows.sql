-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.refused_rows(p_relid oid) returns setof uuid
language sql stable security definer
set search_path from current
as $$
    select uid from lizsync.changeset
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and error is not null
$$;
comment on function lizsync.refused_rows(oid) is 'On both sides: the rows of a table that the running exchange could not write.';
revoke all on function lizsync.refused_rows(oid) from public;
