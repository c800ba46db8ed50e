-- Runs under the settings of rewrite_events, which calls it.
create or replace function lizsync.record_missing_row_conflicts(p_exchange lizsync.exchanges, p_relid oid, p_uids uuid[]) returns void
language sql
set search_path from current
as $$
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select lizsync.relation_name(p_relid), r.uid, p_exchange.clone_id, p_exchange.sync_id, r.edited_at, r.author, r.fields, 'clone', 'delete wins'
    from lizsync.changeset r
    where r.exchange = p_exchange.transaction_id and r.relid = p_relid and r.uid = any (p_uids) and r.action <> 'D'
        and r.uid not in (select c.uid from lizsync.current_rows(p_relid, p_uids) as c)
        and not exists (
            select from audit.logged_actions l
            where l.relid = p_relid and l.transaction_id = p_exchange.transaction_id and l.uid = r.uid and l.action = 'D'
        );
$$;
comment on function lizsync.record_missing_row_conflicts(lizsync.exchanges, oid, uuid[]) is
    'On central: edits that the clone sent of rows that are not there lose to the delete, and go to conflicts.';
revoke all on function lizsync.record_missing_row_conflicts(lizsync.exchanges, oid, uuid[]) from public;
