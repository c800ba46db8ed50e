-- Rows that hold each other's unique values, as two that swap them: their values are set aside, then all are written. Those that fail even
-- so are taken out, and the others are tried again. Done for the rows that exist and that a unique key refused.
create or replace function lizsync.write_as_group(p_relid oid) returns void
language plpgsql
set search_path from current
as $$
declare
    v_above boolean;
    v_aside text;
    v_group uuid[];
    v_failed uuid[];
    v_range lizsync.staged_range;
    v_state text;
begin
    foreach v_above in array '{f,t}'::boolean[] loop
        v_aside := lizsync.set_aside(p_relid, v_above);
        v_group := array(select g.uid from lizsync.unique_violations(p_relid) as g);
        while v_aside is not null and cardinality(v_group) > 1 loop
            v_failed := '{}';
            begin
                -- What foreign keys take along must not be taken from rows that central does not know.
                for v_range in select (g.place).* from lizsync.unique_violations(p_relid) as g where g.uid = any (v_group) loop
                    perform lizsync.refuse_cascade(v_range);
                end loop;
                perform lizsync.run_as_client(format(
                    'update %s as t set %s
                    from lizsync.unique_violations(%s) as g, pg_catalog.unnest(%L::pg_catalog.uuid[]) with ordinality as o (uid, n)
                    where g.uid operator(pg_catalog.=) t.uid and o.uid operator(pg_catalog.=) t.uid',
                    lizsync.relation_name(p_relid), v_aside, p_relid, v_group
                ));
                for v_range in select * from lizsync.changeset_groups(p_relid, false, true) loop
                    perform lizsync.write_range(v_range);
                end loop;
                v_failed := array(select g.uid from lizsync.refused_rows(p_relid) as g (uid) where g.uid = any (v_group));
                if cardinality(v_failed) > 0 then
                    raise exception 'write again' using errcode = 'LS001';
                end if;
                perform lizsync.write_children(p_relid);
                return;
            exception when others then
                get stacked diagnostics v_state = returned_sqlstate;
                if lizsync.is_server_error(v_state) then
                    raise;
                end if;
                -- The rows keep the reason that they were refused for.
                v_group := array(select u from unnest(v_group) as u where u <> all (v_failed));
                exit when cardinality(v_failed) = 0;
            end;
        end loop;
    end loop;
end
$$;
comment on function lizsync.write_as_group(oid) is 'On both sides: writes refused rows of a table together, with their unique values set aside.';
revoke all on function lizsync.write_as_group(oid) from public;
