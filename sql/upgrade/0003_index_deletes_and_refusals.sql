-- Structure version 3: an exchange asks again and again whether it deletes rows and whether any was refused. Mostly none is, and
-- looking through all of its rows would take longer than keeping indexes that are mostly empty.

create index replay_deletes_idx on lizsync.replay (exchange, relid) where action = 'D';
create index replay_refused_idx on lizsync.replay (exchange) where error is not null;
