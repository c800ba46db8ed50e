-- A deployment takes effect when the clone first presents its token: until then its previous state holds, in case the clone never got it.
create or replace function lizsync.take_up_deployment(p_entry lizsync.clones, p_handshake lizsync.handshake) returns lizsync.clones
language plpgsql
set search_path from current
as $$
begin
    p_entry.received := p_entry.deploy_received;
    p_entry.horizon := pg_snapshot_xmin(p_entry.deploy_presented)::text::bigint;
    p_entry.clone_system_identifier := p_entry.deploy_system_identifier;
    p_entry.accepted_token := p_entry.deploy_token;
    p_entry.offered_token := p_entry.deploy_token;
    p_entry.digest := '';
    p_entry.pending_digest := '';
    p_entry.central_system_identifier := p_handshake.central_system_identifier;
    p_entry.relids := p_entry.deploy_relids;
    update lizsync.synchronized_tables set sync_tables = to_jsonb(p_entry.deploy_tables) where server_id = p_handshake.server_id;
    delete from lizsync.pending_changes where clone_id = p_handshake.server_id;
    return p_entry;
end
$$;
comment on function lizsync.take_up_deployment(lizsync.clones, lizsync.handshake) is
    'On central: a clone''s entry with what its last deployment says, and the publication list of that deployment from now on.';
revoke all on function lizsync.take_up_deployment(lizsync.clones, lizsync.handshake) from public;
