-- Keys that each database numbers for itself are numbered anew. A row that is not there any more was deleted on central, which
-- the next synchronisation settles. A delete may not take rows along that the clone has not seen.
create or replace function lizsync.rebase_row(p_relation text, p_uid uuid, p_events bigint[]) returns void
language plpgsql
set search_path from current
as $$
declare
    v_relid constant regclass := p_relation::regclass;
    v_event record;
    v_columns text[];
    v_found boolean;
    v_check text;
begin
    -- In their order: a row may be set, deleted and made again.
    for v_event in
        select i.action, i.fields
        from lizsync.incoming i
        where i.exchange = pg_current_xact_id()::text::bigint and i.event_id = any (p_events)
        order by i.event_id
    loop
        v_columns := array(select c from unnest(lizsync.sent_columns(v_relid)) as c where v_event.fields ? c);
        if v_event.action = 'D' then
            for v_check in
                select format(
                    'select exists (select from %1$s c join %2$s p on %3$s where p.uid = $1
                        and not exists (select from lizsync.rebased_rows r where r.relation = %1$L and r.uid = c.uid))',
                    lizsync.relation_name(k.conrelid), p_relation,
                    (
                        select string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ')
                        from unnest(k.conkey, k.confkey) as u (child, parent)
                        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.child
                        join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.parent
                    )
                )
                from pg_constraint k
                where k.contype = 'f' and k.confrelid = v_relid and k.confdeltype in ('c', 'n', 'd')
            loop
                execute v_check into v_found using p_uid;
                if v_found then
                    raise exception 'rows that reference it have come since' using errcode = 'foreign_key_violation';
                end if;
            end loop;
            execute format('delete from %s where uid = $1', p_relation) using p_uid;
            continue;
        end if;
        if cardinality(v_columns) = 0 then
            continue;
        end if;
        execute format(
            'update %1$s as t set %2$s from populate_record(null::%1$s, $1) as r where t.uid = $2 returning true',
            p_relation, (select string_agg(format('%1$I = r.%1$I', c), ', ') from unnest(v_columns) as c)
        )
        into v_found using v_event.fields, p_uid;
        if v_event.action = 'I' and v_found is null then
            execute format(
                'insert into %1$s (%2$s) overriding system value select %3$s from populate_record(null::%1$s, $1) as r',
                p_relation,
                (select string_agg(quote_ident(c), ', ') from unnest(v_columns) as c),
                (select string_agg(format('r.%I', c), ', ') from unnest(v_columns) as c)
            )
            using v_event.fields;
        end if;
    end loop;
end
$$;
comment on function lizsync.rebase_row(text, uuid, bigint[]) is 'On a clone: writes the edits of one row again, in the table that a deployment has made anew.';
revoke all on function lizsync.rebase_row(text, uuid, bigint[]) from public;
