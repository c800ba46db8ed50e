create or replace function lizsync.publication_list(p_clone_id uuid) returns table (relation text, relid oid)
language sql stable rows 20
set search_path from current
as $$
    select t.relation, to_regclass(t.relation)::oid
    from lizsync.synchronized_tables s, jsonb_array_elements_text(s.sync_tables) as t (relation)
    where s.server_id = p_clone_id
$$;
comment on function lizsync.publication_list(uuid) is 'On both sides: the tables that a clone synchronises; relid is null for one that does not exist here.';
revoke all on function lizsync.publication_list(uuid) from public;
