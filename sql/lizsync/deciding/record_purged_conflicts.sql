-- On central, after resolve_conflicts: rows of the clone that are held from before a purge. What central did to them since is no longer
-- known, so what the clone overwrites may be an edit that it has not seen: it goes to conflicts, without time and author.
create or replace function lizsync.record_purged_conflicts(p_relid oid, p_deletes boolean, p_again boolean) returns void
language plpgsql
set search_path from current
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_uids uuid[] := array(
        select r.uid
        from lizsync.held_before_purge(p_relid) as s (uid)
        join lizsync.changeset r on r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = s.uid
        where (r.action = 'D') = p_deletes and (r.error is not null) = p_again
    );
begin
    if v_uids = '{}' then
        return;
    end if;
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, field_name, central_value, clone_value, clone_time, clone_author,
        row_data, rejected, rule_applied
    )
    with taken as (
        select r.uid, r.action, c.fields, r.won, r.edited_at, r.author
        from lizsync.changeset r
        join lizsync.current_rows(p_relid, v_uids) as c on c.uid = r.uid
        where r.exchange = v_exchange.transaction_id and r.relid = p_relid
    )
    select
        lizsync.relation_name(p_relid), t.uid, v_exchange.clone_id, v_exchange.sync_id, f.key, t.fields -> f.key, f.value,
        t.edited_at, t.author, case t.action when 'D' then t.fields end, 'central',
        case t.action when 'D' then 'delete wins' else 'last edit wins' end
    from taken t
    left join each(t.won) as f on t.action <> 'D'
    where (t.action = 'D' or t.fields -> f.key is distinct from f.value)
        -- Edits that central's log still has were compared.
        and not exists (
            select from lizsync.unseen_edits(v_exchange) as e
            where e.relid = p_relid and e.uid = t.uid and (t.action = 'D' or e.action = 'I' or e.fields ? f.key)
        );
end
$$;
comment on function lizsync.record_purged_conflicts(oid, boolean, boolean) is
    'On central: keeps in conflicts what rows of a table that are held from before a purge are about to overwrite or delete.';
revoke all on function lizsync.record_purged_conflicts(oid, boolean, boolean) from public;
