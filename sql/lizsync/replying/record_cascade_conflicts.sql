-- Rule 10 of the protocol. A row that the clone has sent counts only if the clone did not set that key itself. All other
-- rows count, also those that refer to a row that the clone has made again under another key. Runs under the settings of
-- attribute_events, which calls it.
create or replace function lizsync.record_cascade_conflicts(p_exchange lizsync.exchanges, p_relids oid[], p_foreign_keys oid[]) returns void
language plpgsql
set search_path from current
as $$
begin
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, field_name, central_value, central_time, central_author, row_data, rejected, rule_applied
    )
    with foreign_key as (
        select c.conrelid, a.attname::text as field, c.confdeltype, c.confupdtype
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.oid = any (p_foreign_keys)
    ), taken as (
        select l.event_id, l.relid, l.uid, l.action, l.row_data, k.field
        from audit.logged_actions l
        join foreign_key k on k.conrelid = l.relid
        where l.relid = any (p_relids)
            and l.transaction_id = p_exchange.transaction_id
            and (l.action = 'D' and k.confdeltype = 'c' or l.action = 'U' and l.changed_fields ? k.field)
            and (
                l.sync_data is null
                or l.sync_data ? 'cause' and not exists (
                    select from lizsync.changeset r
                    where r.exchange = p_exchange.transaction_id and r.relid = l.relid and r.uid = l.uid and r.won ? k.field
                )
            )
    )
    select distinct on (t.event_id, field)
        lizsync.relation_name(t.relid), t.uid, p_exchange.clone_id, p_exchange.sync_id,
        case t.action when 'U' then t.field end as field,
        case t.action when 'U' then t.row_data -> t.field end,
        e.edited_at, e.author,
        case t.action when 'D' then t.row_data end,
        'central', 'foreign key action'
    from taken t
    cross join lateral (
        select u.edited_at, u.author
        from lizsync.unseen_edits(p_exchange) as u
        where u.relid = t.relid and u.uid = t.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
            and (t.action = 'D' or u.fields ? t.field)
        order by u.event_id desc
        limit 1
    ) as e
    order by t.event_id, field;
end
$$;
comment on function lizsync.record_cascade_conflicts(lizsync.exchanges, oid[], oid[]) is
    'On central: keeps in conflicts the values and rows that foreign keys changed or removed in an exchange although central had edited them, unseen by the clone.';
revoke all on function lizsync.record_cascade_conflicts(lizsync.exchanges, oid[], oid[]) from public;
