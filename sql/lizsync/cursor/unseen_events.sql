-- No SET clause and not SECURITY DEFINER, so that the planner sees through it: it is a view with a parameter. Of use to
-- functions of the structure's owner alone. What is for another clone alone (rewrite_events, resend_rows) is left out.
create or replace function lizsync.unseen_events(p_exchange lizsync.exchanges) returns table (
    event_id bigint,
    relid oid,
    uid uuid,
    action text,
    fields hstore,
    edited_at timestamptz,
    author text,
    of_clone boolean,
    caused_by_clone boolean,
    of_exchange boolean,
    resent boolean
)
language sql stable
as $$
    select
        l.event_id, l.relid, l.uid, l.action,
        coalesce(l.changed_fields, l.row_data),
        coalesce((l.sync_data ->> 'time')::timestamptz, l.action_tstamp_clk),
        l.session_user_name,
        l.sync_data is not null and l.sync_data ->> 'origin' is not distinct from p_exchange.clone_id::text,
        l.sync_data is not null and l.sync_data ->> 'cause' is not distinct from p_exchange.clone_id::text,
        l.transaction_id = p_exchange.transaction_id,
        coalesce(l.sync_data ? 'for', false)
    from audit.logged_actions l
    left join lizsync.held_rows s on s.exchange = p_exchange.transaction_id and s.relid = l.relid and s.uid = l.uid
    where l.transaction_id >= p_exchange.horizon
        and l.uid is not null
        and coalesce(l.sync_data ->> 'for' = p_exchange.clone_id::text, true)
        and not lizsync.is_received(l.transaction_id, coalesce(s.received, p_exchange.cursor))
$$;
comment on function lizsync.unseen_events(lizsync.exchanges) is
    'On central: the events, this exchange''s included, that its clone has not received: who made each edit, when, and whether the clone itself made it (of_clone), a trigger because of the clone (caused_by_clone), the running exchange (of_exchange), or nobody: the row is sent to the clone again as it is (resent).';
revoke all on function lizsync.unseen_events(lizsync.exchanges) from public;
