create or replace function lizsync.write_rows(p_range lizsync.staged_range) returns void
language plpgsql
set search_path from current
as $$
declare
    c_at_most constant integer := p_range.high - p_range.low + 1;
    c_staged constant text := '(select s.uid, s.%s as fields from lizsync.changeset_range($1) as s where %s exists (select from %s as t where t.uid = s.uid))';
    v_table constant text := lizsync.relation_name(p_range.relid);
    -- PostgreSQL sets an identity that is always generated at the insert alone.
    v_columns constant text[] := case p_range.action
        when 'R' then array(
            select c from unnest(p_range.columns) as c
            where not exists (select from pg_attribute where attrelid = p_range.relid and attname = c and attidentity = 'a')
        )
        else p_range.columns
    end;
    v_written integer;
    v_held text;
begin
    if p_range.action = 'D' then
        perform lizsync.run_as_client(
            format('delete from %s as t using %s as w where t.uid operator(pg_catalog.=) w.uid', v_table, lizsync.from_range(p_range)), p_range
        );
        v_held := lizsync.held_child(p_range.relid);
        if v_held is not null then
            raise exception '% references it and is pending', v_held using errcode = 'foreign_key_violation';
        end if;
        return;
    end if;
    v_written := lizsync.run_as_client(
        lizsync.update_statement(p_range.relid, v_columns, format(c_staged, 'won', '', v_table), c_at_most), p_range
    );
    if p_range.action = 'R' then
        perform lizsync.run_as_client(
            lizsync.insert_statement(p_range.relid, lizsync.sent_columns(p_range.relid), format(c_staged, 'fields', 'not', v_table), c_at_most),
            p_range
        );
    elsif v_written < c_at_most then
        perform lizsync.check_none_missing(p_range);
    end if;
end
$$;
comment on function lizsync.write_rows(lizsync.staged_range) is
    'On both sides: writes the rows of a range, all of them or, with an error, none. A whole row is updated where it exists and inserted otherwise.';
revoke all on function lizsync.write_rows(lizsync.staged_range) from public;
