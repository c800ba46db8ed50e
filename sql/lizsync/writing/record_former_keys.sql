-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.record_former_keys(p_relid oid, p_uids uuid[], p_keys hstore[]) returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset r
    set former_key = f.key
    from unnest(p_uids, p_keys) as f (uid, key)
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint and r.relid = p_relid and r.uid = f.uid
$$;
comment on function lizsync.record_former_keys(oid, uuid[], hstore[]) is
    'On both sides: notes the keys that rows of a table have before the running exchange gives them others.';
revoke all on function lizsync.record_former_keys(oid, uuid[], hstore[]) from public;
