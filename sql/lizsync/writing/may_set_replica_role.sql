-- has_parameter_privilege is there since PostgreSQL 15, as is the privilege.
create or replace function lizsync.may_set_replica_role() returns boolean
language plpgsql
set search_path from current
as $$
declare
    v_may boolean := (select rolsuper from pg_roles where rolname = current_user);
begin
    if not v_may and current_setting('server_version_num')::integer >= 150000 then
        execute 'select has_parameter_privilege(''session_replication_role'', ''set'')' into v_may;
    end if;
    return v_may;
end
$$;
comment on function lizsync.may_set_replica_role() is 'On a clone: whether the caller may set session_replication_role.';
revoke all on function lizsync.may_set_replica_role() from public;
