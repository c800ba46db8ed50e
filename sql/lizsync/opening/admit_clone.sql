-- One message for all cases, so that a stranger does not learn which clones there are.
create or replace function lizsync.admit_clone(p_clone_id uuid, p_name text) returns lizsync.clones
language plpgsql stable
set search_path from current
as $$
declare
    v_entry lizsync.clones;
begin
    select * into v_entry from lizsync.clones where server_id = p_clone_id;
    if not found or v_entry.revoked or not lizsync.speaks_for(v_entry) then
        raise exception 'central refuses the clone % for the role %', p_name, session_user using errcode = 'insufficient_privilege',
            detail = 'It is not registered, was revoked, or another role speaks for it.',
            hint = 'Name the role on central with lizsync.entrust_clone, or deploy a package to the clone.';
    end if;
    return v_entry;
end
$$;
comment on function lizsync.admit_clone(uuid, text) is 'On central: the entry of a clone for a role that may speak for it; for any other role an error, which calls the clone by the name given.';
revoke all on function lizsync.admit_clone(uuid, text) from public;
