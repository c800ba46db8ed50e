-- Structure version 4: both sides of an exchange work at the same time.

-- A clone writes what central did to other rows than its own while central writes what the clone did.
alter table lizsync.exchanges
    add column early pg_snapshot,
    add column number_early integer not null default 0,
    add column written oid[];
comment on column lizsync.exchanges.early is 'Central''s snapshot as of which the clone was sent rows before its own changes were applied; null when none were.';
comment on column lizsync.exchanges.number_early is 'On central: how many rows that were, less those that were sent again or are as the clone wrote them.';
comment on column lizsync.exchanges.written is 'On a clone: the tables of those rows, once they are written; null before.';
comment on column lizsync.replay.ordinal is 'Order in which they are applied; changes written by one statement stand together. Below 0: sent early.';
drop function if exists lizsync.open_exchange(lizsync.greeting, lizsync.table_column[], lizsync.pending_row[], interval);

-- The digest of what central has received tells the times of the edits.
drop function if exists lizsync.events_digest(pg_snapshot);
