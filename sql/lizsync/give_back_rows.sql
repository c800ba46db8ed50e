-- On central: rows that somebody gave up on the clone. The values that the clone sent go to conflicts, and the row goes
-- back to it whole. Any edit is later than this one.
create or replace function lizsync.give_back_rows() returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table record;
begin
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select lizsync.relation_name(r.relid), r.uid, v_exchange.clone_id, v_exchange.sync_id, r.edited_at, r.author, r.fields, 'clone', 'given up'
    from lizsync.replay r
    join lizsync.standing s on s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up
    where r.exchange = v_exchange.transaction_id;

    delete from lizsync.replay r
    using lizsync.standing s
    where r.exchange = v_exchange.transaction_id and s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up;

    for v_table in
        select relid, array_agg(uid) as uids
        from lizsync.standing
        where exchange = v_exchange.transaction_id and given_up
        group by relid
    loop
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, action, row_data, statement_only, uid, sync_data
        )
        select
            n.nspname, t.relname, t.oid, session_user, current_timestamp, statement_timestamp(), clock_timestamp(), v_exchange.transaction_id,
            current_setting('application_name'), inet_client_addr(), inet_client_port(),
            case when c.uid is null then 'D' else 'I' end, coalesce(c.fields, hstore('uid', u.uid::text)), false, u.uid,
            jsonb_build_object('sync_id', v_exchange.sync_id, 'time', '-infinity', 'for', v_exchange.clone_id)
        from unnest(v_table.uids) as u (uid)
        left join lizsync.current_rows(v_table.relid, v_table.uids) as c using (uid)
        cross join pg_class t
        join pg_namespace n on n.oid = t.relnamespace
        where t.oid = v_table.relid;
    end loop;
end
$$;
comment on function lizsync.give_back_rows() is 'On central: sends the rows that the clone has given up back to it, whole.';
revoke all on function lizsync.give_back_rows() from public;
