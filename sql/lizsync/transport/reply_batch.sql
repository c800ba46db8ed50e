-- SECURITY DEFINER: shows a clone's reply to the role that speaks for it.
create or replace function lizsync.reply_batch(p_clone_id uuid, p_batch integer, p_token uuid) returns text
language plpgsql stable security definer
set search_path from current
as $$
declare
    v_payload text;
begin
    select r.payload into v_payload
    from lizsync.reply r
    join lizsync.clones c on c.server_id = r.clone_id
    where r.clone_id = p_clone_id and r.batch = p_batch and r.token = p_token
        and not c.revoked and lizsync.speaks_for(c);
    if not found then
        raise exception 'central no longer has part % of its reply', p_batch using errcode = 'no_data_found',
            hint = 'Synchronise again.';
    end if;
    return v_payload;
end
$$;
comment on function lizsync.reply_batch(uuid, integer, uuid) is
    'On central: one part of the reply to a clone''s last exchange, for receive_batch on the clone.';
revoke all on function lizsync.reply_batch(uuid, integer, uuid) from public;
