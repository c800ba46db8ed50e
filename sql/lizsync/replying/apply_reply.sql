-- On a clone, in the transaction that began the synchronisation: writes what central sent, and moves the cursor with it.
-- User triggers do not run: their effects come from central. Where the role may, that is the replica role, under which
-- foreign keys and deferrable keys are checked here, by set, afterwards; otherwise the audit trigger ignores what is replayed. Triggers
-- of the tables that would still run are disabled for that time.
create or replace function lizsync.apply_reply(p_acknowledgement lizsync.acknowledgement) returns table (
    number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer
)
language plpgsql
set search_path from current
as $$
declare
    v_tables oid[];
    v_replica boolean := lizsync.may_set_replica_role();
    v_refused lizsync.pending_row[] := '{}';
    v_locked lizsync.pending_row[];
    v_broken boolean;
    v_table oid;
    v_role constant text := current_setting('session_replication_role');
    v_triggers name[];
    v_trigger name;
    v_statement text;
    v_statements text[];
    v_enable text[] := '{}';
begin
    set constraints all immediate;
    perform lizsync.note_client_settings();
    v_tables := lizsync.changeset_tables();
    perform set_config('lock_timeout', '5s', true);
    v_refused := v_refused || array(select h from lizsync.hold_edited_rows() as h);

    if v_replica then
        perform set_config('session_replication_role', 'replica', true);
    end if;
    perform set_config('lizsync.replaying', 'on', true);
    foreach v_table in array v_tables loop
        select array_agg(t.name), array_agg(format('alter table %s enable %s trigger %I', lizsync.relation_name(v_table), t.mode, t.name))
        into v_triggers, v_statements
        from lizsync.triggers_to_disable(v_table, v_replica) as t;
        begin
            foreach v_trigger in array coalesce(v_triggers, '{}') loop
                execute format('alter table %s disable trigger %I', lizsync.relation_name(v_table), v_trigger);
            end loop;
            v_enable := v_enable || v_statements;
        exception when lock_not_available then
            v_locked := array(
                select row (lizsync.relation_name(v_table), w.uid, null, false, 'somebody is editing the table here')::lizsync.pending_row
                from lizsync.staged_rows(v_table) as w
            );
            perform lizsync.unstage_rows(v_locked);
            v_refused := v_refused || v_locked;
        end;
    end loop;
    -- Written, checked, and, when rows break a foreign key or were edited meanwhile, written again without them. A row that
    -- somebody is editing is not waited for: it is held until the next synchronisation.
    perform set_config('lock_timeout', '1s', true);
    loop
        v_broken := false;
        begin
            perform lizsync.apply_changes();
            -- From here on the rows are locked.
            v_locked := array(select h from lizsync.hold_edited_rows() as h);
            v_broken := cardinality(v_locked) > 0;
            v_refused := v_refused || v_locked;
            if v_replica then
                v_locked := array(select b from lizsync.broken_rows() as b);
                v_broken := v_broken or cardinality(v_locked) > 0;
                v_refused := v_refused || v_locked;
            end if;
            if v_broken then
                raise exception 'write again' using errcode = 'LS001';
            end if;
        exception when sqlstate 'LS001' then
            null;
        end;
        exit when not v_broken;
        perform lizsync.unstage_rows(v_refused);
    end loop;

    perform set_config('session_replication_role', v_role, true) where v_replica;
    perform set_config('lizsync.replaying', 'off', true);
    foreach v_statement in array v_enable loop
        execute v_statement;
    end loop;
    perform lizsync.refresh_views(v_tables);
    return query select * from lizsync.close_reply(p_acknowledgement, v_refused);
end
$$;
comment on function lizsync.apply_reply(lizsync.acknowledgement) is
    'On a clone: writes what central sent, given its acknowledgement; returns what the whole synchronisation did.';
revoke all on function lizsync.apply_reply(lizsync.acknowledgement) from public;
