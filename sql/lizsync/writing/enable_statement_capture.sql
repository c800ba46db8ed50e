create or replace function lizsync.enable_statement_capture(p_clone_id uuid) returns void
language sql
set search_path from current
as $$
    select set_config((lizsync.audit_arguments(w.relid))[4], 'on', true)
    from lizsync.publication_list(p_clone_id) as w
    where lizsync.is_captured_by_statement(w.relid)
$$;
comment on function lizsync.enable_statement_capture(uuid) is
    'On central: has what this session writes in the tables of a clone recorded by statement, where that is possible.';
revoke all on function lizsync.enable_statement_capture(uuid) from public;
