create or replace function lizsync.entrust_clone(p_server_id uuid, p_role name) returns void
language plpgsql
set search_path from current
as $$
begin
    update lizsync.clones set role_name = p_role, former_roles = null where server_id = p_server_id;
    if not found then
        raise exception 'no clone % is registered', p_server_id using errcode = 'no_data_found';
    end if;
    perform lizsync.grant_exchange(p_role);
end
$$;
comment on function lizsync.entrust_clone(uuid, name) is
    'On central: from now on this role and no other speaks for the clone. Grants it what it needs of LizSync (not the tables).';
revoke all on function lizsync.entrust_clone(uuid, name) from public;
