-- The statement calls the table t and what comes from p_rows w. It may run under any search path.
create or replace function lizsync.update_statement(
    p_relid oid, p_columns text[], p_rows text, p_number integer, p_condition text default 't.uid operator(pg_catalog.=) w.uid',
    p_range text default '$1'
) returns text
language sql stable
set search_path from current
as $$
    select format(
        'update %s as t set %s from %s where %s',
        lizsync.relation_name(p_relid), (select string_agg(format('%I = w.c%s', c, n), ', ') from unnest(p_columns) with ordinality as u (c, n)),
        lizsync.decoded_rows(p_relid, p_columns, p_rows, p_number, p_range), p_condition
    )
$$;
comment on function lizsync.update_statement(oid, text[], text, integer, text, text) is
    'On both sides: the statement that sets columns of a table to values in text form, those of decoded_rows; p_condition compares the two.';
revoke all on function lizsync.update_statement(oid, text[], text, integer, text, text) from public;
