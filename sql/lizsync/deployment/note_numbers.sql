-- Before the old tables go. Rows that were deleted here are not referred to any more.
create or replace function lizsync.note_numbers(p_references lizsync.key_references[]) returns void
language plpgsql
set search_path from current
as $$
declare
    c_exchange constant bigint := pg_current_xact_id()::text::bigint;
    v_key record;
    v_numbers bigint[];
begin
    perform lizsync.note_client_settings();
    for v_key in
        select
            lizsync.relation_name(to_regclass(k.parent)) as parent, k.parent_column, to_regclass(k.parent) in (select l.relid from lizsync.local_keys l) as is_local,
            array_agg(k.child) as children, array_agg(k.child_column) as child_columns
        from (
            select r.parent, r.parent_column, r.child, r.child_column from unnest(p_references) as r
            union
            -- The numbers of the rows themselves.
            select lizsync.relation_name(d.relid), d.column_name, lizsync.relation_name(d.relid), d.column_name
            from lizsync.drawn_columns(array(select w.relid from lizsync.publication_list(lizsync.server_id()) as w)) as d
            where d.is_plain
        ) as k
        where exists (
            select from pg_attribute
            where attrelid = to_regclass(k.parent) and attname = k.parent_column and not attisdropped
                and lizsync.base_type(atttypid) in ('pg_catalog.int2', 'pg_catalog.int4', 'pg_catalog.int8')
        ) and lizsync.has_uid_column(to_regclass(k.parent))
        group by k.parent, k.parent_column
    loop
        v_numbers := array(
            select distinct (i.fields -> c.name)::numeric
            from unnest(v_key.children, v_key.child_columns) as c (relation, name)
            join lizsync.incoming i on i.exchange = c_exchange and i.relation = c.relation
            where i.fields -> c.name ~ '^-?[0-9]{1,18}$'
        );
        perform lizsync.run_as_client(format(
            'insert into lizsync.rebased_numbers (relation, key_column, number, uid, is_local)
            select %2$L, %1$L, t.%1$I, t.uid, %3$L from %2$s as t where t.%1$I operator(pg_catalog.=) any (%4$L::pg_catalog.int8[])
            on conflict do nothing',
            v_key.parent_column, v_key.parent, coalesce(v_key.is_local, false), v_numbers
        ));
        continue when not coalesce(v_key.is_local, false);
        -- For the new tables the number is that of another row.
        update lizsync.rebased_rows b
        set given_up = true, refused = format('the row that it refers to was deleted: %s %s', v_key.parent, d.number)
        from unnest(v_key.children, v_key.child_columns) as c (relation, name)
        join lizsync.incoming i on i.exchange = c_exchange and i.relation = c.relation
        cross join lateral (
            select l.row_data -> v_key.parent_column as number
            from audit.logged_actions l
            where l.relid = to_regclass(v_key.parent) and l.action = 'D' and l.row_data -> v_key.parent_column = i.fields -> c.name
            limit 1
        ) as d
        where b.relation = i.relation and b.uid = i.uid and (c.relation, c.name) <> (v_key.parent, v_key.parent_column)
            and not exists (select from lizsync.rebased_numbers r where r.relation = v_key.parent and r.number::text = d.number);
    end loop;
end
$$;
comment on function lizsync.note_numbers(lizsync.key_references[]) is
    'On a clone: notes which rows have the numbers that the edits kept by a deployment name, given what refers to the keys of the packaged tables.';
revoke all on function lizsync.note_numbers(lizsync.key_references[]) from public;
