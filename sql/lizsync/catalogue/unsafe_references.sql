create or replace function lizsync.unsafe_references(p_relids oid[], p_told jsonb default '[]')
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
set jit = off
as $$
    with local_key as materialized (
        select r.oid as relid, l.name
        from unnest(p_relids) as r (oid)
        cross join lateral unnest(lizsync.local_columns(r.oid)) as l (name)
        join pg_attribute a on a.attrelid = r.oid and a.attname::text = l.name
        -- A generated column follows from the others, and is the same everywhere when they are.
        where a.attgenerated = ''
    )
    select
        f.child, 'reference_to_local_key', 'warning',
        format(
            'its column %I holds the numbers of %s.%I (%s), which each database gives on its own: a row that a clone makes may belong to another row of %2$s on central',
            f.child_column, lizsync.relation_label(f.parent), f.parent_column, f.evidence
        ),
        'run initialize_central_database with SERIAL_KEYS=shared, which lets the numbers be the same everywhere'
    from lizsync.known_references(case when exists (select from local_key) then p_relids else '{}' end, p_told) as f
    where exists (select from local_key k where k.relid = f.parent and k.name = f.parent_column)
$$;
comment on function lizsync.unsafe_references(oid[], jsonb) is
    'On central: the columns of some tables that hold numbers which each database gives on its own, without a foreign key. A project may tell of more: see known_references.';
revoke all on function lizsync.unsafe_references(oid[], jsonb) from public;
