-- On central: the net effect of everything that the clone has not seen, this exchange included, less what it wrote last
-- itself, computed from the log alone (rule 9 of the protocol). Kept until the clone has fetched it: it is fetched after
-- the commit, so that no row stays locked meanwhile. Returns the number of batches.
create or replace function lizsync.make_reply(p_token uuid) returns integer
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
set enable_seqscan = off
set enable_nestloop = off
as $$
declare
    c_batch_size constant bigint := 16 * 1024 * 1024;
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_separator constant text := e'\n' || gen_random_uuid() || e'\n';
    v_batches integer;
begin
    delete from lizsync.reply where clone_id = v_exchange.clone_id;

    insert into lizsync.reply (clone_id, batch, token, payload)
    with relation as materialized (
        select relid, relation, lizsync.sent_columns(relid) as columns from lizsync.white_list(v_exchange.clone_id)
    ), event as materialized (
        select e.event_id, e.relid, e.uid, e.action, e.of_clone
        from lizsync.unseen_events(v_exchange) as e
        where e.relid = any (array(select relid from relation))
    ), touched as materialized (
        select
            relid, uid,
            bool_or(of_clone) as by_both,
            count(*) as number,
            max(event_id) as last_event,
            max(event_id) filter (where action <> 'U') as existence
        from event
        group by relid, uid
        -- Nothing goes back of a row that the clone alone has written, nor of one that stands still.
        having not bool_and(of_clone) and (relid, uid) not in (
            select r.relid, r.uid from lizsync.replay r where r.exchange = v_exchange.transaction_id and r.error is not null
        )
    ), written as (
        select
            t.relid, t.uid, t.by_both, t.number, t.existence, l.event_id, l.action, coalesce(l.changed_fields, l.row_data) as fields
        from touched t
        join audit.logged_actions l on l.relid = t.relid and l.uid = t.uid
        where l.relid = any (array(select relid from relation))
            and l.transaction_id >= v_exchange.horizon
            and (t.existence is null or l.event_id >= t.existence)
            and l.event_id in (select event_id from event)
    ), plain as (
        -- Rows that the clone had no hand in.
        select relid, uid, case action when 'I' then 'R' else action end as action, fields
        from written
        where not by_both and number = 1
        union all
        select
            relid, uid,
            case max(action) filter (where event_id = existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(fields order by event_id)
        from written
        where not by_both and number > 1
        group by relid, uid
    ), field as (
        -- And those that both have written: each field, less those that the clone wrote last.
        select distinct on (w.relid, w.uid, f.key) w.relid, w.uid, f.key, f.value, e.of_clone
        from written w
        join event e using (event_id)
        cross join each(w.fields) as f
        where w.by_both and w.action <> 'D'
        order by w.relid, w.uid, f.key, w.event_id desc
    ), mixed as (
        select t.relid, t.uid, case when e.of_clone is null or e.of_clone then 'U' when e.action = 'D' then 'D' else 'R' end as action, f.fields
        from touched t
        left join event e on e.event_id = t.existence
        left join (
            select relid, uid, hstore(array_agg(key), array_agg(value)) as fields
            from field
            where not of_clone
            group by relid, uid
        ) as f on f.relid = t.relid and f.uid = t.uid
        where t.by_both
    ), change as (
        select p.action, r.relation, p.uid, case p.action when 'D' then null else slice(p.fields, r.columns) end as fields
        from (select * from plain union all select * from mixed) as p
        join relation r using (relid)
        where p.action <> 'U' or p.fields is not null
    ), numbered as (
        -- Changes that one statement can write stand together.
        select
            number,
            row (number, null, relation, uid, action, fields, null, null)::lizsync.change::text as item
        from (
            select *, row_number() over (order by relation, action, akeys(fields)) as number
            from change
            where action <> 'U' or fields <> ''
        ) as c
    ), sized as (
        select *, sum(octet_length(item)) over (order by number) / c_batch_size as part from numbered
    )
    select
        v_exchange.clone_id, row_number() over (order by part), p_token,
        v_separator || string_agg(item, v_separator order by number)
    from sized
    group by part;
    get diagnostics v_batches = row_count;
    return v_batches;
end
$$;
comment on function lizsync.make_reply(uuid) is 'On central: prepares the answer to the clone of the running exchange; returns the number of its batches.';
revoke all on function lizsync.make_reply(uuid) from public;
