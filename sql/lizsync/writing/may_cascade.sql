-- On a clone: a delete, or, where foreign keys act, a referenced key that they follow. On central they act as for any client, and what
-- they do is recorded.
create or replace function lizsync.may_cascade(p_relid oid, p_action text, p_columns text[]) returns boolean
language sql stable
set search_path from current
as $$
    select not lizsync.is_central_exchange() and (
        p_action = 'D'
        or current_setting('session_replication_role') <> 'replica' and exists (
            select from pg_constraint c join pg_attribute a on a.attrelid = c.confrelid and a.attnum = any (c.confkey)
            where c.contype = 'f' and c.confrelid = p_relid and c.confupdtype in ('c', 'n', 'd')
                and a.attname = any (p_columns) and a.attname <> 'uid'
        )
    )
$$;
comment on function lizsync.may_cascade(oid, text, text[]) is
    'On a clone: whether a foreign key could change rows of other tables when changes of these columns are written.';
revoke all on function lizsync.may_cascade(oid, text, text[]) from public;
