-- On a clone: what central sent becomes changes in lizsync.replay.
-- SECURITY DEFINER: called by apply_reply, which runs with the caller's rights.
create or replace function lizsync.stage_reply() returns void
language plpgsql security definer
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
begin
    insert into lizsync.replay (exchange, ordinal, relid, uid, action, fields, won)
    select
        v_exchange.transaction_id, row_number() over (order by w.relid, i.action, akeys(i.fields)), w.relid, i.uid, i.action,
        coalesce(i.fields, ''), coalesce(i.fields, '')
    from lizsync.incoming i
    join lizsync.white_list(v_exchange.clone_id) as w using (relation)
    where i.exchange = v_exchange.transaction_id;
end
$$;
comment on function lizsync.stage_reply() is 'On a clone: stages the changes that central sent.';
revoke all on function lizsync.stage_reply() from public;
