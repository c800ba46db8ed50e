-- No SET clause and not SECURITY DEFINER: see unseen_events. A resent row (resend_rows and rewrite_events) is no edit: any
-- edit is later.
create or replace function lizsync.unseen_edits(p_exchange lizsync.exchanges) returns table (
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
    select * from lizsync.unseen_events(p_exchange) as e where not e.resent
$$;
comment on function lizsync.unseen_edits(lizsync.exchanges) is
    'On central: unseen_events less those that only resend a row to the clone that had deleted it or given it up.';
revoke all on function lizsync.unseen_edits(lizsync.exchanges) from public;
