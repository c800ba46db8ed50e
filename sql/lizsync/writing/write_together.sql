-- Rows that only together satisfy a constraint, as a transaction may have made them: two that reference each other, a parent
-- with another key and its child, shares that have to add up. Nobody can tell which row is at fault when a constraint trigger
-- fails, or one statement for all: then those of each transaction of the clone are tried by themselves.
create or replace function lizsync.write_together() returns void
language plpgsql
set search_path from current
as $$
declare
    v_tables constant oid[] := lizsync.changeset_tables();
    c_replica constant boolean := current_setting('session_replication_role') = 'replica';
    v_refused constant bigint := lizsync.number_refused();
    v_transaction bigint;
begin
    -- Nobody is waited for as long as before, over and over.
    perform set_config('lock_timeout', '200ms', true);
    if not c_replica and exists (select from pg_constraint where condeferrable and conrelid = any (v_tables)) and not lizsync.try_together(null) then
        for v_transaction in select lizsync.refused_transactions() loop
            perform lizsync.try_together(v_transaction);
        end loop;
    end if;
    if lizsync.number_refused() = v_refused
        and exists (select from pg_constraint where contype = 'f' and (c_replica or not condeferrable) and conrelid = any (v_tables) and confrelid = any (v_tables))
        and not lizsync.write_at_once(null)
    then
        for v_transaction in select lizsync.refused_transactions() loop
            perform lizsync.write_at_once(v_transaction);
        end loop;
    end if;
end
$$;
comment on function lizsync.write_together() is
    'On both sides: tries the refused rows again with all constraints deferred until they are written, then by one statement.';
revoke all on function lizsync.write_together() from public;
