-- No SET clause, so that the planner sees through it: see unseen_events.
create or replace function lizsync.rows_beyond_prefetch(p_exchange lizsync.exchanges) returns table (relid oid, uid uuid, is_new boolean)
language sql stable
as $$
    select e.relid, e.uid, bool_or((e.of_clone or e.resent) and not e.of_exchange or h.uid is not null)
    from lizsync.unseen_events(p_exchange) as e
    left join lizsync.held_rows h on h.exchange = p_exchange.transaction_id and h.relid = e.relid and h.uid = e.uid
    where p_exchange.prefetched is not null
        and e.relid = any (array(select p.relid from lizsync.publication_list(p_exchange.clone_id) as p))
        and case
            when e.of_exchange then not e.of_clone
            else e.of_clone or e.resent or h.uid is not null or (e.relid, e.uid) in (
                select p.relid, i.uid
                from lizsync.incoming i join lizsync.publication_list(p_exchange.clone_id) as p using (relation)
                where i.exchange = p_exchange.transaction_id
            )
        end
    group by e.relid, e.uid
$$;
comment on function lizsync.rows_beyond_prefetch(lizsync.exchanges) is
    'On central: the rows that the reply has to tell of when others were prefetched: those that the prefetch leaves out, because the clone has edited them or they are held (is_new), those that the clone has sent since, and those that the exchange wrote beyond what the clone sent.';
revoke all on function lizsync.rows_beyond_prefetch(lizsync.exchanges) from public;
