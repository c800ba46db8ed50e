-- On central: altering, renaming or dropping a column writes its entry in the catalogue again. Until the clone has received
-- what was done before, events may name columns that no longer exist, and rows may lack newer columns. Rows may be held
-- from long before.
create or replace function lizsync.changed_tables(p_exchange lizsync.exchanges, p_perhaps boolean) returns oid[]
language sql stable
set search_path from current
as $$
    select array_agg(distinct c.attrelid)
    from (
        select attrelid, pg_current_xact_id()::text::bigint - age(xmin) as changed_by
        from pg_attribute
        where attrelid = any (array(select relid from lizsync.publication_list(p_exchange.clone_id))) and attnum > 0
            and age(xmin) between 0 and pg_current_xact_id()::text::bigint -- or else it has not changed for ages
    ) as c
    -- A subtransaction has an id that snapshots do not list: it may be of any transaction that was running then.
    where not lizsync.is_received(c.changed_by, p_exchange.cursor)
        or p_perhaps and c.changed_by >= pg_snapshot_xmin(p_exchange.cursor)::text::bigint
        or c.changed_by >= (
            select min(pg_snapshot_xmin(received)::text::bigint) from lizsync.held_rows where exchange = p_exchange.transaction_id
        )
$$;
comment on function lizsync.changed_tables(lizsync.exchanges, boolean) is
    'On central: the tables whose columns have changed since what the clone of an exchange has received, with p_perhaps also those whose columns may have; null when there are none.';
revoke all on function lizsync.changed_tables(lizsync.exchanges, boolean) from public;
