-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.refused_transactions() returns setof bigint
language sql stable security definer
set search_path from current
as $$
    select i.transaction_id
    from lizsync.changeset r
    join lizsync.incoming i
        on i.exchange = r.exchange and i.relation = lizsync.relation_name(r.relid) and i.uid = r.uid and i.event_id between r.first_event and r.last_event
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint and r.error is not null
    group by i.transaction_id
    having count(distinct (r.relid, r.uid)) > 1
    order by random() -- so that each has its turn
    limit 20
$$;
comment on function lizsync.refused_transactions() is
    'On central: the transactions of the clone of which several rows are refused, twenty at most.';
revoke all on function lizsync.refused_transactions() from public;
