-- A trigger that writes other rows of the statement that has fired it has its writes recorded first, and what they have overwritten
-- would be recorded after them. Called by audit.log_row, in this rare case alone, with its rights and its settings.
--
-- A table that is audited and not synchronised may not be readable here, or have another column uid than one that tells which row it
-- is: then nothing is known of other triggers, and the row stands as it was written.
create or replace function audit.what_triggers_left(p_relid oid, p_schema name, p_table name, p_uid uuid, p_written hstore) returns hstore
language plpgsql
set search_path from current
as $$
declare
    v_now hstore;
begin
    if row_security_active(p_relid) or not has_schema_privilege(p_schema, 'usage') or not has_table_privilege(p_relid, 'select') then
        return p_written;
    end if;
    execute format('select hstore(t.*) from %I.%I as t where t.uid = $1', p_schema, p_table) into v_now using p_uid;
    if v_now = p_written then
        return v_now;
    end if;
    -- As lizsync.uid_column_problem judges it, which takes too long here.
    if exists (
        select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = p_relid and a.attname = 'uid' and a.attnotnull
            and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indnkeyatts = 1
    ) then
        return v_now;
    end if;
    return p_written;
end
$$;
comment on function audit.what_triggers_left(oid, name, name, uuid, hstore) is
    'On both sides: the row that a statement has written as triggers have left it; null when it is gone.';
revoke all on function audit.what_triggers_left(oid, name, name, uuid, hstore) from public;
