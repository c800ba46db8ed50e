-- The edits of a clone that a deployment rebases, before the old tables go. They stay in the log with author and time, and the
-- rows are written again in the new tables. Each row is then held from the cursor that the clone had before: the next
-- synchronisation compares the edits with all that central did since, as if no deployment had come between.
--
-- When central was moved or restored meanwhile, nobody can tell what the clone has received: the cursor is then the
-- package's snapshot, beginning at the first transaction of all, by which lizsync.record_purged_conflicts recognises it.
create or replace function lizsync.stage_unsent_edits(
    p_entry lizsync.clone_entry,
    p_central_system_identifier bigint,
    p_package_snapshot pg_snapshot,
    p_tables text[],
    p_renewed boolean,
    out edits integer,
    out rows integer,
    out received integer
)
language plpgsql
set search_path from current
set jit = off
as $$
declare
    c_exchange constant bigint := pg_current_xact_id()::text::bigint;
    v_name text := (select server_name from lizsync.server_metadata);
    v_other_copy boolean := coalesce(p_entry.is_other_copy, false);
    v_outside text;
begin
    perform lizsync.remap_log();
    insert into lizsync.incoming (exchange, event_id, transaction_id, relation, uid, action, fields, edited_at)
    select c_exchange, e.event_id, e.transaction_id, e.relation, e.uid, e.action, e.fields, e.edited_at
    from lizsync.unsent_edits() as e
    where e.uid is not null;

    -- The clone still has what central received when the answer was lost. Edits other than those are of another copy of the clone.
    received := 0;
    if p_entry.digest <> lizsync.events_digest(p_entry.received) then
        v_other_copy := true;
    elsif p_entry.digest is not null then
        delete from lizsync.incoming i
        where i.exchange = c_exchange and lizsync.is_received(
            i.transaction_id,
            coalesce((select r.received from unnest(p_entry.refused) as r where r.relation = i.relation and r.uid = i.uid), p_entry.received)
        );
        get diagnostics received = row_count;
    end if;

    insert into lizsync.rebased_rows (relation, uid, events, received, error, given_up)
    select
        i.relation, i.uid, i.events,
        case when c.system_identifier in (0, p_central_system_identifier) then coalesce(p.received, c.cursor)
            else regexp_replace(p_package_snapshot::text, '^[0-9]+', '3')::pg_snapshot end,
        coalesce(p.error, 'its edits were kept by a deployment'), coalesce(p.given_up, false)
    from lizsync.central c
    cross join (
        select relation, uid, array_agg(event_id order by event_id) as events from lizsync.incoming where exchange = c_exchange group by relation, uid
    ) as i
    left join lizsync.pending_changes p on p.object_table = i.relation and p.object_uid = i.uid;
    select coalesce(sum(cardinality(r.events)), 0), count(*), string_agg(distinct r.relation, ', ') filter (where r.relation <> all (p_tables))
    into edits, rows, v_outside
    from lizsync.rebased_rows r;

    if v_outside is not null then
        raise exception 'the clone has edits that were not synchronised in tables that are not in the package: %', v_outside
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'run synchronize_database first, or package these tables as well; '
                    'if central no longer has a table under that name, rename it back there until the clone has synchronised';
    end if;
    -- The edits of the other copy would count as this clone's own, and would not be compared with its edits.
    if v_other_copy and not p_renewed and edits + received > 0 then
        raise exception 'the clone % is an older copy of itself, or central is: another copy has synchronised since, or one of them was restored from a backup', v_name
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'let RECREATE_CLONE_SERVER_ID be true too, so that the edits that it keeps are told from those of the other copy';
    end if;
    if received > 0 and not p_entry.is_packaged then
        raise exception 'central has received % edits of the clone % since the package was made, which are not in it', received, v_name
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'make a new package with package_central_database: the answer of that synchronisation was lost, and the edits are on central alone now';
    end if;
end
$$;
comment on function lizsync.stage_unsent_edits(lizsync.clone_entry, bigint, pg_snapshot, text[], boolean) is
    'On a clone: takes up the edits that a deployment keeps, given what central knows of the clone and whether its identity is renewed; returns how many edits of how many rows they are, and how many central has received already. Refuses a deployment after which they could not be told from others or would have no table.';
revoke all on function lizsync.stage_unsent_edits(lizsync.clone_entry, bigint, pg_snapshot, text[], boolean) from public;
