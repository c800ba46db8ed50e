-- A purge from before a restore from a dump does not count: transaction ids have started again since.
create or replace function lizsync.purged_up_to() returns bigint
language sql stable
set search_path from current
as $$ select max(up_to) from lizsync.purges where system_identifier = lizsync.system_identifier() $$;
comment on function lizsync.purged_up_to() is
    'On central: the transaction before which events may have been purged; null when none has.';
revoke all on function lizsync.purged_up_to() from public;
