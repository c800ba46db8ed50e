-- A trigger of central did not take the row, and the clone is still to learn it. Of one that is held from before the purge nobody can
-- tell: it is taken for deleted.
-- SECURITY DEFINER: tells of the running exchange alone.
create or replace function lizsync.known_to_be_missing(p_relid oid) returns setof uuid
language sql stable security definer
set search_path from current
as $$
    select lizsync.held_before_purge(p_relid)
    union all
    select e.uid from lizsync.unseen_events(lizsync.this_exchange()) as e where e.relid = p_relid and e.action = 'D'
$$;
comment on function lizsync.known_to_be_missing(oid) is
    'On both sides: rows of a table that the clone may still edit although they are not there.';
revoke all on function lizsync.known_to_be_missing(oid) from public;
