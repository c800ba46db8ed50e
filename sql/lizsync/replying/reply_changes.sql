-- The net effect of the events that the clone has not seen, less what it wrote last itself (rules 7 and 8 of the protocol).
-- No SET clause, so that the planner sees through it: see unseen_events.
create or replace function lizsync.reply_changes(p_exchange lizsync.exchanges) returns table (relation text, uid uuid, action text, fields hstore)
language sql stable
as $$
    with relation as materialized (
        select relid, relation, lizsync.sent_columns(relid) as columns from lizsync.publication_list(p_exchange.clone_id)
    ), event as materialized (
        select * from lizsync.reply_events(p_exchange)
    ), resent as materialized (
        -- Resent rows, which go as they are now. Their events do not tell how that is: the rows were not locked when it was
        -- decided to resend them, and a transaction that this exchange did not see may have written them before, by the
        -- order of the events.
        select relid, uid from event where resent group by relid, uid
    ), several as materialized (
        -- Rows with more than one event, but those that the clone alone has written.
        select
            relid, uid, max(event_id) filter (where action <> 'U') as existence,
            bool_or(of_clone)
                and (bool_or(action <> 'U') or max(event_id) filter (where not of_clone) > min(event_id) filter (where of_clone)) as in_turns
        from event
        where (relid, uid) not in (select relid, uid from resent)
        group by relid, uid
        having count(*) > 1 and not bool_and(of_clone)
    ), written as (
        select s.relid, s.uid, s.in_turns, s.existence, e.event_id, e.action, e.fields, e.of_clone
        from several s
        join event e on e.relid = s.relid and e.uid = s.uid
        where s.existence is null or e.event_id >= s.existence
    ), plain as (
        -- Rows that the clone has not edited, or edited after all others: less the fields that it wrote.
        select e.relid, e.uid, case e.action when 'I' then 'R' else e.action end as action, e.fields
        from event e
        where not e.of_clone and not exists (select from several s where s.relid = e.relid and s.uid = e.uid)
            and (e.relid, e.uid) not in (select relid, uid from resent)
        union all
        select g.relid, n.uid, case when n.fields is null then 'D' else 'R' end, n.fields
        from (select relid, array_agg(uid) as uids from resent group by relid) as g
        cross join lateral (
            select u.uid, c.fields from unnest(g.uids) as u (uid) left join lizsync.current_rows(g.relid, g.uids) as c using (uid)
        ) as n
        union all
        select
            relid, uid,
            case max(action) filter (where event_id = existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(fields order by event_id) filter (where not of_clone)
                - akeys(lizsync.net_fields(fields order by event_id) filter (where of_clone))
        from written
        where not in_turns
        group by relid, uid
    ), field as (
        -- And those that both have written in turns: each field, less those that the clone wrote last.
        select distinct on (w.relid, w.uid, f.key) w.relid, w.uid, f.key, f.value, w.of_clone
        from written w
        cross join each(w.fields) as f
        where w.in_turns and w.action <> 'D'
        order by w.relid, w.uid, f.key, w.event_id desc
    ), mixed as (
        -- A row that central has made again goes whole: the clone may not have it.
        select w.relid, w.uid, w.action, case w.action when 'R' then f.whole else f.fields end as fields
        from (
            select
                relid, uid,
                coalesce(
                    max(case action when 'D' then 'D' else 'R' end) filter (where event_id = existence and not of_clone), 'U'
                ) as action
            from written
            where in_turns
            group by relid, uid
        ) as w
        left join (
            select
                relid, uid, hstore(array_agg(key), array_agg(value)) as whole,
                hstore(array_agg(key) filter (where not of_clone), array_agg(value) filter (where not of_clone)) as fields
            from field
            group by relid, uid
        ) as f on f.relid = w.relid and f.uid = w.uid
    ), change as (
        select r.relation, n.uid, n.action, case n.action when 'D' then null else slice(n.fields, r.columns) end as fields
        from (select * from plain union all select * from mixed) as n
        join relation r using (relid)
        where n.action <> 'U' or n.fields is not null
        offset 0 -- so that the fields are made once
    )
    select c.relation, c.uid, c.action, c.fields from change c where c.action <> 'U' or c.fields <> ''
    union all
    select distinct r.relation, e.uid, null, null::hstore
    from event e join relation r using (relid)
    where not e.is_new and not e.of_exchange and (e.action <> 'U' or e.fields ?| r.columns)
$$;
comment on function lizsync.reply_changes(lizsync.exchanges) is
    'On central: the net changes that the clone of an exchange is sent in the reply; and, without an action, each row that it has prefetched in vain, because the exchange has written it since.';
revoke all on function lizsync.reply_changes(lizsync.exchanges) from public;
