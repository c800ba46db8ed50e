-- Both sides: the rows that are held from now on replace those that were held before.
create or replace function lizsync.record_pending(
    p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]
) returns void
language sql
set search_path from current
as $$
    delete from lizsync.pending_changes c
    where c.clone_id = p_clone_id
        and not exists (
            select from unnest(p_by_central || p_by_clone) as r where r.relation = c.object_table and r.uid = c.object_uid
        );
    insert into lizsync.pending_changes as c (clone_id, object_table, object_uid, received, refused_by, error, given_up)
    select distinct on (relation, uid) p_clone_id, relation, uid, received, refused_by, error, given_up
    from (
        select *, 'central' as refused_by from unnest(p_by_central)
        union all
        select *, 'clone' from unnest(p_by_clone)
    ) as r
    order by relation, uid, refused_by
    on conflict (clone_id, object_table, object_uid) do update
    set last_tried = now(), error = excluded.error, refused_by = excluded.refused_by, given_up = excluded.given_up;
$$;
comment on function lizsync.record_pending(uuid, lizsync.pending_row[], lizsync.pending_row[]) is
    'On both sides: records the rows that central and the clone could not apply. A row''s own cursor is kept as long as it is held.';
revoke all on function lizsync.record_pending(uuid, lizsync.pending_row[], lizsync.pending_row[]) from public;
