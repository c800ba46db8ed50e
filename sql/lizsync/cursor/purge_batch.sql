-- Only what every clone has presented as received, its held rows included, may go (rule 15 of the protocol): what
-- central has offered may have been lost on the way. A deployment that the clone has not used yet counts as well.
create or replace function lizsync.purge_batch(p_keep interval, p_absent interval) returns bigint
language plpgsql
set search_path from current
as $$
declare
    c_batch_size constant integer := 50000;
    v_horizon bigint;
    v_up_to bigint;
    v_number bigint;
begin
    if p_keep is null or p_keep < '0' or p_absent < '0' then
        raise exception 'keep and absent are lengths of time' using errcode = 'invalid_parameter_value',
            hint = 'For example: CALL lizsync.purge(keep => ''2 years'', absent => ''1 year'').';
    end if;
    if exists (select from lizsync.central) then
        raise exception 'this database is a clone, whose log holds what central has not received' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Purge central. The log of a clone is emptied by its synchronisations.';
    end if;
    -- A deployment waits, and is then checked against what is gone.
    perform pg_advisory_xact_lock(hashtextextended('lizsync.purge', 0::bigint));
    select min(least(c.horizon, pg_snapshot_xmin(case when c.deploy_token is not null then c.deploy_presented end)::text::bigint))
    into v_horizon
    from lizsync.clones c
    where not c.revoked
        and (p_absent is null or greatest(c.registered_at, c.last_synchronized) >= clock_timestamp() - p_absent);
    -- A transaction that is still open may have a smaller id than others that have ended.
    v_horizon := least(v_horizon, pg_snapshot_xmin(pg_current_snapshot())::text::bigint);

    with gone as (
        delete from audit.logged_actions
        where event_id in (
            select event_id from audit.logged_actions
            where transaction_id < v_horizon and action_tstamp_clk < clock_timestamp() - p_keep
            order by event_id
            limit c_batch_size
        )
        returning transaction_id
    )
    select count(*), max(transaction_id) + 1 into v_number, v_up_to from gone;
    if v_number > 0 then
        insert into lizsync.purges (up_to, number_of_events, system_identifier) values (v_up_to, v_number, lizsync.system_identifier());
    end if;
    return v_number;
end
$$;
comment on function lizsync.purge_batch(interval, interval) is 'On central: one batch of lizsync.purge; returns the number of events removed.';
revoke all on function lizsync.purge_batch(interval, interval) from public;
