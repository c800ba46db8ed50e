-- Audits a table. The triggers' names begin with 00 because AFTER triggers fire by name: a later one that writes the
-- same row must be recorded after the change that caused it. Nothing is locked when the table is audited already.
create or replace function audit.audit_table(
    target_table regclass,
    audit_rows boolean default true,
    audit_query_text boolean default false,
    ignored_cols text[] default '{}'
) returns void
language plpgsql
set search_path from current
as $$
declare
    v_table text;
    v_uid_type oid;
    v_arguments text[];
    v_there integer;
    v_trigger name;
begin
    select format('%I.%I', n.nspname, c.relname) into strict v_table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = target_table;
    select atttypid into v_uid_type from pg_attribute where attrelid = target_table and attname = 'uid' and not attisdropped;
    v_arguments := array[audit_query_text::text, (v_uid_type is not distinct from 'uuid'::regtype)::text, ignored_cols::text];

    select count(*) into v_there
    from pg_trigger
    where tgrelid = target_table
        and tgname in ('00_audit_trigger_row', '00_audit_trigger_truncate')
        and tgenabled = 'O'
        and tgargs = (
            select string_agg(convert_to(a, getdatabaseencoding()) || '\x00'::bytea, ''::bytea order by n)
            from unnest(v_arguments) with ordinality as u (a, n)
        );
    if audit_rows and v_there = 2 then
        return;
    end if;

    for v_trigger in
        select tgname from pg_trigger
        where tgrelid = target_table and tgname in ('00_audit_trigger_row', '00_audit_trigger_truncate')
    loop
        execute format('drop trigger %I on %s', v_trigger, v_table);
    end loop;
    delete from audit.logged_relations where relation_name = v_table;
    if not audit_rows then
        return;
    end if;

    execute format(
        'create trigger "00_audit_trigger_row" after insert or update or delete on %s for each row execute function audit.log_row(%L, %L, %L)',
        v_table, v_arguments[1], v_arguments[2], v_arguments[3]
    );
    execute format(
        'create trigger "00_audit_trigger_truncate" before truncate on %s for each statement execute function audit.log_truncate(%L, %L, %L)',
        v_table, v_arguments[1], v_arguments[2], v_arguments[3]
    );
    insert into audit.logged_relations (relation_name, uid_column)
    select v_table, a.attname
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = target_table and i.indisprimary;
end
$$;
comment on function audit.audit_table(regclass, boolean, boolean, text[]) is
    'Records every change of a table from now on; with audit_rows false, no longer. audit_query_text keeps the client''s statements; changes of the ignored columns alone are not recorded.';
revoke all on function audit.audit_table(regclass, boolean, boolean, text[]) from public;
