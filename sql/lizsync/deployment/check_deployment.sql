-- Before anything is touched: central can only deploy its own packages.
create or replace function lizsync.check_deployment(
    p_package_id uuid,
    p_package_version integer,
    p_central_id uuid,
    p_central_name text,
    p_central_system_identifier bigint,
    p_clone_system_identifier bigint,
    p_clone_database oid
) returns void
language plpgsql stable
set search_path from current
as $$
begin
    if p_central_id is distinct from lizsync.server_id() then
        raise exception 'the package was made from another central database, % (%), and not from %', p_central_name, p_central_id, current_database()
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'give CONNECTION_NAME_CENTRAL the database that the package was made from, or make a new package from it with package_central_database';
    end if;
    if p_central_system_identifier <> lizsync.system_identifier() then
        raise exception 'the central database % was moved to another server, or restored, since the package was made', current_database()
            using errcode = 'object_not_in_prerequisite_state', hint = 'make a new package from it with package_central_database';
    end if;
    if not exists (select from lizsync.history where sync_id = p_package_id and sync_type = 'full') then
        raise exception 'the central database % does not know the package: it was restored from an older backup, or somebody altered the package', current_database()
            using errcode = 'object_not_in_prerequisite_state', hint = 'make a new package from it with package_central_database';
    end if;
    -- The program has checked that central's version is its own.
    if p_package_version <> lizsync.current_version() then
        raise exception 'the package was made with version % of the LizSync structure, and this program has version %', p_package_version, lizsync.current_version()
            using errcode = 'object_not_in_prerequisite_state', hint = 'make a new package from it with package_central_database';
    end if;
    if p_clone_system_identifier = lizsync.system_identifier() and p_clone_database = (select oid from pg_database where datname = current_database()) then
        raise exception 'the database % cannot become a clone: it is the central database itself', current_database()
            using errcode = 'object_not_in_prerequisite_state', hint = 'give CONNECTION_NAME_CLONE another database';
    end if;
end
$$;
comment on function lizsync.check_deployment(uuid, integer, uuid, text, bigint, bigint, oid) is
    'On central: refuses a package that was not made from this database as it is, and a clone that is this database itself.';
revoke all on function lizsync.check_deployment(uuid, integer, uuid, text, bigint, bigint, oid) from public;
