-- SECURITY DEFINER: who edits may not read the log.
create or replace function lizsync.edited_here(p_relid oid, p_column text, p_inserted boolean) returns setof uuid
language sql stable security definer
set search_path from current
as $$
    select e.uid from lizsync.unsent_edits() as e
    where e.relation = lizsync.relation_name(p_relid) and e.fields ? p_column and (e.action = 'I' or not p_inserted)
$$;
comment on function lizsync.edited_here(oid, text, boolean) is
    'On a clone: the rows of a table of which a column was set here since central received it last; the rows made here alone, if p_inserted. None on central.';
revoke all on function lizsync.edited_here(oid, text, boolean) from public;
