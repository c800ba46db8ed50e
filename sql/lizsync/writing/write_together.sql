-- Rows that only together satisfy a deferrable constraint, as a transaction may have made them: two that reference each other, a parent
-- with another key and its child, shares that have to add up. Nobody can tell which row is at fault when a constraint trigger
-- fails: then those of each transaction of the clone are tried by themselves.
create or replace function lizsync.write_together() returns void
language plpgsql
set search_path from current
as $$
declare
    v_transaction bigint;
begin
    if current_setting('session_replication_role') = 'replica'
        or not exists (select from pg_constraint where condeferrable and conrelid = any (lizsync.changeset_tables()))
    then
        return;
    end if;
    -- Nobody is waited for as long as before, over and over.
    perform set_config('lock_timeout', '200ms', true);
    if lizsync.try_together(null) then
        return;
    end if;
    for v_transaction in select lizsync.refused_transactions() loop
        perform lizsync.try_together(v_transaction);
    end loop;
end
$$;
comment on function lizsync.write_together() is
    'On both sides: tries the refused rows again with all constraints deferred until they are written.';
revoke all on function lizsync.write_together() from public;
