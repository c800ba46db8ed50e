create or replace function lizsync.unsafe_kinds(p_relids oid[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    with relation as (
        select c.*, lizsync.relation_label(c.oid) as label
        from pg_class c
        where c.oid = any (p_relids)
    )
    select
        oid, 'unlogged', 'error',
        'it is unlogged: it is emptied when the server crashes, and that would not be recorded',
        format('ALTER TABLE %s SET LOGGED', label)
    from relation
    where relpersistence = 'u'

    union all
    select
        oid, 'partitioned', 'error',
        'it is partitioned: its rows live in other tables',
        'keep it out of the synchronised schemas, or copy it into an ordinary table'
    from relation
    where relkind = 'p'

    union all
    select
        r.oid, 'partition', 'error',
        format('it is a partition of %s', lizsync.relation_label(h.inhparent)),
        format('ALTER TABLE %s DETACH PARTITION %s', lizsync.relation_label(h.inhparent), r.label)
    from relation r join pg_inherits h on h.inhrelid = r.oid
    where r.relispartition

    union all
    select
        r.oid, 'inheritance', 'error',
        format('it inherits from %s: its rows would be synchronised twice', lizsync.relation_label(h.inhparent)),
        format('ALTER TABLE %s NO INHERIT %s', r.label, lizsync.relation_label(h.inhparent))
    from relation r join pg_inherits h on h.inhrelid = r.oid
    where not r.relispartition

    union all
    select
        r.oid, 'inheritance', 'error',
        format('the table %s inherits from it: that one''s rows would be synchronised twice', lizsync.relation_label(h.inhrelid)),
        format('ALTER TABLE %s NO INHERIT %s', lizsync.relation_label(h.inhrelid), r.label)
    from relation r join pg_inherits h on h.inhparent = r.oid
    where r.relkind = 'r'

    union all
    select
        oid, 'typed_table', 'error',
        format('it is a table of the type %s and can have no column of its own', format_type(reloftype, null)),
        format('ALTER TABLE %s NOT OF', label)
    from relation
    where reloftype <> 0

    union all
    select
        oid, 'row_level_security', 'error',
        'its row-level security may hide rows from whoever packages or synchronises it',
        format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', label)
    from relation
    where relrowsecurity

    union all
    select
        oid, 'foreign_table', 'error',
        'it is a foreign table: its rows are in another database',
        'keep it out of the synchronised schemas, or copy it into an ordinary table'
    from relation
    where relkind = 'f'

    union all
    select
        oid, 'materialized_view', 'warning',
        'it is a materialized view: it is not synchronised, only refreshed after a deployment or synchronisation',
        'nothing to do'
    from relation
    where relkind = 'm'
$$;
comment on function lizsync.unsafe_kinds(oid[]) is
    'On both sides: those of some tables that are of a kind that cannot be synchronised: their rows are elsewhere, twice, hidden, or lost in a crash.';
revoke all on function lizsync.unsafe_kinds(oid[]) from public;
