-- As commands: they are shown to whoever deploys, or run when the deployment makes the role.
create or replace function lizsync.clone_role_grants(p_role name, p_tables text[]) returns setof text
language sql stable
set search_path from current
as $$
    with packaged as (
        select c.oid, n.oid as schema_oid, quote_ident(n.nspname) as schema_name, format('%I.%I', n.nspname, c.relname) as label
        from unnest(p_tables) as t join pg_class c on c.oid = to_regclass(t) join pg_namespace n on n.oid = c.relnamespace
    ), command (kind, object, statement) as (
        select 1, null, format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), p_role)
        where not has_database_privilege(p_role, current_database(), 'connect')
        union
        select 2, schema_name, format('GRANT USAGE ON SCHEMA %s TO %I', schema_name, p_role)
        from packaged
        where not has_schema_privilege(p_role, schema_oid, 'usage')
        union
        select 3, label, format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', label, p_role)
        from packaged
        where not (
            has_table_privilege(p_role, oid, 'select') and has_table_privilege(p_role, oid, 'insert')
            and has_table_privilege(p_role, oid, 'update') and has_table_privilege(p_role, oid, 'delete')
        )
        union
        select 4, format('%I.%I', n.nspname, s.relname), format('GRANT USAGE ON SEQUENCE %I.%I TO %I', n.nspname, s.relname, p_role)
        from packaged t
        join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.classid = 'pg_class'::regclass and d.deptype = 'a'
        join pg_class s on s.oid = d.objid
        join pg_namespace n on n.oid = s.relnamespace
        -- The planner may ask for the privilege before it looks at the kind; CASE keeps the order.
        where case s.relkind when 'S' then not has_sequence_privilege(p_role, s.oid, 'usage') end
    )
    select statement from command order by kind, object
$$;
comment on function lizsync.clone_role_grants(name, text[]) is
    'On central: the commands that grant the role of a clone what it lacks to edit the tables of a package; none when it lacks nothing.';
revoke all on function lizsync.clone_role_grants(name, text[]) from public;
