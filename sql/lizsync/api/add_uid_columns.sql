-- A column uid that is there but cannot be used is never altered: other programs may rely on it.
-- The default is volatile, so that the table is rewritten under an exclusive lock, however big it is: whoever cannot wait sets
-- lock_timeout. The algorithms initialize_central_database and package_central_database fill that of a big table while people
-- go on editing, which takes many transactions.
create or replace function lizsync.add_uid_columns(p_schema text, p_table text) returns boolean
language plpgsql
set search_path from current
as $$
declare
    v_relid regclass;
    v_kind "char";
    v_problem record;
begin
    select c.oid, c.relkind into v_relid, v_kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = p_schema and c.relname = p_table;
    if v_relid is null then
        raise exception 'there is no table %', format('%I.%I', p_schema, p_table)
            using errcode = 'undefined_table', schema = p_schema, table = p_table;
    elsif v_kind <> 'r' then
        raise exception '% is not an ordinary table', format('%I.%I', p_schema, p_table)
            using errcode = 'wrong_object_type', schema = p_schema, table = p_table;
    end if;
    if lizsync.has_uid_column(v_relid) then
        return false;
    end if;

    select string_agg(explanation, '; ') as explanations, string_agg(remedy, '; ') as remedies into v_problem
    from lizsync.uid_column_problem(v_relid)
    where severity = 'error';
    if v_problem.explanations is not null then
        raise exception '%: %', format('%I.%I', p_schema, p_table), v_problem.explanations
            using errcode = 'duplicate_column', hint = v_problem.remedies, schema = p_schema, table = p_table, column = 'uid';
    end if;

    -- What the tables' checks, generated columns and indexes call runs for each row, as for any client.
    perform lizsync.note_client_settings();
    perform lizsync.run_as_client(format(
        'alter table %I.%I add column uid pg_catalog.uuid not null default pg_catalog.gen_random_uuid(), add unique (uid)',
        p_schema, p_table
    ));
    execute format(
        'comment on column %I.%I.uid is %L',
        p_schema, p_table, 'Identity of the row in every database that LizSync synchronises.'
    );
    return true;
end
$$;
comment on function lizsync.add_uid_columns(text, text) is
    'On central: adds the column uid (uuid, not null, unique, filled by default) to a table; false when it is there already. Nobody reads or edits the table meanwhile; initialize_central_database does it to a big one while people work.';
revoke all on function lizsync.add_uid_columns(text, text) from public;
