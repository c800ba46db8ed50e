-- pg_trigger keeps the arguments as bytes that end in zeros; going through hexadecimal leaves any text intact.
create or replace function lizsync.audit_arguments(p_relid regclass) returns text[]
language sql stable
set search_path from current
as $$
    select array(
        select convert_from(decode(replace(u.bytes, ' ', ''), 'hex'), getdatabaseencoding())
        from unnest(string_to_array(regexp_replace(encode(t.tgargs, 'hex'), '(..)', e'\\1 ', 'g'), '00 '))
            with ordinality as u (bytes, n)
        where u.n <= t.tgnargs
        order by u.n
    )
    from pg_trigger t
    where t.tgrelid = p_relid and t.tgname = '00_audit_trigger_row'
$$;
comment on function lizsync.audit_arguments(regclass) is
    'On both sides: the arguments of a table''s audit trigger: whether to keep queries, whether there is a uid column, the ignored columns, and the setting that chooses between row and statement; null for a table that is not audited.';
revoke all on function lizsync.audit_arguments(regclass) from public;
