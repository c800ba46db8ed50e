-- Structure version 3: less work for an exchange of many rows.

-- A net change knows when and by whom it was made, without a look at the events that it comes from.
alter table lizsync.replay
    add column edited_at timestamptz,
    add column author text;
comment on column lizsync.replay.edited_at is 'On central: time of the last event, corrected by the clone''s clock offset.';
comment on column lizsync.replay.author is 'On central: author of the last event.';

-- An exchange asks again and again whether it deletes rows and whether any was refused. Mostly none is, and looking through all
-- of its rows would take longer than keeping indexes that are mostly empty.
create index replay_deletes_idx on lizsync.replay (exchange, relid) where action = 'D';
create index replay_refused_idx on lizsync.replay (exchange) where error is not null;
