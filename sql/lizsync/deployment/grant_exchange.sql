-- An upgrade does it again for the roles of the registered clones: it may bring new functions.
create or replace function lizsync.grant_exchange(p_role name) returns void
language plpgsql
set search_path from current
as $$
begin
    execute format('grant usage on schema lizsync to %I', p_role);
    execute format(
        'grant execute on function
            lizsync.current_version(), lizsync.acquire_slot(),
            lizsync.open_exchange(lizsync.handshake, lizsync.table_column[], lizsync.pending_row[], interval, boolean),
            lizsync.receive_batch(text), lizsync.exchange(), lizsync.reply_batch(uuid, integer, uuid),
            lizsync.clone_status(uuid, pg_snapshot), lizsync.clone_conflicts(uuid, integer),
            -- and what exchange() calls with the rights of the role:
            lizsync.prepare_changeset(), lizsync.apply_changes(), lizsync.close_exchange(),
            lizsync.is_central_exchange(), lizsync.changeset_tables(), lizsync.has_deletes(oid), lizsync.number_refused(),
            lizsync.write_table(oid, boolean, boolean), lizsync.resolve_conflicts(oid, boolean, boolean), lizsync.changeset_groups(oid, boolean, boolean),
            lizsync.write_range(oid, text, text[], integer, integer, boolean),
            lizsync.changeset_range(oid, text, text[], integer, integer, boolean),
            lizsync.refuse_range(oid, text, text[], integer, integer, boolean, text, text), lizsync.refuse_rows(oid, uuid[], text, text),
            lizsync.refuse_locked(oid, text, text[], integer, integer, text, text),
            lizsync.accept_range(oid, text, text[], integer, integer), lizsync.held_child(oid),
            lizsync.may_cascade(oid, text, text[]), lizsync.check_not_rewritten(oid), lizsync.hstore_schema(), lizsync.is_server_error(text),
            lizsync.write_as_group(oid), lizsync.unique_violations(oid), lizsync.accept_rows(oid, uuid[]),
            lizsync.relation_name(oid), lizsync.sent_columns(regclass), lizsync.local_columns(regclass)
        to %I',
        p_role
    );
end
$$;
comment on function lizsync.grant_exchange(name) is
    'On central: grants the role of a clone what it needs of LizSync to synchronise (not the tables).';
revoke all on function lizsync.grant_exchange(name) from public;
