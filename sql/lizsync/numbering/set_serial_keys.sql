create or replace function lizsync.set_serial_keys(p_relid regclass, p_local boolean) returns boolean
language plpgsql
set search_path from current
as $$
begin
    if p_local then
        insert into lizsync.local_keys (relid) values (p_relid) on conflict do nothing;
    else
        delete from lizsync.local_keys where relid = p_relid;
    end if;
    return found;
end
$$;
comment on function lizsync.set_serial_keys(regclass, boolean) is
    'On both sides: makes the numbered keys of a table local, or shared; true when they were not. Clones must be deployed again afterwards.';
revoke all on function lizsync.set_serial_keys(regclass, boolean) from public;
