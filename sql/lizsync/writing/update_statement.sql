-- The statement calls the table t and what comes from p_rows w. With offset 0 the values of a row are made once, and not
-- for each column. Only the key goes with them. The statement may run under any search path.
create or replace function lizsync.update_statement(
    p_table text, p_columns text[], p_rows text, p_condition text default 't.uid operator(pg_catalog.=) w.key'
) returns text
language sql stable
set search_path from current
as $$
    select format(
        'update %1$s as t set %2$s from (select w.key, %3$s.populate_record(null::%1$s, w.fields) as r from %4$s as w offset 0) as w where %5$s',
        p_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(p_columns) as c),
        lizsync.hstore_schema(), p_rows, p_condition
    )
$$;
comment on function lizsync.update_statement(text, text[], text, text) is
    'On both sides: the statement that sets columns of a table to values in text form: p_rows, what stands after FROM, has them in fields, and in key the uid or what else p_condition compares.';
revoke all on function lizsync.update_statement(text, text[], text, text) from public;
