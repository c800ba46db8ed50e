-- On central: the net effect of everything that the clone has not seen, this exchange included, less what it wrote last
-- itself, computed from the log alone (rule 9 of the protocol). Rows that were sent early are left out, unless this exchange
-- has written them since, or the clone has left them aside because it sent them itself. Kept until the clone has fetched it: it is fetched after
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
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    c_batch_size constant bigint := 16 * 1024 * 1024;
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_separator constant text := e'\n' || gen_random_uuid() || e'\n';
    v_batches integer;
begin
    delete from lizsync.reply where clone_id = v_exchange.clone_id;

    with relation as materialized (
        select relid, relation, lizsync.sent_columns(relid) as columns from lizsync.publication_list(v_exchange.clone_id)
    ), apart as materialized (
        -- Rows that did not go early, and those that this exchange wrote beyond what the clone sent.
        select e.relid, e.uid, bool_or((e.of_clone or e.resent) and not e.of_exchange or s.uid is not null) as kept
        from lizsync.unseen_events(v_exchange) as e
        left join lizsync.held_rows s on s.exchange = v_exchange.transaction_id and s.relid = e.relid and s.uid = e.uid
        where e.relid = any (array(select relid from relation))
            and case
                when e.of_exchange then not e.of_clone
                else e.of_clone or e.resent or s.uid is not null or (e.relid, e.uid) in (
                    select r.relid, i.uid
                    from lizsync.incoming i join relation r using (relation)
                    where i.exchange = v_exchange.transaction_id
                )
            end
        group by e.relid, e.uid
    ), event as materialized (
        -- Nothing goes back of a row that stands still.
        select e.event_id, e.relid, e.uid, e.action, e.fields, e.of_clone, e.of_exchange, e.resent
        from lizsync.unseen_events(v_exchange) as e
        where e.relid = any (array(select relid from relation))
            and (v_exchange.prefetched is null or (e.relid, e.uid) in (select relid, uid from apart))
            and not exists (
                select from lizsync.changeset r
                where r.exchange = v_exchange.transaction_id and r.error is not null and r.relid = e.relid and r.uid = e.uid
            )
    ), resent as materialized (
        -- Rows of which the clone is told what they are. What became of them does not tell: nothing was locked when that was found, and
        -- a transaction that this exchange did not see may have written them before, by the order of the events.
        select relid, uid from event where resent group by relid, uid
    ), several as materialized (
        -- Rows with more than one event, but those that the clone alone has written.
        select
            relid, uid, max(event_id) filter (where action <> 'U') as existence,
            bool_or(of_clone)
                and (bool_or(action <> 'U') or max(event_id) filter (where not of_clone) > min(event_id) filter (where of_clone)) as in_turns
        from event
        where (relid, uid) not in (select relid, uid from resent)
        group by relid, uid
        having count(*) > 1 and not bool_and(of_clone)
    ), written as (
        select s.relid, s.uid, s.in_turns, s.existence, e.event_id, e.action, e.fields, e.of_clone
        from several s
        join event e on e.relid = s.relid and e.uid = s.uid
        where s.existence is null or e.event_id >= s.existence
    ), plain as (
        -- Rows that the clone had no hand in, or after all others: less the fields that it wrote.
        select e.relid, e.uid, case e.action when 'I' then 'R' else e.action end as action, e.fields
        from event e
        where not e.of_clone and not exists (select from several s where s.relid = e.relid and s.uid = e.uid)
            and (e.relid, e.uid) not in (select relid, uid from resent)
        union all
        select g.relid, n.uid, case when n.fields is null then 'D' else 'R' end, n.fields
        from (select relid, array_agg(uid) as uids from resent group by relid) as g
        cross join lateral (
            select u.uid, c.fields from unnest(g.uids) as u (uid) left join lizsync.current_rows(g.relid, g.uids) as c using (uid)
        ) as n
        union all
        select
            relid, uid,
            case max(action) filter (where event_id = existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(fields order by event_id) filter (where not of_clone)
                - akeys(lizsync.net_fields(fields order by event_id) filter (where of_clone))
        from written
        where not in_turns
        group by relid, uid
    ), field as (
        -- And those that both have written in turns: each field, less those that the clone wrote last.
        select distinct on (w.relid, w.uid, f.key) w.relid, w.uid, f.key, f.value, w.of_clone
        from written w
        cross join each(w.fields) as f
        where w.in_turns and w.action <> 'D'
        order by w.relid, w.uid, f.key, w.event_id desc
    ), mixed as (
        -- A row that central has made again goes whole: the clone may not have it.
        select w.relid, w.uid, w.action, case w.action when 'R' then f.whole else f.fields end as fields
        from (
            select
                relid, uid,
                coalesce(
                    max(case action when 'D' then 'D' else 'R' end) filter (where event_id = existence and not of_clone), 'U'
                ) as action
            from written
            where in_turns
            group by relid, uid
        ) as w
        left join (
            select
                relid, uid, hstore(array_agg(key), array_agg(value)) as whole,
                hstore(array_agg(key) filter (where not of_clone), array_agg(value) filter (where not of_clone)) as fields
            from field
            group by relid, uid
        ) as f on f.relid = w.relid and f.uid = w.uid
    ), change as (
        select p.action, r.relation, p.uid, case p.action when 'D' then null else slice(p.fields, r.columns) end as fields
        from (select * from plain union all select * from mixed) as p
        join relation r using (relid)
        where p.action <> 'U' or p.fields is not null
        offset 0 -- so that the fields are made once
    ), numbered as (
        -- Changes that one statement can write stand together.
        select
            relation, uid, action, fields,
            row_number() over changes as number,
            sum(100 + coalesce(lizsync.text_size(fields), 0)) over changes / c_batch_size as batch
        from change
        where action <> 'U' or fields <> ''
        window changes as (order by relation, action, akeys(fields) collate "C" rows unbounded preceding)
    ), again as (
        select e.relid, e.uid
        from event e
        join relation r using (relid)
        join apart a on a.relid = e.relid and a.uid = e.uid and not a.kept
        where not e.of_exchange and (e.action <> 'U' or e.fields ?| r.columns)
        group by e.relid, e.uid
    ), counted as (
        update lizsync.exchanges
        set number_prefetched = number_prefetched - (select count(*) from again)
        where transaction_id = v_exchange.transaction_id and prefetched is not null
    )
    insert into lizsync.reply (clone_id, batch, token, number_of_changes, payload)
    select
        v_exchange.clone_id, row_number() over (order by batch), p_token, count(*),
        v_separator || string_agg(
            row (number, null, relation, uid, action, fields, null, null)::lizsync.change::text, v_separator
        )
    from numbered
    group by batch;
    get diagnostics v_batches = row_count;
    return v_batches;
end
$$;
comment on function lizsync.make_reply(uuid) is 'On central: prepares the answer to the clone of the running exchange; returns the number of its batches.';
revoke all on function lizsync.make_reply(uuid) from public;
