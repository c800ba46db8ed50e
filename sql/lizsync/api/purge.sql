-- On central: removes old events from the log, and commits batch by batch, so that no long transaction holds up anybody; one
-- that is stopped half-way is simply called again. No SET clause: a procedure with one may not commit.
create or replace procedure lizsync.purge(keep interval, absent interval default null)
language plpgsql
as $$
begin
    loop
        exit when lizsync.purge_batch(keep, absent) = 0;
        commit;
    end loop;
end
$$;
comment on procedure lizsync.purge(interval, interval) is
    'On central: removes from the log the events older than keep that every clone has received. Clones not heard of for longer than absent are not waited for: they keep what they have not sent, and have to be deployed again. Null waits for all.';
revoke all on procedure lizsync.purge(interval, interval) from public;
