create or replace function lizsync.check_written(p_range lizsync.staged_range, p_number integer) returns void
language plpgsql
set search_path from current
as $$
declare
    v_held text;
begin
    if p_range.action = 'D' then
        v_held := lizsync.held_child(p_range.relid);
        if v_held is not null then
            raise exception '% references it and is pending', v_held using errcode = 'foreign_key_violation';
        end if;
    elsif p_range.action = 'U' and p_number <= p_range.high - p_range.low then
        perform lizsync.check_none_missing(p_range);
    end if;
end
$$;
comment on function lizsync.check_written(lizsync.staged_range, integer) is
    'On both sides: fails when the rows of a range, of which so many were found, may not be written as they were.';
revoke all on function lizsync.check_written(lizsync.staged_range, integer) from public;
