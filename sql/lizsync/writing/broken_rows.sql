create or replace function lizsync.broken_rows() returns table (relid oid, uid uuid, error text)
language sql
set search_path from current
as $$
    select b.relid, b.uid, min(b.error)
    from (select * from lizsync.orphans() union all select * from lizsync.duplicates()) as b
    group by b.relid, b.uid
$$;
comment on function lizsync.broken_rows() is
    'On both sides: the rows just written that leave a constraint broken which nobody has checked, because of the replica role or because it is deferred.';
revoke all on function lizsync.broken_rows() from public;
