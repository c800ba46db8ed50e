-- Keys that are set aside and then written take along the rows that referenced them, and those too that were written before, with the
-- key that they are to have in the end.
create or replace function lizsync.write_children(p_relid oid) returns void
language plpgsql
set search_path from current
as $$
declare
    v_range lizsync.staged_range;
begin
    for v_range in
        select w.*
        from lizsync.foreign_keys(array[p_relid]) as k
        cross join lateral lizsync.changeset_groups(k.child, false, false) as w
        where k.parent = p_relid and k.child <> p_relid and k.on_update in ('c', 'n', 'd') and w.columns && k.child_columns
    loop
        perform lizsync.write_rows(v_range);
    end loop;
end
$$;
comment on function lizsync.write_children(oid) is
    'On both sides: writes again the changes of rows that reference a table, after foreign keys have taken these rows along.';
revoke all on function lizsync.write_children(oid) from public;
