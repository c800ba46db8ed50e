-- Writes the rows of a range at once. When that fails the range is halved until the offending rows stand alone, and these are refused
-- with the reason. Runs with the caller's rights: what the role may not write is refused.
create or replace function lizsync.write_range(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
as $$
declare
    v_half lizsync.staged_range := p_range;
    v_state text;
    v_message text;
    v_detail text;
    v_constraint text;
begin
    begin
        perform lizsync.refuse_cascade(p_range);
        perform lizsync.note_former_keys(p_range);
        perform lizsync.write_rows(p_range);
        if p_range.again then
            perform lizsync.accept_range(p_range);
        end if;
        return;
    exception when others then
        -- Nothing is swallowed: the reason is kept with the row. Every error of a row is caught, because user triggers raise
        -- what they like.
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
            v_constraint = constraint_name;
        if lizsync.is_server_error(v_state) then
            raise;
        end if;
    end;

    v_message := concat_ws(': ', v_message, nullif(v_detail, ''));
    if v_state = '55P03' then
        v_message := 'somebody is editing the row';
        if lizsync.write_unlocked(p_range, v_message) then
            return;
        end if;
    end if;
    if p_range.low < p_range.high and (v_state <> '42501' or has_table_privilege(
        p_range.relid, case p_range.action when 'D' then 'delete' when 'U' then 'update' else 'insert' end
    )) then
        v_half.high := p_range.low + (p_range.high - p_range.low) / 2;
        perform lizsync.write_range(v_half);
        v_half.low := v_half.high + 1;
        v_half.high := p_range.high;
        perform lizsync.write_range(v_half);
    else
        if v_state = '23505' and p_range.low = p_range.high and lizsync.is_number_key(p_range.relid, v_constraint) then
            v_message := v_message || format(
                ' Two rows have the same number: give one of them another, where it was made: SELECT lizsync.renumber(%L, %L)',
                lizsync.relation_label(p_range.relid), (select r.uid from lizsync.changeset_range(p_range) as r)
            );
        end if;
        perform lizsync.refuse_range(p_range, v_state, v_message);
    end if;
end
$$;
comment on function lizsync.write_range(lizsync.staged_range) is 'On both sides: writes the rows of a range, refusing those that cannot be written.';
revoke all on function lizsync.write_range(lizsync.staged_range) from public;
