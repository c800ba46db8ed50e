-- By its quoted name, which is the type without a length: char and bit would be of length one.
create or replace function lizsync.base_type(p_type oid) returns text
language sql stable
set search_path from current
as $$
    with recursive domain (type) as (
        select p_type
        union all
        select t.typbasetype from domain d join pg_type t on t.oid = d.type where t.typtype = 'd'
    )
    select format('%I.%I', n.nspname, t.typname)
    from domain d join pg_type t on t.oid = d.type join pg_namespace n on n.oid = t.typnamespace
    where t.typtype <> 'd'
$$;
comment on function lizsync.base_type(oid) is 'On both sides: the name of a type, or of the one that a domain is made of in the end.';
revoke all on function lizsync.base_type(oid) from public;
