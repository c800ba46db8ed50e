-- Records a changed row. Hot code: it runs for every row that anybody edits.
--
-- SECURITY DEFINER: whoever edits a table writes the log through it and has no other right on it.
-- Values are kept in PostgreSQL's text form, so every setting that this form depends on is pinned.
--
-- Arguments: whether to keep the client's statement, whether the table has a uid column, the ignored columns.
create or replace function audit.log_row() returns trigger
language plpgsql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
as $$
declare
    c_has_uid constant boolean := tg_argv[1];
    v_action text := left(tg_op, 1);
    v_row hstore;
    v_new hstore;
    v_changed hstore;
    v_uid uuid;
    v_new_uid uuid;
    v_left hstore;
begin
    -- What central sent is not an edit made here. The setting alone, which anybody may set, is not believed.
    -- Two conditions would be one query, planned and run for each row.
    if current_setting('lizsync.replaying', true) = 'on' then
        if lizsync.is_replaying() then
            return new;
        end if;
    end if;
    if v_action = 'I' then
        v_row := hstore(new);
        if c_has_uid then
            v_uid := new.uid;
        end if;
    else
        v_row := hstore(old);
        if c_has_uid then
            v_uid := old.uid;
        end if;
    end if;
    if v_action = 'U' then
        v_new := hstore(new);
        v_changed := v_new - v_row;
        if v_changed = '' then
            return new;
        end if;
        if tg_argv[2] <> '{}' then
            if v_changed - tg_argv[2]::text[] = '' then
                return new;
            end if;
        end if;
        if c_has_uid and v_changed ? 'uid' then
            v_action := 'D';
            v_new_uid := v_changed -> 'uid';
        elsif pg_column_size(v_row) > audit.large_value_size() then
            v_row := audit.without_large_values(v_row, v_changed);
        end if;
    end if;

    -- As text a row may be twice as large.
    if greatest(pg_column_size(v_row), pg_column_size(v_new)) > audit.largest_row() / 2 then
        if tg_op <> 'DELETE' then
            perform audit.check_row_size(tg_table_schema, tg_table_name, coalesce(v_new, v_row));
        end if;
        -- From before the table was audited.
        if pg_column_size(v_row) > audit.largest_row() then
            v_row := audit.without_large_values(v_row, '');
        end if;
    end if;

    -- Once triggers have written this table, the row itself tells what is left of the change, until the transaction ends.
    if pg_trigger_depth() > 1 then
        perform set_config('lizsync.nested_' || tg_relid, 'on', true);
    end if;
    if current_setting('lizsync.nested_' || tg_relid, true) = 'on' and c_has_uid and tg_when = 'AFTER' and v_action <> 'D' then
        v_left := audit.what_triggers_left(tg_relid, tg_table_schema, tg_table_name, v_uid, hstore(new));
        if v_left is null then
            return new;
        end if;
        if v_action = 'I' then
            v_row := v_left;
        else
            v_changed := v_changed - akeys(hstore(new) - v_left);
            if v_changed = '' then
                return new;
            end if;
        end if;
    end if;

    loop
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, changed_fields, statement_only, uid
        ) values (
            tg_table_schema, tg_table_name, tg_relid, session_user,
            current_timestamp, statement_timestamp(), clock_timestamp(), pg_current_xact_id()::text::bigint,
            current_setting('application_name'), inet_client_addr(), inet_client_port(),
            case when tg_argv[0]::boolean then left(current_query(), 1000) end,
            v_action, v_row, case v_action when 'U' then v_changed end, false, v_uid
        );
        -- A changed uid is the delete of one row and the insert of another.
        exit when v_new_uid is null;
        v_action := 'I';
        v_row := hstore(new);
        v_uid := v_new_uid;
        v_new_uid := null;
    end loop;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function audit.log_row() is 'On both sides: trigger: records an inserted, updated or deleted row in audit.logged_actions.';
revoke all on function audit.log_row() from public;
