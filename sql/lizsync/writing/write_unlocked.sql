-- What is left of a range that somebody's lock has stopped.
create or replace function lizsync.write_unlocked(p_range lizsync.staged_range, p_message text) returns boolean
language plpgsql
set search_path from current
as $$
begin
    -- From now on nobody is waited for as long.
    perform set_config('lock_timeout', '200ms', true);
    begin
        execute format('lock table %s in row exclusive mode', lizsync.relation_name(p_range.relid));
    exception
        when lock_not_available then
            perform lizsync.refuse_range(p_range, '55P03', 'somebody holds the table');
            return true;
        when insufficient_privilege then
            null; -- some commands need less than that
    end;
    if p_range.again or not has_table_privilege(p_range.relid, 'update') or not lizsync.refuse_locked(p_range, p_message) then
        return false;
    end if;
    perform lizsync.write_range(p_range);
    return true;
end
$$;
comment on function lizsync.write_unlocked(lizsync.staged_range, text) is
    'On both sides: refuses the rows of a range that somebody is editing, with a message, and writes the others; false when it finds none.';
revoke all on function lizsync.write_unlocked(lizsync.staged_range, text) from public;
