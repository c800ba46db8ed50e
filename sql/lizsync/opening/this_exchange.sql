create or replace function lizsync.this_exchange() returns lizsync.exchanges
language plpgsql
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges;
begin
    select * into v_exchange from lizsync.exchanges where transaction_id = pg_current_xact_id_if_assigned()::text::bigint;
    if not found then
        raise exception 'this transaction has opened no exchange' using errcode = 'invalid_transaction_state';
    end if;
    return v_exchange;
end
$$;
comment on function lizsync.this_exchange() is 'On both sides: the exchange that the running transaction has opened; an error when there is none.';
revoke all on function lizsync.this_exchange() from public;
