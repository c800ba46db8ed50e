-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.held_child(p_relid oid) returns text
language sql security definer
set search_path from current
as $$
    select lizsync.relation_name(r.relid) || ' ' || r.uid
    from lizsync.changeset r
    join audit.logged_actions l on l.transaction_id = r.exchange and l.relid = r.relid and l.uid = r.uid
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint
        and r.error is not null
        and r.action <> 'D'
        and p_relid in (select confrelid from pg_constraint where contype = 'f' and conrelid = r.relid)
    limit 1
$$;
comment on function lizsync.held_child(oid) is
    'On central: a row that the clone has changed, whose change was refused, and that a foreign key to the table has now touched.';
revoke all on function lizsync.held_child(oid) from public;
