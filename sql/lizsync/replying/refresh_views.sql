-- One that cannot be refreshed does not hold up the data: it stays as it was, with a warning.
create or replace function lizsync.refresh_views(p_tables oid[]) returns void
language plpgsql
set search_path from current
as $$
declare
    v_view text;
begin
    for v_view in
        with recursive dependent (relid, depth) as (
            select t, 0 from unnest(p_tables) as t
            union
            select r.ev_class, p.depth + 1
            from dependent p
            join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = p.relid and d.classid = 'pg_rewrite'::regclass
            join pg_rewrite r on r.oid = d.objid and r.ev_class <> p.relid
        )
        select lizsync.relation_name(c.oid)
        from dependent p join pg_class c on c.oid = p.relid
        where c.relkind = 'm' and c.relispopulated
        group by c.oid
        order by max(p.depth)
    loop
        begin
            execute format('refresh materialized view %s', v_view);
        exception when others then
            if lizsync.is_server_error(sqlstate) then
                raise;
            end if;
            raise warning 'the materialized view % is as it was before the synchronisation: %', v_view, sqlerrm
                using hint = format('REFRESH MATERIALIZED VIEW %s, by its owner.', v_view);
        end;
    end loop;
end
$$;
comment on function lizsync.refresh_views(oid[]) is
    'On a clone: refreshes the materialized views that depend on some tables, each after those that it depends on.';
revoke all on function lizsync.refresh_views(oid[]) from public;
