-- What could not be sent is refused where somebody is there to hear of it.
create or replace function audit.check_row_size(p_schema name, p_table name, p_row hstore) returns void
language plpgsql
set search_path from current
as $$
declare
    v_column text;
    v_size integer;
begin
    if octet_length(p_row::text) <= audit.largest_row() then
        return;
    end if;
    select key, octet_length(value) / 1000000 into v_column, v_size from each(p_row) order by octet_length(value) desc nulls last limit 1;
    raise exception 'the row is too large to be synchronised: column % of %.% has % MB as text', v_column, p_schema, p_table, v_size
        using errcode = 'program_limit_exceeded',
            detail = format('A row may have %s MB. A bytea has twice its size as text.', audit.largest_row() / 1000000),
            hint = 'Keep files of that size beside the database, and their paths in it.';
end
$$;
comment on function audit.check_row_size(name, name, hstore) is 'On both sides: fails when a row is too large to be sent to another database.';
revoke all on function audit.check_row_size(name, name, hstore) from public;
