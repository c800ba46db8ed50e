create or replace function lizsync.check_readable(p_clone_id uuid) returns void
language plpgsql
set search_path from current
as $$
declare
    v_hidden text;
begin
    select string_agg(w.relation, ', ') into v_hidden
    from lizsync.publication_list(p_clone_id) as w
    join pg_class c on c.oid = w.relid
    where c.relrowsecurity or not coalesce((
        select bool_and(has_column_privilege(session_user, w.relid, s, 'select')) from unnest(lizsync.sent_columns(w.relid)) as s
    ), false);
    if v_hidden is not null then
        raise exception 'the role % may not read all of: %', session_user, v_hidden using errcode = 'insufficient_privilege',
            detail = 'The clone would not learn what it may not see.',
            hint = 'Grant it SELECT on the tables, and disable their row-level security; or deploy a package without them.';
    end if;
end
$$;
comment on function lizsync.check_readable(uuid) is
    'On central: refuses a role that may not read all of a clone''s tables, because the clone would not learn what the role cannot see.';
revoke all on function lizsync.check_readable(uuid) from public;
