-- The new tables are not audited yet, and no user trigger fires: what those did is among the edits. Row by row, because each
-- may fail on its own and is written by its edits one after the other. A row that does not fit is given up: its values go to
-- lizsync.conflicts at the next synchronisation, and central's row stays.
create or replace function lizsync.rebase_edits(p_tables text[]) returns setof text
language plpgsql
set search_path from current
as $$
declare
    v_enable text[];
    v_statement text;
    v_row record;
    v_left integer;
    v_before integer;
    v_state text;
    v_message text;
    v_detail text;
begin
    perform lizsync.note_client_settings();
    set constraints all immediate;
    v_enable := array(
        select format(
            'alter table %s enable %s trigger %I',
            lizsync.relation_name(tgrelid), case tgenabled when 'A' then 'always' when 'R' then 'replica' end, tgname
        )
        from pg_trigger
        where tgrelid = any (array(select t::regclass from unnest(p_tables) as t)) and not tgisinternal and tgenabled <> 'D'
    );
    for v_statement in select format('alter table %s disable trigger user', lizsync.relation_name(t::regclass)) from unnest(p_tables) as t loop
        execute v_statement;
    end loop;

    -- A row may need another one that comes later.
    loop
        v_before := v_left;
        v_left := 0;
        for v_row in
            with tables as materialized (select t as relation, lizsync.sent_columns(t::regclass) as columns from unnest(p_tables) as t)
            select r.relation, t.columns, r.uid, r.events
            from lizsync.rebased_rows r join tables t on t.relation = r.relation
            where not r.given_up and (v_before is null or r.refused is not null)
            order by r.events[1]
        loop
            begin
                perform lizsync.rebase_row(v_row.relation, v_row.columns, v_row.uid, v_row.events);
                update lizsync.rebased_rows r set refused = null where r.relation = v_row.relation and r.uid = v_row.uid and r.refused is not null;
            exception when others then
                get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
                -- Data exceptions, violated constraints, syntax and types, what a function raises, views with a check option. Other
                -- errors are about the database and not about the row.
                if v_state !~ '^(22|23|42|44|P0)' then
                    raise;
                end if;
                v_left := v_left + 1;
                update lizsync.rebased_rows r set refused = concat_ws('; ', v_message, nullif(v_detail, ''))
                where r.relation = v_row.relation and r.uid = v_row.uid;
            end;
        end loop;
        exit when v_left in (0, v_before);
    end loop;

    return query
        update lizsync.rebased_rows r set given_up = true, error = r.refused
        where r.refused is not null
        returning format('%s of %s: %s', r.uid, r.relation, r.refused);
    set constraints all immediate;
    foreach v_statement in array v_enable loop
        execute v_statement;
    end loop;
end
$$;
comment on function lizsync.rebase_edits(text[]) is
    'On a clone: writes the edits that a deployment keeps again, in the tables that it has made anew. Returns the rows that do not fit any more, with the reason; they are given up.';
revoke all on function lizsync.rebase_edits(text[]) from public;
