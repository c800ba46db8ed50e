create or replace function lizsync.rows_to_rewrite(p_exchange lizsync.exchanges, p_relids oid[]) returns table (relid oid, uids uuid[])
language sql stable
set search_path from current
as $$
    with own as (
        select relid, uid, count(*) as events, bool_or(sync_data is not null) as attributed
        from audit.logged_actions
        where relid = any (p_relids) and transaction_id = p_exchange.transaction_id
        group by relid, uid
    )
    select r.relid, array_agg(r.uid) as uids
    from lizsync.changeset r
    left join own o on o.relid = r.relid and o.uid = r.uid
    where r.exchange = p_exchange.transaction_id and r.error is null and (r.won <> '' or r.action = 'D')
        and (o.attributed is not true or o.events > 1 and r.action <> 'D')
    group by r.relid
$$;
comment on function lizsync.rows_to_rewrite(lizsync.exchanges, oid[]) is
    'On central: the rows that an exchange has written and whose events are not just what the clone sent, by table.';
revoke all on function lizsync.rows_to_rewrite(lizsync.exchanges, oid[]) from public;
