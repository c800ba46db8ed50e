-- On a clone: the whole job over dblink. No rule lives here: it carries texts between the functions of the two sides, in the
-- order of the protocol, as the algorithm synchronize_database does over connections of its own.
create or replace function lizsync.synchronize() returns table (
    number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer
)
language plpgsql
set search_path from current
as $$
declare
    v_dblink text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_begin record;
    v_asked timestamptz;
    v_slot lizsync.slot;
    v_original text;
    v_offset double precision; -- in seconds: an interval may have days, which are not the same everywhere
    v_batches integer;
    v_answer text;
    v_prefetch text;
    v_acknowledgement lizsync.acknowledgement;
    v_final boolean := false; -- central has been asked to commit
    v_writing boolean := false;
    v_committed boolean := false;
    v_tries integer := 0;
begin
    if v_dblink is null or not exists (select from pg_foreign_server where srvname = 'central_server') then
        raise exception 'this clone does not know how to reach central' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Run lizsync.create_central_server_fdw(host, port, dbname, user, password), which needs the extensions dblink and postgres_fdw; or synchronise with the algorithm synchronize_database.';
    end if;
    begin
        execute format('select %I.dblink_connect(''lizsync'', ''central_server'')', v_dblink);
        v_asked := clock_timestamp();
        begin
            -- By name: another version's slot may have more fields.
            v_slot := lizsync.central_query(
                'set statement_timeout = 0; set lock_timeout = 0;
                select row (version, functions, program, max_tries, asked_at, given_at) from lizsync.acquire_slot()'
            )::lizsync.slot;
        exception when undefined_function or invalid_schema_name then
            if lizsync.central_query('select to_regclass(''lizsync.sys_structure_metadonnee'')') is null then
                raise exception 'central lacks functions of LizSync: %', sqlerrm
                    using errcode = 'undefined_function', hint = 'Check the connection to central, and run upgrade_database_structure on it.';
            end if;
            v_original := lizsync.central_query('select version from lizsync.sys_structure_metadonnee order by date_ajout desc, id desc limit 1');
            raise exception 'central has version % of the original LizSync and this clone version % of the LizSync structure', v_original, lizsync.current_version()
                using errcode = 'feature_not_supported', hint = 'Upgrade central with upgrade_database_structure.';
        end;
        -- As NTP does: the time that central took to answer does not count.
        v_offset := (extract(epoch from v_asked) - v_slot.asked_at + extract(epoch from clock_timestamp()) - v_slot.given_at) / 2;
        select * into v_begin from lizsync.begin_synchronization(v_slot.version, v_slot.functions, v_slot.program);

        -- Central waits for a clone for 30 seconds. What may take as long, on a tablet, is read before.
        perform lizsync.prepare_batches((v_begin.handshake).snapshot, v_begin.batches);
        v_batches := greatest(cardinality(v_begin.batches), 1);
        loop
            begin
                v_prefetch := lizsync.central_query(format(
                    'begin isolation level repeatable read read write; select lizsync.open_exchange(%L, %L, %L, make_interval(secs => %s), true)',
                    v_begin.handshake, v_begin.columns, v_begin.pending, v_offset
                ));
                for i in 1 .. v_batches - 1 loop
                    perform lizsync.central_query(lizsync.outgoing_message(i, false));
                end loop;
                v_final := true;
                perform lizsync.central_send(lizsync.outgoing_message(v_batches, true));
                -- While central applies them, the clone writes the prefetch. Central does not wait for it to commit.
                if v_prefetch is not null then
                    v_writing := true;
                    perform lizsync.apply_prefetch(v_prefetch);
                    v_writing := false;
                end if;
                v_answer := lizsync.central_result();
                v_committed := true;
                exit;
            exception when serialization_failure or deadlock_detected then
                v_tries := v_tries + 1;
                if v_tries = v_slot.max_tries or v_writing then
                    raise;
                end if;
                perform lizsync.central_query('rollback');
                v_final := false;
            end;
        end loop;

        v_acknowledgement := coalesce(v_answer, lizsync.central_query('select current_setting(''lizsync.acknowledgement'')'))::lizsync.acknowledgement;
        for i in 1 .. v_acknowledgement.batches loop
            perform lizsync.receive_batch(lizsync.central_query(format(
                'select lizsync.reply_batch(%L, %s, %L)', (v_begin.handshake).server_id, i, v_acknowledgement.token
            )));
        end loop;
        execute format('select %I.dblink_disconnect(''lizsync'')', v_dblink);
        return query select * from lizsync.apply_reply(v_acknowledgement);
    exception when others or query_canceled then
        declare
            v_state text := sqlstate;
            v_message text;
            v_detail text;
            v_hint text;
        begin
            get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
            execute format(
                'select %1$I.dblink_cancel_query(''lizsync''), %1$I.dblink_disconnect(''lizsync'') where ''lizsync'' = any (%1$I.dblink_get_connections())',
                v_dblink
            );
            if v_state in ('40001', '40P01') then
                v_hint := 'Somebody else was writing the same rows: synchronise again.';
            end if;
            if v_state = '57014' and current_setting('statement_timeout') <> '0' then
                v_hint := 'The clone''s database or role has a statement_timeout. SET statement_timeout = 0, then synchronise again.';
            elsif v_state = '25P03' then
                v_hint := 'Central has heard nothing of the clone for 30 seconds (idle_in_transaction_session_timeout), which it allows so that a clone that has vanished holds no locks. See to the link and to what keeps the clone''s server busy, then synchronise again.';
            elsif v_state ~ '^08' then
                v_hint := coalesce(nullif(v_hint, ''), 'The network has ended the connection, or central, which does so when its network hears nothing of the clone for 25 seconds (tcp_keepalives_idle, tcp_user_timeout). See to the link, then synchronise again.');
            elsif v_state = '53400' then
                v_hint := 'Raise temp_file_limit for the role that synchronises, on the side that the message comes from.';
            end if;
            if v_committed then
                v_detail := concat_ws(' ', nullif(v_detail, ''), 'Central is done; the clone receives it with the next synchronisation.');
            elsif v_final and (v_writing or v_state ~ '^(08|57)') then
                v_detail := concat_ws(' ', nullif(v_detail, ''), 'Central may be done; then the clone receives it with the next synchronisation.');
            end if;
            raise exception using errcode = v_state, message = v_message, detail = v_detail, hint = v_hint;
        end;
    end;
end
$$;
comment on function lizsync.synchronize() is
    'On a clone: synchronises with central. Returns the rows of the clone written on central, the rows of central written here, the values that lost, and the rows that are pending.';
revoke all on function lizsync.synchronize() from public;
