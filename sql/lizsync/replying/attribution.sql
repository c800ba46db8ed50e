-- No SET clause, so that the planner sees through it.
create or replace function lizsync.attribution(p_exchange lizsync.exchanges, p_edited_at timestamptz) returns jsonb
language sql immutable
as $$
    select case when p_edited_at is not null then
        pg_catalog.jsonb_build_object('origin', p_exchange.clone_id, 'sync_id', p_exchange.sync_id, 'time', p_edited_at)
    end
$$;
comment on function lizsync.attribution(lizsync.exchanges, timestamptz) is
    'On central: sync_data of an event that is just what the clone of the exchange sent, given the time of its edit; null without one.';
revoke all on function lizsync.attribution(lizsync.exchanges, timestamptz) from public;
