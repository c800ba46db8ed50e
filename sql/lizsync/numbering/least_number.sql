create or replace function lizsync.least_number(p_sequence oid, p_low bigint, p_high bigint, p_drawn lizsync.drawn_column[]) returns bigint
language plpgsql stable
set search_path from current
as $$
declare
    v_column record;
    v_found bigint;
    v_least bigint;
begin
    for v_column in
        select lizsync.relation_label(d.relid) as label, d.column_name
        from unnest(p_drawn) as d
        join pg_class c on c.oid = d.relid
        where d.sequence = p_sequence and d.is_plain
            and has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
    loop
        begin
            execute format('select min(%1$I) from %2$s where %1$I between $1 and $2', v_column.column_name, v_column.label)
            into v_found using p_low, p_high;
        exception when syntax_error_or_access_rule_violation then
            -- An index computes with a function that finds what it names on the path of people alone. A row that clashes is refused.
            v_found := null;
        end;
        v_least := least(v_least, v_found);
    end loop;
    return v_least;
end
$$;
comment on function lizsync.least_number(oid, bigint, bigint, lizsync.drawn_column[]) is
    'On central: the least number between two that a row of the tables that draw from a sequence has already, which somebody gave by hand or loaded; null when there is none.';
revoke all on function lizsync.least_number(oid, bigint, bigint, lizsync.drawn_column[]) from public;
