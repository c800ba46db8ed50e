-- It waits for nobody: no function is used here that opens a table, as pg_table_size and pg_get_expr do.
-- Tables that cannot be prepared at all (partitioned, inherited, foreign, unlogged, ...) are not here: see
-- lizsync.unsafe_tables. A table that was audited before it had its uid column counts as not audited.
create or replace function lizsync.table_states(p_schemas text[] default null)
returns table (
    schema_name text,
    table_name text,
    row_estimate bigint,
    has_uid boolean,
    is_audited boolean,
    is_readable boolean,
    owner_name text,
    is_owner boolean
)
language sql stable
set search_path from current
as $$
    select
        n.nspname, c.relname,
        -- A table that was never analysed has an estimate only in the statistics.
        case when c.reltuples > 0 then c.reltuples::bigint else pg_stat_get_live_tuples(c.oid) end,
        lizsync.has_uid_column(c.oid),
        coalesce(
            (lizsync.audit_arguments(c.oid))[2]::boolean = exists (
                select from pg_attribute a
                where a.attrelid = c.oid and a.attname = 'uid' and a.atttypid = 'uuid'::regtype and not a.attisdropped
            )
            and lizsync.has_audit_triggers(c.oid),
            false
        ),
        has_schema_privilege(o.nspowner, n.oid, 'usage') and has_table_privilege(o.nspowner, c.oid, 'select')
            -- A package contains the positions of the sequences.
            and not exists (
                select from pg_depend d join pg_class q on q.oid = d.objid
                where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
                    and d.deptype in ('a', 'i') and q.relkind = 'S' and not has_table_privilege(o.nspowner, q.oid, 'select')
            ),
        pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'usage')
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_namespace o on o.nspname = 'lizsync'
    where n.nspname = any (coalesce(p_schemas, array(select lizsync.user_schemas())))
        and c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition and c.reloftype = 0
        and not exists (select from pg_inherits h where c.oid in (h.inhrelid, h.inhparent))
        and lizsync.tool_of(c.oid) is null
    order by n.nspname, c.relname
$$;
comment on function lizsync.table_states(text[]) is
    'On central: how far each table that can be synchronised is prepared: uid column, audit triggers, readable for the owner of LizSync together with its sequences, and whether the current user owns it.';
revoke all on function lizsync.table_states(text[]) from public;
