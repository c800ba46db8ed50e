-- On a clone, in the transaction that deploys a package.
create or replace function lizsync.record_deployment(
    p_central_id uuid,
    p_central_system_identifier bigint,
    p_cursor pg_snapshot,
    p_token uuid,
    p_package_id uuid,
    p_tables text[]
) returns void
language sql
set search_path from current
as $$
    delete from lizsync.central;
    delete from lizsync.pending_changes;
    insert into lizsync.central (server_id, system_identifier, clone_system_identifier, cursor, token, package_id, relids)
    values (
        p_central_id, p_central_system_identifier, lizsync.system_identifier(), p_cursor, p_token, p_package_id,
        array(select to_regclass(t)::oid from unnest(p_tables) as t)
    );
    delete from lizsync.synchronized_tables;
    insert into lizsync.synchronized_tables (server_id, sync_tables) values (lizsync.server_id(), to_jsonb(p_tables));
    -- The next synchronisation settles the rows whose edits were rebased.
    insert into lizsync.pending_changes (clone_id, object_table, object_uid, received, refused_by, error, given_up)
    select lizsync.server_id(), relation, uid, received, 'clone', error, given_up from lizsync.rebased_rows;
    delete from lizsync.rebased_rows;
$$;
comment on function lizsync.record_deployment(uuid, bigint, pg_snapshot, uuid, uuid, text[]) is
    'On a clone: records the package that it was deployed from. p_cursor is central''s snapshot in the package.';
revoke all on function lizsync.record_deployment(uuid, bigint, pg_snapshot, uuid, uuid, text[]) from public;
