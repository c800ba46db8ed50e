-- The triggers that an insert, an update or a delete fires, but LizSync's own: 28 is their bits of tgtype.
create or replace function lizsync.triggers_to_disable(p_relid oid, p_replica boolean) returns table (name name, mode text)
language sql stable
set search_path from current
as $$
    select tgname, case tgenabled when 'A' then 'always' when 'R' then 'replica' end
    from pg_trigger
    where tgrelid = p_relid and not tgisinternal and tgtype & 28 <> 0
        and tgenabled in ('A', case when p_replica then 'R' else 'O' end)
        and tgfoid not in ('audit.log_row'::regproc, 'audit.log_statement'::regproc, 'lizsync.check_numbers'::regproc)
$$;
comment on function lizsync.triggers_to_disable(oid, boolean) is
    'On a clone: the triggers of a table that would run on what central sent, under the replica role or without it; and how they are enabled.';
revoke all on function lizsync.triggers_to_disable(oid, boolean) from public;
