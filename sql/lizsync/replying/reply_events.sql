-- No SET clause, so that the planner sees through it: see unseen_events.
create or replace function lizsync.reply_events(p_exchange lizsync.exchanges) returns table (
    event_id bigint, relid oid, uid uuid, action text, fields hstore, of_clone boolean, of_exchange boolean, resent boolean, is_new boolean
)
language sql stable
as $$
    select e.event_id, e.relid, e.uid, e.action, e.fields, e.of_clone, e.of_exchange, e.resent, b.is_new
    from lizsync.unseen_events(p_exchange) as e
    left join lizsync.rows_beyond_prefetch(p_exchange) as b on b.relid = e.relid and b.uid = e.uid
    where e.relid = any (array(select p.relid from lizsync.publication_list(p_exchange.clone_id) as p))
        and (p_exchange.prefetched is null or b.uid is not null)
        -- Nothing goes back of a row that was refused.
        and not exists (
            select from lizsync.changeset c
            where c.exchange = p_exchange.transaction_id and c.error is not null and c.relid = e.relid and c.uid = e.uid
        )
$$;
comment on function lizsync.reply_events(lizsync.exchanges) is
    'On central: the events that the reply is computed from: what the clone of an exchange has not seen, the exchange included, less what it has prefetched. is_new: see rows_beyond_prefetch.';
revoke all on function lizsync.reply_events(lizsync.exchanges) from public;
