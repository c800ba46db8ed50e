-- What a project told stays when a package is made without it.
create or replace function lizsync.note_references(p_relids oid[], p_told jsonb) returns void
language sql
set search_path from current
as $$
    insert into lizsync.key_references as k (child, child_column, parent, parent_column, evidence)
    select lizsync.relation_name(r.child), r.child_column, lizsync.relation_name(r.parent), r.parent_column, r.evidence
    from lizsync.known_references(p_relids, p_told) as r
    on conflict (child, child_column, parent, parent_column) do update set evidence = excluded.evidence
    where k.evidence <> excluded.evidence
$$;
comment on function lizsync.note_references(oid[], jsonb) is
    'On central: notes for the clones which columns of some tables refer to numbers without a foreign key, given also what a project tells.';
revoke all on function lizsync.note_references(oid[], jsonb) from public;
