-- The column is called as the table or as its key, with what tells of a reference before or behind it, or, in a table that refers to
-- itself, as parents are. What stands before the name of the table may be the part that the row plays: start_site_id. Of several tables
-- that fit, one that is called as the column fits best, and one in the same schema before others.
create or replace function lizsync.references_by_name(p_relids oid[]) returns table (
    child oid, child_column text, parent oid, parent_column text
)
language sql stable
set search_path from current
set jit = off
as $$
    with key as materialized (
        select k.relid, k.column_name, c.relnamespace, lower(c.relname::text collate "default") as table_name
        from lizsync.numbered_keys(p_relids) as k join pg_class c on c.oid = k.relid
    ),
    parent_name as materialized (
        select distinct k.relid, f.form
        from key k
        cross join lateral (values (k.table_name), (regexp_replace(k.table_name, '^(tbl|tb|tab|table|t|ref)_+|^tbl', ''))) as n (name)
        cross join lateral unnest(lizsync.name_forms(regexp_replace(n.name, '[^[:alnum:]]+', '_', 'g'))) as f (form)
    ),
    number as materialized (
        select n.relid, n.column_name, c.relnamespace, regexp_replace(lower(n.column_name collate "default"), '[^[:alnum:]]+', '_', 'g') as name
        from lizsync.number_columns(p_relids) as n
        join pg_class c on c.oid = n.relid
        -- One that is declared to refer to something refers to that.
        where exists (select from key)
            and not exists (
                select from pg_constraint f where f.contype = 'f' and f.conrelid = n.relid and n.attnum = any (f.conkey)
            )
    ),
    cut as (
        select
            *, regexp_replace(name, '^((id|fk)_)+|^(id|fk)', '') as unbegun, regexp_replace(name, '(_(id|fk|gid|fid))+$|(id|fk)$', '') as unended,
            regexp_replace(regexp_replace(name, '^((id|fk)_)+|^(id|fk)', ''), '(_(id|fk|gid|fid))+$|(id|fk)$', '') as bare
        from number
    ),
    base as materialized (
        select distinct c.relid, c.column_name, c.relnamespace, b.base, b.base <> c.name as is_marked
        from cut c cross join lateral (values (c.name), (c.unbegun), (c.unended), (c.bare)) as b (base)
    ),
    fitting as (
        select b.relid as child, b.column_name as child_column, p.relid as parent, 1 as fit
        from base b
        cross join lateral unnest(lizsync.name_forms(b.base)) as f (form)
        join parent_name p on p.form = f.form and p.relid <> b.relid

        union
        select n.relid, n.column_name, k.relid, 1
        from number n
        join key k on lower(k.column_name collate "default") = lower(n.column_name collate "default") and k.relid <> n.relid
        where n.name not in (
            'id', 'gid', 'fid', 'ogc_fid', 'objectid', 'pk', 'pkid', 'pkuid', 'oid', 'code', 'num', 'numero', 'number', 'no', 'nr', 'key', 'uid',
            'rowid', 'id_0', 'qc_id', 'idx'
        )

        union
        select b.relid, b.column_name, b.relid, 1
        from base b
        where (b.is_marked or b.base = 'parent')
            and b.base in ('parent', 'mother', 'father', 'mere', 'pere', 'super', 'upper', 'previous', 'next', 'precedent', 'suivant', 'root')

        union
        select b.relid, b.column_name, p.relid, 2
        from base b
        cross join lateral regexp_split_to_table(b.base, '_') with ordinality as w (word, n)
        cross join lateral unnest(lizsync.name_forms(array_to_string((string_to_array(b.base, '_'))[w.n:], '_'))) as f (form)
        join parent_name p on p.form = f.form
        where b.is_marked and w.n > 1
    ),
    ranked as (
        select f.*, k.column_name as parent_column, rank() over (partition by f.child, f.child_column order by f.fit, (k.relnamespace <> c.relnamespace)) as place
        from fitting f
        join key k on k.relid = f.parent
        join pg_class c on c.oid = f.child
    )
    select distinct child, child_column, parent, parent_column from ranked where place = 1
$$;
comment on function lizsync.references_by_name(oid[]) is
    'On both sides: the columns of some tables that by their names alone may refer to the numbered key of one of them; what they hold is not looked at.';
revoke all on function lizsync.references_by_name(oid[]) from public;
