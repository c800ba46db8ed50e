-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.leave_out_others(p_code text) returns bigint
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error_code = 'LS003'
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and error is not null and error_code not in ('55P03', p_code);
    select count(*) from lizsync.changeset where exchange = pg_current_xact_id_if_assigned()::text::bigint and error_code = p_code
$$;
comment on function lizsync.leave_out_others(text) is
    'On both sides: leaves refused rows out of the passes over them, but for those that were refused with an SQLSTATE; returns the number of these.';
revoke all on function lizsync.leave_out_others(text) from public;
