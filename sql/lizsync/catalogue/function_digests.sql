-- The digest is the same wherever the extension hstore is, whoever owns the function, and in each version and encoding of
-- PostgreSQL. So types are named under the pinned search path, which itself does not count as long as it is the pinned one.
-- Who may call the function, and the cost that the planner is told, do not count either.
create or replace function lizsync.function_digests(out function_oid oid, out signature text, out digest text, out written xid)
returns setof record
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select
        p.oid, p.oid::regprocedure::text,
        encode(sha256(convert_to(concat_ws(
            e'\n', p.prokind, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
            p.provolatile, p.proparallel, p.proisstrict, p.prosecdef, p.proleakproof,
            array_remove(p.proconfig, 'search_path=' || current_setting('search_path')), cardinality(p.proconfig), p.prosrc,
            a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval
        ), 'UTF8')), 'hex'),
        p.xmin
    from pg_proc p
    join pg_language l on l.oid = p.prolang
    left join pg_aggregate a on a.aggfnoid = p.oid
    where p.pronamespace in (select oid from pg_namespace where nspname in ('audit', 'lizsync'))
$$;
comment on function lizsync.function_digests() is
    'On both sides: the functions of the schemas audit and lizsync as they are now: what each does, as a digest, and the transaction that wrote it.';
revoke all on function lizsync.function_digests() from public;
