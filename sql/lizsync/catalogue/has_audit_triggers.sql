create or replace function lizsync.has_audit_triggers(p_relid regclass) returns boolean
language sql stable
set search_path from current
as $$
    select count(*) = 5 from pg_trigger where tgrelid = p_relid and starts_with(tgname, '00_audit_trigger_') and tgenabled = 'A'
$$;
comment on function lizsync.has_audit_triggers(regclass) is 'On both sides: whether a table has all of its audit triggers, and all are enabled always.';
revoke all on function lizsync.has_audit_triggers(regclass) from public;
