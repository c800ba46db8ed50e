create or replace function lizsync.relation_name(p_relid oid) returns text
language sql stable
set search_path from current
as $$
    select format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = p_relid
$$;
comment on function lizsync.relation_name(oid) is
    'On both sides: a table''s name as publication lists, conflicts and pending changes hold it: "schema"."table", both quoted.';
revoke all on function lizsync.relation_name(oid) from public;

-- No SET clause, so that it is inlined: it is asked for every event of the log.
create or replace function lizsync.relation_name(p_schema text, p_table text) returns text
language sql immutable
as $$ select '"' || replace(p_schema, '"', '""') || '"."' || replace(p_table, '"', '""') || '"' $$;
comment on function lizsync.relation_name(text, text) is 'On both sides: the same for a table that may have been dropped, from what the log has of its name.';
revoke all on function lizsync.relation_name(text, text) from public;
