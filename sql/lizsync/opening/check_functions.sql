-- On either side, before anything else: a database whose functions are not those of one program does not synchronise.
create or replace function lizsync.check_functions(out digest text, out program text)
language plpgsql stable
set search_path from current
as $$
declare
    v_altered text[];
begin
    select s.digest, s.program_version, s.altered into digest, program, v_altered from lizsync.functions_state() as s;
    if v_altered <> '{}' then
        raise exception 'the functions of LizSync on % (database %) are not as they were installed: %',
            case when exists (select from lizsync.central) then 'the clone' else 'central' end, current_database(),
            array_to_string(v_altered[1:10], ', ') || case when cardinality(v_altered) > 10 then ', ...' else '' end
            using errcode = 'object_not_in_prerequisite_state', hint = 'Run upgrade_database_structure on it.';
    end if;
end
$$;
comment on function lizsync.check_functions() is
    'On both sides: refuses functions that were altered or dropped since they were installed. Returns their digest and the version of the program that installed them.';
revoke all on function lizsync.check_functions() from public;
