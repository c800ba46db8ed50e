-- A view, so that the planner sees through it. It shows rows to no one who has not opened an exchange.
create or replace view lizsync.unseen_events as
select
    l.event_id,
    l.relid,
    l.uid,
    l.action,
    coalesce(l.changed_fields, l.row_data) as fields,
    coalesce((l.sync_data ->> 'time')::timestamptz, l.action_tstamp_clk) as edited_at,
    l.session_user_name as author,
    l.sync_data is not null and l.sync_data ->> 'origin' is not distinct from x.clone_id::text as of_clone,
    l.sync_data is not null and l.sync_data ->> 'cause' is not distinct from x.clone_id::text as caused_by_clone,
    l.transaction_id = x.transaction_id as of_exchange
from lizsync.exchanges x
join audit.logged_actions l on l.transaction_id >= x.horizon and l.uid is not null
left join lizsync.standing s on s.exchange = x.transaction_id and s.relid = l.relid and s.uid = l.uid
where x.transaction_id = pg_current_xact_id_if_assigned()::text::bigint
    and not lizsync.is_received(l.transaction_id, coalesce(s.received, x.cursor));
comment on view lizsync.unseen_events is
    'On central: the events, this exchange''s included, that the clone of the running exchange has not received.';
comment on column lizsync.unseen_events.event_id is 'The event.';
comment on column lizsync.unseen_events.relid is 'Its table.';
comment on column lizsync.unseen_events.uid is 'uid of its row.';
comment on column lizsync.unseen_events.action is 'I, U or D.';
comment on column lizsync.unseen_events.fields is 'The values set, or the row deleted.';
comment on column lizsync.unseen_events.edited_at is 'Time of the original edit.';
comment on column lizsync.unseen_events.author is 'Its author.';
comment on column lizsync.unseen_events.of_clone is 'True when the clone made the edit itself.';
comment on column lizsync.unseen_events.caused_by_clone is 'True when a trigger of central made it because of an edit of the clone.';
comment on column lizsync.unseen_events.of_exchange is 'True when the running exchange made it.';
revoke all on lizsync.unseen_events from public;
