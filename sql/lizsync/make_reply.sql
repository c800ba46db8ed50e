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
    v_batches integer;
begin
    delete from lizsync.reply where clone_id = v_exchange.clone_id;

    insert into lizsync.reply (clone_id, batch, token, payload)
    with relation as materialized (
        select relid, relation, lizsync.sent_columns(relid) as columns from lizsync.white_list(v_exchange.clone_id)
    ), event as (
        select
            e.*,
            bool_or(e.of_clone) over row_events as any_of_clone,
            bool_and(e.of_clone) over row_events as all_of_clone,
            max(e.event_id) filter (where e.action <> 'U') over row_events as existence
        from lizsync.unseen_events(v_exchange) as e
        where e.relid = any (array(select relid from relation))
            and not exists (
                select from lizsync.replay r
                where r.exchange = v_exchange.transaction_id and r.relid = e.relid and r.uid = e.uid and r.error is not null
            )
        window row_events as (partition by e.relid, e.uid)
    ), plain as (
        -- Rows that the clone had no hand in.
        select
            relid, uid,
            case max(action) filter (where event_id = existence) when 'I' then 'R' when 'D' then 'D' else 'U' end as action,
            lizsync.net_fields(fields order by event_id) as fields
        from event
        where not any_of_clone and (existence is null or event_id >= existence)
        group by relid, uid
    ), field as (
        -- And those that both have written: each field, less those that the clone wrote last.
        select distinct on (e.relid, e.uid, f.key) e.relid, e.uid, f.key, f.value, e.of_clone
        from event e, each(e.fields) as f
        where any_of_clone and not all_of_clone and e.action <> 'D' and (e.existence is null or e.event_id >= e.existence)
        order by e.relid, e.uid, f.key, e.event_id desc
    ), mixed as (
        select e.relid, e.uid, e.action, f.fields
        from (
            select
                relid, uid,
                coalesce(max(case action when 'D' then 'D' else 'R' end) filter (where event_id = existence and not of_clone), 'U') as action
            from event
            where any_of_clone and not all_of_clone
            group by relid, uid
        ) as e
        left join (
            select relid, uid, hstore(array_agg(key), array_agg(value)) as fields
            from field
            where not of_clone
            group by relid, uid
        ) as f using (relid, uid)
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
            select *, row_number() over (order by relation, action, akeys(fields), uid) as number
            from change
            where action <> 'U' or fields <> ''
        ) as c
    ), sized as (
        select *, sum(octet_length(item)) over (order by number) / c_batch_size as part from numbered
    )
    select
        v_exchange.clone_id, row_number() over (order by part), p_token,
        array_agg(item order by number)::text
    from sized
    group by part;
    get diagnostics v_batches = row_count;
    return v_batches;
end
$$;
comment on function lizsync.make_reply(uuid) is 'On central: prepares the answer to the clone of the running exchange; returns the number of its batches.';
revoke all on function lizsync.make_reply(uuid) from public;
