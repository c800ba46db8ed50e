-- No SET clause, so that it is inlined. Of a table that was dropped here, only the name is left.
create or replace function lizsync.unsent_edits() returns table (
    event_id bigint, transaction_id bigint, relation text, uid uuid, action text, fields hstore, edited_at timestamptz
)
language sql stable
as $$
    select
        l.event_id, l.transaction_id, p.relation, l.uid, l.action,
        case l.action when 'U' then l.changed_fields when 'I' then l.row_data end, l.action_tstamp_clk
    from audit.logged_actions l
    join lizsync.publication_list(lizsync.server_id()) as p on coalesce(p.relid = l.relid, p.relation = lizsync.relation_name(l.schema_name, l.table_name))
$$;
comment on function lizsync.unsent_edits() is
    'On a clone: the edits of its tables that central has not confirmed to have received.';
revoke all on function lizsync.unsent_edits() from public;
