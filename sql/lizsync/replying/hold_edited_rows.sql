-- On a clone, before the rows are written, and again once writing has locked them: those that somebody has edited here
-- since the changes were sent are not written. They are held, and the next synchronisation decides them on central (rule 11
-- of the protocol).
-- SECURITY DEFINER: called by apply_reply, which runs with the caller's rights.
create or replace function lizsync.hold_edited_rows() returns setof lizsync.pending_row
language plpgsql security definer
set search_path from current
set jit = off
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_relids oid[] := array(select relid from lizsync.publication_list(v_exchange.clone_id));
begin
    return query
    with edited as (
        select distinct l.relid, l.uid
        from audit.logged_actions l
        where l.relid = any (v_relids)
            and l.transaction_id >= pg_snapshot_xmin(v_exchange.sent)::text::bigint
            and not lizsync.is_received(l.transaction_id, v_exchange.sent)
    ), held as (
        delete from lizsync.changeset r
        using edited e
        where r.exchange = v_exchange.transaction_id and r.relid = e.relid and r.uid = e.uid
        returning r.relid, r.uid
    )
    select lizsync.relation_name(relid), uid, null::pg_snapshot, false, 'the row was edited here during the synchronisation'
    from held;
end
$$;
comment on function lizsync.hold_edited_rows() is 'On a clone: takes the rows that were edited meanwhile out of what is to be written, and returns them.';
revoke all on function lizsync.hold_edited_rows() from public;
