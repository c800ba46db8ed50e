-- A delete, or, where foreign keys act, a referenced key that they follow.
create or replace function lizsync.may_cascade(p_range lizsync.staged_range) returns boolean
language sql stable
set search_path from current
as $$
    select p_range.action = 'D'
        or current_setting('session_replication_role') <> 'replica' and exists (
            select from lizsync.foreign_keys(array[p_range.relid]) as k
            where k.parent = p_range.relid and k.on_update in ('c', 'n', 'd') and k.parent_columns && array_remove(p_range.columns, 'uid')
        )
$$;
comment on function lizsync.may_cascade(lizsync.staged_range) is
    'On a clone: whether a foreign key could change or remove rows of other tables when the rows of a range are written.';
revoke all on function lizsync.may_cascade(lizsync.staged_range) from public;
