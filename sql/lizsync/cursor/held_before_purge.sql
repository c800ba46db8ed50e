-- As those are that were rebased over a deployment; or from before central was restored from a dump, when their snapshot begins at 3, the
-- first transaction of all.
-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.held_before_purge(p_relid oid) returns setof uuid
language sql stable security definer
set search_path from current
as $$
    select uid
    from lizsync.held_rows
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid
        and pg_snapshot_xmin(received)::text::bigint < coalesce(lizsync.purged_up_to(), 4)
$$;
comment on function lizsync.held_before_purge(oid) is
    'On central: the rows of a table that the clone holds from before the purge, so that nobody can tell what central did to them since.';
revoke all on function lizsync.held_before_purge(oid) from public;
