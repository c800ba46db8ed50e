-- The last number of a block. It is drawn again and again, or the next one to draw would get PostgreSQL's own error, which does
-- not say what to do. SECURITY DEFINER: who edits may draw from the sequence, not set it.
create or replace function lizsync.check_numbers() returns trigger
language plpgsql security definer
set search_path from current
as $$
declare
    v_sequence constant regclass := to_regclass(tg_argv[0]);
    v_last bigint;
    v_step bigint;
begin
    select seqmax, seqincrement into v_last, v_step from pg_sequence where seqrelid = v_sequence;
    if pg_sequence_last_value(v_sequence) = v_last then
        perform setval(v_sequence, v_last - v_step);
        raise exception 'this clone has used up the numbers that central gave it for %: synchronise, and it gets new ones', lizsync.relation_label(tg_relid)
            using errcode = 'sequence_generator_limit_exceeded',
                detail = format('They are those of the sequence %s.', tg_argv[0]),
                hint = 'Synchronise, then save again.';
    end if;
    return new;
end
$$;
comment on function lizsync.check_numbers() is
    'On a clone: trigger: refuses a row that has drawn the last number of the clone''s block, and says to synchronise. Argument: the sequence.';
revoke all on function lizsync.check_numbers() from public;
