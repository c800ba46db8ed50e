-- Rows that hold each other's unique values, as two that swap them: their values are set aside, then all are written. A row
-- that fails even so is taken out, and the others are tried again. Done for the rows that exist and that a unique key
-- refused.
create or replace function lizsync.write_as_group(p_relid oid) returns void
language plpgsql
set search_path from current
as $$
declare
    v_table constant text := lizsync.relation_name(p_relid);
    v_aside constant text := lizsync.set_aside(p_relid);
    v_group uuid[] := array(select g.uid from lizsync.unique_violations(p_relid) as g);
    v_uids uuid[];
    v_row record;
    v_failed uuid;
begin
    while v_aside is not null and cardinality(v_group) between 2 and 200 loop
        v_failed := null;
        begin
            execute format('select array_agg(t.uid) from %s as t where t.uid = any ($1)', v_table) into v_uids using v_group;
            perform lizsync.run_as_client(format(
                'update %s as t set %s from lizsync.unique_violations(%s) as g
                where g.uid operator(pg_catalog.=) t.uid and t.uid operator(pg_catalog.=) any (%L::pg_catalog.uuid[])',
                v_table, v_aside, p_relid, v_uids
            ));
            for v_row in select g.uid, g.place from lizsync.unique_violations(p_relid) as g where g.uid = any (v_uids) loop
                v_failed := v_row.uid;
                perform lizsync.write_rows(v_row.place);
            end loop;
            perform lizsync.accept_rows(p_relid, v_uids);
            return;
        exception when integrity_constraint_violation or data_exception or insufficient_privilege or raise_exception or lock_not_available then
            -- The row keeps the reason that it was refused for.
            v_group := array_remove(v_group, coalesce(v_failed, v_group[1]));
        end;
    end loop;
end
$$;
comment on function lizsync.write_as_group(oid) is 'On both sides: writes refused rows of a table together, with their unique values set aside.';
revoke all on function lizsync.write_as_group(oid) from public;
