-- The last step of an installation or an upgrade.
create or replace function lizsync.record_functions(p_signatures text[], p_version text, p_digest text) returns void
language sql
set search_path from current
as $$
    delete from lizsync.installed_functions;
    insert into lizsync.installed_functions (signature, digest, function_oid, written)
    select signature, digest, function_oid, written
    from lizsync.function_digests()
    where function_oid in (select to_regprocedure(s) from unnest(p_signatures) as s);
    delete from lizsync.installed_program;
    insert into lizsync.installed_program (version, digest, functions_digest)
    select p_version, p_digest, encode(sha256(convert_to(string_agg(concat_ws(' ', signature, digest), e'\n' order by signature collate "C"), 'UTF8')), 'hex')
    from lizsync.installed_functions;
$$;
comment on function lizsync.record_functions(text[], text, text) is
    'On both sides: records that LizSync has installed these functions as they are now, with the version and the digest of the program.';
revoke all on function lizsync.record_functions(text[], text, text) from public;
