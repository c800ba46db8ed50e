-- On central, after open_exchange and the batches: everything at once. Runs with the rights of the clone's role.
create or replace function lizsync.exchange() returns lizsync.acknowledgement
language plpgsql
set search_path from current
as $$
begin
    perform lizsync.prepare_changeset();
    -- Each row's constraints are checked where the row can still be refused, not at the commit.
    set constraints all immediate;
    perform set_config('lock_timeout', '5s', true);
    perform lizsync.note_client_settings();
    perform lizsync.apply_changes();
    return lizsync.close_exchange();
end
$$;
comment on function lizsync.exchange() is
    'On central: applies what the clone has sent and prepares the reply. Commit at once, then fetch the reply with reply_batch.';
revoke all on function lizsync.exchange() from public;
