-- Events become net changes in lizsync.changeset, in event order and never by time (rule 7 of the protocol), less those
-- that were received: those visible in a snapshot, which held rows have of their own. The ordinals begin after the one
-- given.
create or replace function lizsync.reduce_changes(p_received pg_snapshot, p_after integer) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set jit = off
set work_mem = '64MB'
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
begin
    insert into lizsync.changeset (exchange, ordinal, relid, uid, action, fields, won, first_event, last_event, edited_at, author)
    with relation as materialized (
        select relation, relid, lizsync.sent_columns(relid) as columns from lizsync.publication_list(v_exchange.clone_id)
    ), event as materialized (
        select i.event_id, r.relid, i.uid, i.action, i.fields, r.columns, least(i.edited_at, clock_timestamp()) as edited_at, i.author
        from lizsync.incoming i
        join relation r using (relation)
        left join lizsync.pending_changes p
            on p.clone_id = v_exchange.clone_id and p.object_table = i.relation and p.object_uid = i.uid
        where i.exchange = v_exchange.transaction_id
            and coalesce(not lizsync.is_received(i.transaction_id, coalesce(p.received, p_received)), true)
    ), several as materialized (
        -- Rows with more than one event.
        select relid, uid, max(event_id) filter (where action <> 'U') as existence
        from event
        group by relid, uid
        having count(*) > 1
    ), net as (
        select
            e.relid, e.uid, case e.action when 'I' then 'R' else e.action end as action, e.fields, e.columns,
            e.event_id as first_event, e.event_id as last_event, e.edited_at, e.author
        from event e
        where not exists (select from several s where s.relid = e.relid and s.uid = e.uid)
        union all
        select
            e.relid, e.uid,
            case max(e.action) filter (where e.event_id = s.existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(e.fields order by e.event_id),
            e.columns,
            min(e.event_id),
            max(e.event_id),
            (array_agg(e.edited_at order by e.event_id desc))[1],
            (array_agg(e.author order by e.event_id desc))[1]
        from several s
        join event e on e.relid = s.relid and e.uid = s.uid
        where s.existence is null or e.event_id >= s.existence
        group by e.relid, e.uid, e.columns
    ), change as (
        select
            relid, uid, action, first_event, last_event, edited_at, author,
            case action
                when 'R' then slice(fields || hstore('uid', uid::text), columns)
                when 'U' then slice(fields - 'uid'::text, columns)
                else ''
            end as fields
        from net
        offset 0 -- so that the fields are made once
    )
    select
        v_exchange.transaction_id, p_after + row_number() over (order by relid, action, akeys(fields) collate "C"), relid, uid, action,
        fields, fields, first_event, last_event, edited_at, author
    from change;
end
$$;
comment on function lizsync.reduce_changes(pg_snapshot, integer) is
    'On both sides: reduces the events that the running exchange has taken in to their net effect; a snapshot that is null has received none.';
revoke all on function lizsync.reduce_changes(pg_snapshot, integer) from public;
