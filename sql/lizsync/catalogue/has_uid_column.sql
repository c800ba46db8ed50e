create or replace function lizsync.has_uid_column(p_relid regclass) returns boolean
language sql stable
set search_path from current
as $$
    select exists (select from pg_attribute where attrelid = p_relid and attname = 'uid' and not attisdropped)
        and not exists (select from lizsync.uid_column_problem(p_relid) where severity = 'error')
$$;
comment on function lizsync.has_uid_column(regclass) is 'On both sides: whether a table has a column uid that identifies its rows everywhere.';
revoke all on function lizsync.has_uid_column(regclass) from public;
