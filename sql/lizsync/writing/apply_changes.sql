-- Both sides: parents before children, then deletes the other way round; what was refused is tried again until a pass makes
-- no progress, then as a group, and with all constraints deferred (rule 12 of the protocol).
create or replace function lizsync.apply_changes() returns void
language plpgsql
set search_path from current
as $$
declare
    v_tables oid[] := lizsync.changeset_tables();
    v_again boolean := false;
    v_refused bigint := 0;
    v_before bigint;
begin
    loop
        perform lizsync.write_tables(v_again);
        v_before := v_refused;
        v_refused := lizsync.number_refused();
        if v_again and v_refused = v_before and v_refused > 1 then
            for i in 1 .. cardinality(v_tables) loop
                perform lizsync.write_as_group(v_tables[i]);
            end loop;
            v_refused := lizsync.number_refused();
            if v_refused = v_before then
                perform lizsync.write_together();
                v_refused := lizsync.number_refused();
            end if;
        end if;
        exit when v_refused = 0 or v_again and v_refused >= v_before;
        v_again := true;
    end loop;
end
$$;
comment on function lizsync.apply_changes() is 'On both sides: writes the changes that the running exchange has staged.';
revoke all on function lizsync.apply_changes() from public;
