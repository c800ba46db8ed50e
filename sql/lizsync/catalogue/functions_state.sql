-- SECURITY DEFINER: everybody who may synchronise asks for it, without a right on the tables behind.
--
-- Digests are computed only when a row of pg_proc was written since, by a GRANT for instance: each synchronisation asks.
create or replace function lizsync.functions_state(out digest text, out program_version text, out program_digest text, out altered text[])
language plpgsql stable security definer
set search_path from current
as $$
begin
    select p.functions_digest, p.version, p.digest into digest, program_version, program_digest from lizsync.installed_program p;
    altered := case when digest is null then array['nothing is recorded'] else '{}' end;
    if exists (
        select from lizsync.installed_functions f
        where not exists (select from pg_proc p where p.oid = f.function_oid and p.xmin = f.written)
    ) then
        altered := altered || array(
            select f.signature || case when d.signature is null then ' is missing' else ' was altered' end
            from lizsync.installed_functions f
            left join lizsync.function_digests() as d on d.signature = f.signature
            where d.digest is distinct from f.digest
            order by f.signature collate "C"
        );
    end if;
end
$$;
comment on function lizsync.functions_state() is
    'On both sides: the digest of the functions that were installed, the version of the program that did and the digest of what it has, and what was done to the functions since: empty for nothing.';
revoke all on function lizsync.functions_state() from public;
