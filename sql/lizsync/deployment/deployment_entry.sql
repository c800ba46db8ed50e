-- For the token that the clone has. After a deployment that the clone got and has not used yet, it is as if nothing had
-- been received.
create or replace function lizsync.deployment_entry(
    p_clone_id uuid,
    p_token uuid,
    p_clone_system_identifier bigint,
    p_clone_snapshot pg_snapshot,
    p_package_snapshot pg_snapshot
) returns lizsync.clone_entry
language sql stable
set search_path from current
as $$
    select row (
        c.offered_token,
        p_token <> all (array_remove(array[c.accepted_token, c.offered_token, c.deploy_token], null)),
        c.central_system_identifier <> lizsync.system_identifier() or coalesce(lizsync.snapshot_contains(p_package_snapshot, c.offered), true),
        known.received,
        known.digest,
        known.refused
    )::lizsync.clone_entry
    from lizsync.clones c
    left join lateral (
        select
            c.received,
            case p_token when c.offered_token then c.pending_digest else c.digest end,
            array(
                select row (p.object_table, p.object_uid, p.received, p.given_up, p.error)::lizsync.pending_row
                from lizsync.pending_changes p
                where p.clone_id = c.server_id
            )
        where p_token in (c.accepted_token, c.offered_token) and p_token is distinct from c.deploy_token
            and c.clone_system_identifier = p_clone_system_identifier and lizsync.snapshot_contains(p_clone_snapshot, c.received)
    ) as known (received, digest, refused) on true
    where c.server_id = p_clone_id
$$;
comment on function lizsync.deployment_entry(uuid, uuid, bigint, pg_snapshot, pg_snapshot) is
    'On central: what it has received of a clone that is deployed again and keeps its edits; null when it was forgotten.';
revoke all on function lizsync.deployment_entry(uuid, uuid, bigint, pg_snapshot, pg_snapshot) from public;
