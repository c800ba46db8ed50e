-- On central: an event for the clone of the running exchange alone, which is no edit: any edit is later. A row that is not there
-- any more goes as a delete.
create or replace function lizsync.resend_rows(p_relid oid, p_uids uuid[]) returns void
language sql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
    insert into audit.logged_actions (
        schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, action, row_data, statement_only, uid, sync_data
    )
    select
        n.nspname, t.relname, t.oid, session_user, current_timestamp, statement_timestamp(), clock_timestamp(), x.transaction_id,
        current_setting('application_name'), inet_client_addr(), inet_client_port(),
        case when c.uid is null then 'D' else 'I' end, coalesce(c.fields, hstore('uid', u.uid::text)), false, u.uid,
        jsonb_build_object('sync_id', x.sync_id, 'time', '-infinity', 'for', x.clone_id)
    from lizsync.this_exchange() as x
    cross join unnest(p_uids) as u (uid)
    left join lizsync.current_rows(p_relid, p_uids) as c using (uid)
    cross join pg_class t
    join pg_namespace n on n.oid = t.relnamespace
    where t.oid = p_relid
$$;
comment on function lizsync.resend_rows(oid, uuid[]) is 'On central: sends rows of a table to the clone of the running exchange, whole.';
revoke all on function lizsync.resend_rows(oid, uuid[]) from public;
