create or replace function lizsync.give_up(p_table regclass, p_uid uuid) returns void
language plpgsql
set search_path from current
as $$
begin
    update lizsync.pending_changes set given_up = true
    where object_table = lizsync.relation_name(p_table) and object_uid = p_uid;
    if not found then
        raise exception 'the row % of % is not pending', p_uid, p_table using errcode = 'no_data_found';
    end if;
end
$$;
comment on function lizsync.give_up(regclass, uuid) is
    'On a clone: gives a pending row up. At the next synchronisation the values that it has here go to conflicts and central''s row is fetched.';
revoke all on function lizsync.give_up(regclass, uuid) from public;
