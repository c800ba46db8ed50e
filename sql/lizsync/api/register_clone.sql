-- On central, at each deployment. The clone commits its own side afterwards: until it speaks with the new token, its
-- previous cursors and tables hold, so that a deployment that fails there takes nothing away. Its name and role are new at once.
create or replace function lizsync.register_clone(
    p_server_id uuid,
    p_server_name text,
    p_role name,
    p_tables text[],
    p_presented pg_snapshot,
    p_token uuid,
    p_received pg_snapshot,
    p_clone_system_identifier bigint
) returns void
language plpgsql
set search_path from current
as $$
declare
    v_relids oid[] := array(select to_regclass(t)::oid from unnest(p_tables) as t);
    v_missing text;
begin
    select string_agg(t, ', ') into v_missing from unnest(p_tables) as t where to_regclass(t) is null;
    if v_missing is not null then
        raise exception 'central has no table %', v_missing using errcode = 'undefined_table', hint = 'Make the package again.';
    end if;
    if p_server_id = lizsync.server_id() then
        raise exception 'central cannot be its own clone' using errcode = 'invalid_parameter_value';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('lizsync.purge', 0::bigint));
    if pg_snapshot_xmin(p_presented)::text::bigint < lizsync.purged_up_to() then
        raise exception 'central has purged edits that were made since the package' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Make the package again.';
    end if;

    -- Events from before a restore from a dump: their transactions are of another cluster, and every clone has received
    -- them. Within one cluster no row is older than the transaction that it names.
    update audit.logged_actions set transaction_id = 0
    where transaction_id >= pg_snapshot_xmin(p_presented)::text::bigint and transaction_id > pg_current_xact_id()::text::bigint - age(xmin);

    -- After a restore within one cluster, events keep their transactions, but their tables have other object ids.
    if exists (select from lizsync.clones where not relids <@ array(select oid from pg_class where relkind = 'r')) then
        update audit.logged_actions l
        set relid = to_regclass(t.relation)
        from unnest(p_tables) as t (relation)
        where t.relation = lizsync.relation_name(l.schema_name, l.table_name) and l.relid <> to_regclass(t.relation);
    end if;

    insert into lizsync.clones as c (
        server_id, server_name, role_name, relids, central_system_identifier, clone_system_identifier,
        received, accepted_token, offered_token, digest, pending_digest, horizon,
        deploy_token, deploy_received, deploy_presented, deploy_system_identifier, deploy_tables, deploy_relids
    ) values (
        p_server_id, p_server_name, p_role, v_relids, lizsync.system_identifier(), p_clone_system_identifier,
        p_received, p_token, p_token, '', '', pg_snapshot_xmin(p_presented)::text::bigint,
        p_token, p_received, p_presented, p_clone_system_identifier, p_tables, v_relids
    )
    on conflict (server_id) do update set
        server_name = excluded.server_name,
        role_name = excluded.role_name,
        former_roles = null,
        -- A snapshot of another cluster would hide what was done here since.
        taken_over = case when c.central_system_identifier = excluded.central_system_identifier then c.taken_over end,
        deploy_token = excluded.deploy_token,
        deploy_received = excluded.deploy_received,
        deploy_presented = excluded.deploy_presented,
        deploy_system_identifier = excluded.deploy_system_identifier,
        deploy_tables = excluded.deploy_tables,
        deploy_relids = excluded.deploy_relids,
        registered_at = excluded.registered_at,
        revoked = false;

    insert into lizsync.synchronized_tables (server_id, sync_tables)
    values (p_server_id, to_jsonb(p_tables))
    on conflict (server_id) do nothing;

    perform lizsync.grant_exchange(p_role);
end
$$;
comment on function lizsync.register_clone(uuid, text, name, text[], pg_snapshot, uuid, pg_snapshot, bigint) is
    'On central: registers a deployed clone, names the role that may speak for it and grants this role what it needs of LizSync (not the tables). p_presented is central''s snapshot in the package, p_received the clone''s when it was deployed.';
revoke all on function lizsync.register_clone(uuid, text, name, text[], pg_snapshot, uuid, pg_snapshot, bigint) from public;
