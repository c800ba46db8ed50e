-- A deferrable key is checked by a trigger of its own, at the end or, under the replica role, never. Compared as the index does: by its
-- columns or expressions, its operators (3 is the equality of a btree), and its condition; nulls are distinct unless it says otherwise.
create or replace function lizsync.duplicates() returns table (relid oid, uid uuid, error text)
language plpgsql
set search_path from current
as $$
declare
    v_key record;
begin
    for v_key in
        select
            c.conrelid, c.conname,
            string_agg(format('%s as k%s', pg_get_indexdef(i.indexrelid, u.n::integer, false), u.n), ', ' order by u.n) as columns,
            coalesce(pg_get_expr(i.indpred, i.indrelid), 'true') as condition,
            string_agg(
                case
                    when (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean then
                        format('(a.k%1$s operator(%2$I.%3$s) b.k%1$s or a.k%1$s is null and b.k%1$s is null)', u.n, n.nspname, o.oprname)
                    else format('a.k%1$s operator(%2$I.%3$s) b.k%1$s', u.n, n.nspname, o.oprname)
                end,
                ' and ' order by u.n
            ) as equal
        from pg_constraint c
        join pg_index i on i.indexrelid = c.conindid
        cross join generate_series(1, i.indnkeyatts) as u (n)
        join pg_opclass s on s.oid = i.indclass[u.n - 1]
        left join pg_amop q
            on q.amopfamily = s.opcfamily and q.amoplefttype = s.opcintype and q.amoprighttype = s.opcintype and q.amopstrategy = 3
        join pg_operator o on o.oid = coalesce(c.conexclop[u.n], q.amopopr)
        join pg_namespace n on n.oid = o.oprnamespace
        where c.contype in ('p', 'u', 'x') and c.condeferrable and c.conrelid = any (lizsync.changeset_tables())
            -- Else PostgreSQL alone looks at it, when constraints are no longer deferred.
            and has_schema_privilege((select relnamespace from pg_class where oid = c.conrelid), 'usage')
            and has_table_privilege(c.conrelid, 'select')
        group by c.oid, c.conrelid, c.conname, c.contype, i.indpred, i.indrelid
    loop
        return query execute format(
            'with entry as not materialized (select t.uid, %s from %s as t where %s)
            select $1, a.uid, $2
            from lizsync.staged_rows($1) as w
            join entry as a on a.uid = w.uid
            where w.action <> ''D'' and exists (select from entry as b where b.uid <> a.uid and %s)',
            v_key.columns, lizsync.relation_name(v_key.conrelid), v_key.condition, v_key.equal
        )
        using v_key.conrelid, format('another row has the same: constraint %I', v_key.conname);
    end loop;
end
$$;
comment on function lizsync.duplicates() is
    'On both sides: the rows just written that leave a deferrable unique, primary or exclusion constraint broken.';
revoke all on function lizsync.duplicates() from public;
