-- Takes what a database of the original LizSync holds over into the new structure, which has just been made beside it. The
-- old tables stand in the schema lizsync_original, and lizsync_original.audited lists the tables that its triggers recorded.
-- The whole schema is dropped afterwards, working tables of this script included.
--
-- What one database has sent the other is known on the sender alone, and the two are upgraded at different times. So each
-- side keeps what it has not sent as events that the other has not received, and both give the clone the same token, which
-- follows from its server id. A clone does not know which transactions of central it has received: it says 1:1:, nothing,
-- and central knows better (lizsync.clones.taken_over).

-- Who this is, and the tables that each clone synchronises -----------------------------------------------------------------------

do $$
begin
    if (select count(*) > 1 from lizsync_original.server_metadata) then
        raise exception 'lizsync.server_metadata has several server ids' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Delete those that are not this database''s.';
    end if;
end
$$;
insert into lizsync.server_metadata (server_id, server_name) select server_id, server_name from lizsync_original.server_metadata;

create table lizsync_original.publication_list (server_id uuid, entry text, is_schema boolean);
do $$
begin
    if to_regclass('lizsync_original.synchronized_tables') is not null then
        insert into lizsync_original.publication_list
        select server_id, jsonb_array_elements_text(sync_tables), false from lizsync_original.synchronized_tables;
    end if;
    if to_regclass('lizsync_original.synchronized_schemas') is not null then
        insert into lizsync_original.publication_list
        select server_id, jsonb_array_elements_text(sync_schemas), true from lizsync_original.synchronized_schemas;
    end if;
end
$$;

-- Names are compared, never parsed: nobody knows how the original quoted an odd one. A clone may have no list of its own,
-- and then synchronises what it records.
create table lizsync_original.listed as
with relation as (
    select c.oid as relid, n.nspname, c.relname, lizsync.relation_name(c.oid) as relation, a.relid is not null as is_audited
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join lizsync_original.audited a on a.relid = c.oid
    where c.relkind = 'r' and n.nspname in (select lizsync.user_schemas())
)
select distinct w.server_id, r.relid, r.relation, r.nspname as schema_name, r.relname as table_name
from lizsync_original.publication_list w
join relation r
    on case when w.is_schema then r.nspname = w.entry and r.is_audited
        else w.entry in (r.relation, format('"%s"."%s"', r.nspname, r.relname), format('%s.%s', r.nspname, r.relname)) end
union
select m.server_id, r.relid, r.relation, r.nspname, r.relname
from lizsync.server_metadata m
join relation r on r.is_audited
where m.server_name <> 'central' and m.server_id not in (select server_id from lizsync_original.publication_list)
    and exists (select from pg_attribute where attrelid = r.relid and attname = 'uid' and not attisdropped);
delete from lizsync_original.listed l
using lizsync.server_metadata m
where (m.server_name = 'central') = (l.server_id = m.server_id);

-- The original left the numbers of a sequence to each database. Where foreign keys reference them that cannot go on: central shares them,
-- and its clones are refused until they are deployed again.
insert into lizsync.local_keys (relid) select relid from lizsync_original.audited;
do $$
declare
    v_referenced record;
begin
    for v_referenced in
        select distinct k.parent as relid
        from lizsync.foreign_keys(array(select relid from lizsync_original.audited)) as k
        join lizsync.drawn_columns(array(select relid from lizsync_original.audited)) as d on d.relid = k.parent and d.column_name = any (k.parent_columns)
        where (select server_name = 'central' from lizsync.server_metadata)
    loop
        delete from lizsync.local_keys where relid = v_referenced.relid;
        raise warning 'the numbers of % are the same on all databases from now on, because foreign keys reference them; make a package and deploy it to the clones, with KEEP_UNSENT_CHANGES for what they have not sent',
            lizsync.relation_label(v_referenced.relid);
    end loop;
end
$$;

do $$
declare
    v_missing text;
    v_unsafe record;
begin
    select string_agg(distinct entry, ', ') into v_missing
    from lizsync_original.publication_list w
    where not is_schema and not exists (
        select from lizsync_original.listed l
        where l.server_id = w.server_id and w.entry in (l.relation, format('"%s"."%s"', l.schema_name, l.table_name), format('%s.%s', l.schema_name, l.table_name))
    ) and (select server_name = 'central' from lizsync.server_metadata);
    if v_missing is not null then
        raise warning 'no longer on the publication lists, because there are no such tables: %', v_missing;
    end if;

    -- What would harm, as the package of a new clone would be refused.
    with table_unsafe as (
        select format('%I.%I', schema_name, table_name) as label, explanation, remedy
        from lizsync.unsafe_tables(array(select distinct schema_name::text from lizsync_original.listed))
        where severity = 'error' and problem not in ('foreign_key_outside', 'foreign_key_on_local_key', 'row_level_security')
            and (schema_name, table_name) in (select schema_name, table_name from lizsync_original.listed)
        union
        select format('%I.%I', schema_name, table_name), 'it has no column uid', 'take it off the publication list'
        from lizsync_original.listed
        where not exists (select from pg_attribute where attrelid = relid and attname = 'uid' and not attisdropped)
    )
    select string_agg(label || ': ' || explanation, '; ' order by label) as explanations, string_agg(remedy, '; ' order by label) as remedies
    into v_unsafe
    from table_unsafe;
    if v_unsafe.explanations is not null then
        raise exception 'tables of the publication list cannot be synchronised as they are: %', v_unsafe.explanations
            using errcode = 'object_not_in_prerequisite_state',
                hint = format('Synchronise with the original LizSync first; then, on central and on each clone: %s', v_unsafe.remedies);
    end if;
end
$$;

insert into lizsync.synchronized_tables (server_id, sync_tables)
select server_id, jsonb_agg(relation order by relation) from lizsync_original.listed group by server_id;

-- Books --------------------------------------------------------------------------------------------------------------------------

insert into lizsync.history (sync_id, sync_time, server_from, server_to, min_event_id, max_event_id, max_action_tstamp_tx, sync_type, sync_status)
select
    sync_id, coalesce(sync_time, max_action_tstamp_tx, '-infinity'), coalesce(server_from, ''), coalesce(server_to, '{}'),
    min_event_id, max_event_id, max_action_tstamp_tx, coalesce(sync_type, 'partial'), coalesce(sync_status, '')
from lizsync_original.history;

insert into lizsync.conflicts (
    id, conflict_time, object_table, object_uid, clone_id, central_value, clone_value, central_time, central_author, row_data, rejected, rule_applied
)
select
    c.id, coalesce(c.conflict_time, '-infinity'), coalesce(c.object_table, ''),
    coalesce(c.object_uid, '00000000-0000-0000-0000-000000000000'), coalesce(c.clone_id, '00000000-0000-0000-0000-000000000000'),
    c.central_sql, c.clone_sql, c.central_event_timestamp, l.session_user_name,
    hstore(array['central_event_id', 'rejected', 'rule_applied'], array[c.central_event_id::text, c.rejected, c.rule_applied]),
    case when c.rejected = 'central' then 'central' else 'clone' end,
    'original LizSync'
from lizsync_original.conflicts c
left join lizsync_original.logged_actions l on l.event_id = c.central_event_id and (select server_name = 'central' from lizsync.server_metadata);
select setval(pg_get_serial_sequence('lizsync.conflicts', 'id'), max(id)) from lizsync.conflicts having max(id) is not null;

-- On a clone: its central ------------------------------------------------------------------------------------------------------------

do $$
declare
    v_self lizsync.server_metadata;
    v_centrals uuid[];
begin
    select * into v_self from lizsync.server_metadata;
    if v_self.server_name = 'central' or v_self.server_id is null and not exists (select from lizsync_original.publication_list) then
        return;
    end if;
    select array_agg(distinct server_from::uuid) into v_centrals
    from lizsync_original.history
    where server_from <> v_self.server_id::text and v_self.server_id::text = any (server_to)
        and server_from ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
    if v_centrals is null or cardinality(v_centrals) > 1 then
        raise exception 'lizsync.history does not tell which central database the clone % belongs to', v_self.server_name
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Synchronise it with the original LizSync, and run this again; or deploy a package to a new database.';
    end if;
    insert into lizsync.central (server_id, system_identifier, clone_system_identifier, cursor, token, package_id, relids, deployed_at)
    select
        v_centrals[1], 0, lizsync.system_identifier(), '1:1:', md5('the first of ' || v_self.server_id)::uuid, h.sync_id,
        array(select relid from lizsync_original.listed), coalesce(h.sync_time, '-infinity')
    from lizsync_original.history h
    where h.server_from = v_centrals[1]::text and v_self.server_id::text = any (h.server_to)
    order by h.sync_type, h.sync_time desc nulls last
    limit 1;
end
$$;

-- What was not sent --------------------------------------------------------------------------------------------------------------------

-- On central, by the last history item towards each clone that was done. One of an empty log has no event.
create table lizsync_original.last_sent as
select h.clone_id, max(h.max_event_id) as event_id, max(h.max_action_tstamp_tx) as tstamp
from (
    select unnest(server_to) as clone_id, max_event_id, max_action_tstamp_tx
    from lizsync_original.history h
    join lizsync.server_metadata m on m.server_name = 'central' and h.server_from in (m.server_id::text, m.server_name)
    where sync_status = 'done'
) as h
where h.clone_id in (select server_id::text from lizsync_original.listed)
group by h.clone_id;

create table lizsync_original.unsent as
with sending as (
    select e.event_id, l.relid, array_agg(l.server_id order by l.server_id) as receivers
    from lizsync_original.logged_actions e
    join (
        -- Without a limit there is none: an item of an empty log, or a clone, which sends all that it holds.
        select l.*, coalesce(c.server_id, l.server_id)::text as receiver, s.tstamp,
            case when s.event_id is null and s.tstamp is null then 0 else s.event_id end as event_id
        from lizsync_original.listed l
        left join lizsync.central c on true
        left join lizsync_original.last_sent s on s.clone_id = l.server_id::text
        where c.server_id is not null or s.clone_id is not null
        offset 0
    ) as l on l.schema_name = e.schema_name and l.table_name = e.table_name
        and (e.event_id > l.event_id or l.event_id is null and e.action_tstamp_tx > l.tstamp)
    where not coalesce(e.sync_data -> 'replayed_by' ? l.receiver, false)
        -- On a clone, what came from elsewhere has been there.
        and (l.receiver = l.server_id::text or coalesce(e.sync_data ->> 'origin', l.server_id::text) = l.server_id::text)
    group by e.event_id, l.relid
)
select
    s.event_id, s.relid, s.receivers, e.row_data -> 'uid' as uid, e.changed_fields -> 'uid' as new_uid,
    -- What was emptied, or done by statements that were recorded without their rows, no version of LizSync can send.
    e.action = 'T' or e.statement_only or e.row_data is null or e.action = 'U' and e.changed_fields is null as is_lost
from sending s join lizsync_original.logged_actions e using (event_id);

do $$
declare
    v_lost text;
begin
    select string_agg(distinct lizsync.relation_name(relid), ', ') into v_lost from lizsync_original.unsent where is_lost;
    if v_lost is not null then
        raise warning 'truncated, or edited without a record of the rows, which cannot be sent: compare these tables after the first synchronisation: %', v_lost;
        delete from lizsync_original.unsent where is_lost;
    end if;
    select string_agg(distinct lizsync.relation_name(relid), ', ') into v_lost
    from lizsync_original.unsent
    where coalesce(uid, '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' or new_uid !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
    if v_lost is not null then
        raise exception 'edits that were not sent are of rows without a uid: %', v_lost using errcode = 'object_not_in_prerequisite_state',
            hint = 'Synchronise with the original LizSync first, or delete these events from its log: they cannot be sent.';
    end if;
end
$$;

analyze lizsync_original.unsent, lizsync_original.listed;

-- Transactions with numbers that nobody else has, before any of this cluster that a clone could meet: one for each set of
-- clones that have still to receive an event. Up to 3 they would look like those of a restored central: see
-- lizsync.record_purged_conflicts.
create table lizsync_original.receivers as
select receivers, 3 + row_number() over (order by receivers) as transaction_id
from (select distinct receivers from lizsync_original.unsent) as r;
do $$
begin
    if (select max(transaction_id) from lizsync_original.receivers) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint then
        raise exception 'too many clones have received too different parts of the log' using errcode = 'program_limit_exceeded',
            hint = 'Synchronise them with the original LizSync first.';
    end if;
end
$$;

-- The log ------------------------------------------------------------------------------------------------------------------------------

-- An event that everybody has stays as it was; without uid it is never sent. A clone forgets those that central has.
-- The original numbered its events from 1, and so did a generic audit tool whose log is already here.
create view lizsync_original.event as
select
    e.event_id + (select coalesce(max(event_id), 0) from audit.logged_actions) as event_id,
    e.schema_name, e.table_name, coalesce(t.relid, e.relid) as relid, e.session_user_name,
    coalesce(e.action_tstamp_tx, e.action_tstamp_clk) as action_tstamp_tx,
    coalesce(e.action_tstamp_stm, e.action_tstamp_tx, e.action_tstamp_clk) as action_tstamp_stm,
    coalesce(e.action_tstamp_clk, e.action_tstamp_stm, e.action_tstamp_tx) as action_tstamp_clk,
    case when u.event_id is null then e.transaction_id else coalesce(case when c.server_id is null then r.transaction_id end, pg_current_xact_id()::text::bigint) end as transaction_id,
    e.application_name, e.client_addr, e.client_port, e.client_query, e.action, e.row_data,
    case when u.event_id is null or e.action = 'U' then e.changed_fields end as changed_fields,
    coalesce(e.statement_only, false) as statement_only,
    case when u.event_id is null then e.sync_data else nullif(jsonb_strip_nulls(jsonb_build_object(
        'origin', nullif(e.sync_data ->> 'origin', (select server_id::text from lizsync.server_metadata)), 'time', case jsonb_typeof(e.sync_data -> 'action_tstamp_tx')
            when 'string' then (e.sync_data ->> 'action_tstamp_tx')::timestamptz
            when 'number' then to_timestamp((e.sync_data ->> 'action_tstamp_tx')::double precision)
        end
    )), '{}') end as sync_data,
    u.uid::uuid, u.new_uid::uuid
from lizsync_original.logged_actions e
left join lizsync_original.unsent u using (event_id)
left join lizsync_original.receivers r using (receivers)
left join lizsync.central c on true
left join (
    select schema_name, table_name, to_regclass(format('%I.%I', schema_name, table_name))::oid as relid
    from lizsync_original.logged_actions
    group by schema_name, table_name
) as t on t.schema_name = e.schema_name and t.table_name = e.table_name
where c.server_id is null or u.event_id is not null or e.action = 'T' or e.statement_only
    or not exists (select from lizsync_original.listed l where l.schema_name = e.schema_name and l.table_name = e.table_name);

insert into audit.logged_actions (
    event_id, schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
    application_name, client_addr, client_port, client_query, action, row_data, changed_fields, statement_only, sync_data, uid
)
with moving as (
    -- A changed uid is the delete of one row and the insert of another: all events of both are numbered anew, in their order.
    select distinct relid, u.uid
    from lizsync_original.event e cross join unnest(array[e.uid, e.new_uid]) as u (uid)
    where e.new_uid is not null
), moved as (
    select e.*, row_number() over (order by e.event_id, p.part) + (select max(event_id) from lizsync_original.event) as new_id, p.part
    from lizsync_original.event e
    cross join lateral (values (1), (2)) as p (part)
    where (p.part = 1 or e.new_uid is not null) and (e.relid, e.uid) in (select relid, uid from moving)
)
select
    event_id, schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
    application_name, client_addr, client_port, client_query, action, row_data, changed_fields, statement_only, sync_data, uid
from lizsync_original.event e
where uid is null or not exists (select from moving m where m.relid = e.relid and m.uid = e.uid)
union all
select
    new_id, schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
    application_name, client_addr, client_port, client_query,
    case when new_uid is null then action when part = 1 then 'D' else 'I' end,
    case part when 1 then row_data else row_data || changed_fields end,
    case when new_uid is null then changed_fields end,
    statement_only, sync_data,
    case part when 1 then uid else new_uid end
from moved
order by 1;
select setval(pg_get_serial_sequence('audit.logged_actions', 'event_id'), max(event_id)) from audit.logged_actions having max(event_id) is not null;

-- On central: its clones ---------------------------------------------------------------------------------------------------------------

-- Every role that could write the tables of the original could speak for any clone, and still may.
insert into lizsync.clones (
    server_id, server_name, role_name, relids, central_system_identifier, clone_system_identifier, received,
    accepted_token, offered_token, digest, pending_digest, horizon, former_roles, taken_over
)
select
    s.clone_id::uuid, 'clone_' || left(s.clone_id, 8), current_user, array(select relid from lizsync_original.listed where server_id::text = s.clone_id),
    lizsync.system_identifier(), 0, '1:1:', t.token, t.token, '', '', pg_snapshot_xmin(k.known)::text::bigint, r.roles, k.known
from lizsync_original.last_sent s
cross join lateral (select md5('the first of ' || s.clone_id)::uuid as token) as t
cross join (select pg_current_snapshot() as now) as n
cross join lateral (
    select format(
        '%s:%s:%s', least(min(u.transaction_id), pg_snapshot_xmin(n.now)::text::bigint), pg_snapshot_xmax(n.now),
        string_agg(u.transaction_id::text, ',' order by u.transaction_id)
    )::pg_snapshot as known
    from (
        select transaction_id from lizsync_original.receivers where s.clone_id::uuid = any (receivers)
        union all
        select x::text::bigint from pg_snapshot_xip(n.now) as x
    ) as u
) as k
cross join (
    select array_agg(distinct r.rolname) as roles
    from pg_class c
    cross join aclexplode(c.relacl) as a
    join pg_roles r on r.oid = a.grantee
    where c.relnamespace = 'lizsync_original'::regnamespace and a.privilege_type in ('INSERT', 'UPDATE') and r.rolname <> current_user
) as r;

do $$
declare
    v_without text;
    v_view record;
    v_role name;
begin
    if (select server_name <> 'central' from lizsync.server_metadata) then
        return;
    end if;
    select string_agg(distinct server_id::text, ', ') into v_without
    from lizsync_original.publication_list
    where server_id::text not in (select clone_id from lizsync_original.last_sent)
        and server_id <> lizsync.server_id();
    if v_without is not null then
        raise warning 'lizsync.history does not tell what these clones have received; deploy a package to them, asking to keep their unsent changes: %', v_without;
    end if;
    -- A clone that still has the original would read the log and the publication list.
    for v_view in
        values
            ('sys_structure_metadonnee', 'id integer, date_ajout date, version text, description text'),
            ('synchronized_schemas', 'server_id uuid, sync_schemas jsonb'),
            ('logged_actions', 'event_id bigint, schema_name text, table_name text, relid oid, session_user_name text,
                action_tstamp_tx timestamptz, action_tstamp_stm timestamptz, action_tstamp_clk timestamptz, transaction_id bigint,
                application_name text, client_addr inet, client_port integer, client_query text, action text, row_data hstore,
                changed_fields hstore, statement_only boolean, sync_data jsonb')
    loop
        execute format('create view lizsync.%I as select * from lizsync.refuse_original() as r (%s)', v_view.column1, v_view.column2);
        execute format('comment on view lizsync.%I is %L', v_view.column1, 'Stands where the original LizSync had a table, and refuses its clones: see lizsync.refuse_original.');
        for v_role in select distinct unnest(former_roles) from lizsync.clones loop
            execute format('grant select on lizsync.%I to %I', v_view.column1, v_role);
            execute format('grant execute on function lizsync.refuse_original() to %I', v_role);
        end loop;
    end loop;
end
$$;

-- After all other grants: it notes that they have altered no function.
select lizsync.grant_exchange(r) from (select distinct unnest(former_roles) from lizsync.clones) as u (r);
