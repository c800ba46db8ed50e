create or replace function lizsync.log_by_statement(p_clone_id uuid) returns void
language sql
set search_path from current
as $$
    select set_config((lizsync.audit_arguments(w.relid))[4], 'on', true)
    from lizsync.white_list(p_clone_id) as w
    where lizsync.is_logged_by_statement(w.relid)
$$;
comment on function lizsync.log_by_statement(uuid) is
    'On central: has what this session writes in the tables of a clone recorded by statement, where that is possible.';
revoke all on function lizsync.log_by_statement(uuid) from public;
