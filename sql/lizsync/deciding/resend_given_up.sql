-- On central: rows that somebody gave up on the clone. The values that the clone sent go to conflicts, and the row goes
-- back to it whole.
create or replace function lizsync.resend_given_up() returns void
language plpgsql
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table record;
begin
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select lizsync.relation_name(r.relid), r.uid, v_exchange.clone_id, v_exchange.sync_id, r.edited_at, r.author, r.fields, 'clone', 'given up'
    from lizsync.changeset r
    join lizsync.held_rows s on s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up
    where r.exchange = v_exchange.transaction_id;

    delete from lizsync.changeset r
    using lizsync.held_rows s
    where r.exchange = v_exchange.transaction_id and s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up;

    for v_table in
        select relid, array_agg(uid) as uids
        from lizsync.held_rows
        where exchange = v_exchange.transaction_id and given_up
        group by relid
    loop
        perform lizsync.resend_rows(v_table.relid, v_table.uids);
    end loop;
end
$$;
comment on function lizsync.resend_given_up() is 'On central: sends the rows that the clone has given up back to it, whole.';
revoke all on function lizsync.resend_given_up() from public;
