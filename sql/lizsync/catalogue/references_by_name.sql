-- The column is called as the table or as its key, with what tells of a reference before or behind it, or, in a table that refers to
-- itself, as parents are. What stands before the name of the table may be the part that the row plays: start_site_id. Of several tables
-- that fit, one that is called as the column fits best, then one in the same schema, then a primary key.
create or replace function lizsync.references_by_name(p_relids oid[]) returns table (
    child oid, child_column text, parent oid, parent_column text
)
language sql stable
set search_path from current
set jit = off
as $$
    with key as materialized (
        select k.*, c.relnamespace, lower(c.relname::text collate "default") as table_name
        from lizsync.numbered_keys(p_relids) as k join pg_class c on c.oid = k.relid
    ),
    parent_name as materialized (
        select distinct k.relid, k.column_name, f.form
        from key k
        cross join lateral (values (k.table_name), (regexp_replace(k.table_name, '^(tbl|tb|tab|table|t|ref)_+|^tbl', ''))) as n (name)
        cross join lateral unnest(lizsync.name_forms(regexp_replace(n.name, '[^[:alnum:]]+', '_', 'g'))) as f (form)
    ),
    number as materialized (
        select n.relid, n.column_name, regexp_replace(lower(n.column_name collate "default"), '[^[:alnum:]]+', '_', 'g') as name
        from lizsync.number_columns(p_relids) as n
        -- One that is declared to refer to something refers to that.
        where exists (select from key)
            and not exists (
                select from pg_constraint f
                where f.contype = 'f' and f.conrelid = n.relid and n.attnum = any (f.conkey)
                    and coalesce((to_jsonb(f) ->> 'conenforced')::boolean, true)
            )
    ),
    cut as (
        select
            relid, column_name, name,
            regexp_replace(name, '^((id|fk)_)+|^(id|fk)', '') as unbegun,
            regexp_replace(name, '(_(id|fk|gid|fid))+$|(id|fk)$', '') as unended,
            regexp_replace(regexp_replace(name, '^((id|fk)_)+|^(id|fk)', ''), '(_(id|fk|gid|fid))+$|(id|fk)$', '') as bare
        from number
    ),
    base as materialized (
        select distinct c.relid, c.column_name, b.base, b.base <> c.name as is_marked
        from cut c cross join lateral (values (c.name), (c.unbegun), (c.unended), (c.bare)) as b (base)
    ),
    fitting (child, child_column, parent, parent_column, fit) as (
        select b.relid, b.column_name, p.relid, p.column_name, 1
        from base b
        cross join lateral unnest(lizsync.name_forms(b.base)) as f (form)
        join parent_name p on p.form = f.form and p.relid <> b.relid
        -- A plural alone is how many there are.
        where b.is_marked or b.base !~ '[sx]$'

        union
        select n.relid, n.column_name, k.relid, k.column_name, 1
        from number n
        join key k on lower(k.column_name collate "default") = lower(n.column_name collate "default") and k.relid <> n.relid
        where n.name not in (
            'id', 'gid', 'fid', 'ogc_fid', 'objectid', 'pk', 'pkid', 'pkuid', 'oid', 'code', 'num', 'numero', 'number', 'no', 'nr', 'key', 'uid',
            'rowid', 'id_0', 'qc_id', 'idx'
        )

        union
        select b.relid, b.column_name, k.relid, k.column_name, 1
        from base b
        join key k on k.relid = b.relid
        where (b.is_marked or b.base = 'parent')
            and b.base in ('parent', 'mother', 'father', 'mere', 'pere', 'super', 'upper', 'previous', 'next', 'precedent', 'suivant', 'root')

        union
        select b.relid, b.column_name, p.relid, p.column_name, 2
        from base b
        cross join lateral generate_series(2, cardinality(string_to_array(b.base, '_'))) as w (n)
        cross join lateral unnest(lizsync.name_forms(array_to_string((string_to_array(b.base, '_'))[w.n:], '_'))) as f (form)
        join parent_name p on p.form = f.form
        where b.is_marked
    ),
    ranked as (
        select
            f.*,
            rank() over (partition by f.child, f.child_column order by f.fit, (k.relnamespace <> c.relnamespace), (not k.is_primary)) as place
        from fitting f
        join key k on k.relid = f.parent and k.column_name = f.parent_column
        join pg_class c on c.oid = f.child
    )
    select distinct child, child_column, parent, parent_column from ranked where place = 1
$$;
comment on function lizsync.references_by_name(oid[]) is
    'On both sides: the columns of some tables that by their names alone may refer to the numbered key of one of them; what they hold is not looked at.';
revoke all on function lizsync.references_by_name(oid[]) from public;
