-- A TRUNCATE, or an ALTER TABLE that rewrites the table, leaves it empty for a snapshot that is older. The caller has locked it.
create or replace function lizsync.check_not_rewritten(p_relid oid) returns void
language plpgsql
set search_path from current
as $$
begin
    if (select relfilenode from pg_class where oid = p_relid) <> pg_relation_filenode(p_relid) then
        raise exception 'the table % was emptied or written anew meanwhile', lizsync.relation_name(p_relid) using errcode = 'serialization_failure';
    end if;
end
$$;
comment on function lizsync.check_not_rewritten(oid) is
    'On both sides: fails, so that the exchange begins again, when a table is no longer the one that the snapshot shows.';
revoke all on function lizsync.check_not_rewritten(oid) from public;
