-- The old tables go, and with them what was edited there.
create or replace function lizsync.refuse_unsent_edits() returns void
language plpgsql
set search_path from current
as $$
declare
    v_number bigint;
    v_tables text;
begin
    perform lizsync.remap_log();
    select sum(t.number), string_agg(format('%s (%s)', t.relation, t.number), ', ' order by t.relation)
    into v_number, v_tables
    from (select e.relation, count(*) as number from lizsync.unsent_edits() as e group by e.relation) as t;
    if v_number > 0 then
        raise exception 'the clone % has % edits that were not synchronised, and they would be lost: %',
            (select server_name from lizsync.server_metadata), v_number, v_tables
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'run synchronize_database, make a new package, then deploy that; or let KEEP_UNSENT_CHANGES be true, which carries them over';
    end if;
end
$$;
comment on function lizsync.refuse_unsent_edits() is 'On a clone: refuses a deployment by which edits would be lost.';
revoke all on function lizsync.refuse_unsent_edits() from public;
