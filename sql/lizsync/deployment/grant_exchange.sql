-- An upgrade does it again for the roles of the registered clones: it may bring new functions.
create or replace function lizsync.grant_exchange(p_role name) returns void
language plpgsql
set search_path from current
as $$
begin
    execute format('grant usage on schema lizsync to %I', p_role);
    execute format(
        'grant execute on function
            lizsync.current_version(), lizsync.functions_state(), lizsync.acquire_slot(),
            lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean),
            lizsync.receive_batch(text), lizsync.exchange(), lizsync.reply_batch(uuid, integer, uuid),
            lizsync.clone_status(uuid, pg_snapshot), lizsync.clone_conflicts(uuid, integer),
            -- and what exchange() calls with the rights of the role:
            lizsync.prepare_changeset(), lizsync.apply_changes(), lizsync.close_exchange(),
            lizsync.is_central_exchange(), lizsync.changeset_tables(), lizsync.has_deletes(oid), lizsync.number_refused(),
            lizsync.write_tables(boolean), lizsync.write_table(oid, boolean, boolean), lizsync.resolve_conflicts(oid, boolean, boolean), lizsync.changeset_groups(oid, boolean, boolean),
            lizsync.write_range(lizsync.staged_range), lizsync.write_rows(lizsync.staged_range), lizsync.run_as_client(text, lizsync.staged_range),
            lizsync.changeset_range(lizsync.staged_range), lizsync.from_range(lizsync.staged_range),
            lizsync.note_client_settings(), lizsync.decode(text, lizsync.staged_range), lizsync.decoded_rows(oid, text[], text, integer, text), lizsync.base_type(oid),
            lizsync.update_statement(oid, text[], text, integer, text, text), lizsync.insert_statement(oid, text[], text, integer, text), lizsync.write_statements(lizsync.staged_range, text), lizsync.hstore_schema(),
            lizsync.check_written(lizsync.staged_range, integer), lizsync.check_none_missing(lizsync.staged_range), lizsync.known_to_be_missing(oid),
            lizsync.refuse_cascade(lizsync.staged_range, boolean), lizsync.held_child(oid), lizsync.check_not_rewritten(oid), lizsync.is_server_error(text),
            lizsync.refuse_range(lizsync.staged_range, text, text), lizsync.refuse_rows(oid, uuid[], text, text),
            lizsync.write_unlocked(lizsync.staged_range, text), lizsync.refuse_locked(lizsync.staged_range, text),
            lizsync.note_former_keys(lizsync.staged_range), lizsync.record_former_keys(oid, uuid[], hstore[]), lizsync.former_keys(oid),
            lizsync.write_together(), lizsync.try_together(bigint), lizsync.write_at_once(bigint), lizsync.refused_transactions(),
            lizsync.leave_out(bigint, lizsync.pending_row[]), lizsync.leave_out_others(text), lizsync.take_in(),
            lizsync.refuse_misdirected(oid), lizsync.is_number_key(oid, text), lizsync.relation_label(oid),
            lizsync.broken_rows(), lizsync.orphans(), lizsync.duplicates(), lizsync.foreign_keys(oid[]), lizsync.staged_rows(oid),
            lizsync.accept_range(lizsync.staged_range), lizsync.accept_rows(oid, uuid[]),
            lizsync.write_as_group(oid), lizsync.set_aside(oid, boolean), lizsync.unique_violations(oid), lizsync.refused_rows(oid),
            lizsync.write_children(oid), lizsync.dependants(lizsync.pending_row[]),
            lizsync.relation_name(oid), lizsync.sent_columns(regclass), lizsync.local_columns(regclass)
        to %I',
        p_role
    );
    -- The grant has written the rows of the catalog, and altered no function.
    update lizsync.installed_functions f set function_oid = d.function_oid, written = d.written
    from lizsync.function_digests() as d
    where d.signature = f.signature and d.digest = f.digest and d.written <> f.written;
end
$$;
comment on function lizsync.grant_exchange(name) is
    'On central: grants the role of a clone what it needs of LizSync to synchronise (not the tables).';
revoke all on function lizsync.grant_exchange(name) from public;
