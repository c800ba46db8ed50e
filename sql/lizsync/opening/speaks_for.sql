-- A role that was dropped speaks for nobody.
create or replace function lizsync.speaks_for(p_clone lizsync.clones) returns boolean
language sql stable
set search_path from current
as $$
    select exists (
        select from pg_roles
        where rolname = any (p_clone.role_name || p_clone.former_roles) and pg_has_role(session_user, oid, 'MEMBER')
    )
$$;
comment on function lizsync.speaks_for(lizsync.clones) is 'On central: whether the session''s role may speak for a clone.';
revoke all on function lizsync.speaks_for(lizsync.clones) from public;
