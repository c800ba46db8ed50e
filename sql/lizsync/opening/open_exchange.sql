-- On central, in a repeatable-read transaction, one round trip before the changes: who is there, may it, and does it know
-- what central thinks it knows? Locks the clone's entry until the transaction ends (rules 4 to 6 of the protocol).
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
    v_entry lizsync.clones;
    v_difference text;
    v_horizon bigint;
    v_deployed boolean;
begin
    if current_setting('transaction_isolation') <> 'repeatable read' then
        raise exception 'an exchange needs the isolation level REPEATABLE READ' using errcode = 'invalid_transaction_state';
    end if;
    -- A clone that has vanished frees what it holds here.
    perform set_config('idle_in_transaction_session_timeout', '30s', true);
    perform lizsync.detect_dead_peer(true);

    if p_handshake.structure_version is distinct from lizsync.current_version() then
        raise exception 'the clone has version % of the LizSync structure and central version %', p_handshake.structure_version, lizsync.current_version()
            using errcode = 'feature_not_supported', hint = 'Upgrade the older one with upgrade_database_structure.';
    end if;
    if p_handshake.central_id is distinct from lizsync.server_id() then
        raise exception 'this is not the central database of the clone' using errcode = 'invalid_parameter_value',
            detail = format('The clone was deployed from %s; this is %s.', p_handshake.central_id, coalesce(lizsync.server_id()::text, 'none')),
            hint = 'Check the connection to central.';
    end if;

    select * into v_entry from lizsync.clones where server_id = p_handshake.server_id for update;
    if not found or v_entry.revoked or not lizsync.speaks_for(v_entry) then
        -- One message: a stranger learns nothing of which clones there are.
        raise exception 'central refuses the clone % for the role %', p_handshake.server_name, session_user
            using errcode = 'insufficient_privilege', detail = 'It is not registered, was revoked, or another role speaks for it.',
            hint = 'Name the role on central with lizsync.entrust_clone, or deploy a package to the clone.';
    end if;
    p_handshake.cursor := lizsync.effective_cursor(p_handshake.cursor, v_entry.taken_over);
    p_pending := array(
        select row (relation, uid, lizsync.effective_cursor(received, v_entry.taken_over), given_up, error)::lizsync.pending_row
        from unnest(p_pending)
    );

    -- A deployment takes effect when the clone first presents its token.
    v_deployed := p_handshake.token is not distinct from v_entry.deploy_token;
    if v_deployed then
        v_entry.received := v_entry.deploy_received;
        v_entry.horizon := pg_snapshot_xmin(v_entry.deploy_presented)::text::bigint;
        v_entry.clone_system_identifier := v_entry.deploy_system_identifier;
        v_entry.accepted_token := v_entry.deploy_token;
        v_entry.offered_token := v_entry.deploy_token;
        v_entry.digest := '';
        v_entry.pending_digest := '';
        v_entry.central_system_identifier := p_handshake.central_system_identifier;
        v_entry.relids := v_entry.deploy_relids;
        update lizsync.synchronized_tables set sync_tables = to_jsonb(v_entry.deploy_tables) where server_id = p_handshake.server_id;
        delete from lizsync.pending_changes where clone_id = p_handshake.server_id;
    end if;

    -- Before the token, which a dump may know no more.
    if v_entry.central_system_identifier <> lizsync.system_identifier()
        or p_handshake.central_system_identifier not in (0, lizsync.system_identifier())
    then
        raise exception 'central was moved to another cluster or restored from a dump' using errcode = 'object_not_in_prerequisite_state',
            detail = 'Transaction ids start again there: what the clone has received can no longer be told.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes.';
    end if;
    if p_handshake.token not in (v_entry.accepted_token, v_entry.offered_token) then
        raise exception 'another copy of the clone % has synchronised since', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'Two clones were made from one disk image, or this one was restored from a backup.',
            hint = 'Deploy a package to this clone, with RECREATE_CLONE_SERVER_ID when both copies are to live, asking to keep its unsent changes.';
    end if;
    if v_entry.clone_system_identifier = 0 then
        v_entry.clone_system_identifier := p_handshake.system_identifier;
        v_entry.server_name := p_handshake.server_name;
    end if;
    if v_entry.clone_system_identifier <> p_handshake.system_identifier then
        raise exception 'the clone % was moved to another cluster', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;
    if not lizsync.snapshot_contains(p_handshake.snapshot, v_entry.received) then
        raise exception 'the clone % went back in time', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'It was restored from a backup, or is another copy.', hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    -- Rows that a deployment carried over, and that stand still from before it, are compared with what there still is: the
    -- package had the rest. Later, the clone would never learn it.
    if pg_snapshot_xmin(p_handshake.cursor)::text::bigint < lizsync.purged_up_to()
        or not v_deployed and exists (
            select from unnest(p_pending) where not given_up and pg_snapshot_xmin(received)::text::bigint < lizsync.purged_up_to()
        )
    then
        raise exception 'central no longer has what the clone % has not received', p_handshake.server_name
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'It stayed away, or has pending rows, for longer than central keeps its log for absent clones.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes; or give its pending rows up with lizsync.give_up.';
    end if;

    select string_agg(format('%s.%s is %s on central and %s on the clone', relation, quote_ident(column_name), coalesce(a.type_name, 'absent'), coalesce(b.type_name, 'absent')), '; ' order by relation, column_name)
    into v_difference
    from unnest(lizsync.table_columns(p_handshake.server_id)) as a
    full join unnest(p_columns) as b using (relation, column_name)
    where a.type_name is distinct from b.type_name;
    if v_difference is not null then
        raise exception 'the structures differ: %', v_difference using errcode = 'datatype_mismatch',
            detail = 'Nothing was synchronised.', hint = 'Make the same change on both sides, or deploy a new package.';
    end if;
    select string_agg(w.relation, ', ') into v_difference
    from lizsync.publication_list(p_handshake.server_id) as w
    where w.relid is null or w.relid <> all (v_entry.relids);
    if v_difference is not null then
        raise exception 'central has dropped or created again: %', v_difference using errcode = 'undefined_table',
            hint = 'Deploy a new package.';
    end if;

    select string_agg(w.relation, ', ') into v_difference
    from lizsync.publication_list(p_handshake.server_id) as w
    join pg_class c on c.oid = w.relid
    where c.relrowsecurity or not coalesce((
        select bool_and(has_column_privilege(session_user, w.relid, s, 'select')) from unnest(lizsync.sent_columns(w.relid)) as s
    ), false);
    if v_difference is not null then
        raise exception 'the role % may not read all of: %', session_user, v_difference using errcode = 'insufficient_privilege',
            detail = 'The clone would not learn what it may not see.',
            hint = 'Grant it SELECT on the tables, and disable their row-level security; or deploy a package without them.';
    end if;

    select min(pg_snapshot_xmin(s)::text::bigint) into v_horizon
    from (select p_handshake.cursor union all select received from unnest(p_pending)) as u (s);
    insert into lizsync.exchanges (transaction_id, clone_id, sync_id, started_at, clock_offset, sent, token, cursor, horizon, received)
    values (
        pg_current_xact_id()::text::bigint, p_handshake.server_id, gen_random_uuid(), clock_timestamp(), p_clock_offset,
        p_handshake.snapshot, p_handshake.token, p_handshake.cursor, v_horizon, v_entry.received
    );
    perform lizsync.enable_statement_capture(p_handshake.server_id);
    insert into lizsync.held_rows (exchange, relid, uid, received, given_up)
    select pg_current_xact_id()::text::bigint, w.relid, p.uid, p.received, p.given_up
    from unnest(p_pending) as p join lizsync.publication_list(p_handshake.server_id) as w using (relation);

    -- A clone that speaks as before did not get its last deployment. Another copy that did would never learn what this one
    -- does, as its own: it is refused from now on.
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
    'On central: admits a clone and locks its entry; then come its batches and exchange(). p_clock_offset is the clone''s clock less central''s. Returns what the clone can write early, if p_prefetch: see apply_prefetch.';
revoke all on function lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean) from public;
