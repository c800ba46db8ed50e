-- The log knows tables by their object ids, which a restore from a dump gives anew.
create or replace function lizsync.remap_log() returns void
language plpgsql
set search_path from current
as $$
declare
    v_relids oid[] := array(select relid from lizsync.publication_list(lizsync.server_id()));
begin
    if (select relids <@ v_relids and v_relids <@ relids from lizsync.central) then
        return;
    end if;
    update audit.logged_actions l
    set relid = w.relid
    from lizsync.publication_list(lizsync.server_id()) as w
    where w.relation = lizsync.relation_name(l.schema_name, l.table_name) and l.relid <> w.relid;
    update lizsync.central set relids = v_relids;
end
$$;
comment on function lizsync.remap_log() is
    'On a clone whose tables were made again, as by a restore from a dump: has its events refer to the tables of today.';
revoke all on function lizsync.remap_log() from public;
