-- On central, after a change of structure on both sides. What the clone sent of columns that no longer exist goes to
-- conflicts: nobody knows whether another column has taken their place. The rows go back whole. So do rows with an event
-- from before the change that names such a column or lacks a new one: only the table has their present values.
create or replace function lizsync.resolve_column_changes() returns void
language plpgsql
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_changed constant oid[] := lizsync.changed_tables(v_exchange, true);
    v_table record;
    v_uids uuid[];
begin
    if v_changed is null then
        return;
    end if;
    for v_table in
        select
            w.relation, w.relid, lizsync.sent_columns(w.relid) as sent,
            array(select attname::text from pg_attribute where attrelid = w.relid and attnum > 0 and not attisdropped) as columns
        from lizsync.publication_list(v_exchange.clone_id) as w
        where w.relid = any (v_changed)
    loop
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, field_name, clone_value, clone_time, clone_author, rejected, rule_applied
        )
        select distinct on (i.uid, f.key)
            v_table.relation, i.uid, v_exchange.clone_id, v_exchange.sync_id, f.key, f.value, least(i.edited_at, clock_timestamp()), i.author, 'clone', 'column no longer exists'
        from lizsync.changeset r
        join lizsync.incoming i
            on i.exchange = r.exchange and i.relation = v_table.relation and i.uid = r.uid and i.event_id between r.first_event and r.last_event
        cross join each(i.fields - v_table.columns) as f
        where r.exchange = v_exchange.transaction_id and r.relid = v_table.relid and r.error is null and r.action <> 'D'
        order by i.uid, f.key, i.event_id desc;

        v_uids := array(
            select object_uid from lizsync.conflicts
            where sync_id = v_exchange.sync_id and object_table = v_table.relation and rule_applied = 'column no longer exists'
            union
            select e.uid
            from lizsync.unseen_events(v_exchange) as e
            where e.relid = v_table.relid
                and not exists (
                    select from lizsync.changeset r
                    where r.exchange = v_exchange.transaction_id and r.error is not null and r.relid = e.relid and r.uid = e.uid
                )
            group by e.uid
            -- Once is enough for a row that the clone refuses each time.
            having not bool_or(e.resent)
                and bool_or(e.action <> 'D' and (e.fields - v_table.columns <> '' or e.action = 'I' and not e.fields ?& v_table.sent))
        );
        perform lizsync.resend_rows(v_table.relid, v_uids) where v_uids <> '{}';
    end loop;
end
$$;
comment on function lizsync.resolve_column_changes() is
    'On central: edits of columns that no longer exist go to conflicts, and rows from before a change of structure go to the clone whole.';
revoke all on function lizsync.resolve_column_changes() from public;
