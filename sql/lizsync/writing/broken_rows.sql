create or replace function lizsync.broken_rows() returns setof lizsync.pending_row
language sql
set search_path from current
as $$
    select lizsync.relation_name(b.relid), b.uid, null::pg_snapshot, false, min(b.error)
    from (select * from lizsync.orphans() union all select * from lizsync.duplicates()) as b
    group by b.relid, b.uid
$$;
comment on function lizsync.broken_rows() is
    'On both sides: the rows just written that leave a constraint broken which nobody has checked, because of the replica role or because it is deferred.';
revoke all on function lizsync.broken_rows() from public;
