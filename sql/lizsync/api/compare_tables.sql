create or replace function lizsync.compare_tables(p_schema_name text, p_table_name text)
returns table (uid uuid, status text, clone_table_values hstore, central_table_values hstore)
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set array_nulls = on
as $$
declare
    v_columns text[] := lizsync.sent_columns(format('%I.%I', p_schema_name, p_table_name)::regclass);
begin
    -- The first time, and when columns were added since.
    if exists (
        select from unnest(v_columns) as c
        where not exists (
            select from pg_attribute
            where attrelid = to_regclass(format('%I.%I', 'central_' || p_schema_name, p_table_name)) and attname = c and not attisdropped
        )
    ) then
        perform lizsync.import_central_server_schemas();
    end if;
    return query execute format(
        'select uid,
            case when c.uid is null then ''not in clone'' when r.uid is null then ''not in central'' else ''not equal'' end,
            case when r.uid is null then c.fields else c.fields - r.fields end,
            case when c.uid is null then r.fields else r.fields - c.fields end
        from (select t.uid, slice(hstore(t.*), $1) as fields from %1$I.%2$I as t) as c
        full join (select t.uid, slice(hstore(t.*), $1) as fields from %3$I.%2$I as t) as r using (uid)
        where c.fields is distinct from r.fields',
        p_schema_name, p_table_name, 'central_' || p_schema_name
    )
    using v_columns;
end
$$;
comment on function lizsync.compare_tables(text, text) is
    'On a clone: the rows of a table that differ from central''s, with the values that differ. Columns that are local to each database are not compared.';
revoke all on function lizsync.compare_tables(text, text) from public;
