-- In the transaction that registers the clone: a synchronisation that was cut off may have gone on here since.
create or replace function lizsync.check_entry(p_clone_id uuid, p_entry lizsync.clone_entry) returns void
language plpgsql
set search_path from current
as $$
declare
    v_entry lizsync.clones;
begin
    select * into v_entry from lizsync.clones where server_id = p_clone_id for update;
    if v_entry.offered_token is distinct from p_entry.offered_token then
        raise exception 'a synchronisation of the clone % has ended on central meanwhile', coalesce(v_entry.server_name, p_clone_id::text)
            using errcode = 'object_not_in_prerequisite_state', hint = 'make a new package with package_central_database, then deploy that';
    end if;
end
$$;
comment on function lizsync.check_entry(uuid, lizsync.clone_entry) is
    'On central: refuses a deployment when central has received anything of the clone since it was asked which edits are to be kept.';
revoke all on function lizsync.check_entry(uuid, lizsync.clone_entry) from public;
