-- On a clone: the start of a synchronisation. Holds a lock until the transaction ends, so that there is one at a time.
--
-- SECURITY DEFINER: the caller has no right on the tables behind. The log is read without blocking anybody who edits; what
-- commits later is sent the next time.
create or replace function lizsync.begin_synchronization(
    p_central_version integer,
    p_central_functions text,
    p_central_program text,
    out handshake lizsync.handshake,
    out columns lizsync.table_column[],
    out pending lizsync.pending_row[],
    out batches bigint[]
)
language plpgsql security definer
set search_path from current
set jit = off
set enable_seqscan = off
as $$
declare
    v_central lizsync.central;
    v_functions record;
    v_read record;
begin
    if pg_current_xact_id_if_assigned() is not null then
        raise exception 'this transaction has already written' using errcode = 'active_sql_transaction',
            hint = 'Commit first, then synchronise in a transaction of its own.';
    end if;
    v_functions := lizsync.check_functions();
    if p_central_version is distinct from lizsync.current_version() then
        raise exception 'central has version % of the LizSync structure and this clone version %', p_central_version, lizsync.current_version()
            using errcode = 'feature_not_supported', hint = 'Upgrade the older one with upgrade_database_structure.';
    end if;
    if p_central_functions is distinct from v_functions.digest then
        raise exception 'central and this clone have different functions of LizSync' using errcode = 'feature_not_supported',
            detail = format('Those of central are of the program %s, those of the clone of %s.', p_central_program, v_functions.program),
            hint = 'Run upgrade_database_structure of the newer program on both.';
    end if;
    if current_setting('transaction_read_only')::boolean then
        raise exception 'this transaction is read only' using errcode = 'read_only_sql_transaction',
            hint = case
                when pg_is_in_recovery() then 'The clone is a standby, which takes no writes: synchronise its primary.'
                else 'SET default_transaction_read_only = off. A database or a role may have the setting of its own: ALTER DATABASE ... RESET default_transaction_read_only.'
            end;
    end if;
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'a synchronisation needs the isolation level READ COMMITTED' using errcode = 'invalid_transaction_state',
            hint = 'SET default_transaction_isolation = ''read committed''. A database or a role may have the setting of its own: ALTER DATABASE ... RESET default_transaction_isolation.';
    end if;
    perform lizsync.pin_settings();
    select * into v_central from lizsync.central;
    if not found then
        raise exception 'this database is not a clone: no package was deployed to it' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Deploy a package with deploy_database_server_package.';
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended('lizsync.synchronize ' || lizsync.server_id(), 0::bigint)) then
        raise exception 'another synchronisation of this clone is running' using errcode = 'lock_not_available',
            hint = 'Wait until it has ended.';
    end if;
    -- The lock may have been freed by a synchronisation that has just committed.
    select * into v_central from lizsync.central;
    if v_central.clone_system_identifier <> lizsync.system_identifier() then
        raise exception 'this clone was moved to another cluster' using errcode = 'object_not_in_prerequisite_state',
            detail = 'Transaction ids start again there: what central has received can no longer be told.',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    perform lizsync.detect_dead_peer(true);
    -- The program leaves the session alone while central is at work.
    perform set_config('idle_in_transaction_session_timeout', '0', true);
    perform set_config('transaction_timeout', '0', true) where current_setting('transaction_timeout', true) is not null; -- from PostgreSQL 17 on
    perform lizsync.remap_log();

    -- The events and the snapshot, in one statement.
    with log as (
        select event_id, coalesce(lizsync.text_size(case action when 'U' then changed_fields when 'I' then row_data end), 0) as size
        from audit.logged_actions
        where relid in (select w.relid from lizsync.publication_list(lizsync.server_id()) as w) and uid is not null
        offset 0 -- so that the sizes are sorted, not the rows
    ), batch as (
        select max(event_id) as last_event
        from (select event_id, sum(size) over (order by event_id rows unbounded preceding) / lizsync.batch_size() as number from log) as numbered
        group by number
    )
    select
        row (
            m.server_id, m.server_name, lizsync.current_version(), v_functions.digest, v_functions.program, v_central.clone_system_identifier,
            v_central.server_id, v_central.system_identifier, v_central.token, v_central.cursor, pg_current_snapshot(), null
        )::lizsync.handshake as handshake,
        (select array_agg(last_event order by last_event) from batch) as batches
    into strict v_read
    from lizsync.server_metadata m;

    handshake := v_read.handshake;
    handshake.blocks := lizsync.own_blocks();
    batches := v_read.batches;
    columns := lizsync.table_columns(handshake.server_id);
    select array_agg(row (object_table, object_uid, received, given_up, error)::lizsync.pending_row) into pending
    from lizsync.pending_changes;

    insert into lizsync.exchanges (transaction_id, clone_id, sync_id, started_at, clock_offset, sent, token, cursor, horizon, received)
    values (
        pg_current_xact_id()::text::bigint, handshake.server_id, gen_random_uuid(), clock_timestamp(), '0',
        handshake.snapshot, handshake.token, handshake.cursor, 0, handshake.snapshot
    );
end
$$;
comment on function lizsync.begin_synchronization(integer, text, text) is
    'On a clone, given the version of central''s structure, the digest of its functions and the version of the program that installed them: what it says of itself, its columns, its pending rows, and the last event of each batch of changes to send.';
revoke all on function lizsync.begin_synchronization(integer, text, text) from public;
