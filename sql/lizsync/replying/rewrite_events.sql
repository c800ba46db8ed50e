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
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table text := lizsync.relation_name(p_relid);
begin
    -- A row that is not there: its edits lose to the delete, and the clone is told to delete it.
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select v_table, r.uid, v_exchange.clone_id, v_exchange.sync_id, r.edited_at, r.author, r.fields, 'clone', 'delete wins'
    from lizsync.changeset r
    where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = any (p_uids) and r.action <> 'D'
        and r.uid not in (select c.uid from lizsync.current_rows(p_relid, p_uids) as c)
        and not exists (
            select from audit.logged_actions l
            where l.relid = p_relid and l.transaction_id = v_exchange.transaction_id and l.uid = r.uid and l.action = 'D'
        );

    with change as materialized (
        select * from lizsync.changeset where exchange = v_exchange.transaction_id and relid = p_relid and uid = any (p_uids)
    ), now as materialized (
        select uid, fields from lizsync.current_rows(p_relid, p_uids)
    ), own as materialized (
        select * from audit.logged_actions
        where relid = p_relid and transaction_id = v_exchange.transaction_id and uid = any (p_uids)
    ), before as (
        select distinct on (uid) uid, row_data from own order by uid, event_id
    ), inserted as (
        select distinct on (uid) uid, row_data from own where action = 'I' order by uid, event_id desc
    ), source as (
        -- Each field of the change, with the event of the clone that set it.
        select distinct on (c.uid, f.key) c.uid, f.key, i.event_id, i.edited_at, i.author
        from change c
        join lizsync.incoming i
            on i.exchange = c.exchange and i.relation = v_table and i.uid = c.uid and i.event_id >= c.first_event
        cross join each(i.fields) as f
        where c.action <> 'D'
        order by c.uid, f.key, i.event_id desc
    ), written as (
        select c.uid, k.key, n.fields -> k.key as value, s.event_id, s.edited_at, s.author,
            (n.fields -> k.key) is not distinct from (c.won -> k.key) as taken
        from change c
        join now n using (uid)
        cross join skeys(c.won) as k (key)
        join source s on s.uid = c.uid and s.key = k.key
        where c.action <> 'D'
    ), altered as (
        select uid, key, value, edited_at from written where not taken
        union all
        select o.uid, k.key, n.fields -> k.key, (select max(w.edited_at) from written w where w.uid = o.uid)
        from (
            select o.uid, lizsync.net_fields(o.changed_fields order by o.event_id) as fields
            from own o
            where o.action = 'U'
            group by o.uid
        ) as o
        join change c using (uid)
        join now n using (uid)
        cross join skeys(o.fields) as k (key)
        where c.action <> 'D' and not c.won ? k.key and n.fields ? k.key
    ), entry (uid, position, action, row_data, changed_fields, author, edited_at, sync_data) as (
        -- The insert, by the clone.
        select
            c.uid, 0, 'I', i.row_data || n.fields, null::hstore, a.author, a.edited_at,
            jsonb_build_object('origin', v_exchange.clone_id)
        from change c
        join inserted i using (uid)
        join now n using (uid)
        join lizsync.incoming a on a.exchange = c.exchange and a.event_id = c.first_event
        where c.action = 'R'
        union all
        -- What stands as the clone sent it, by event of the clone.
        select
            w.uid, w.event_id, 'U', coalesce(b.row_data, n.fields), hstore(array_agg(w.key), array_agg(w.value)),
            w.author, w.edited_at, jsonb_build_object('origin', v_exchange.clone_id)
        from written w
        join change c using (uid)
        join now n using (uid)
        left join before b using (uid)
        where w.taken and not (w.event_id = c.first_event and c.uid in (select uid from inserted))
        group by w.uid, w.event_id, b.row_data, n.fields, w.author, w.edited_at
        union all
        -- What a trigger of central altered, or did not take.
        select
            a.uid, 9223372036854775807, 'U', coalesce(b.row_data, n.fields), hstore(array_agg(a.key), array_agg(a.value)),
            session_user, a.edited_at, jsonb_build_object('cause', v_exchange.clone_id)
        from altered a
        join now n using (uid)
        left join before b using (uid)
        group by a.uid, b.row_data, n.fields, a.edited_at
        union all
        -- Rows that are not there. For the clone alone: a row made again by a transaction that this one does not see is there for all
        -- others, and comes to the clone next time.
        select c.uid, 0, 'D', c.fields, null, session_user, '-infinity', jsonb_build_object('for', v_exchange.clone_id)
        from change c
        where c.action <> 'D' and c.uid not in (select uid from now) and c.uid not in (select uid from own where action = 'D')
        union all
        -- Rows whose delete a trigger did not let through, whatever it did instead.
        select c.uid, 0, 'I', n.fields, null, session_user, '-infinity', jsonb_build_object('for', v_exchange.clone_id)
        from change c join now n using (uid)
        where c.action = 'D' and c.uid not in (select uid from inserted)
    ), replaced as (
        delete from audit.logged_actions l
        using own o
        where l.event_id = o.event_id and o.uid in (select uid from written)
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
