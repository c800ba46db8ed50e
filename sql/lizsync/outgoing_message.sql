-- Quoted by a tag that cannot be guessed: escaping megabytes, and reading them escaped, takes time. So does copying them.
create or replace function lizsync.outgoing_message(p_greeting lizsync.greeting, p_batches bigint[], p_number integer) returns text
language sql
set search_path from current
as $$
    select concat(
        'select lizsync.receive_batch(' || q.quote,
        lizsync.outgoing_batch((p_greeting).snapshot, coalesce(p_batches[p_number - 1], 0), p_batches[p_number]),
        q.quote || ')',
        case when p_number >= coalesce(cardinality(p_batches), 0) then '; select lizsync.exchange(); commit' end
    )
    from (select '$batch_' || replace(gen_random_uuid()::text, '-', '') || '$' as quote offset 0) as q
$$;
comment on function lizsync.outgoing_message(lizsync.greeting, bigint[], integer) is
    'On a clone: the statement that gives central one batch of changes; with the last one, or without any, it has central apply them and commit.';
revoke all on function lizsync.outgoing_message(lizsync.greeting, bigint[], integer) from public;
