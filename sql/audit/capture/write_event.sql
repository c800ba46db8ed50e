-- Writes one row of an audited table: what replay_event and rollback_event have in common.
create or replace function audit.write_event(p_event audit.logged_actions, p_action text, p_fields hstore, p_key hstore) returns void
language plpgsql
set search_path from current
as $$
declare
    c_fields constant text := '(select null::uuid as uid, %L::hstore as fields)';
    v_table constant text := format('%I.%I', p_event.schema_name, p_event.table_name);
    v_relid constant oid := v_table::regclass;
    v_columns text[];
    v_key text[];
    v_condition text;
begin
    select array_agg(attname::text order by attnum) into v_columns
    from pg_attribute
    where attrelid = v_relid and attnum > 0 and not attisdropped and attgenerated = '' and p_fields ? attname;

    if p_event.uid is not null then
        v_condition := format('t.uid operator(pg_catalog.=) %L', p_event.uid);
    else
        select array_agg(uid_column), string_agg(format('t.%I is not distinct from w.c%s', uid_column, n), ' and ') into v_key, v_condition
        from (select uid_column, row_number() over () as n from audit.logged_relations where relation_name = v_table) as k;
        v_condition := format('exists (select from %s where %s)', lizsync.decoded_rows(v_relid, v_key, format(c_fields, p_key), 1), v_condition);
    end if;
    if p_action <> 'I' and v_condition is null then
        raise exception 'event %: the table % has no key', p_event.event_id, v_table
            using errcode = 'object_not_in_prerequisite_state', hint = 'Add a primary key and audit the table again.';
    end if;

    perform lizsync.note_client_settings();
    if lizsync.run_as_client(case p_action
        when 'I' then lizsync.insert_statement(v_relid, v_columns, format(c_fields, p_fields), 1)
        when 'U' then lizsync.update_statement(v_relid, v_columns, format(c_fields, p_fields), 1, v_condition)
        else format('delete from %s as t where %s', v_table, v_condition)
    end) <> 1 then
        raise exception 'event %: its row is not in %', p_event.event_id, v_table using errcode = 'no_data_found';
    end if;
end
$$;
comment on function audit.write_event(audit.logged_actions, text, hstore, hstore) is
    'On both sides: inserts (I), updates (U) or deletes (D) the row of an event with the fields given; p_key holds the key of the row as it is now. An error when no row is written.';
revoke all on function audit.write_event(audit.logged_actions, text, hstore, hstore) from public;
