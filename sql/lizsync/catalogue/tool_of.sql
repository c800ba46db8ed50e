-- What belongs to a tool is each database's own: PostGIS and QGIS fill it on every side, and packages carry the styles on their own.
create or replace function lizsync.tool_of(p_relid oid) returns text
language sql stable
set search_path from current
as $$
    select coalesce(
        (
            select 'the extension ' || e.extname
            from pg_depend d join pg_extension e on e.oid = d.refobjid
            where d.classid = 'pg_class'::regclass and d.objid = p_relid
                and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        ),
        (
            select case c.relname when 'spatial_ref_sys' then 'PostGIS' else 'QGIS' end
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = p_relid and n.nspname = 'public'
                and c.relname in ('layer_styles', 'qgis_projects', 'spatial_ref_sys')
        )
    )
$$;
comment on function lizsync.tool_of(oid) is
    'On both sides: what a table or view belongs to that is never synchronised: an extension, PostGIS or QGIS; null for one of people''s own.';
revoke all on function lizsync.tool_of(oid) from public;
