-- Rule 15 of the protocol.
create or replace function lizsync.check_not_purged(p_handshake lizsync.handshake, p_held lizsync.pending_row[]) returns void
language plpgsql
set search_path from current
as $$
begin
    if least(
        pg_snapshot_xmin(p_handshake.cursor)::text::bigint,
        (select min(pg_snapshot_xmin(received)::text::bigint) from unnest(p_held) where not given_up)
    ) < lizsync.purged_up_to() then
        raise exception 'central no longer has what the clone % has not received', p_handshake.server_name
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'It stayed away, or has pending rows, for longer than central keeps its log for absent clones.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes; or give its pending rows up with lizsync.give_up.';
    end if;
end
$$;
comment on function lizsync.check_not_purged(lizsync.handshake, lizsync.pending_row[]) is
    'On central: refuses a clone that has not received, in general or of one of its held rows, what was purged since.';
revoke all on function lizsync.check_not_purged(lizsync.handshake, lizsync.pending_row[]) from public;
