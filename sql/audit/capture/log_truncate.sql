-- Records a TRUNCATE as the delete of each row, so that it can be synchronised.
--
-- SECURITY DEFINER: see audit.log_row. A snapshot taken before the TRUNCATE's lock may miss rows committed meanwhile;
-- under an isolation level that keeps one, their delete would not be recorded, so it is refused.
create or replace function audit.log_truncate() returns trigger
language plpgsql security definer
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'TRUNCATE of the audited table %.% needs the isolation level READ COMMITTED', tg_table_schema, tg_table_name
            using errcode = 'feature_not_supported', hint = 'Use DELETE, or truncate in a READ COMMITTED transaction.';
    end if;
    execute format(
        $sql$
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, statement_only, uid
        )
        select
            $1, $2, $3, session_user,
            current_timestamp, statement_timestamp(), clock_timestamp(), pg_current_xact_id()::text::bigint,
            current_setting('application_name'), inet_client_addr(), inet_client_port(), $4,
            'D', hstore(t.*), false, %3$s
        from %1$I.%2$I as t
        $sql$,
        tg_table_schema, tg_table_name, case when tg_argv[1]::boolean then 't.uid' else 'null' end
    )
    using tg_table_schema, tg_table_name, tg_relid, case when tg_argv[0]::boolean then left(current_query(), 1000) end;
    return null;
end
$$;
comment on function audit.log_truncate() is 'On both sides: trigger: records the delete of each row of a table that is truncated.';
revoke all on function audit.log_truncate() from public;
