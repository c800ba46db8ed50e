create or replace function lizsync.revoke_clone(p_server_id uuid) returns void
language plpgsql
set search_path from current
as $$
begin
    update lizsync.clones set revoked = true where server_id = p_server_id;
    if not found then
        raise exception 'no clone % is registered', p_server_id using errcode = 'no_data_found';
    end if;
    delete from lizsync.reply where clone_id = p_server_id;
end
$$;
comment on function lizsync.revoke_clone(uuid) is
    'On central: from now on the clone is refused, whatever its role. Deploying it again lets it in again.';
revoke all on function lizsync.revoke_clone(uuid) from public;
