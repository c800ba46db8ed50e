create or replace function lizsync.write_statements(p_range lizsync.staged_range, p_text text) returns text[]
language sql stable
set search_path from current
as $$
    select case p_range.action
        when 'D' then array[format(
            'delete from %s as t using (select * from lizsync.changeset_range(%s) limit %s) as w where t.uid operator(pg_catalog.=) w.uid', v.name, p_text, v.at_most
        )]
        when 'U' then array[v.update]
        else array[
            v.update,
            lizsync.insert_statement(p_range.relid, lizsync.sent_columns(p_range.relid), format(v.staged, 'fields', 'not', v.name), v.at_most, p_text)
        ]
    end
    from (
        select
            u.*,
            case when p_range.action <> 'D' then lizsync.update_statement(
                p_range.relid, u.columns, format(u.staged, 'won', '', u.name), u.at_most, p_range => p_text
            ) end as update
        from (
            select
                lizsync.relation_name(p_range.relid) as name, p_range.high - p_range.low + 1 as at_most,
                -- PostgreSQL sets an identity that is always generated at the insert alone.
                array(
                    select c from unnest(p_range.columns) as c
                    where p_range.action = 'U'
                        or not exists (select from pg_attribute where attrelid = p_range.relid and attname = c and attidentity = 'a')
                ) as columns,
                '(select s.uid, s.%s as fields from lizsync.changeset_range($1) as s where %s exists (select from %s as t where t.uid = s.uid))' as staged
        ) as u
    ) as v
$$;
comment on function lizsync.write_statements(lizsync.staged_range, text) is
    'On both sides: the statements that write the rows of a range, given the text for it in them. A whole row is updated where it exists and inserted otherwise.';
revoke all on function lizsync.write_statements(lizsync.staged_range, text) from public;
