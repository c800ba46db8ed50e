-- On central, in a repeatable-read transaction, one round trip before the changes: checks which clone it is, whether it may
-- synchronise, and whether it is where central last saw it. Locks the clone's entry until the transaction ends (rules 4 to
-- 6 of the protocol).
--
-- SECURITY DEFINER: a clone's role has no right on the tables behind. It may open an exchange for the clone that names it
-- and for no other.
create or replace function lizsync.open_exchange(
    p_handshake lizsync.handshake,
    p_columns lizsync.table_column[],
    p_pending lizsync.pending_row[],
    p_clock_offset interval,
    p_prefetch boolean
) returns text
language plpgsql security definer
set search_path from current
set lock_timeout = '30s'
as $$
declare
    v_functions record;
    v_entry lizsync.clones;
    v_deployed boolean;
    v_horizon bigint;
begin
    if current_setting('transaction_isolation') <> 'repeatable read' then
        raise exception 'an exchange needs the isolation level REPEATABLE READ' using errcode = 'invalid_transaction_state';
    end if;
    if current_setting('transaction_read_only')::boolean then
        raise exception 'central takes no writes in this transaction' using errcode = 'read_only_sql_transaction',
            hint = case
                when pg_is_in_recovery() then 'It is a standby: connect to its primary.'
                else 'Its database, or the role that speaks for the clone, has the setting default_transaction_read_only: ALTER DATABASE or ALTER ROLE ... RESET default_transaction_read_only.'
            end;
    end if;
    perform lizsync.pin_settings();
    -- If the clone vanishes, its session ends and frees what it holds here.
    perform set_config('idle_in_transaction_session_timeout', '30s', true);
    perform lizsync.detect_dead_peer(true);

    v_functions := lizsync.check_functions();
    if p_handshake.structure_version is distinct from lizsync.current_version() then
        raise exception 'the clone has version % of the LizSync structure and central version %', p_handshake.structure_version, lizsync.current_version()
            using errcode = 'feature_not_supported', hint = 'Upgrade the older one with upgrade_database_structure.';
    end if;
    if p_handshake.functions is distinct from v_functions.digest then
        raise exception 'the clone and central have different functions of LizSync' using errcode = 'feature_not_supported',
            detail = format('Those of central are of the program %s, those of the clone of %s.', v_functions.program, p_handshake.program),
            hint = 'Run upgrade_database_structure of the newer program on both.';
    end if;
    if p_handshake.central_id is distinct from lizsync.server_id() then
        raise exception 'this is not the central database of the clone' using errcode = 'invalid_parameter_value',
            detail = format('The clone was deployed from %s; this is %s.', p_handshake.central_id, coalesce(lizsync.server_id()::text, 'none')),
            hint = 'Check the connection to central.';
    end if;

    perform from lizsync.clones where server_id = p_handshake.server_id for update;
    v_entry := lizsync.admit_clone(p_handshake.server_id, p_handshake.server_name);
    p_handshake.cursor := lizsync.effective_cursor(p_handshake.cursor, v_entry.taken_over);
    p_pending := array(
        select row (relation, uid, lizsync.effective_cursor(received, v_entry.taken_over), given_up, error)::lizsync.pending_row
        from unnest(p_pending)
    );
    v_deployed := p_handshake.token is not distinct from v_entry.deploy_token;
    if v_deployed then
        v_entry := lizsync.take_up_deployment(v_entry, p_handshake);
    end if;
    -- The first time that a clone of the original LizSync synchronises.
    if v_entry.clone_system_identifier = 0 then
        v_entry.clone_system_identifier := p_handshake.system_identifier;
        v_entry.server_name := p_handshake.server_name;
    end if;

    perform lizsync.check_identity(v_entry, p_handshake);
    -- Right after a deployment, held rows from before a purge are compared with the events that are left: the package had
    -- the rest. Later, the clone would never learn of what was purged.
    perform lizsync.check_not_purged(p_handshake, case when not v_deployed then p_pending end);
    perform lizsync.check_structures(p_handshake, p_columns, v_entry.relids);
    perform lizsync.check_readable(p_handshake.server_id);

    select min(pg_snapshot_xmin(s)::text::bigint) into v_horizon
    from (select p_handshake.cursor union all select received from unnest(p_pending)) as u (s);
    insert into lizsync.exchanges (transaction_id, clone_id, sync_id, started_at, clock_offset, sent, token, cursor, horizon, received, blocks)
    values (
        pg_current_xact_id()::text::bigint, p_handshake.server_id, gen_random_uuid(), clock_timestamp(), p_clock_offset,
        p_handshake.snapshot, p_handshake.token, p_handshake.cursor, v_horizon, v_entry.received,
        lizsync.renew_blocks(p_handshake.server_id, p_handshake.blocks)
    );
    perform lizsync.enable_statement_capture(p_handshake.server_id);
    insert into lizsync.held_rows (exchange, relid, uid, received, given_up)
    select pg_current_xact_id()::text::bigint, w.relid, p.uid, p.received, p.given_up
    from unnest(p_pending) as p join lizsync.publication_list(p_handshake.server_id) as w using (relation);

    -- A clone that presents an older token did not get its last deployment. Another copy that did get it is refused from
    -- now on: it would never learn what this one does, as both have one id.
    update lizsync.clones set
        server_name = v_entry.server_name,
        relids = v_entry.relids,
        central_system_identifier = v_entry.central_system_identifier,
        clone_system_identifier = v_entry.clone_system_identifier,
        received = v_entry.received,
        accepted_token = v_entry.accepted_token,
        offered_token = v_entry.offered_token,
        digest = v_entry.digest,
        pending_digest = v_entry.pending_digest,
        horizon = v_entry.horizon,
        deploy_token = null
    where server_id = p_handshake.server_id;

    return case when p_prefetch then lizsync.prepare_prefetch() end;
end
$$;
comment on function lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean) is
    'On central: admits a clone and locks its entry; then come its batches and exchange(). p_clock_offset is the clone''s clock less central''s. Returns the prefetch for apply_prefetch, if p_prefetch.';
revoke all on function lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean) from public;
