-- The rows of a range that somebody is editing are refused, so that the others need not wait for them one by one. Runs with the
-- caller's rights, as what it stands in for.
create or replace function lizsync.refuse_locked(p_range lizsync.staged_range, p_message text) returns boolean
language plpgsql
set search_path from current
as $$
declare
    v_edited uuid[];
begin
    execute format(
        'with staged as materialized (
            select w.uid from lizsync.changeset_range($1) as w
        ), locked as materialized (
            select t.uid from %1$s as t where t.uid in (select s.uid from staged as s) for %2$s skip locked
        )
        select array_agg(t.uid)
        from %1$s as t
        where t.uid in (select s.uid from staged as s) and t.uid not in (select l.uid from locked as l)',
        lizsync.relation_name(p_range.relid), case p_range.action when 'D' then 'update' else 'no key update' end
    )
    into v_edited
    using p_range;
    perform lizsync.refuse_rows(p_range.relid, v_edited, '55P03', p_message);
    return v_edited is not null;
end
$$;
comment on function lizsync.refuse_locked(lizsync.staged_range, text) is
    'On both sides: refuses the rows of a range that somebody is editing, with a message, and locks the others; false when there are none.';
revoke all on function lizsync.refuse_locked(lizsync.staged_range, text) from public;
