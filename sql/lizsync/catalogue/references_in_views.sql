-- PostgreSQL writes a definition in one way only, which is read here without its casts and parentheses. A table stands there as regclass
-- writes it, and then its alias, in lower case or in quotes, where it has one.
create or replace function lizsync.references_in_views(p_relids oid[]) returns table (
    child oid, child_column text, parent oid, parent_column text, evidence text
)
language sql stable
set search_path from current
set quote_all_identifiers = off
set jit = off
as $$
    with used as materialized (
        select distinct r.ev_class as view, d.refobjid as relid, d.refobjsubid as attnum
        from pg_depend d
        join pg_rewrite r on r.oid = d.objid
        join pg_class v on v.oid = r.ev_class
        where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = any (p_relids) and d.refobjsubid > 0
            and v.relkind in ('v', 'm')
    ),
    pair as materialized (
        select c.view, c.relid as child, n.column_name as child_column, p.relid as parent, k.column_name as parent_column
        from lizsync.numbered_keys(p_relids) as k
        join pg_attribute a on a.attrelid = k.relid and a.attname::text = k.column_name
        join used p on p.relid = k.relid and p.attnum = a.attnum
        join used c on c.view = p.view
        join lizsync.number_columns(p_relids) as n on n.relid = c.relid and n.attnum = c.attnum
    ),
    uncast as (
        select view, regexp_replace(pg_get_viewdef(view), '::(double precision|[a-z0-9_]+)([(][0-9,]*[)])?', '', 'g') as text
        from (select distinct view from pair) as v
    ),
    definition as materialized (
        select view, replace(regexp_replace(translate(text, '()', ''), '[[:space:]]+', ' ', 'g'), ' IN SELECT ', ' = ') as text
        from uncast
    ),
    -- What a table is called in a view: each of its aliases, as a pattern.
    alias as materialized (
        select
            t.view, t.relid,
            format('(%s)', string_agg(distinct lizsync.name_pattern(coalesce(found.parts[2], quote_ident(c.relname))), '|')) as pattern
        from (select view, child as relid from pair union select view, parent from pair) as t
        join pg_class c on c.oid = t.relid
        join definition d on d.view = t.view
        cross join lateral regexp_matches(
            d.text,
            format(
                '(^|[^[:alnum:]_.$"])%s(?=[ ,;]|$)(?: ([a-z_][a-z0-9_$]*|"(?:[^"]|"")*"))?',
                lizsync.name_pattern(t.relid::regclass::text)
            ),
            'g'
        ) as found (parts)
        group by t.view, t.relid
    ),
    compared as (
        select
            p.*, d.text,
            format('%s[.]%s', c.pattern, lizsync.name_pattern(quote_ident(p.child_column))) as child_pattern,
            format('%s[.]%s', a.pattern, lizsync.name_pattern(quote_ident(p.parent_column))) as parent_pattern
        from pair p
        join definition d on d.view = p.view
        join alias c on c.view = p.view and c.relid = p.child
        join alias a on a.view = p.view and a.relid = p.parent
    )
    select
        child, child_column, parent, parent_column,
        string_agg(format('the view %s', lizsync.relation_label(view)), ', ' order by lizsync.relation_label(view))
    from compared
    -- Neither is part of an expression.
    where text ~ format(
            '(^|,|[^-+*/%%|&<>=#~!@^ ] )(%1$s = %2$s|%2$s = %1$s)(?! ?[-+*/%%|&<>=#~!@^]|[[:alnum:]_$"])', child_pattern, parent_pattern
        )
        or child_column = parent_column
            and text ~ format('USING ([^=.]*, )?%s($|[^[:alnum:]_$"])', lizsync.name_pattern(quote_ident(child_column)))
    group by child, child_column, parent, parent_column
$$;
comment on function lizsync.references_in_views(oid[]) is
    'On both sides: the columns of some tables that a view compares with the numbered key of one of them, and which views do.';
revoke all on function lizsync.references_in_views(oid[]) from public;
