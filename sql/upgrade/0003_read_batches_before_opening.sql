-- A clone reads what it sends before central waits for it.

create unlogged table lizsync.outgoing (
    exchange bigint not null,
    batch integer not null,
    payload text,
    primary key (exchange, batch)
);
alter table lizsync.outgoing alter column payload set storage external;
comment on table lizsync.outgoing is 'On a clone: the batches that lizsync.synchronize() has read before it opens the exchange with central.';
comment on column lizsync.outgoing.exchange is 'Its transaction.';
comment on column lizsync.outgoing.batch is 'Number of the batch, from 1.';
comment on column lizsync.outgoing.payload is 'Changes in text form: see lizsync.outgoing_batch.';
