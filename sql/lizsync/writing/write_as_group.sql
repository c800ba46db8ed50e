-- Rows that hold each other's unique values, as two that swap them: their values are set aside, then all are written. A row
-- that fails even so is taken out, and the others are tried again. Done for the rows that exist and that a unique key
-- refused; a value that can be set to nothing is, another one is replaced by one that nobody has. A key that the change does
-- not touch is left alone: other rows may reference it, and writing it would make it an edit.
create or replace function lizsync.write_as_group(p_relid oid) returns void
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
as $$
declare
    v_table text := lizsync.relation_name(p_relid);
    v_group uuid[];
    v_aside text;
    v_uids uuid[];
    v_row record;
    v_failed uuid;
    v_path constant text := current_setting('search_path');
    v_client_path constant text := coalesce(nullif(current_setting('lizsync.client_path', true), ''), v_path);
    -- See write_range.
    v_hstore constant text := lizsync.hstore_schema();
    v_statement text;
begin
    select array_agg(g.uid) into v_group from lizsync.unique_violations(p_relid) as g;
    select
        string_agg(distinct format(
            '%1$I = case when g.won operator(%3$s.?) %1$L then %2$s else t.%1$I end', a.attname,
            case
                when not a.attnotnull then 'null'
                when a.atttypid = 'uuid'::regtype then 'gen_random_uuid()'
                when t.typcategory = 'S' then 't.uid::text'
                when t.typcategory = 'N' then format('-(select count(*) from %1$s) - abs(hashtextextended(t.uid::text, 0) %% 1000000)', v_table)
            end,
            v_hstore
        ), ', ')
    into v_aside
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    join pg_type t on t.oid = a.atttypid
    where i.indrelid = p_relid and i.indisunique and a.attname = any (lizsync.sent_columns(p_relid)) and a.attname <> 'uid'
        and (not a.attnotnull or a.atttypid = 'uuid'::regtype or t.typcategory in ('S', 'N'))
        and exists (select from lizsync.unique_violations(p_relid) as g where g.won ? a.attname::text);

    while cardinality(v_group) > 1 and v_aside is not null and cardinality(v_group) <= 200 loop
        v_failed := null;
        begin
            execute format('select array_agg(t.uid) from %s as t where t.uid = any ($1)', v_table) into v_uids using v_group;
            v_statement := format(
                'update %s as t set %s from lizsync.unique_violations($2) as g
                where g.uid operator(pg_catalog.=) t.uid and t.uid operator(pg_catalog.=) any ($1)', v_table, v_aside
            );
            perform set_config('search_path', v_client_path, true);
            execute v_statement using v_group, p_relid;
            perform pg_catalog.set_config('search_path', v_path, true);
            for v_row in
                select g.uid, g.won as fields, akeys(g.won) as columns
                from lizsync.unique_violations(p_relid) as g
                where g.uid = any (v_uids)
            loop
                v_failed := v_row.uid;
                v_statement := format(
                    'update %1$s as t set %2$s from (select %3$s.populate_record(null::%1$s, $2) as r offset 0) as w
                    where t.uid operator(pg_catalog.=) $1',
                    v_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(v_row.columns) as c), v_hstore
                );
                perform set_config('search_path', v_client_path, true);
                execute v_statement using v_row.uid, v_row.fields;
                perform pg_catalog.set_config('search_path', v_path, true);
            end loop;
            perform lizsync.accept_rows(p_relid, v_uids);
            return;
        exception when integrity_constraint_violation or data_exception or insufficient_privilege or raise_exception or lock_not_available then
            -- The row keeps the reason that it was refused for.
            v_group := array_remove(v_group, coalesce(v_failed, v_group[1]));
        end;
    end loop;
end
$$;
comment on function lizsync.write_as_group(oid) is 'On both sides: writes refused rows of a table together, with their unique values set aside.';
revoke all on function lizsync.write_as_group(oid) from public;
