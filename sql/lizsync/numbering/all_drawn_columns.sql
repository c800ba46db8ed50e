create or replace function lizsync.all_drawn_columns() returns lizsync.drawn_column[]
language sql stable
set search_path from current
as $$
    select array(
        select d
        from lizsync.drawn_columns(array(
            select oid from pg_class
            where relkind = 'r' and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'lizsync'::regnamespace, 'audit'::regnamespace)
        )) as d
    )
$$;
comment on function lizsync.all_drawn_columns() is 'On both sides: the columns of all tables that a sequence numbers.';
revoke all on function lizsync.all_drawn_columns() from public;
