-- The lock of lizsync.begin_synchronization. A database without a server id has nobody to keep out.
create or replace function lizsync.begin_deployment() returns void
language plpgsql
set search_path from current
as $$
begin
    if not pg_try_advisory_xact_lock(hashtextextended('lizsync.synchronize ' || lizsync.server_id(), 0::bigint)) then
        raise exception 'a synchronisation or deployment of the clone % is running', (select server_name from lizsync.server_metadata)
            using errcode = 'object_not_in_prerequisite_state', hint = 'wait until it has ended, then run this again';
    end if;
end
$$;
comment on function lizsync.begin_deployment() is
    'On a clone: keeps synchronisations and other deployments out until the transaction ends.';
revoke all on function lizsync.begin_deployment() from public;
