-- On central, after the changes are written: central's log, as its triggers wrote it, is made to say whose edits these were
-- (rules 9 and 10 of the protocol). Fields that stand as the clone sent them get the clone as origin, with author and time
-- of the edit. What a trigger altered stays central's, so that it goes back to the clone, with the time of the edit that
-- caused it. A field set to the value that it had has no event of its own and gets one here.
create or replace function lizsync.attribute_events() returns void
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
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_relids oid[] := array(select relid from lizsync.publication_list(v_exchange.clone_id));
    v_by_statement oid[] := array(select relid from unnest(v_relids) as u (relid) where lizsync.is_captured_by_statement(relid));
    v_deletes boolean := exists (select from lizsync.changeset where exchange = v_exchange.transaction_id and action = 'D');
    v_foreign_keys oid[] := array(
        select oid from pg_constraint
        where contype = 'f' and conrelid = any (v_relids) and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))
    );
    v_table record;
    v_events bigint;
    v_labelled bigint;
begin
    -- The plain case, in one statement: one event of the clone, one event here, the same fields. Where the statement was
    -- recorded, that is done: see audit.log_statement.
    if v_deletes or v_by_statement <> v_relids and exists (
        select from lizsync.changeset where exchange = v_exchange.transaction_id and relid <> all (v_by_statement)
    ) then
        with several as materialized (
            select relid, uid, max(event_id) as last_event
            from audit.logged_actions
            where relid = any (v_relids) and transaction_id = v_exchange.transaction_id
            group by relid, uid
            having count(*) > 1
        )
        update audit.logged_actions l
        set session_user_name = r.author, sync_data = lizsync.attribution(v_exchange, r.edited_at)
        from lizsync.changeset r
        left join several s on s.relid = r.relid and s.uid = r.uid
        where r.exchange = v_exchange.transaction_id
            and r.error is null
            and (r.action = 'D' or r.relid <> all (v_by_statement))
            and l.relid = any (v_relids)
            and l.transaction_id = v_exchange.transaction_id
            and l.relid = r.relid
            and l.uid = r.uid
            and case l.action
                when 'U' then s.uid is null and r.first_event = r.last_event and r.action <> 'D' and l.changed_fields = r.won
                when 'I' then s.uid is null and r.first_event = r.last_event and r.action = 'R' and l.row_data @> r.won
                when 'D' then r.action = 'D' and l.event_id = coalesce(s.last_event, l.event_id)
            end;
    end if;

    -- Every row has its one event, and every event its label: that is all. Otherwise the other rows are seen to.
    select count(*), count(*) filter (where sync_data ? 'origin') into v_events, v_labelled
    from audit.logged_actions
    where relid = any (v_relids) and transaction_id = v_exchange.transaction_id;
    if v_events > v_labelled or v_labelled <> (
        select count(*) from lizsync.changeset where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D')
    ) then
        for v_table in
            with own as (
                select relid, uid, count(*) as events, bool_or(sync_data is not null) as labelled
                from audit.logged_actions
                where relid = any (v_relids) and transaction_id = v_exchange.transaction_id
                group by relid, uid
            )
            select r.relid, array_agg(r.uid) as uids
            from lizsync.changeset r
            left join own o on o.relid = r.relid and o.uid = r.uid
            where r.exchange = v_exchange.transaction_id and r.error is null and (r.won <> '' or r.action = 'D')
                and (o.labelled is not true or o.events > 1 and r.action <> 'D')
            group by r.relid
        loop
            perform lizsync.rewrite_events(v_table.relid, v_table.uids);
        end loop;
    end if;

    if v_deletes then
        -- Central's edits, unseen by the clone, of rows that the clone's deletes took.
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, central_time, clone_time, central_author, clone_author, row_data, rejected, rule_applied
        )
        select
            lizsync.relation_name(r.relid), r.uid, v_exchange.clone_id, v_exchange.sync_id, e.edited_at, r.edited_at, e.author, r.author,
            l.row_data, 'central', 'delete wins'
        from lizsync.changeset r
        join audit.logged_actions l
            on l.relid = any (v_relids) and l.transaction_id = v_exchange.transaction_id and l.action = 'D'
                and l.relid = r.relid and l.uid = r.uid
        cross join lateral (
            select u.edited_at, u.author from lizsync.unseen_edits(v_exchange) as u
            where u.relid = r.relid and u.uid = r.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
            order by u.event_id desc
            limit 1
        ) as e
        where r.exchange = v_exchange.transaction_id and r.action = 'D' and r.error is null and r.counterpart is not null;
    end if;

    if v_foreign_keys <> '{}' then
        -- And of rows that a foreign key took or changed with them: those that the clone has sent too, and those that refer
        -- to a row that it has made again under another key.
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, field_name, central_value, central_time, central_author, row_data, rejected, rule_applied
        )
        with foreign_key as (
            select c.conrelid, a.attname::text as field, c.confdeltype, c.confupdtype
            from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
            where c.oid = any (v_foreign_keys)
        ), taken as (
            select l.event_id, l.relid, l.uid, l.action, l.row_data, k.field
            from audit.logged_actions l
            join foreign_key k on k.conrelid = l.relid
            where l.relid = any (v_relids)
                and l.transaction_id = v_exchange.transaction_id
                and (l.action = 'D' and k.confdeltype = 'c' or l.action = 'U' and l.changed_fields ? k.field)
                and (
                    l.sync_data is null
                    or l.sync_data ? 'cause' and not exists (
                        select from lizsync.changeset r
                        where r.exchange = v_exchange.transaction_id and r.relid = l.relid and r.uid = l.uid and r.won ? k.field
                    )
                )
        )
        select distinct on (t.event_id, field)
            lizsync.relation_name(t.relid), t.uid, v_exchange.clone_id, v_exchange.sync_id,
            case t.action when 'U' then t.field end as field,
            case t.action when 'U' then t.row_data -> t.field end,
            e.edited_at, e.author,
            case t.action when 'D' then t.row_data end,
            'central', 'foreign key action'
        from taken t
        cross join lateral (
            select u.edited_at, u.author
            from lizsync.unseen_edits(v_exchange) as u
            where u.relid = t.relid and u.uid = t.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
                and (t.action = 'D' or u.fields ? t.field)
            order by u.event_id desc
            limit 1
        ) as e
        order by t.event_id, field;
    end if;
end
$$;
comment on function lizsync.attribute_events() is 'On central: gives the events of the running exchange their origin, author and time.';
revoke all on function lizsync.attribute_events() from public;
