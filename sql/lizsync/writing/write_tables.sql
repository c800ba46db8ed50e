create or replace function lizsync.write_tables(p_again boolean) returns void
language plpgsql
set search_path from current
as $$
declare
    v_tables constant oid[] := lizsync.changeset_tables();
begin
    for i in 1 .. cardinality(v_tables) loop
        perform lizsync.write_table(v_tables[i], false, p_again);
    end loop;
    for i in reverse cardinality(v_tables) .. 1 loop
        perform lizsync.write_table(v_tables[i], true, p_again);
    end loop;
end
$$;
comment on function lizsync.write_tables(boolean) is
    'On both sides: one pass over the staged changes, those refused before or the others: parents before children, then deletes the other way round.';
revoke all on function lizsync.write_tables(boolean) from public;
