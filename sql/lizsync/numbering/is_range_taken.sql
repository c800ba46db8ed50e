create or replace function lizsync.is_range_taken(p_sequence oid, p_low bigint, p_high bigint) returns boolean
language plpgsql stable
set search_path from current
as $$
declare
    v_column record;
    v_taken boolean;
begin
    for v_column in
        select lizsync.relation_label(d.relid) as label, d.column_name
        from lizsync.drawn_columns(lizsync.drawing_tables(p_sequence)) as d
        join pg_class c on c.oid = d.relid
        where d.sequence = p_sequence and d.is_plain
            and has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
    loop
        execute format('select exists (select from %s where %I between $1 and $2)', v_column.label, v_column.column_name)
        into v_taken using p_low, p_high;
        if v_taken then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function lizsync.is_range_taken(oid, bigint, bigint) is
    'On central: whether a table that draws from a sequence has a number between two already, which somebody gave by hand or loaded.';
revoke all on function lizsync.is_range_taken(oid, bigint, bigint) from public;
