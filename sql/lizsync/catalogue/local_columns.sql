-- A key that is drawn from a sequence is given by each database on its own, a generated column follows from the others, and an
-- identity that is always generated can be set by nobody: none of them travels.
-- A default names no column, and given the table, pg_get_expr would look at all of them each time.
--
-- pg_relation_size opens the table: whoever asks for its columns waits for the end of a transaction that is altering them.
create or replace function lizsync.local_columns(p_relid regclass) returns text[]
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated = ''
    where a.attrelid = p_relid
        and (select pg_relation_size(p_relid)) is not null
        and a.attnum > 0
        and not a.attisdropped
        and (
            a.attgenerated <> ''
            or a.attidentity = 'a'
            or (
                (a.attidentity <> '' or pg_get_expr(d.adbin, 0) ~ '^nextval[(]')
                and a.attnum = any (array(
                    select unnest(i.indkey::int2[]) from pg_index i where i.indrelid = p_relid and i.indisunique
                ))
            )
        )
$$;
comment on function lizsync.local_columns(regclass) is
    'On both sides: the columns of a table that are not synchronised: keys drawn from a sequence or identity, identities that are always generated, and generated columns.';
revoke all on function lizsync.local_columns(regclass) from public;
