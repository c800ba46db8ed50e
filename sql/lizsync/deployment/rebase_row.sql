-- Keys that each database numbers for itself are numbered anew. A row that is not there any more was deleted on central, which
-- the next synchronisation settles. A delete may not take rows along that the clone has not seen.
create or replace function lizsync.rebase_row(p_relation text, p_columns text[], p_uid uuid, p_events bigint[]) returns void
language plpgsql
set search_path from current
as $$
declare
    v_relid constant regclass := p_relation::regclass;
    v_event record;
    v_columns text[];
    v_rows text;
    v_written integer;
    v_found boolean;
    v_check text;
begin
    -- In their order: a row may be set, deleted and made again.
    for v_event in
        select i.action, i.fields
        from lizsync.incoming i
        where i.exchange = pg_current_xact_id()::text::bigint and i.event_id = any (p_events)
        order by i.event_id
    loop
        v_columns := array(select c from unnest(p_columns) as c where v_event.fields ? c);
        if v_event.action = 'D' then
            for v_check in
                select format(
                    'select exists (select from %1$s c join %2$s p on %3$s where p.uid = $1
                        and not exists (select from lizsync.rebased_rows r where r.relation = %1$L and r.uid = %4$s))',
                    lizsync.relation_name(k.child), p_relation, k.matches, case when lizsync.has_uid_column(k.child) then 'c.uid' else 'null' end
                )
                from lizsync.foreign_keys(array[v_relid]) as k
                where k.parent = v_relid and k.on_delete in ('c', 'n', 'd')
            loop
                execute v_check into v_found using p_uid;
                if v_found then
                    raise exception 'rows that reference it have come since' using errcode = 'foreign_key_violation';
                end if;
            end loop;
            execute format('delete from %s where uid = $1', p_relation) using p_uid;
            continue;
        end if;
        if cardinality(v_columns) = 0 then
            continue;
        end if;
        v_rows := format('(select %L::uuid as uid, %L::hstore as fields)', p_uid, v_event.fields);
        -- Not called in the condition below: one of whose parts is false the others need not be.
        v_written := lizsync.run_as_client(lizsync.update_statement(v_relid, v_columns, v_rows, 1));
        if v_written = 0 and v_event.action = 'I' then
            perform lizsync.run_as_client(lizsync.insert_statement(v_relid, v_columns, v_rows, 1));
        end if;
    end loop;
end
$$;
comment on function lizsync.rebase_row(text, text[], uuid, bigint[]) is 'On a clone: writes the edits of one row again, in the table that a deployment has made anew, given the columns that are synchronised.';
revoke all on function lizsync.rebase_row(text, text[], uuid, bigint[]) from public;
