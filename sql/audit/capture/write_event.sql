-- Writes one row of an audited table: what replay_event and rollback_event have in common.
create or replace function audit.write_event(p_event audit.logged_actions, p_action text, p_fields hstore, p_key hstore) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
as $$
declare
    v_table constant text := format('%I.%I', p_event.schema_name, p_event.table_name);
    v_rows constant text := format('(select $1 as fields, populate_record(null::%s, $2) as key)', v_table);
    v_columns text[];
    v_key text;
    v_written integer;
begin
    select array_agg(attname::text order by attnum) into v_columns
    from pg_attribute
    where attrelid = to_regclass(v_table) and attnum > 0 and not attisdropped and attgenerated = '' and p_fields ? attname;

    if p_event.uid is not null then
        v_key := format('t.uid = %L', p_event.uid);
    else
        select string_agg(format('t.%1$I is not distinct from (w.key).%1$I', uid_column), ' and ') into v_key
        from audit.logged_relations
        where relation_name = v_table;
    end if;
    if p_action <> 'I' and v_key is null then
        raise exception 'event %: the table % has no key', p_event.event_id, v_table
            using errcode = 'object_not_in_prerequisite_state', hint = 'Add a primary key and audit the table again.';
    end if;

    execute case p_action
        when 'I' then lizsync.insert_statement(v_table, v_columns, v_rows)
        when 'U' then lizsync.update_statement(v_table, v_columns, v_rows, v_key)
        else format('delete from %s as t using %s as w where %s', v_table, v_rows, v_key)
    end
    using p_fields, p_key;
    get diagnostics v_written = row_count;
    if v_written <> 1 then
        raise exception 'event %: its row is not in %', p_event.event_id, v_table using errcode = 'no_data_found';
    end if;
end
$$;
comment on function audit.write_event(audit.logged_actions, text, hstore, hstore) is
    'On both sides: inserts (I), updates (U) or deletes (D) the row of an event with the fields given; p_key holds the key of the row as it is now. An error when no row is written.';
revoke all on function audit.write_event(audit.logged_actions, text, hstore, hstore) from public;
