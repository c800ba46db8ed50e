-- A replayed change never takes rows along on a clone: what a foreign key does there comes from central. (rule 11) Rows that are about
-- to be deleted must not be referenced, nor those whose key is about to change by rows that get no other one.
create or replace function lizsync.blocking_table(
    p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean
) returns text
language plpgsql
set search_path from current
as $$
declare
    v_key record;
    v_found boolean;
begin
    for v_key in
        select
            c.conrelid,
            lizsync.relation_name(c.conrelid) as child,
            c.conrelid = p_relid as itself,
            array_agg(ca.attname::text) as columns,
            string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' and ') as condition,
            string_agg(format('w.won ? %1$L and p.%1$I is distinct from (populate_record(p, w.won)).%1$I', pa.attname), ' or ') as changed
        from pg_constraint c
        cross join unnest(c.conkey, c.confkey) as k (child, parent)
        join pg_attribute ca on ca.attrelid = c.conrelid and ca.attnum = k.child
        join pg_attribute pa on pa.attrelid = c.confrelid and pa.attnum = k.parent
        where c.contype = 'f' and c.confrelid = p_relid and (p_action = 'D' or c.confupdtype in ('c', 'n', 'd'))
        group by c.oid, c.conrelid
    loop
        execute format(
            'select exists (
                select from lizsync.changeset_range($1, $2, $3, $4, $5, $6) as w
                join %s as p on p.uid = w.uid
                join %s as c on %s
                %s
            )',
            lizsync.relation_name(p_relid), v_key.child, v_key.condition,
            case
                when p_action <> 'D' then format(
                    'where (%s) and c.uid not in (select s.uid from lizsync.staged_rows(%s) as s where s.action = ''D'' or s.columns && %L)',
                    v_key.changed, v_key.conrelid, v_key.columns
                )
                when v_key.itself then
                    'where c.uid not in (select s.uid from lizsync.changeset_range($1, $2, $3, $4, $5, $6) as s)'
            end
        )
        into v_found
        using p_relid, p_action, p_columns, p_low, p_high, p_again;
        if v_found then
            return v_key.child;
        end if;
    end loop;
    return null;
end
$$;
comment on function lizsync.blocking_table(oid, text, text[], integer, integer, boolean) is
    'On a clone: a table whose rows reference rows about to be deleted, or the keys that they are about to lose; null when there is none.';
revoke all on function lizsync.blocking_table(oid, text, text[], integer, integer, boolean) from public;
