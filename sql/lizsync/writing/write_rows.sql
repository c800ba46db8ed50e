create or replace function lizsync.write_rows(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
as $$
declare
    v_statements constant text[] := lizsync.write_statements(p_range, '$1');
    v_written constant integer := lizsync.run_as_client(v_statements[1], p_range);
begin
    if p_range.action = 'R' then
        perform lizsync.run_as_client(v_statements[2], p_range);
    end if;
    perform lizsync.check_written(p_range, v_written);
end
$$;
comment on function lizsync.write_rows(lizsync.staged_range) is
    'On both sides: writes the rows of a range, all of them or, with an error, none.';
revoke all on function lizsync.write_rows(lizsync.staged_range) from public;
