create or replace function lizsync.drawing_tables(p_sequence oid) returns oid[]
language sql stable
set search_path from current
as $$
    select array(
        select distinct d.relid
        from lizsync.drawn_columns(array(select oid from pg_class where relkind = 'r' and relnamespace <> 'pg_catalog'::regnamespace)) as d
        where d.sequence = p_sequence
    )
$$;
comment on function lizsync.drawing_tables(oid) is 'On both sides: the tables that draw from a sequence.';
revoke all on function lizsync.drawing_tables(oid) from public;
