-- Audits the edits made through a view that has INSTEAD OF triggers. A view without them is refused: PostgreSQL writes
-- such a view's table by itself, and would stop doing so as soon as it has any INSTEAD OF trigger.
create or replace function audit.audit_view(
    target_view regclass,
    audit_query_text boolean,
    ignored_cols text[],
    uid_cols text[]
) returns void
language plpgsql
set search_path from current
as $$
declare
    v_view text;
    v_events text;
begin
    select format('%I.%I', n.nspname, c.relname) into strict v_view
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = target_view;

    -- The bits of tgtype: 4 insert, 8 delete, 16 update, 64 instead of.
    select string_agg(event, ' or ' order by bit) into v_events
    from (values (4, 'insert'), (8, 'delete'), (16, 'update')) as e (bit, event)
    where exists (
        select from pg_trigger t
        where t.tgrelid = target_view and t.tgname <> '00_audit_trigger_row' and t.tgtype & 64 <> 0 and t.tgtype & e.bit <> 0
    );
    if v_events is null then
        raise exception 'the view % has no INSTEAD OF trigger of its own', v_view
            using errcode = 'object_not_in_prerequisite_state', hint = 'Audit the tables beneath it with audit.audit_table.';
    end if;

    if exists (select from pg_trigger where tgrelid = target_view and tgname = '00_audit_trigger_row') then
        execute format('drop trigger "00_audit_trigger_row" on %s', v_view);
    end if;
    execute format(
        'create trigger "00_audit_trigger_row" instead of %s on %s for each row execute function audit.log_row(%L, %L, %L)',
        v_events, v_view, audit_query_text::text,
        exists (select from pg_attribute where attrelid = target_view and attname = 'uid' and atttypid = 'uuid'::regtype)::text,
        ignored_cols::text
    );
    delete from audit.logged_relations where relation_name = v_view;
    insert into audit.logged_relations (relation_name, uid_column) select v_view, unnest(uid_cols);
end
$$;
comment on function audit.audit_view(regclass, boolean, text[], text[]) is
    'On both sides: records every change made through a view that has INSTEAD OF triggers; uid_cols is the key of its rows.';
revoke all on function audit.audit_view(regclass, boolean, text[], text[]) from public;

create or replace function audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) returns void
language sql
set search_path from current
as $$ select audit.audit_view(target_view, audit_query_text, '{}', uid_cols) $$;
comment on function audit.audit_view(regclass, boolean, text[]) is 'On both sides: the same, with no column ignored.';
revoke all on function audit.audit_view(regclass, boolean, text[]) from public;

create or replace function audit.audit_view(target_view regclass, uid_cols text[]) returns void
language sql
set search_path from current
as $$ select audit.audit_view(target_view, false, '{}', uid_cols) $$;
comment on function audit.audit_view(regclass, text[]) is 'On both sides: the same, without the client''s statements and with no column ignored.';
revoke all on function audit.audit_view(regclass, text[]) from public;
