-- Rows that still reference a key which changes are looked for by that key, before and after. Nothing is noted where foreign keys are
-- checked as each statement ends.
create or replace function lizsync.note_former_keys(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
as $$
declare
    v_columns text[];
    v_uids uuid[];
    v_keys hstore[];
begin
    if not p_range.again and current_setting('session_replication_role') <> 'replica' then
        return;
    end if;
    v_columns := array(
        select distinct u.c
        from lizsync.foreign_keys(array[p_range.relid]) as k cross join unnest(k.parent_columns) as u (c)
        where k.parent = p_range.relid
            and (p_range.action = 'D' and p_range.again or array_remove(k.parent_columns, 'uid') && p_range.columns)
    );
    if v_columns = '{}' then
        return;
    end if;
    -- Locked: nobody can refer to them then, and who has is seen.
    execute format(
        'with changed as materialized (
            select p.uid, hstore(array[%1$s], array[%2$s]) as key
            from %3$s as w join %4$s as p on p.uid = w.uid
            where %5$s
            for update of p
        ), noted as (
            select uid, key from changed
            union all
            select w.uid, '''' from %3$s as w where %6$L and not exists (select from %4$s as p where p.uid = w.uid)
        )
        select array_agg(uid), array_agg(key) from noted',
        (select string_agg(quote_literal(c), ', ') from unnest(v_columns) as c),
        (select string_agg(format('p.%I::text', c), ', ') from unnest(v_columns) as c),
        lizsync.from_range(p_range), lizsync.relation_name(p_range.relid),
        case when p_range.action = 'D' then 'true' else (
            select string_agg(format('w.won ? %1$L and p.%1$I::text is distinct from w.won -> %1$L', c), ' or ')
            from unnest(v_columns) as c
        ) end,
        p_range.again
    )
    into v_uids, v_keys
    using p_range;
    perform lizsync.record_former_keys(p_range.relid, v_uids, v_keys) where v_uids is not null;
end
$$;
comment on function lizsync.note_former_keys(lizsync.staged_range) is
    'On both sides: notes the keys, referenced by foreign keys, that rows of a range are about to lose, and, of rows refused before, those that deletes take and, empty, of rows that are new.';
revoke all on function lizsync.note_former_keys(lizsync.staged_range) from public;
