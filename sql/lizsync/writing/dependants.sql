-- Looked for while they are all written, level by level: to find each level by writing the others again takes long.
create or replace function lizsync.dependants(p_rows lizsync.pending_row[]) returns lizsync.pending_row[]
language plpgsql
set search_path from current
as $$
declare
    c_tables constant oid[] := lizsync.changeset_tables();
    v_all lizsync.pending_row[] := '{}';
    v_level lizsync.pending_row[] := p_rows;
    v_key record;
    v_found lizsync.pending_row[];
    v_next lizsync.pending_row[];
begin
    while cardinality(v_level) > 0 loop
        v_next := '{}';
        for v_key in
            select k.*, lizsync.relation_name(k.child) as child_name, lizsync.relation_name(k.parent) as parent_name
            from lizsync.foreign_keys(c_tables) as k
            where k.child = any (c_tables) and lizsync.relation_name(k.parent) in (select r.relation from unnest(v_level) as r)
        loop
            execute format(
                'select array_agg(row ($1, c.uid, null, false, $2)::lizsync.pending_row)
                from lizsync.staged_rows($3) as w
                join %1$s as c on c.uid = w.uid
                join %2$s as p on %3$s
                where (w.action = ''R'' or w.columns && $4)
                    and p.uid in (select r.uid from unnest($5) as r join lizsync.former_keys($8) as f using (uid) where r.relation = $6)
                    and not exists (select from unnest($7) as r where r.relation = $1 and r.uid = c.uid)',
                v_key.child_name, v_key.parent_name, v_key.matches
            )
            into v_found
            using v_key.child_name, format('the row that it references is missing: foreign key %I', v_key.name), v_key.child, v_key.child_columns,
                v_level, v_key.parent_name, p_rows || v_all || v_next, v_key.parent;
            v_next := v_next || coalesce(v_found, '{}');
        end loop;
        v_all := v_all || v_next;
        v_level := v_next;
    end loop;
    return v_all;
end
$$;
comment on function lizsync.dependants(lizsync.pending_row[]) is
    'On both sides: of the rows just written, those that reference a key that some rows have only just got, and so on.';
revoke all on function lizsync.dependants(lizsync.pending_row[]) from public;
