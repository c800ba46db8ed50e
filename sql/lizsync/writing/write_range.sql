-- Writes the changes of one group between two ordinals: one statement for all of them. When it fails it is halved until the
-- offending rows stand alone, and these are refused with the reason. Runs with the caller's rights: what the role may not
-- write is refused.
create or replace function lizsync.write_range(
    p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean
) returns void
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set jit = off
set work_mem = '64MB'
set random_page_cost = 1.1
as $$
declare
    v_table text := lizsync.relation_name(p_relid);
    -- The limit, which is never reached, tells the planner whether an index is worth it.
    v_rows constant text := format('(select * from lizsync.changeset_range($1, $2, $3, $4, $5, $6) limit %s)', p_high - p_low + 1);
    v_found text;
    v_state text;
    v_message text;
    v_detail text;
    v_alone boolean := p_low = p_high;
    v_path constant text := current_setting('search_path');
    v_client_path constant text := coalesce(nullif(current_setting('lizsync.client_path', true), ''), v_path);
    -- Under the client's path, where anybody may have made functions, nothing of LizSync's is looked up by its name alone.
    v_hstore constant text := lizsync.hstore_schema();
    v_statement text;
    v_insert text;
begin
    begin
        if lizsync.may_cascade(p_relid, p_action, p_columns) then
            -- Locked first: nobody can refer to them then, and who has is seen.
            execute format('select from %s as t where t.uid in (select w.uid from %s as w) for update', v_table, v_rows)
            using p_relid, p_action, p_columns, p_low, p_high, p_again;
            v_found := lizsync.blocking_table(p_relid, p_action, p_columns, p_low, p_high, p_again);
            if v_found is not null then
                raise exception 'rows of % still reference it', v_found using errcode = 'foreign_key_violation';
            end if;
        end if;
        if p_action = 'D' then
            v_statement := format('delete from %s as t using %s as w where t.uid operator(pg_catalog.=) w.uid', v_table, v_rows);
            perform set_config('search_path', v_client_path, true);
            execute v_statement using p_relid, p_action, p_columns, p_low, p_high, p_again;
            perform pg_catalog.set_config('search_path', v_path, true);
            v_found := lizsync.held_child(p_relid);
            if v_found is not null then
                raise exception '% references it and is pending', v_found using errcode = 'foreign_key_violation';
            end if;
        else
            v_statement := format(
                'update %1$s as t set %2$s from (
                    select w.uid, %4$s.populate_record(null::%1$s, w.won) as r from %3$s as w offset 0
                ) as w where t.uid operator(pg_catalog.=) w.uid',
                v_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(p_columns) as c), v_rows, v_hstore
            );
            if p_action = 'R' then
                v_insert := format(
                    'insert into %1$s (%2$s) select %3$s from (
                        select %5$s.populate_record(null::%1$s, w.fields) as r from %4$s as w
                        where not exists (select from %1$s as t where t.uid operator(pg_catalog.=) w.uid) offset 0
                    ) as w',
                    v_table,
                    (select string_agg(quote_ident(c), ', ') from unnest(lizsync.sent_columns(p_relid)) as c),
                    (select string_agg(format('(w.r).%I', c), ', ') from unnest(lizsync.sent_columns(p_relid)) as c),
                    v_rows, v_hstore
                );
            end if;
            perform set_config('search_path', v_client_path, true);
            execute v_statement using p_relid, p_action, p_columns, p_low, p_high, p_again;
            if v_insert is not null then
                execute v_insert using p_relid, p_action, p_columns, p_low, p_high, p_again;
            end if;
            perform pg_catalog.set_config('search_path', v_path, true);
        end if;
        if p_again then
            perform lizsync.accept_range(p_relid, p_action, p_columns, p_low, p_high);
        end if;
        return;
    exception when others then
        -- Nothing is swallowed: the reason is kept with the row. Every class of error is caught but those that say nothing
        -- of the row, because user triggers raise what they like.
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
        if lizsync.is_server_error(v_state) then
            raise;
        end if;
    end;

    v_message := concat_ws(': ', v_message, nullif(v_detail, ''));
    if v_state = '55P03' then
        -- An editor holds one of the rows: the others do not wait as long.
        perform set_config('lock_timeout', '200ms', true);
        v_message := 'somebody is editing the row';
        begin
            execute format('lock table %s in row exclusive mode', v_table);
        exception
            when lock_not_available then
                perform lizsync.refuse_range(p_relid, p_action, p_columns, p_low, p_high, p_again, v_state, 'somebody holds the table');
                return;
            when insufficient_privilege then
                null; -- some commands need less than that
        end;
        if not p_again and has_table_privilege(p_relid, 'update') and lizsync.refuse_locked(p_relid, p_action, p_columns, p_low, p_high, v_state, v_message) then
            perform lizsync.write_range(p_relid, p_action, p_columns, p_low, p_high, p_again);
            return;
        end if;
    elsif v_state = '42501' and not has_table_privilege(p_relid, (case p_action when 'D' then 'delete' when 'U' then 'update' else 'insert' end)) then
        v_alone := true;
    end if;
    if v_alone then
        perform lizsync.refuse_range(p_relid, p_action, p_columns, p_low, p_high, p_again, v_state, v_message);
    else
        perform lizsync.write_range(p_relid, p_action, p_columns, p_low, p_low + (p_high - p_low) / 2, p_again);
        perform lizsync.write_range(p_relid, p_action, p_columns, p_low + (p_high - p_low) / 2 + 1, p_high, p_again);
    end if;
end
$$;
comment on function lizsync.write_range(oid, text, text[], integer, integer, boolean) is
    'On both sides: writes changes of one group, refusing the rows that cannot be written.';
revoke all on function lizsync.write_range(oid, text, text[], integer, integer, boolean) from public;
