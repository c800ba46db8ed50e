-- SECURITY DEFINER: a role has no right on the log and the conflicts, and learns only numbers about the clone that it
-- speaks for.
create or replace function lizsync.clone_status(
    p_clone_id uuid,
    p_cursor pg_snapshot,
    out server_name text,
    out last_synchronized timestamptz,
    out number_waiting integer,
    out number_conflicts integer,
    out short_numbers text[]
)
language plpgsql stable security definer
set search_path from current
set jit = off
set enable_seqscan = off
as $$
declare
    v_entry constant lizsync.clones := lizsync.admit_clone(p_clone_id, p_clone_id::text);
    v_exchange lizsync.exchanges; -- as if the clone synchronised now
begin
    v_exchange.clone_id := p_clone_id;
    v_exchange.cursor := lizsync.effective_cursor(p_cursor, v_entry.taken_over);
    v_exchange.horizon := pg_snapshot_xmin(v_exchange.cursor)::text::bigint;
    last_synchronized := v_entry.last_synchronized;
    select m.server_name into server_name from lizsync.server_metadata m;
    select count(distinct (e.relid, e.uid)) into number_waiting
    from lizsync.unseen_events(v_exchange) as e
    where e.relid = any (array(select p.relid from lizsync.publication_list(p_clone_id) as p)) and not e.of_clone;
    short_numbers := array(
        select r.explanation
        from lizsync.number_room(array(select distinct to_regclass(b.sequence)::oid from lizsync.key_blocks b where b.clone = p_clone_id)) as r
        where r.is_short
        order by r.explanation
    );
    select count(*) into number_conflicts from lizsync.conflicts c where c.clone_id = p_clone_id;
end
$$;
comment on function lizsync.clone_status(uuid, pg_snapshot) is
    'On central, given what a clone has received: central''s name, when the clone last synchronised, how many rows wait for it, how many values have lost in its synchronisations, and of which of its sequences central has few numbers left.';
revoke all on function lizsync.clone_status(uuid, pg_snapshot) from public;
