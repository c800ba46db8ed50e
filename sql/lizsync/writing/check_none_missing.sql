-- Somebody deleted it where that is not recorded.
create or replace function lizsync.check_none_missing(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
as $$
declare
    v_missing boolean;
begin
    execute format(
        'select exists (
            select from lizsync.changeset_range($1) as s
            where not exists (select from %s as t where t.uid = s.uid) and s.uid not in (select lizsync.known_to_be_missing(($1).relid))
        )',
        lizsync.relation_name(p_range.relid)
    )
    into v_missing
    using p_range;
    if v_missing then
        raise exception 'the row is missing, and no delete of it is recorded' using errcode = 'LS002';
    end if;
end
$$;
comment on function lizsync.check_none_missing(lizsync.staged_range) is
    'On both sides: fails when a row of a range, which was to be updated, does not exist.';
revoke all on function lizsync.check_none_missing(lizsync.staged_range) from public;
