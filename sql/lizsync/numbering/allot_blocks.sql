-- Also for a clone that has blocks: nobody can tell which of their numbers a copy of it, or what was restored, has used. Central commits this before
-- the deployment: the blocks of one that fails are lost, and no number is given twice.
--
-- SECURITY DEFINER: what it makes belongs to whom the rest of LizSync belongs, whoever deploys.
create or replace function lizsync.allot_blocks(p_clone uuid, p_sequences text[]) returns lizsync.key_block[]
language plpgsql security definer
set search_path from current
as $$
declare
    v_drawn constant lizsync.drawn_column[] := lizsync.all_drawn_columns();
    v_sequence text;
    v_block lizsync.key_block;
    v_blocks lizsync.key_block[] := '{}';
begin
    perform set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off';
    perform pg_advisory_xact_lock(hashtextextended('lizsync.key_blocks', 0::bigint));
    for v_sequence in select s from lizsync.shared_sequences(p_sequences, v_drawn) as s order by s loop
        if not has_sequence_privilege(v_sequence, 'select') then
            raise exception 'the role % that owns LizSync on central may not read the sequence %', current_user, v_sequence
                using errcode = 'object_not_in_prerequisite_state', hint = format('GRANT SELECT ON SEQUENCE %s TO %I', v_sequence, current_user);
        end if;
        v_block := lizsync.allot_block(v_sequence::regclass, p_clone, v_drawn);
        if v_block.id is null then
            raise exception 'central has no numbers of the sequence % left for another clone', v_sequence
                using errcode = 'object_not_in_prerequisite_state',
                    detail = (select r.explanation from lizsync.number_room(array[v_sequence::regclass::oid]) as r),
                    hint = 'where rows were given numbers by hand all over the range, or few are left: give the columns that draw from it a wider type, ALTER TABLE ... ALTER COLUMN ... TYPE bigint, and let central go on behind the numbers that its clones have, ALTER SEQUENCE ... AS bigint, SELECT setval(...), then make a new package; or prepare the tables with SERIAL_KEYS=local';
        end if;
        v_blocks := v_blocks || v_block;
    end loop;
    return v_blocks;
end
$$;
comment on function lizsync.allot_blocks(uuid, text[]) is
    'On central: the blocks of numbers that a clone gets when it is deployed, one for each of the sequences that are shared.';
revoke all on function lizsync.allot_blocks(uuid, text[]) from public;
