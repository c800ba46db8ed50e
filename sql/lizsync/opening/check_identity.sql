-- Rules 4 and 5 of the protocol.
create or replace function lizsync.check_identity(p_entry lizsync.clones, p_handshake lizsync.handshake) returns void
language plpgsql
set search_path from current
as $$
begin
    -- Before the token: a dump may be too old to have it.
    if p_entry.central_system_identifier <> lizsync.system_identifier()
        or p_handshake.central_system_identifier not in (0, lizsync.system_identifier())
    then
        raise exception 'central was moved to another cluster or restored from a dump' using errcode = 'object_not_in_prerequisite_state',
            detail = 'Transaction ids start again there: what the clone has received can no longer be told.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes.';
    end if;
    if p_handshake.token not in (p_entry.accepted_token, p_entry.offered_token) then
        raise exception 'another copy of the clone % has synchronised since', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'Two clones were made from one disk image, or this one was restored from a backup.',
            hint = 'Deploy a package to this clone, with RECREATE_CLONE_SERVER_ID when both copies are to live, asking to keep its unsent changes.';
    end if;
    if p_entry.clone_system_identifier <> p_handshake.system_identifier then
        raise exception 'the clone % was moved to another cluster', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;
    if not lizsync.snapshot_contains(p_handshake.snapshot, p_entry.received) then
        raise exception 'the clone % went back in time', p_handshake.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'It was restored from a backup, or is another copy.', hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;
end
$$;
comment on function lizsync.check_identity(lizsync.clones, lizsync.handshake) is
    'On central: refuses a clone that does not match its entry: another copy, an older backup, or another cluster on either side.';
revoke all on function lizsync.check_identity(lizsync.clones, lizsync.handshake) from public;
