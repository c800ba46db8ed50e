-- SECURITY DEFINER: see lizsync.clone_status. Conflicts in tables that the clone no longer synchronises are left out.
create or replace function lizsync.clone_conflicts(p_clone_id uuid, p_most integer) returns setof lizsync.conflicts
language plpgsql stable security definer
set search_path from current
as $$
begin
    perform lizsync.admit_clone(p_clone_id, p_clone_id::text);
    return query
    select c.*
    from lizsync.conflicts c
    where c.clone_id = p_clone_id and c.object_table in (select w.relation from lizsync.publication_list(p_clone_id) as w)
    order by c.id desc
    limit p_most;
end
$$;
comment on function lizsync.clone_conflicts(uuid, integer) is 'On central: the last values that lost in the synchronisations of a clone.';
revoke all on function lizsync.clone_conflicts(uuid, integer) from public;
