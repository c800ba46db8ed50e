-- A default names its sequence, or a function whose body does; the body of a BEFORE trigger tells of no column. What a body names
-- without a schema is looked for in the schema of the table.
create or replace function lizsync.drawn_columns(p_relids oid[]) returns setof lizsync.drawn_column
language sql stable
set search_path from current
set quote_all_identifiers = off
set jit = off
as $$
    with column_default as materialized (
        select
            d.oid as id, d.adrelid as relid, a.attname::text as name, e.expression,
            e.expression ~ '^[(]*nextval[(][(]*''([^'']|'''')+''(::[a-z ]+|[)])*$'
                and lizsync.base_type(a.atttypid) in ('pg_catalog.int2', 'pg_catalog.int4', 'pg_catalog.int8') as is_plain
        from pg_attrdef d
        join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        -- A generated column names others, which cannot be shown without the table.
        cross join lateral (select case a.attgenerated when '' then pg_get_expr(d.adbin, 0) end) as e (expression)
        where d.adrelid = any (p_relids) and a.attgenerated = ''
    ), body as (
        select c.relid, c.name, f.refobjid as id
        from column_default c
        join pg_depend f
            on f.classid = 'pg_attrdef'::regclass and f.objid = c.id and f.refclassid = 'pg_proc'::regclass
        union all
        select tgrelid, null, tgfoid
        from pg_trigger
        -- A row trigger before an insert.
        where tgrelid = any (p_relids) and not tgisinternal and tgtype & 7 = 7
    ), named as (
        select relid, name, replace(m[1], '''''', '''') as sequence, is_plain
        from column_default cross join lateral regexp_matches(expression, 'nextval[(][(]*''((?:[^'']|'''')+)''::text', 'g') as m
        union all
        select b.relid, b.name, replace(m[1], '''''', ''''), false
        from body b
        join pg_proc p on p.oid = b.id
        cross join lateral regexp_matches(p.prosrc, 'nextval[[:space:]]*[(][[:space:]]*''((?:[^'']|'''')+)''', 'gi') as m
    ), drawn as (
        select d.refobjid as relid, a.attname::text as name, d.objid as sequence, true as is_plain
        from pg_depend d
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attidentity <> ''
        where d.refclassid = 'pg_class'::regclass and d.refobjid = any (p_relids) and d.classid = 'pg_class'::regclass and d.deptype = 'i'
        union all
        select c.relid, c.name, d.refobjid, c.is_plain
        from column_default c
        join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = c.id and d.refclassid = 'pg_class'::regclass
        union all
        select b.relid, b.name, d.refobjid, false
        from body b
        join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = b.id and d.refclassid = 'pg_class'::regclass
        union all
        select
            n.relid, n.name,
            coalesce(to_regclass(n.sequence), case when n.sequence !~ '^("([^"]|"")+"|[^".]+)[.]' then to_regclass(format('%I.%s', s.nspname, n.sequence)) end)::oid,
            n.is_plain
        from named n
        join pg_class c on c.oid = n.relid
        join pg_namespace s on s.oid = c.relnamespace
        where n.sequence ~ '^("([^"]|"")+"|[^".[:space:]]+)([.]("([^"]|"")+"|[^".[:space:]]+))?$'
    )
    select w.relid, w.name, w.sequence, bool_or(w.is_plain)
    from drawn w join pg_sequence q on q.seqrelid = w.sequence
    group by w.relid, w.name, w.sequence
$$;
comment on function lizsync.drawn_columns(oid[]) is
    'On both sides: the columns of some tables that a sequence numbers, by an identity, a default, a function of a default, or a BEFORE trigger, which tells of no column; is_plain where the column has just the number drawn.';
revoke all on function lizsync.drawn_columns(oid[]) from public;
