-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.leave_out(p_transaction bigint, p_rows lizsync.pending_row[]) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset r
    set error_code = 'LS003'
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint and r.error is not null and r.error_code <> '55P03'
        and (
            exists (select from unnest(p_rows) as p where to_regclass(p.relation)::oid = r.relid and p.uid = r.uid)
            or p_transaction is not null and not exists (
                select from lizsync.incoming i
                where i.exchange = r.exchange and i.relation = lizsync.relation_name(r.relid) and i.uid = r.uid
                    and i.transaction_id = p_transaction and i.event_id between r.first_event and r.last_event
            )
        )
$$;
comment on function lizsync.leave_out(bigint, lizsync.pending_row[]) is
    'On both sides: leaves refused rows out of the passes over them: those given, and those that a transaction of the clone has not written.';
revoke all on function lizsync.leave_out(bigint, lizsync.pending_row[]) from public;
