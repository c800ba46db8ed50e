-- On a clone: one batch of its log.
-- A batch is a text: each lizsync.change in its text form, after a separator that cannot be guessed, which the batch
-- begins with. An array of them takes five times as long to write and twice as long to read.
-- SECURITY DEFINER: the log is readable through it alone.
create or replace function lizsync.outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint) returns text
language sql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set jit = off
set work_mem = '64MB'
as $$
    select s.separator || (
        select string_agg(change::text, s.separator)
        from (
            select row (
                l.event_id, l.transaction_id, w.relation, l.uid, l.action,
                case
                    when l.action = 'U' then l.changed_fields
                    when l.action = 'I' and l.row_data ?& w.sent_columns then l.row_data
                    -- A column that was added since has its value in the row alone.
                    when l.action = 'I' then coalesce((select c.fields from lizsync.current_rows(l.relid, array[l.uid]) as c), '') || l.row_data
                end - w.local_columns,
                l.action_tstamp_clk, l.session_user_name
            )::lizsync.change as change
            from audit.logged_actions l
            join (
                select relation, relid, lizsync.local_columns(relid) as local_columns, lizsync.sent_columns(relid) as sent_columns
                from lizsync.white_list(lizsync.server_id())
                offset 0
            ) as w on w.relid = l.relid
            where l.event_id > p_after and l.event_id <= p_last and l.uid is not null and lizsync.is_received(l.transaction_id, p_snapshot)
            order by l.event_id
        ) as ordered
    )
    from (select e'\n' || gen_random_uuid() || e'\n' as separator offset 0) as s
$$;
comment on function lizsync.outgoing_batch(pg_snapshot, bigint, bigint) is
    'On a clone: its events after one and up to another that are visible in the snapshot; null when there are none.';
revoke all on function lizsync.outgoing_batch(pg_snapshot, bigint, bigint) from public;
