-- What was edited in the old tables went with them.
create or replace function lizsync.forget_edits(p_tables text[]) returns void
language sql
set search_path from current
as $$
    delete from audit.logged_actions l
    where lizsync.relation_name(l.schema_name, l.table_name) = any (p_tables)
        and not exists (select from lizsync.incoming i where i.exchange = pg_current_xact_id()::text::bigint and i.event_id = l.event_id);
    update audit.logged_actions l
    set relid = i.relation::regclass, transaction_id = i.exchange
    from lizsync.incoming i
    where i.exchange = pg_current_xact_id()::text::bigint and i.event_id = l.event_id;
    delete from lizsync.incoming where exchange = pg_current_xact_id()::text::bigint;
    delete from audit.logged_relations where to_regclass(relation_name) is null;
$$;
comment on function lizsync.forget_edits(text[]) is
    'On a clone: empties the log of the old and the new tables of a deployment, but for the edits that it keeps. Those are now edits of the new tables, which nobody has received.';
revoke all on function lizsync.forget_edits(text[]) from public;
