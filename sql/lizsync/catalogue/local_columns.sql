-- A generated column follows from the others. Where the keys of a table are local, one that is drawn from a sequence is given by each
-- database on its own, and an identity that is always generated can be set by nobody; one of several columns of a key is sent.
-- SECURITY DEFINER: the role of a clone has no right on lizsync.local_keys.
--
-- A default names no column, and given the table, pg_get_expr would look at all of them each time.
--
-- pg_relation_size opens the table: whoever asks for its columns waits for the end of a transaction that is altering them.
create or replace function lizsync.local_columns(p_relid regclass) returns text[]
language sql stable security definer
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
            or exists (select from lizsync.local_keys k where k.relid = p_relid) and (
                a.attidentity = 'a'
                or (
                    (a.attidentity <> '' or pg_get_expr(d.adbin, 0) ~ '^nextval[(]')
                    and a.attnum in (
                        select i.indkey[0] from pg_index i where i.indrelid = p_relid and i.indisunique and i.indnkeyatts = 1
                    )
                )
            )
        )
$$;
comment on function lizsync.local_columns(regclass) is
    'On both sides: the columns of a table that are not synchronised: generated ones and, where its keys are local, those drawn from a sequence or identity and identities that are always generated.';
revoke all on function lizsync.local_columns(regclass) from public;
