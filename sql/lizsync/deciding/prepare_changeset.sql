-- On central: from what the clone sent to what is to be written.
-- SECURITY DEFINER: called by exchange(), which runs with the rights of the clone's role.
create or replace function lizsync.prepare_changeset() returns void
language plpgsql security definer
set search_path from current
as $$
begin
    perform lizsync.stage_changes();
    perform lizsync.resend_given_up();
end
$$;
comment on function lizsync.prepare_changeset() is 'On central: stages the changes of the clone, less the rows that it has given up.';
revoke all on function lizsync.prepare_changeset() from public;
