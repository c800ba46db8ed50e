-- On central: altering, renaming or dropping a column writes its entry in the catalogue again. Until the clone has received what
-- was done before, events may name columns that are no more, and rows may lack columns that came since.
create or replace function lizsync.changed_tables(p_exchange lizsync.exchanges) returns oid[]
language sql stable
set search_path from current
as $$
    select array_agg(w.relid)
    from lizsync.white_list(p_exchange.clone_id) as w
    where exists (
        select from pg_attribute a
        where a.attrelid = w.relid and a.attnum > 0 and pg_current_xact_id()::text::bigint - age(a.xmin) >= p_exchange.horizon
    )
$$;
comment on function lizsync.changed_tables(lizsync.exchanges) is
    'On central: the tables whose columns may have changed since what the clone of an exchange has not received; null when there are none.';
revoke all on function lizsync.changed_tables(lizsync.exchanges) from public;
