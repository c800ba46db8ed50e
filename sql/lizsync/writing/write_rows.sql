create or replace function lizsync.write_rows(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
as $$
declare
    v_table constant text := lizsync.relation_name(p_range.relid);
    v_rows constant text := lizsync.from_range(p_range);
    v_held text;
begin
    if p_range.action = 'D' then
        perform lizsync.run_as_client(format('delete from %s as t using %s as w where t.uid operator(pg_catalog.=) w.uid', v_table, v_rows), p_range);
        v_held := lizsync.held_child(p_range.relid);
        if v_held is not null then
            raise exception '% references it and is pending', v_held using errcode = 'foreign_key_violation';
        end if;
        return;
    end if;
    perform lizsync.run_as_client(
        lizsync.update_statement(v_table, p_range.columns, format('(select w.uid as key, w.won as fields from %s as w)', v_rows)), p_range
    );
    if p_range.action = 'R' then
        perform lizsync.run_as_client(
            lizsync.insert_statement(v_table, lizsync.sent_columns(p_range.relid), format(
                '(select w.fields from %s as w where not exists (select from %s as t where t.uid operator(pg_catalog.=) w.uid))', v_rows, v_table
            )),
            p_range
        );
    end if;
end
$$;
comment on function lizsync.write_rows(lizsync.staged_range) is
    'On both sides: writes the rows of a range, all of them or, with an error, none. A whole row is updated where it exists and inserted otherwise.';
revoke all on function lizsync.write_rows(lizsync.staged_range) from public;
