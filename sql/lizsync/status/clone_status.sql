-- SECURITY DEFINER: the log and the conflicts are nobody's but central's; a role learns numbers about the clone that it speaks
-- for.
create or replace function lizsync.clone_status(
    p_clone_id uuid,
    p_cursor pg_snapshot,
    out server_name text,
    out last_synchronized timestamptz,
    out number_waiting integer,
    out number_conflicts integer
)
language plpgsql stable security definer
set search_path from current
set jit = off
set enable_seqscan = off
as $$
declare
    v_entry lizsync.clones := lizsync.admit_clone(p_clone_id);
begin
    p_cursor := lizsync.effective_cursor(p_cursor, v_entry.taken_over);
    last_synchronized := v_entry.last_synchronized;
    select m.server_name into server_name from lizsync.server_metadata m;
    select count(*) into number_waiting
    from (
        select distinct l.relid, l.uid
        from audit.logged_actions l
        where l.relid = any (array(select w.relid from lizsync.publication_list(p_clone_id) as w))
            and l.transaction_id >= pg_snapshot_xmin(p_cursor)::text::bigint
            and not lizsync.is_received(l.transaction_id, p_cursor)
            and l.uid is not null
            and l.sync_data ->> 'origin' is distinct from p_clone_id::text
    ) as waiting;
    select count(*) into number_conflicts from lizsync.conflicts c where c.clone_id = p_clone_id;
end
$$;
comment on function lizsync.clone_status(uuid, pg_snapshot) is
    'On central, given what a clone has received: central''s name, when the clone last synchronised, how many rows wait for it, and how many values have lost in its synchronisations.';
revoke all on function lizsync.clone_status(uuid, pg_snapshot) from public;
