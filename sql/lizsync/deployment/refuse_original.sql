-- Raised by the views that replace the tables of the original LizSync on central.
create or replace function lizsync.refuse_original() returns setof record
language plpgsql stable
set search_path from current
as $$
begin
    raise exception 'this database has version % of the LizSync structure, and the original LizSync cannot synchronise with it', lizsync.current_version()
        using errcode = 'feature_not_supported', hint = 'Upgrade the clone with upgrade_database_structure.';
end
$$;
comment on function lizsync.refuse_original() is
    'On central: refuses a clone that still has the original LizSync, and would read its tables.';
revoke all on function lizsync.refuse_original() from public;
