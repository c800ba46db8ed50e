create or replace function lizsync.forget_clone(p_server_id uuid) returns void
language plpgsql
set search_path from current
as $$
begin
    delete from lizsync.clones where server_id = p_server_id;
    if not found then
        raise exception 'no clone % is registered', p_server_id using errcode = 'no_data_found';
    end if;
    delete from lizsync.synchronized_tables where server_id = p_server_id;
    delete from lizsync.pending_changes where clone_id = p_server_id;
    delete from lizsync.reply where clone_id = p_server_id;
end
$$;
comment on function lizsync.forget_clone(uuid) is
    'On central: removes a clone that no longer exists. Its history and its conflicts stay; the purge no longer waits for it. Deploying it again registers it again.';
revoke all on function lizsync.forget_clone(uuid) from public;
