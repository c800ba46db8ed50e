-- SECURITY DEFINER: touches the running exchange alone.
create or replace function lizsync.unstage_rows(p_rows lizsync.pending_row[]) returns void
language sql security definer
set search_path from current
as $$
    delete from lizsync.changeset r
    using unnest(p_rows) as p
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint and r.relid = to_regclass(p.relation) and r.uid = p.uid
$$;
comment on function lizsync.unstage_rows(lizsync.pending_row[]) is 'On a clone: takes rows out of what is to be written.';
revoke all on function lizsync.unstage_rows(lizsync.pending_row[]) from public;
