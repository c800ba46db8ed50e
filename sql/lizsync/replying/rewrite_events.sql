-- On central: the events of the rows that are not the plain case of attribute_events, written anew from what the rows are now.
create or replace function lizsync.rewrite_events(p_relid oid, p_uids uuid[]) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange constant lizsync.exchanges := lizsync.this_exchange();
begin
    perform lizsync.record_missing_row_conflicts(v_exchange, p_relid, p_uids);

    with entry as materialized (
        select * from lizsync.rewritten_events(v_exchange, p_relid, p_uids)
    ), replaced as (
        delete from audit.logged_actions
        where relid = p_relid and transaction_id = v_exchange.transaction_id and uid in (select uid from entry where replaces)
    )
    insert into audit.logged_actions (
        schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, action, row_data, changed_fields, statement_only, uid, sync_data
    )
    select
        n.nspname, t.relname, p_relid, e.author, current_timestamp, statement_timestamp(), clock_timestamp(), v_exchange.transaction_id,
        current_setting('application_name'), inet_client_addr(), inet_client_port(), e.action, e.row_data, e.changed_fields, false, e.uid,
        e.sync_data || jsonb_build_object('sync_id', v_exchange.sync_id, 'time', e.edited_at)
    from entry e, pg_class t join pg_namespace n on n.oid = t.relnamespace
    where t.oid = p_relid
    order by e.uid, e.position;
end
$$;
comment on function lizsync.rewrite_events(oid, uuid[]) is
    'On central: writes anew the events of rows that triggers altered, that several edits made, or that nothing was written of.';
revoke all on function lizsync.rewrite_events(oid, uuid[]) from public;
