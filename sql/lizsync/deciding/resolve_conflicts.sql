-- On central, right before the changes of a table are written: field by field, against what central did to the same rows
-- that the clone has not seen, what triggers of this exchange did included (rule 8 of the protocol). The last edit wins,
-- by the time of the edit; central wins a tie; a delete wins over edits. Values that lose go to conflicts.
--
-- SECURITY DEFINER: called by an exchange, which runs with the rights of the clone's role; decides from what is stored.
create or replace function lizsync.resolve_conflicts(p_relid oid, p_deletes boolean, p_again boolean) returns void
language plpgsql security definer
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
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table text := lizsync.relation_name(p_relid);
begin
    if p_again then
        delete from lizsync.conflicts c
        using lizsync.changeset r
        where c.sync_id = v_exchange.sync_id and c.object_table = v_table and c.object_uid = r.uid
            and r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.error is not null and (r.action = 'D') = p_deletes;
        update lizsync.changeset r
        set won = r.fields, counterpart = null
        where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.error is not null and (r.action = 'D') = p_deletes;
    end if;

    with event as materialized (
        select e.*, max(e.event_id) filter (where e.action <> 'U') over (partition by e.uid) as existence
        from lizsync.unseen_edits(v_exchange) as e
        where e.relid = p_relid
            and exists (
                select from lizsync.changeset r
                where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = e.uid
                    and (r.action = 'D') = p_deletes and (r.error is not null) = p_again
                    -- Edits of other fields, the most there are, decide nothing.
                    and (r.action = 'D' or e.action <> 'U' or e.fields ?| akeys(r.fields))
            )
    ), theirs as (
        select distinct on (e.uid, f.key)
            e.uid, f.key, f.value, e.edited_at, e.author, e.of_clone or e.caused_by_clone as excluded
        from event e, each(e.fields) as f
        where e.action <> 'D' and (e.existence is null or e.event_id >= e.existence)
        order by e.uid, f.key, e.event_id desc
    ), counterpart as (
        select
            uid,
            coalesce(
                max(case action when 'D' then 'D' else 'R' end)
                    filter (where event_id = existence and not of_clone and not caused_by_clone),
                'U'
            ) as action
        from event
        group by uid
        -- What the clone did itself, or made a trigger do, is nothing to compare with.
        having bool_or(event_id = existence and not of_clone and not caused_by_clone)
            or uid in (select uid from theirs where not excluded)
    ), marked as (
        update lizsync.changeset r
        set counterpart = c.action, won = case when c.action = 'D' then '' else r.won end
        from counterpart c
        where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid and r.action = 'D'
        returning r.uid
    ), gone as (
        select r.uid, r.fields, e.fields as row_data, e.edited_at, e.author, r.edited_at as clone_time, r.author as clone_author
        from counterpart c
        join lizsync.changeset r on r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid
        join event e on e.uid = c.uid and e.event_id = e.existence
        where c.action = 'D' and r.action <> 'D'
    ), gone_conflict as (
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, central_time, clone_time, central_author, clone_author,
            row_data, rejected, rule_applied
        )
        select
            v_table, uid, v_exchange.clone_id, v_exchange.sync_id, edited_at, clone_time, author, clone_author,
            row_data || fields, 'clone', 'delete wins'
        from gone
    ), ours as (
        select distinct on (r.uid, f.key) r.uid, f.key, f.value, least(i.edited_at, clock_timestamp()) as edited_at, i.author
        from counterpart c
        join lizsync.changeset r on r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid
        join lizsync.incoming i
            on i.exchange = r.exchange and i.relation = v_table and i.uid = r.uid and i.event_id >= r.first_event
        cross join each(i.fields) as f
        where c.action <> 'D' and r.action <> 'D'
        order by r.uid, f.key, i.event_id desc
    ), verdict as (
        select
            o.uid, o.key, o.value as clone_value, o.edited_at as clone_time, o.author as clone_author,
            t.value as central_value, t.edited_at as central_time, t.author as central_author,
            o.value is not distinct from t.value as same,
            o.edited_at > t.edited_at as later
        from ours o join theirs t on t.uid = o.uid and t.key = o.key and not t.excluded
        where o.key <> 'uid'
    ), field_conflict as (
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, field_name, central_value, clone_value, central_time, clone_time,
            central_author, clone_author, rejected, rule_applied
        )
        select
            v_table, uid, v_exchange.clone_id, v_exchange.sync_id, key, central_value, clone_value, central_time, clone_time,
            central_author, clone_author, case when later then 'central' else 'clone' end,
            case when clone_time = central_time then 'equal times: central wins' else 'last edit wins' end
        from verdict
        where not same
    ), lost as (
        select uid, array_agg(key) as fields from verdict where not later group by uid
    )
    update lizsync.changeset r
    set won = case when c.action = 'D' then '' else r.won - l.fields end
    from counterpart c left join lost l using (uid)
    where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid and r.action <> 'D'
        and (c.action = 'D' or l.fields is not null);

    perform lizsync.record_purged_conflicts(p_relid, p_deletes, p_again);
end
$$;
comment on function lizsync.resolve_conflicts(oid, boolean, boolean) is
    'On central: decides the fields of a table that both sides have edited; of the deletes or the rest, of the rows refused before or the others.';
revoke all on function lizsync.resolve_conflicts(oid, boolean, boolean) from public;
