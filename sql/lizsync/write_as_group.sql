-- Rows that hold each other's unique values, as two that swap them: their values are set aside, then all are written. A row
-- that fails even so is taken out, and the others are tried again. Done for the rows that exist and that a unique key
-- refused; a value that can be set to nothing is, another one is replaced by one that nobody has.
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
    v_columns text[];
    v_aside text;
    v_uids uuid[];
    v_old hstore[];
    v_row record;
    v_failed uuid;
begin
    select array_agg(g.uid) into v_group from lizsync.group_to_write(p_relid) as g;
    select
        array_agg(distinct a.attname::text),
        string_agg(distinct format(
            '%I = %s', a.attname,
            case
                when not a.attnotnull then 'null'
                when a.atttypid = 'uuid'::regtype then 'gen_random_uuid()'
                when t.typcategory = 'S' then 't.uid::text'
                when t.typcategory = 'N' then format('-(select count(*) from %1$s) - abs(hashtextextended(t.uid::text, 0) %% 1000000)', v_table)
            end
        ), ', ')
    into v_columns, v_aside
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    join pg_type t on t.oid = a.atttypid
    where i.indrelid = p_relid and i.indisunique and a.attname = any (lizsync.sent_columns(p_relid)) and a.attname <> 'uid'
        and (not a.attnotnull or a.atttypid = 'uuid'::regtype or t.typcategory in ('S', 'N'));

    while cardinality(v_group) > 1 and v_columns is not null and cardinality(v_group) <= 200 loop
        v_failed := null;
        begin
            execute format('select array_agg(t.uid), array_agg(slice(hstore(t), $2)) from %s as t where t.uid = any ($1)', v_table)
            into v_uids, v_old
            using v_group, v_columns;
            execute format('update %s as t set %s where t.uid = any ($1)', v_table, v_aside) using v_group;
            for v_row in
                select g.uid, a.old || g.won as fields, akeys(a.old || g.won) as columns
                from lizsync.group_to_write(p_relid) as g join unnest(v_uids, v_old) as a (uid, old) on a.uid = g.uid
            loop
                v_failed := v_row.uid;
                execute format(
                    'update %1$s as t set %2$s from (select populate_record(null::%1$s, $2) as r offset 0) as w where t.uid = $1',
                    v_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(v_row.columns) as c)
                )
                using v_row.uid, v_row.fields;
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
comment on function lizsync.write_as_group(oid) is 'Writes refused rows of a table together, with their unique values set aside.';
revoke all on function lizsync.write_as_group(oid) from public;
