-- One query for all that the column may refer to. Of a big table it looks at about two megabytes, wherever these are, and at most at a
-- thousand numbers, each of which it looks up in the key.
create or replace function lizsync.keys_held(p_child oid, p_column text, p_parents oid[], p_keys text[]) returns table (
    parent oid, parent_column text, evidence text
)
language plpgsql stable
set search_path from current
as $$
declare
    c_unread constant text := 'the name of the column, whose values may not be read';
    v_pages constant integer := 256;
    v_share float := 100.0 * v_pages / greatest(v_pages, pg_relation_size(p_child) / current_setting('block_size')::integer);
    v_lookups text;
    v_any boolean;
    v_held boolean[];
begin
    if exists (
        select from unnest(array[p_child] || p_parents, array[p_column] || p_keys) as c (relid, name)
        join pg_class r on r.oid = c.relid
        where not (has_schema_privilege(r.relnamespace, 'usage') and has_column_privilege(c.relid, c.name, 'select'))
    ) then
        return query select u.*, c_unread from unnest(p_parents, p_keys) as u;
        return;
    end if;
    select string_agg(
        format('bool_and((select true from %s as p where p.%I = v.number limit 1) is true)', lizsync.relation_name(u.relid), u.name), ', ' order by u.n
    )
    into v_lookups
    from unnest(p_parents, p_keys) with ordinality as u (relid, name, n);
    begin
        execute format(
            $query$
            select count(*) > 0, array[%s]
            from (
                select distinct
                    case when c.%2$I between -9223372036854775808 and 9223372036854775807 and c.%2$I %% 1 = 0 then c.%2$I::bigint end
                from %3$s as c tablesample system (%4$s) repeatable (0)
                where c.%2$I is not null
                limit 1000
            ) as v (number)
            $query$,
            v_lookups, p_column, lizsync.relation_name(p_child), v_share
        )
        into v_any, v_held;
    exception when syntax_error_or_access_rule_violation then
        -- An index computes with a function that finds what it names on the path of people alone, and planning looks at it.
        return query select u.*, c_unread from unnest(p_parents, p_keys) as u;
        return;
    end;
    return query
        select u.relid, u.name, case when v_any then 'the name and the values of the column' else 'the name of the column, which is empty' end
        from unnest(p_parents, p_keys, v_held) as u (relid, name, held)
        where coalesce(u.held, true);
end
$$;
comment on function lizsync.keys_held(oid, text, oid[], text[]) is
    'On both sides: those of some numbered keys that a column''s values are all among, as far as a sample shows; all of them when it is empty, or may not be read.';
revoke all on function lizsync.keys_held(oid, text, oid[], text[]) from public;
