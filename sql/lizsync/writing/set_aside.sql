-- A value that may be null is set to null, unless a foreign key would take that to other rows; another one is replaced by one that no row
-- has: a number by one below 0. Should a check forbid that, numbers and times are replaced by some above those of all rows. A key that
-- no change touches is left alone: other rows may reference it, and writing it would make it an edit. g are the refused rows, t is the
-- table, o numbers the rows. The statement runs under the client's path, where nothing may be found that is not meant.
create or replace function lizsync.set_aside(p_relid oid, p_above boolean) returns text
language sql stable
set search_path from current
as $$
    select string_agg(
        distinct format('%1$I = case when g.won operator(%3$s.?) %1$L then %2$s else t.%1$I end', a.attname, f.free, lizsync.hstore_schema()), ', '
    )
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    join pg_type t on t.oid = a.atttypid
    cross join lateral (
        select case
            when p_above and t.typcategory in ('N', 'D') and lizsync.base_type(a.atttypid) ~ '^pg_catalog[.]"?(int|float|numeric|date|timestamp)' then
                format(
                    '(select coalesce(pg_catalog.max(m.%1$I), %2$s) from %3$s as m) operator(pg_catalog.+) %4$s',
                    a.attname, case t.typcategory when 'N' then '0' else quote_literal('2000-01-01') end, lizsync.relation_name(p_relid),
                    case
                        when t.typcategory = 'N' then 'o.n'
                        when lizsync.base_type(a.atttypid) = 'pg_catalog.date' then 'o.n::pg_catalog.int4'
                        else 'pg_catalog.make_interval(days => o.n::pg_catalog.int4)'
                    end
                )
            when not a.attnotnull and not exists (
                select from pg_constraint c
                where c.contype = 'f' and c.confrelid = p_relid and a.attnum = any (c.confkey) and c.confupdtype in ('c', 'n', 'd')
            )
            then 'null'
            when a.atttypid = 'uuid'::regtype then 'pg_catalog.gen_random_uuid()'
            when t.typcategory = 'S' and a.atttypmod between 4 and 39 then
                format('pg_catalog.left(pg_catalog.md5(t.uid::pg_catalog.text), %s)', a.atttypmod - 4)
            when t.typcategory = 'S' then 't.uid::pg_catalog.text'
            when a.atttypid = 'smallint'::regtype then '- o.n'
            when t.typcategory = 'N' then format('-(select pg_catalog.count(*) from %s) - o.n', lizsync.relation_name(p_relid))
        end
    ) as f (free)
    where i.indrelid = p_relid and i.indisunique and a.attname = any (lizsync.sent_columns(p_relid)) and a.attname <> 'uid'
        and f.free is not null
        and exists (select from lizsync.unique_violations(p_relid) as g where g.won ? a.attname::text)
$$;
comment on function lizsync.set_aside(oid, boolean) is
    'On both sides: the assignments that take the unique values which refused rows of a table change out of the way, numbers and times above those of all rows or as is usual; null when there are none.';
revoke all on function lizsync.set_aside(oid, boolean) from public;
