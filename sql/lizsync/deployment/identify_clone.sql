-- A clone that is deployed again is the same clone: central goes on from what it knows of it.
create or replace function lizsync.identify_clone(p_id uuid, p_name text) returns lizsync.server_metadata
language plpgsql
set search_path from current
as $$
declare
    v_before lizsync.server_metadata;
    v_now lizsync.server_metadata;
begin
    select * into v_before from lizsync.server_metadata;
    v_now.server_id := p_id;
    v_now.server_name := coalesce(
        nullif(p_name, ''),
        -- One that was made from the id goes with it.
        case when v_before.server_id = p_id or v_before.server_name !~ '^clone_[0-9a-f]{8}$' then v_before.server_name end,
        'clone_' || left(v_now.server_id::text, 8)
    );
    delete from lizsync.server_metadata where server_id <> v_now.server_id;
    insert into lizsync.server_metadata select v_now.*
    on conflict (server_id) do update set server_name = excluded.server_name;
    return v_now;
end
$$;
comment on function lizsync.identify_clone(uuid, text) is
    'On a clone: gives it a server id, and a name: the one that it has unless another is given.';
revoke all on function lizsync.identify_clone(uuid, text) from public;
