-- Everything in one statement: whatever a foreign key does, it finds all rows with the new number. A row that a clone has made and not
-- sent may have the number of one of central's: then only what was made here refers to it.
create or replace function lizsync.renumber(p_table regclass, p_uid uuid, p_id bigint default null)
returns table (table_name text, column_name text, number_of_rows bigint)
language plpgsql
set search_path from current
set quote_all_identifiers = off
as $$
declare
    c_name constant text := lizsync.relation_label(p_table);
    v_column text;
    v_sequence regclass;
    v_always boolean;
    v_row hstore;
    v_here text := '';
    v_one record;
    v_updates text[] := '{}';
    v_counts text[] := '{}';
begin
    select d.column_name, d.sequence::regclass, a.attidentity = 'a' into v_column, v_sequence, v_always
    from lizsync.drawn_columns(array[p_table::oid]) as d
    join pg_attribute a on a.attrelid = p_table and a.attname = d.column_name
    where d.is_plain and exists (select from pg_index i where i.indrelid = p_table and i.indisunique and a.attnum = any (i.indkey))
    order by (select min(i.indnkeyatts) from pg_index i where i.indrelid = p_table and i.indisunique and a.attnum = any (i.indkey)), a.attnum
    limit 1;
    if v_column is null or not lizsync.has_uid_column(p_table) then
        raise exception 'the rows of % have no key that a sequence numbers, or no uid', c_name using errcode = 'invalid_parameter_value';
    end if;
    if exists (select from lizsync.local_keys where relid = p_table) then
        raise exception 'the keys of % are local: each database has its own, and nothing is sent of them', c_name
            using errcode = 'invalid_parameter_value', hint = 'Change it with UPDATE, on this database alone.';
    end if;
    execute format('select hstore(t) from %s as t where t.uid = $1 for update', c_name) into v_row using p_uid;
    if v_row is null then
        raise exception '% has no row with the uid %', c_name, p_uid using errcode = 'no_data_found';
    end if;
    while p_id is null loop
        execute format('select n from nextval(%L::regclass) as n where not exists (select from %s where %I = n)', v_sequence, c_name, v_column) into p_id;
    end loop;
    if p_id = (v_row -> v_column)::bigint then
        return;
    end if;
    if p_uid not in (select e from lizsync.edited_here(p_table, v_column, true) as e) then
        if exists (select from lizsync.central)
            and not exists (select from lizsync.pending_changes p where p.object_table = lizsync.relation_name(p_table) and p.object_uid = p_uid)
        then
            raise exception 'central and other clones know the row % of % by its number', p_uid, c_name using errcode = 'object_not_in_prerequisite_state',
                hint = 'Give it another number on central, when all clones have synchronised.';
        end if;
    else
        v_here := ' and t.uid in (select e from lizsync.edited_here(%s, %L, false) as e)';
    end if;

    for v_one in
        with recursive direct as (
            select k.child, k.child_columns as columns, array_position(k.parent_columns, v_column) as n, k.parent_columns
            from lizsync.foreign_keys(array[p_table::oid]) as k
            where k.parent = p_table and v_column = any (k.parent_columns)
            union
            select to_regclass(r.child)::oid, array[r.child_column], 1, array[v_column]
            from lizsync.key_references r
            where to_regclass(r.parent) = p_table and r.parent_column = v_column and to_regclass(r.child) is not null
                -- A number that several rows have says nothing of one of them.
                and exists (
                    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                    where i.indrelid = p_table and i.indisunique and i.indnkeyatts = 1 and a.attname = v_column
                )
        ), reference as (
            select * from direct
            union
            -- A key that is itself a reference has that number.
            select k.child, k.child_columns, 1, array[v_column]
            from reference r
            cross join lateral lizsync.foreign_keys(array[r.child]) as k
            where cardinality(r.columns) = 1 and k.parent = r.child and k.parent_columns = r.columns
        ), target as (
            select
                r.child, r.columns[r.n] as name,
                (
                    select string_agg(format('t.%I = %L', c.name, v_row -> r.parent_columns[c.n]), ' and ')
                    from unnest(r.columns) with ordinality as c (name, n)
                ) || case when v_here <> '' and lizsync.has_uid_column(r.child) then format(v_here, r.child, r.columns[r.n]) else '' end as condition
            from reference r
            union
            select p_table, v_column, format('t.uid = %L', p_uid)
        ), assignment as (
            select
                child, name, string_agg(condition, ' or ') as condition,
                row_number() over (partition by child order by name) as n
            from target
            group by child, name
        )
        select
            child, lizsync.relation_label(child) as label, array_agg(name order by name) as names,
            string_agg(format('%1$I = case when %2$s then %3$s else %1$I end', name, condition, p_id), ', ' order by name) as assignments,
            string_agg(condition, ' or ') as condition,
            string_agg(format('%s as r%s', condition, n), ', ' order by name) as changed
        from assignment
        group by child
        order by child <> p_table, label
    loop
        v_updates := v_updates || format(
            'before_%1$s as (select %4$s from %2$s as t where %5$s), w%1$s as (update %2$s as t set %3$s where %5$s)',
            v_one.child, v_one.label, v_one.assignments, v_one.changed, v_one.condition
        );
        for i in 1 .. cardinality(v_one.names) loop
            v_counts := v_counts || format(
                'select %L, %L, (select count(*) filter (where r%s) from before_%s)', v_one.label, v_one.names[i], i, v_one.child
            );
        end loop;
    end loop;
    if v_always then
        execute format('alter table %s alter column %I set generated by default', c_name, v_column);
    end if;
    return query execute format('with %s %s', array_to_string(v_updates, ', '), array_to_string(v_counts, ' union all '));
    if v_always then
        set constraints all immediate;
        execute format('alter table %s alter column %I set generated always', c_name, v_column);
    end if;
end
$$;
comment on function lizsync.renumber(regclass, uuid, bigint) is
    'On both sides: gives a row of a table with shared keys another number, a new one when none is given, and changes with it all that refers to it, by a foreign key or without. Returns what it has changed. These are edits like any other.';
revoke all on function lizsync.renumber(regclass, uuid, bigint) from public;
