create or replace function lizsync.check_structures(p_handshake lizsync.handshake, p_columns lizsync.table_column[], p_relids oid[]) returns void
language plpgsql
set search_path from current
as $$
declare
    v_difference text;
    v_numbered text;
begin
    select
        string_agg(format('%s.%s is %s on central and %s on the clone', relation, quote_ident(column_name), coalesce(a.type_name, 'absent'), coalesce(b.type_name, 'absent')), '; ' order by relation, column_name),
        string_agg(distinct relation, ', ') filter (
            where regexp_replace(a.type_name, ' [(]local[)]$', '') = regexp_replace(b.type_name, ' [(]local[)]$', '')
        )
    into v_difference, v_numbered
    from unnest(lizsync.table_columns(p_handshake.server_id)) as a
    full join unnest(p_columns) as b using (relation, column_name)
    where a.type_name is distinct from b.type_name;
    if v_numbered is not null then
        raise exception 'since the clone was deployed, central has changed how the keys of these tables are numbered: %', v_numbered
            using errcode = 'datatype_mismatch', detail = 'Nothing was synchronised.',
                hint = 'Make a new package and deploy it to the clone, with KEEP_UNSENT_CHANGES for what it has not sent.';
    end if;
    if v_difference is not null then
        raise exception 'the structures differ: %', v_difference using errcode = 'datatype_mismatch',
            detail = 'Nothing was synchronised.', hint = 'Make the same change on both sides, or deploy a new package.';
    end if;
    select string_agg(w.relation, ', ') into v_difference
    from lizsync.publication_list(p_handshake.server_id) as w
    where w.relid is null or w.relid <> all (p_relids);
    if v_difference is not null then
        raise exception 'central has dropped or created again: %', v_difference using errcode = 'undefined_table',
            hint = 'Deploy a new package.';
    end if;
end
$$;
comment on function lizsync.check_structures(lizsync.handshake, lizsync.table_column[], oid[]) is
    'On central: refuses a clone whose tables have other columns than here, or whose tables were dropped or created again here since it was deployed.';
revoke all on function lizsync.check_structures(lizsync.handshake, lizsync.table_column[], oid[]) from public;
