-- Quoted by a tag that cannot be guessed: escaping megabytes, and reading them escaped, takes time.
create or replace function lizsync.outgoing_query(p_greeting lizsync.greeting, p_batches bigint[], p_number integer) returns text
language sql
set search_path from current
as $$
    select 'select lizsync.receive_batch(' || q.quote
        || lizsync.outgoing_batch((p_greeting).snapshot, coalesce(p_batches[p_number - 1], 0), p_batches[p_number])
        || q.quote || ');'
    from (select '$batch_' || replace(gen_random_uuid()::text, '-', '') || '$' as quote offset 0) as q
$$;
comment on function lizsync.outgoing_query(lizsync.greeting, bigint[], integer) is
    'On a clone: the statement that gives central one batch of changes; null when there is none.';
revoke all on function lizsync.outgoing_query(lizsync.greeting, bigint[], integer) from public;
