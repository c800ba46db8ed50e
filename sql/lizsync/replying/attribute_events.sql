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
    v_exchange constant lizsync.exchanges := lizsync.this_exchange();
    v_relids constant oid[] := array(select relid from lizsync.publication_list(v_exchange.clone_id));
    v_by_statement constant oid[] := array(select relid from unnest(v_relids) as u (relid) where lizsync.is_captured_by_statement(relid));
    v_deletes constant boolean := exists (select from lizsync.changeset where exchange = v_exchange.transaction_id and action = 'D');
    v_foreign_keys constant oid[] := array(
        select oid from pg_constraint
        where contype = 'f' and conrelid = any (v_relids) and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))
    );
    v_events bigint;
    v_attributed bigint;
begin
    if v_deletes or v_by_statement <> v_relids and exists (
        select from lizsync.changeset where exchange = v_exchange.transaction_id and relid <> all (v_by_statement)
    ) then
        perform lizsync.attribute_plain_events(v_exchange, v_relids, v_by_statement);
    end if;

    -- Mostly every row has its one event, and every event its origin: that is all.
    select count(*), count(*) filter (where sync_data ? 'origin') into v_events, v_attributed
    from audit.logged_actions
    where relid = any (v_relids) and transaction_id = v_exchange.transaction_id;
    if v_events > v_attributed or v_attributed <> (
        select count(*) from lizsync.changeset where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D')
    ) then
        perform lizsync.rewrite_events(relid, uids) from lizsync.rows_to_rewrite(v_exchange, v_relids);
    end if;

    if v_deletes then
        perform lizsync.record_delete_conflicts(v_exchange, v_relids);
    end if;
    if v_foreign_keys <> '{}' then
        perform lizsync.record_cascade_conflicts(v_exchange, v_relids, v_foreign_keys);
    end if;
end
$$;
comment on function lizsync.attribute_events() is 'On central: gives the events of the running exchange their origin, author and time.';
revoke all on function lizsync.attribute_events() from public;
