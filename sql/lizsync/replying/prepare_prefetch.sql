-- On central, before the clone's changes have arrived: what the clone can write meanwhile, the events of rows that it has not edited
-- itself, in the form in which a clone sends its own. At most one batch, after the snapshot that they belong to: more would keep central
-- waiting.
create or replace function lizsync.prepare_prefetch() returns text
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set jit = off
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_relids constant oid[] := array(select relid from lizsync.publication_list(v_exchange.clone_id));
    v_separator constant text := e'\n' || gen_random_uuid() || e'\n';
    v_payload text;
    v_rows record;
begin
    -- Rows from before a change of structure go whole, with the reply (resolve_column_changes).
    if lizsync.changed_tables(v_exchange, false) is not null then
        return null;
    end if;
    select
        sum(size) as size,
        count(*) filter (where not apart and synchronised) as number_of_rows,
        coalesce(array_agg(relid) filter (where apart), '{}') as relids,
        coalesce(array_agg(uid) filter (where apart), '{}') as uids
    into v_rows
    from (
        select
            e.relid, e.uid, sum(100 + coalesce(lizsync.text_size(e.fields), 0)) as size,
            bool_or(e.of_clone or e.resent or s.uid is not null) as apart,
            bool_or(e.action <> 'U' or e.fields ?| w.columns) as synchronised
        from lizsync.unseen_events(v_exchange) as e
        join (select relid, lizsync.sent_columns(relid) as columns from lizsync.publication_list(v_exchange.clone_id) offset 0) as w on w.relid = e.relid
        left join lizsync.held_rows s on s.exchange = v_exchange.transaction_id and s.relid = e.relid and s.uid = e.uid
        where e.relid = any (v_relids)
        group by e.relid, e.uid
    ) as r;
    if v_rows.number_of_rows = 0 or v_rows.size > lizsync.batch_size() then
        return null;
    end if;

    select string_agg(
        row (e.event_id, 0, w.relation, e.uid, e.action, case when e.action <> 'D' then e.fields - w.local_columns end, null, null)::lizsync.change::text,
        v_separator
    )
    into v_payload
    from lizsync.unseen_events(v_exchange) as e
    join (
        select relation, relid, lizsync.local_columns(relid) as local_columns
        from lizsync.publication_list(v_exchange.clone_id)
        offset 0
    ) as w on w.relid = e.relid
    where e.relid = any (v_relids) and (e.relid, e.uid) not in (select relid, uid from unnest(v_rows.relids, v_rows.uids) as u (relid, uid));

    update lizsync.exchanges
    set prefetched = pg_current_snapshot(), number_prefetched = v_rows.number_of_rows
    where transaction_id = v_exchange.transaction_id;
    return v_separator || pg_current_snapshot() || v_separator || v_payload;
end
$$;
comment on function lizsync.prepare_prefetch() is
    'On central: the events of the rows that the clone of the running exchange has not edited; null when there are none, or too many.';
revoke all on function lizsync.prepare_prefetch() from public;
