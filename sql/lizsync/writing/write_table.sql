create or replace function lizsync.write_table(p_relid oid, p_deletes boolean, p_again boolean) returns void
language plpgsql
set search_path from current
as $$
declare
    v_range lizsync.staged_range;
begin
    if p_deletes and not lizsync.has_deletes(p_relid) then
        return;
    end if;
    if lizsync.is_central_exchange() then
        begin
            execute format('select from %s limit 0', lizsync.relation_name(p_relid)); -- locks it
        exception
            when lock_not_available then
                perform set_config('lock_timeout', '200ms', true);
                for v_range in select * from lizsync.changeset_groups(p_relid, p_deletes, p_again) loop
                    perform lizsync.refuse_range(v_range, '55P03', 'somebody holds the table');
                end loop;
                return;
            when insufficient_privilege then
                null; -- nothing can be written either, and write_range refuses the rows
        end;
        perform lizsync.check_not_rewritten(p_relid);
        perform lizsync.resolve_conflicts(p_relid, p_deletes, p_again);
    end if;
    if not p_deletes and lizsync.number_refused() > 0 then
        perform lizsync.refuse_misdirected(p_relid);
    end if;
    for v_range in select * from lizsync.changeset_groups(p_relid, p_deletes, p_again) loop
        perform lizsync.write_range(v_range);
    end loop;
end
$$;
comment on function lizsync.write_table(oid, boolean, boolean) is
    'On both sides: compares and writes the changes of a table: its deletes or the rest, of the rows refused before or the others.';
revoke all on function lizsync.write_table(oid, boolean, boolean) from public;
