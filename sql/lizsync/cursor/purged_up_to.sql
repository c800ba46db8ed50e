-- What was purged before a restore from a dump counts no more: transaction ids start again there.
create or replace function lizsync.purged_up_to() returns bigint
language sql stable
set search_path from current
as $$ select max(up_to) from lizsync.purges where system_identifier = lizsync.system_identifier() $$;
comment on function lizsync.purged_up_to() is
    'On central: the transaction before which events may have been purged; null when none has.';
revoke all on function lizsync.purged_up_to() from public;
