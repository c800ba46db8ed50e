-- Runs under the settings of attribute_events, which calls it.
create or replace function lizsync.record_delete_conflicts(p_exchange lizsync.exchanges, p_relids oid[]) returns void
language plpgsql
set search_path from current
as $$
begin
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, central_time, clone_time, central_author, clone_author, row_data, rejected, rule_applied
    )
    select
        lizsync.relation_name(r.relid), r.uid, p_exchange.clone_id, p_exchange.sync_id, e.edited_at, r.edited_at, e.author, r.author,
        l.row_data, 'central', 'delete wins'
    from lizsync.changeset r
    join audit.logged_actions l
        on l.relid = any (p_relids) and l.transaction_id = p_exchange.transaction_id and l.action = 'D'
            and l.relid = r.relid and l.uid = r.uid
    cross join lateral (
        select u.edited_at, u.author from lizsync.unseen_edits(p_exchange) as u
        where u.relid = r.relid and u.uid = r.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
        order by u.event_id desc
        limit 1
    ) as e
    where r.exchange = p_exchange.transaction_id and r.action = 'D' and r.error is null and r.counterpart is not null;
end
$$;
comment on function lizsync.record_delete_conflicts(lizsync.exchanges, oid[]) is
    'On central: keeps in conflicts the rows that the clone deleted although central had edited them, unseen by the clone.';
revoke all on function lizsync.record_delete_conflicts(lizsync.exchanges, oid[]) from public;
