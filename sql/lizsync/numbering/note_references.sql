-- What a project told stays until a package is made with the project again.
create or replace function lizsync.note_references(p_relids oid[]) returns void
language sql
set search_path from current
as $$
    insert into lizsync.key_references as k (child, child_column, parent, parent_column, evidence)
    select lizsync.relation_name(r.child), r.child_column, lizsync.relation_name(r.parent), r.parent_column, r.evidence
    from lizsync.undeclared_references(p_relids) as r
    on conflict (child, child_column, parent, parent_column) do update set evidence = excluded.evidence
    where k.evidence <> excluded.evidence
$$;
comment on function lizsync.note_references(oid[]) is
    'On central: notes for the clones which columns of some tables refer to numbers without a foreign key.';
revoke all on function lizsync.note_references(oid[]) from public;
