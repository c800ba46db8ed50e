-- Everything that a person should know before synchronising, found in the catalogs by set. 'error' is what package
-- refuses: the table would differ between databases, or its edits could not be replayed. 'warning' is what works, and
-- surprises. The remedies are commands wherever the decision is not a person's.
create or replace function lizsync.unsafe_tables(p_schemas text[] default null)
returns table (schema_name text, table_name text, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    with candidate as (
        select c.oid, c.relname, c.relkind, n.nspname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any (coalesce(p_schemas, array(select lizsync.user_schemas())))
            and c.relkind in ('r', 'p', 'f', 'm')
            and c.relpersistence <> 't'
            and lizsync.tool_of(c.oid) is null
    ),
    -- Arrays, so that each of the functions is called once.
    examined (relations, plain, schemas) as (
        select
            array(select oid from candidate),
            array(select oid from candidate where relkind in ('r', 'p')),
            coalesce(p_schemas, array(select lizsync.user_schemas()))
    ),
    found (relid, problem, severity, explanation, remedy) as (
        select u.* from examined e cross join lateral lizsync.unsafe_kinds(e.relations) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_columns(e.plain) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_keys(e.plain) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_sequences(e.plain) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_foreign_keys(e.plain, e.schemas) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_references(e.plain) as u

        union all
        select u.* from examined e cross join lateral lizsync.unsafe_triggers(e.plain) as u
    )
    select c.nspname, c.relname, f.problem, f.severity, f.explanation, f.remedy
    from found f
    join candidate c on c.oid = f.relid
    order by c.nspname, c.relname, f.severity, f.problem, f.explanation
$$;
comment on function lizsync.unsafe_tables(text[]) is
    'On both sides: the tables of some schemas, or of all, that cannot be synchronised safely, or not as people may expect, with the reason and the remedy.';
revoke all on function lizsync.unsafe_tables(text[]) from public;
