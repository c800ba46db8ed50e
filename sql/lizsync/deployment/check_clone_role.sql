-- Whether a role may do too much or too little is for the deployer to decide: it is reported, not refused.
create or replace function lizsync.check_clone_role(p_role name, p_tables text[], out role_name name, out warnings text[])
language plpgsql stable
set search_path from current
as $$
declare
    v_super boolean;
    v_owned text;
    v_grants text;
begin
    select r.rolname, r.rolsuper into role_name, v_super from pg_roles r where r.rolname = coalesce(nullif(p_role, ''), session_user);
    if not found then
        raise exception 'the central database has no role %', p_role
            using errcode = 'object_not_in_prerequisite_state',
                hint = format('create it: CREATE ROLE %I LOGIN PASSWORD ''...'', and grant it the tables; or leave CENTRAL_ROLE empty', p_role);
    end if;
    if v_super then
        warnings := array[format(
            'the role %s, which speaks for the clone on central, is a superuser: whoever has the clone has the whole server; '
                'give CENTRAL_ROLE a role that may only edit the tables, or let CREATE_CENTRAL_ROLE make one',
            role_name
        )];
        return;
    end if;
    select string_agg(format('%I.%I', n.nspname, c.relname), ', ' order by n.nspname, c.relname) into v_owned
    from unnest(p_tables) as t join pg_class c on c.oid = to_regclass(t) join pg_namespace n on n.oid = c.relnamespace
    where pg_has_role(role_name, c.relowner, 'usage');
    if v_owned is not null then
        warnings := array[format(
            'the role %s, which speaks for the clone on central, owns %s there: whoever has the clone may alter and drop it; '
                'give CENTRAL_ROLE a role that may only edit the tables, or let CREATE_CENTRAL_ROLE make one',
            role_name, v_owned
        )];
    end if;
    v_grants := array_to_string(array(select lizsync.clone_role_grants(role_name, p_tables)), '; ');
    if v_grants <> '' then
        warnings := warnings || format(
            'the role %s, which speaks for the clone on central, may not write everything there, and such edits will stay pending; run on central: %s',
            role_name, v_grants
        );
    end if;
end
$$;
comment on function lizsync.check_clone_role(name, text[]) is
    'On central: the role that is to speak for a clone, that of the session when the name is empty, and what is to be known of its rights on the tables of a package. Refuses one that does not exist.';
revoke all on function lizsync.check_clone_role(name, text[]) from public;
