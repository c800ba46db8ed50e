-- Audits a table. The triggers' names begin with 00 because AFTER triggers fire by name: a later one that writes the
-- same row must be recorded after the change that caused it. They fire always, so that what logical replication applies, and what is loaded
-- under the replica role, is recorded too; but for what a clone replays under it, which would cost a call for each row. Whoever may set that
-- role could escape the audit without the other setting. Nothing is locked when the table is audited already.
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
    v_setting text; -- decides which of the two, row or statement, records what a session writes: see audit.log_statement
    v_has_uid boolean;
    v_arguments text[];
    v_trigger name;
    v_definition text;
begin
    select format('%I.%I', n.nspname, c.relname) into strict v_table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = target_table;
    v_has_uid := exists (
        select from pg_attribute where attrelid = target_table and attname = 'uid' and atttypid = 'uuid'::regtype and not attisdropped
    );
    v_setting := 'lizsync.by_statement_' || md5(v_table);
    v_arguments := array[audit_query_text::text, v_has_uid::text, ignored_cols::text, v_setting];
    if audit_rows and lizsync.audit_arguments(target_table) = v_arguments and lizsync.has_audit_triggers(target_table) then
        return;
    end if;

    for v_trigger in
        select tgname from pg_trigger where tgrelid = target_table and starts_with(tgname, '00_audit_trigger_')
    loop
        execute format('drop trigger %I on %s', v_trigger, v_table);
    end loop;
    delete from audit.logged_relations where relation_name = v_table;
    if not audit_rows then
        return;
    end if;

    for v_trigger, v_definition in
        values
            ('00_audit_trigger_truncate', 'before truncate on %1$s for each statement execute function audit.log_truncate(%2$s)'),
            ('00_audit_trigger_delete', 'after delete on %1$s for each row when (%4$s) execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_row', 'after insert or update on %1$s for each row
                when (current_setting(%3$L, true) is null and (%4$s)) execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_insert', 'after insert on %1$s referencing new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)'),
            ('00_audit_trigger_update', 'after update on %1$s referencing old table as old_rows new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)')
    loop
        execute format('create trigger %I %s', v_trigger, format(
            v_definition, v_table,
            (select string_agg(quote_literal(a), ', ' order by n) from unnest(v_arguments) with ordinality as u (a, n)), v_setting,
            'current_setting(''session_replication_role'') <> ''replica'' or current_setting(''lizsync.replaying'', true) is distinct from ''on'''
        ));
        execute format('alter table %s enable always trigger %I', v_table, v_trigger);
    end loop;
    insert into audit.logged_relations (relation_name, uid_column)
    select v_table, a.attname
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = target_table and i.indisprimary;
end
$$;
comment on function audit.audit_table(regclass, boolean, boolean, text[]) is
    'On both sides: records every change of a table from now on; with audit_rows false, no longer. audit_query_text keeps the client''s statements; changes of the ignored columns alone are not recorded.';
revoke all on function audit.audit_table(regclass, boolean, boolean, text[]) from public;
