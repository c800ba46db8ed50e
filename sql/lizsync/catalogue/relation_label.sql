-- relation_name is what the tables of LizSync hold.
create or replace function lizsync.relation_label(p_relid oid) returns text
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = p_relid
$$;
comment on function lizsync.relation_label(oid) is
    'On both sides: a table''s name as a person reads and types it: with its schema, and quoted only where SQL needs it.';
revoke all on function lizsync.relation_label(oid) from public;
