-- A row that the clone has made gets another number when the one that it has was given for itself alone, or has been given to
-- another row meanwhile. What refers to it follows, and a row that central knows has central's number. The log keeps author and time of the edits.
create or replace function lizsync.renumber_edits() returns integer
language plpgsql
set search_path from current
as $$
declare
    c_exchange constant bigint := pg_current_xact_id()::text::bigint;
    v_key record;
    v_drawn integer;
    v_changed integer;
    v_number integer := 0;
begin
    perform lizsync.note_client_settings();
    for v_key in
        select f.relation, f.key_column, lizsync.relation_label(d.sequence) as sequence
        from (select distinct relation, key_column from lizsync.rebased_numbers) as f
        left join lizsync.drawn_columns(array[to_regclass(f.relation)::oid]) as d on d.column_name = f.key_column and d.is_plain
        where to_regclass(f.relation) is not null and to_regclass(f.relation) not in (select k.relid from lizsync.local_keys k)
            and f.key_column in (select attname from pg_attribute where attrelid = to_regclass(f.relation) and not attisdropped)
    loop
        perform lizsync.run_as_client(format(
            'update lizsync.rebased_numbers as r set new_number = t.%1$I
            from %2$s as t where r.relation operator(pg_catalog.=) %2$L and t.uid operator(pg_catalog.=) r.uid',
            v_key.key_column, v_key.relation
        ));
        if v_key.sequence is not null then
            v_number := v_number + lizsync.run_as_client(format(
                'update lizsync.rebased_numbers as r set new_number = pg_catalog.nextval(%3$L::pg_catalog.regclass)
                where r.relation operator(pg_catalog.=) %1$L and r.new_number is null
                    and exists (
                        select from lizsync.incoming as i
                        where i.exchange operator(pg_catalog.=) %4$s and i.relation operator(pg_catalog.=) r.relation
                            and i.uid operator(pg_catalog.=) r.uid and i.action operator(pg_catalog.=) ''I''
                    )
                    and (r.is_local or exists (select from %1$s as t where t.%2$I operator(pg_catalog.=) r.number))',
                v_key.relation, v_key.key_column, v_key.sequence, c_exchange
            ));
        end if;
    end loop;

    -- The rows themselves, then what refers to them, then what refers to those whose key is a reference.
    update lizsync.incoming i
    set fields = case when i.action = 'I' then i.fields || hstore(r.key_column, r.new_number::text) else i.fields - r.key_column end
    from lizsync.rebased_numbers r
    where i.exchange = c_exchange and i.relation = r.relation and i.uid = r.uid and i.fields ? r.key_column
        and (i.action = 'I' or r.is_local)
        and i.fields -> r.key_column is distinct from r.new_number::text and r.new_number is not null;
    loop
        v_changed := 0;
        for v_key in select k.* from lizsync.key_references k loop
            update lizsync.incoming i
            set fields = i.fields || hstore(v_key.child_column, r.new_number::text)
            from lizsync.rebased_numbers r
            where i.exchange = c_exchange and i.relation = v_key.child and r.relation = v_key.parent and r.key_column = v_key.parent_column
                and i.fields -> v_key.child_column = r.number::text
                and r.number <> r.new_number
                and not exists (
                    select from lizsync.rebased_rows b where b.relation = i.relation and b.uid = i.uid and v_key.child_column = any (b.renumbered)
                );
            update lizsync.rebased_rows b set renumbered = b.renumbered || v_key.child_column
            from lizsync.incoming i
            join audit.logged_actions l using (event_id)
            where i.exchange = c_exchange and i.relation = v_key.child and b.relation = i.relation and b.uid = i.uid
                and i.fields -> v_key.child_column <> case l.action when 'I' then l.row_data when 'U' then l.changed_fields end -> v_key.child_column
                and v_key.child_column <> all (b.renumbered);
            get diagnostics v_drawn = row_count;
            v_changed := v_changed + v_drawn;
        end loop;
        exit when v_changed = 0;
        update lizsync.rebased_numbers r set new_number = (i.fields -> r.key_column)::bigint
        from lizsync.incoming i
        where i.exchange = c_exchange and i.relation = r.relation and i.uid = r.uid and i.action = 'I' and r.new_number is null
            and i.fields -> r.key_column <> r.number::text;
    end loop;
    -- The row was deleted on central, whose number it may be now.
    update lizsync.rebased_rows b
    set given_up = true, refused = format('the row that it refers to was deleted: %s %s', r.relation, r.number)
    from lizsync.rebased_numbers r
    join lizsync.key_references k on k.parent = r.relation and k.parent_column = r.key_column
    join lizsync.incoming i on i.exchange = c_exchange and i.relation = k.child
    where r.is_local and r.new_number is null and b.relation = i.relation and b.uid = i.uid and i.fields -> k.child_column = r.number::text
        and not exists (select from lizsync.incoming p where p.exchange = c_exchange and p.relation = r.relation and p.uid = r.uid and p.action = 'I');
    update audit.logged_actions l
    set row_data = case l.action when 'I' then i.fields else l.row_data end,
        changed_fields = case l.action when 'U' then i.fields else l.changed_fields end
    from lizsync.incoming i
    where i.exchange = c_exchange and l.event_id = i.event_id
        and i.fields is distinct from case l.action when 'I' then l.row_data when 'U' then l.changed_fields end;
    delete from lizsync.rebased_numbers;
    return v_number;
end
$$;
comment on function lizsync.renumber_edits() is
    'On a clone: gives the rows that the edits kept by a deployment make numbers that no other row has, in the new tables, and has the edits refer to these; returns how many.';
revoke all on function lizsync.renumber_edits() from public;
