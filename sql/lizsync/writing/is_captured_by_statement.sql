-- Not where there is another trigger, or a foreign key that writes rows of the table when a key of the table changes: what a
-- nested statement did to the same row would be recorded before what caused it.
create or replace function lizsync.is_captured_by_statement(p_relid oid) returns boolean
language sql stable
set search_path from current
as $$
    select count(*) filter (where t.tgfoid = 'audit.log_statement'::regproc and t.tgenabled = 'A') = 2
        and count(*) filter (
            where not t.tgisinternal and t.tgenabled <> 'D' and t.tgfoid not in (
                'audit.log_row'::regproc, 'audit.log_statement'::regproc, 'audit.log_truncate'::regproc
            )
        ) = 0
        and not exists (
            select from pg_constraint c where c.contype = 'f' and c.confrelid = p_relid and c.confupdtype in ('c', 'n', 'd')
        )
    from pg_trigger t
    where t.tgrelid = p_relid
$$;
comment on function lizsync.is_captured_by_statement(oid) is
    'On both sides: whether an exchange may record the inserts and updates of a table by statement.';
revoke all on function lizsync.is_captured_by_statement(oid) from public;
