-- The plain case, in one statement: one event of the clone, one event here, the same fields. Where the statement was captured, that is
-- done already: see audit.log_statement.
-- Runs under the settings of attribute_events, which calls it.
create or replace function lizsync.attribute_plain_events(p_exchange lizsync.exchanges, p_relids oid[], p_by_statement oid[]) returns void
language plpgsql
set search_path from current
as $$
begin
    with several as materialized (
        select relid, uid, max(event_id) as last_event
        from audit.logged_actions
        where relid = any (p_relids) and transaction_id = p_exchange.transaction_id
        group by relid, uid
        having count(*) > 1
    )
    update audit.logged_actions l
    set session_user_name = r.author, sync_data = lizsync.attribution(p_exchange, r.edited_at)
    from lizsync.changeset r
    left join several s on s.relid = r.relid and s.uid = r.uid
    where r.exchange = p_exchange.transaction_id
        and r.error is null
        and (r.action = 'D' or r.relid <> all (p_by_statement))
        and l.relid = any (p_relids)
        and l.transaction_id = p_exchange.transaction_id
        and l.relid = r.relid
        and l.uid = r.uid
        and case l.action
            when 'U' then s.uid is null and r.first_event = r.last_event and r.action <> 'D' and l.changed_fields = r.won
            when 'I' then s.uid is null and r.first_event = r.last_event and r.action = 'R' and l.row_data @> r.won
            when 'D' then r.action = 'D' and l.event_id = coalesce(s.last_event, l.event_id)
        end;
end
$$;
comment on function lizsync.attribute_plain_events(lizsync.exchanges, oid[], oid[]) is
    'On central: attributes to the clone of an exchange, with author and time, the events that are just what it sent.';
revoke all on function lizsync.attribute_plain_events(lizsync.exchanges, oid[], oid[]) from public;
