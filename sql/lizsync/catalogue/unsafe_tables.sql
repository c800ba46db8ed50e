-- Everything that a person should know before synchronising, found in the catalogs by set. 'error' is what package
-- refuses: the table would differ between databases, or its edits could not be replayed. 'warning' is what works, and
-- surprises. The remedies are commands wherever the decision is not a person's.
create or replace function lizsync.unsafe_tables(p_schemas text[] default null)
returns table (schema_name text, table_name text, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
as $$
    with chosen as (
        select n.oid, n.nspname
        from pg_namespace n
        where n.nspname = any (coalesce(p_schemas, array(select lizsync.user_schemas()) || 'public'::text))
    ),
    candidate as (
        select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as label
        from pg_class c
        join chosen n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'f', 'm')
            and c.relpersistence <> 't'
            and not exists (
                select from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
            )
    ),
    relation as (
        select * from candidate where nspname <> 'public'
    ),
    plain as (
        select * from relation where relkind in ('r', 'p')
    ),
    -- One row for each column of each unique key.
    key_column as (
        select
            i.indexrelid, i.indrelid, i.indisprimary, k.n,
            a.attname,
            a.atttypid,
            a.attname::text = any (lizsync.local_columns(i.indrelid)) as is_local
        from plain r
        join pg_index i on i.indrelid = r.oid and i.indisunique
        cross join unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality as k (attnum, n)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    ),
    unique_key as (
        select
            indexrelid, indrelid, indisprimary,
            -- Of an expression nothing is known but that it comes from what people enter.
            string_agg(coalesce(quote_ident(attname), 'an expression'), ', ' order by n) as columns
        from key_column
        group by indexrelid, indrelid, indisprimary
        having not bool_or(coalesce(is_local, false)) and not bool_or(coalesce(atttypid = 'uuid'::regtype, false))
    ),
    foreign_key as (
        select
            r.nspname, r.relname, r.label, k.name, k.child_columns, k.parent_columns,
            pn.nspname as parent_schema,
            format('%I.%I', pn.nspname, p.relname) as parent_label,
            exists (
                select from pg_attribute a
                where a.attrelid = k.parent and a.attname::text = any (k.parent_columns) and a.attgenerated = ''
                    and a.attname::text = any (lizsync.local_columns(k.parent))
            ) as is_local,
            substring(pg_get_constraintdef(k.id) from ' ON (?:UPDATE|DELETE) .*$') as actions
        from plain r
        join lizsync.foreign_keys(array(select oid from plain)) as k on k.child = r.oid
        join pg_class p on p.oid = k.parent
        join pg_namespace pn on pn.oid = p.relnamespace
    ),
    found (nspname, relname, problem, severity, explanation, remedy) as (
        select
            nspname, relname, 'in_public', 'error',
            'it is in the schema public, which is never synchronised',
            format('ALTER TABLE %s SET SCHEMA …, a schema of your own', label)
        from candidate
        -- QGIS keeps its styles and projects there; packages carry the styles on their own.
        where nspname = 'public' and relkind <> 'm' and relname not in ('layer_styles', 'qgis_projects')

        union all
        select
            nspname, relname, 'no_primary_key', 'warning',
            'it has no primary key; QGIS cannot edit it',
            case
                when lizsync.has_uid_column(oid) then format('ALTER TABLE %s ADD PRIMARY KEY (uid)', label)
                else format('add its uid column, then ALTER TABLE %s ADD PRIMARY KEY (uid)', label)
            end
        from plain r
        where relkind = 'r' and not relispartition
            and not exists (select from pg_index where indrelid = r.oid and indisprimary)

        union all
        select r.nspname, r.relname, p.problem, p.severity, p.explanation, p.remedy
        from plain r cross join lateral lizsync.uid_column_problem(r.oid) as p

        union all
        select
            nspname, relname, 'unlogged', 'error',
            'it is unlogged: it is emptied when the server crashes, and that would not be recorded',
            format('ALTER TABLE %s SET LOGGED', label)
        from relation
        where relpersistence = 'u'

        union all
        select
            nspname, relname, 'partitioned', 'error',
            'it is partitioned: its rows live in other tables',
            'keep it out of the synchronised schemas, or copy it into an ordinary table'
        from relation
        where relkind = 'p'

        union all
        select
            r.nspname, r.relname, 'partition', 'error',
            format('it is a partition of %s', h.inhparent::regclass),
            format('ALTER TABLE %s DETACH PARTITION %s', h.inhparent::regclass, r.label)
        from relation r join pg_inherits h on h.inhrelid = r.oid
        where r.relispartition

        union all
        select
            r.nspname, r.relname, 'inheritance', 'error',
            format('it inherits from %s: its rows would be synchronised twice', h.inhparent::regclass),
            format('ALTER TABLE %s NO INHERIT %s', r.label, h.inhparent::regclass)
        from relation r join pg_inherits h on h.inhrelid = r.oid
        where not r.relispartition

        union all
        select
            r.nspname, r.relname, 'inheritance', 'error',
            format('the table %s inherits from it: that one''s rows would be synchronised twice', h.inhrelid::regclass),
            format('ALTER TABLE %s NO INHERIT %s', h.inhrelid::regclass, r.label)
        from relation r join pg_inherits h on h.inhparent = r.oid
        where r.relkind = 'r'

        union all
        select
            nspname, relname, 'typed_table', 'error',
            format('it is a table of the type %s and can have no column of its own', format_type(reloftype, null)),
            format('ALTER TABLE %s NOT OF', label)
        from plain
        where reloftype <> 0

        union all
        select
            nspname, relname, 'row_level_security', 'error',
            'its row-level security may hide rows from whoever packages or synchronises it',
            format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', label)
        from relation
        where relrowsecurity

        union all
        select
            nspname, relname, 'foreign_table', 'error',
            'it is a foreign table: its rows are in another database',
            'keep it out of the synchronised schemas, or copy it into an ordinary table'
        from relation
        where relkind = 'f'

        union all
        select
            nspname, relname, 'materialized_view', 'warning',
            'it is a materialized view: it is not synchronised, only refreshed after a deployment or synchronisation',
            'nothing to do'
        from relation
        where relkind = 'm'

        union all
        select
            r.nspname, r.relname, 'raster_or_topology', 'error',
            format(
                'its column %I is of type %s, whose values are useless without tables that are not synchronised',
                a.attname, format_type(a.atttypid, a.atttypmod)
            ),
            'keep it out of the synchronised schemas, or store the geometry in a column of type geometry'
        from plain r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        where t.typname in ('raster', '_raster', 'topogeometry', '_topogeometry')

        union all
        select
            nspname, relname, 'foreign_key_on_local_key', 'error',
            format(
                'its foreign key %I references %s (%s), a number that each database gives on its own',
                name, parent_label, array_to_string(parent_columns, ', ')
            ),
            case cardinality(parent_columns)
                when 1 then format(
                    'once %1$s has its uid column: ALTER TABLE %2$s ADD COLUMN %3$I uuid REFERENCES %1$s (uid)%6$s; UPDATE %2$s AS child SET %3$I = parent.uid FROM %1$s AS parent WHERE parent.%5$I = child.%4$I; ALTER TABLE %2$s DROP COLUMN %4$I',
                    parent_label, label, regexp_replace(child_columns[1], '_?id$', '') || '_uid', child_columns[1], parent_columns[1],
                    actions
                )
                else format('let it reference the column uid of %s instead', parent_label)
            end
        from foreign_key
        where is_local

        union all
        select
            nspname, relname, 'foreign_key_outside',
            case when parent_schema in (select lizsync.user_schemas()) then 'warning' else 'error' end,
            format('its foreign key %I references %s, which is in none of the chosen schemas', name, parent_label),
            case
                when parent_schema in (select lizsync.user_schemas()) then format('synchronise the schema %I too', parent_schema)
                else format('ALTER TABLE %s SET SCHEMA …, a schema of your own', parent_label)
            end
        from foreign_key
        where parent_schema not in (select nspname from chosen where nspname <> 'public')

        union all
        select
            r.nspname, r.relname, 'unique_key_filled_alike', 'warning',
            format(
                'two people who are offline can enter the same value of %s (%s), and only one of the rows can then be kept as it is',
                case when k.indisprimary then 'the primary key' else 'the unique key' end, k.columns
            ),
            'agree on a range or prefix for each clone; a row that clashes stays pending until one of the values is changed'
        from plain r join unique_key k on k.indrelid = r.oid

        union all
        select
            r.nspname, r.relname, 'serial_not_key', 'warning',
            format('its column %I is numbered by a sequence but is no key: two databases give the same number', a.attname),
            format('ALTER TABLE %s ADD UNIQUE (%I), so that each database numbers for itself, or take the default away', r.label, a.attname)
        from plain r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where (a.attidentity <> '' or (a.attgenerated = '' and pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\('))
            and a.attname::text <> all (lizsync.local_columns(r.oid))

        union all
        select
            r.nspname, r.relname, 'exclusion_constraint', 'warning',
            format('rows that two people enter offline may together break its constraint %I; the later one then stays pending', k.conname),
            'nothing to do, or drop the constraint'
        from plain r join pg_constraint k on k.conrelid = r.oid and k.contype = 'x'

        union all
        select
            r.nspname, r.relname, 'rule',
            case when w.is_instead then 'error' else 'warning' end,
            case
                when w.is_instead then format('its rule %I replaces what is written to it, so that edits could not be replayed', w.rulename)
                else format('its rule %I also runs for every replayed row, on the clones too', w.rulename)
            end,
            format('DROP RULE %I ON %s; a trigger does the same and is not fired by a replay on a clone', w.rulename, r.label)
        from plain r
        join pg_rewrite w on w.ev_class = r.oid

        union all
        select
            r.nspname, r.relname, 'trigger_before_audit', 'warning',
            format('its trigger %I fires before the audit''s, so that what it does is recorded before the edit that caused it', t.tgname),
            format('ALTER TRIGGER %I ON %s RENAME TO %I', t.tgname, r.label, 'after_' || t.tgname)
        from plain r
        join pg_trigger t on t.tgrelid = r.oid
        where not t.tgisinternal and not t.tgdeferrable and t.tgname not like '00\_audit\_trigger\_%'
            and (t.tgtype & 1) = 1 and (t.tgtype & (2 | 64)) = 0
            and t.tgname::text collate "C" < '00_audit_trigger_row' collate "C"
    )
    select nspname, relname, problem, severity, explanation, remedy
    from found
    order by nspname, relname, severity, problem, explanation
$$;
comment on function lizsync.unsafe_tables(text[]) is
    'On both sides: the tables of some schemas, or of all, that cannot be synchronised safely, or not as people may expect, with the reason and the remedy.';
revoke all on function lizsync.unsafe_tables(text[]) from public;
