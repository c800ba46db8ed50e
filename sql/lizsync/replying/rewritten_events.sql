-- Runs under the settings of rewrite_events, which calls it.
create or replace function lizsync.rewritten_events(p_exchange lizsync.exchanges, p_relid oid, p_uids uuid[]) returns table (
    uid uuid, "position" bigint, action text, row_data hstore, changed_fields hstore, author text, edited_at timestamptz, sync_data jsonb,
    replaces boolean
)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    with change as materialized (
        select * from lizsync.changeset where exchange = p_exchange.transaction_id and relid = p_relid and uid = any (p_uids)
    ), now as materialized (
        select uid, fields from lizsync.current_rows(p_relid, p_uids)
    ), own as materialized (
        select * from audit.logged_actions
        where relid = p_relid and transaction_id = p_exchange.transaction_id and uid = any (p_uids)
    ), before as (
        select distinct on (uid) uid, row_data from own order by uid, event_id
    ), inserted as (
        select distinct on (uid) uid, row_data from own where action = 'I' order by uid, event_id desc
    ), source as (
        -- Each field of the change, with the event of the clone that set it.
        select distinct on (c.uid, f.key) c.uid, f.key, i.event_id, least(i.edited_at, clock_timestamp()) as edited_at, i.author
        from change c
        join lizsync.incoming i
            on i.exchange = c.exchange and i.relation = lizsync.relation_name(p_relid) and i.uid = c.uid and i.event_id >= c.first_event
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
    )
    -- The insert, by the clone.
    select
        c.uid, 0, 'I', i.row_data || n.fields, null::hstore, a.author, a.edited_at,
        jsonb_build_object('origin', p_exchange.clone_id), true
    from change c
    join inserted i using (uid)
    join now n using (uid)
    join lizsync.incoming a on a.exchange = c.exchange and a.event_id = c.first_event
    where c.action = 'R'
    union all
    -- What stands as the clone sent it, by event of the clone.
    select
        w.uid, w.event_id, 'U', coalesce(b.row_data, n.fields), hstore(array_agg(w.key), array_agg(w.value)),
        w.author, w.edited_at, jsonb_build_object('origin', p_exchange.clone_id), true
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
        session_user, a.edited_at, jsonb_build_object('cause', p_exchange.clone_id),
        a.uid in (select uid from written)
    from altered a
    join now n using (uid)
    left join before b using (uid)
    group by a.uid, b.row_data, n.fields, a.edited_at
    union all
    -- Rows that are not there. For the clone alone: a row made again by a transaction that this one does not see is there for all
    -- others, and comes to the clone next time.
    select c.uid, 0, 'D', c.fields, null, session_user, '-infinity', jsonb_build_object('for', p_exchange.clone_id), false
    from change c
    where c.action <> 'D' and c.uid not in (select uid from now) and c.uid not in (select uid from own where action = 'D')
    union all
    -- Rows whose delete a trigger did not let through, whatever it did instead.
    select c.uid, 0, 'I', n.fields, null, session_user, '-infinity', jsonb_build_object('for', p_exchange.clone_id), false
    from change c join now n using (uid)
    where c.action = 'D' and c.uid not in (select uid from inserted);
end
$$;
comment on function lizsync.rewritten_events(lizsync.exchanges, oid, uuid[]) is
    'On central: what the log is to say of rows that an exchange has written, from what they are now, in the order of uid and position; and whether that replaces what their triggers have logged.';
revoke all on function lizsync.rewritten_events(lizsync.exchanges, oid, uuid[]) from public;
