-- Before a deployment, and again when nobody else can change the clone any more.
create or replace function lizsync.check_target(
    p_central_id uuid,
    p_central_system_identifier bigint,
    p_package_snapshot pg_snapshot,
    out server_id uuid,
    out server_name text,
    out is_clone boolean,
    out token uuid,
    out tables text[]
)
language plpgsql stable
set search_path from current
as $$
declare
    v_central lizsync.central;
    v_why text;
begin
    select m.server_id, m.server_name into server_id, server_name from lizsync.server_metadata m;
    select * into v_central from lizsync.central;
    is_clone := v_central.server_id is not distinct from p_central_id;
    v_why := case
        when server_id = p_central_id then 'is a copy of the central database, with its server id'
        when exists (select from lizsync.clones) then 'has clones of its own'
        when v_central.server_id <> p_central_id then 'is a clone of another central database, ' || v_central.server_id
    end;
    if v_why is not null then
        raise exception 'the database % cannot become a clone: it %', current_database(), v_why
            using errcode = 'object_not_in_prerequisite_state', hint = 'give CONNECTION_NAME_CLONE another database';
    end if;
    -- The cursor means nothing once central was moved or restored, which is why it may be deployed anew.
    if v_central.system_identifier = p_central_system_identifier and not lizsync.snapshot_contains(p_package_snapshot, v_central.cursor) then
        raise exception 'the clone % has synchronised, or was deployed, since the package was made', server_name
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'make a new package with package_central_database; this one would take the clone back behind what it has received';
    end if;
    token := v_central.token;
    tables := array(select p.relation from lizsync.publication_list(server_id) as p);
end
$$;
comment on function lizsync.check_target(uuid, bigint, pg_snapshot) is
    'On a clone: what the database is before a deployment, with the token that it presents and the tables that it synchronises. Refuses one that cannot become a clone of this central, and a package that is older than what the clone has received.';
revoke all on function lizsync.check_target(uuid, bigint, pg_snapshot) from public;
