-- Records the rows that one statement of an exchange inserted or updated, in half the time that audit.log_row takes for them,
-- and says at once which are just what the clone sent (rule 9 of the protocol): lizsync.attribute_events sees to the others.
--
-- Each table has a setting of its own, named in its triggers: a session in which that is null is recorded by row, any other by
-- statement. A session that has set it can't make it null again, so that nobody escapes both, whatever he sets. A table for
-- which the order of events would suffer is refused here: one that got a trigger since the session set it.
--
-- SECURITY DEFINER: see audit.log_row.
create or replace function audit.log_statement() returns trigger
language plpgsql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    c_query constant text := case when tg_argv[0]::boolean then left(current_query(), 1000) end;
    c_ignored constant text[] := tg_argv[2];
    c_transaction constant bigint := pg_current_xact_id()::text;
    -- The same for every row.
    c_application constant text := current_setting('application_name');
    c_address constant inet := inet_client_addr();
    c_port constant integer := inet_client_port();
    v_exchange lizsync.exchanges;
    v_attribution jsonb; -- of all rows but for the time: made for each, it would take a tenth of the whole
begin
    if not lizsync.is_captured_by_statement(tg_relid) or not tg_argv[1]::boolean then
        raise exception 'this session cannot write to %.%: the table has got a trigger since it synchronised', tg_table_schema, tg_table_name
            using errcode = 'object_not_in_prerequisite_state', hint = 'Connect again.';
    end if;
    select * into v_exchange from lizsync.exchanges where transaction_id = c_transaction;
    v_attribution := lizsync.attribution(v_exchange, now());

    if tg_op = 'INSERT' then
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, statement_only, uid, sync_data
        )
        select
            tg_table_schema, tg_table_name, tg_relid, coalesce(r.author, session_user),
            current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
            c_application, c_address, c_port, c_query,
            'I', c.row_data, false, c.uid, jsonb_set(v_attribution, '{time}', to_jsonb(r.edited_at))
        from (select n.uid, hstore(n.*) as row_data from new_rows as n offset 0) as c
        left join lizsync.changeset r
            on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
                and r.first_event = r.last_event and r.action = 'R' and c.row_data @> r.won;
        return null;
    end if;

    -- A changed uid is the delete of one row and the insert of another.
    insert into audit.logged_actions (
        schema_name, table_name, relid, session_user_name,
        action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, client_query,
        action, row_data, changed_fields, statement_only, uid, sync_data
    )
    select
        tg_table_schema, tg_table_name, tg_relid, coalesce(r.author, session_user),
        current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
        c_application, c_address, c_port, c_query,
        case when c.changed is not null then 'U' when c.before is not null then 'D' else 'I' end,
        case
            when pg_column_size(c.before) > audit.large_value_size() and c.changed is not null then audit.without_large_values(c.before, c.changed)
            else coalesce(c.before, c.after)
        end,
        c.changed, false, c.uid, jsonb_set(v_attribution, '{time}', to_jsonb(r.edited_at))
    from (
        select uid, before, after, after - before as changed
        from (select o.uid, hstore(o.*) as before from old_rows as o offset 0) as o
        full join (select n.uid, hstore(n.*) as after from new_rows as n offset 0) as n using (uid)
        offset 0
    ) as c
    left join lizsync.changeset r
        on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
            and r.first_event = r.last_event and r.action <> 'D' and c.changed = r.won
    where c.changed is null or c.changed <> '' and (c_ignored = '{}' or c.changed - c_ignored <> '');
    return null;
end
$$;
comment on function audit.log_statement() is 'On both sides: trigger: records the rows that a statement of an exchange inserted or updated in audit.logged_actions.';
revoke all on function audit.log_statement() from public;
