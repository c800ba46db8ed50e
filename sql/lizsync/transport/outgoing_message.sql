-- Quoted by a tag that cannot be guessed: escaping megabytes, and reading them escaped, takes time. So does copying them.
-- An answer that would fill the connection, because of many pending rows, is fetched afterwards: central would not get to the commit
-- while the clone writes and reads nothing.
create or replace function lizsync.outgoing_message(p_number integer, p_last boolean) returns text
language sql
set search_path from current
as $function$
    select concat(
        'select lizsync.receive_batch(' || q.quote,
        lizsync.prepared_batch(p_number),
        q.quote || ')',
        case when p_last then
            $$; select case when octet_length(answer) < 16384 then answer end
                from set_config('lizsync.acknowledgement', lizsync.exchange()::text, false) as u (answer); commit$$
        end
    )
    from (select '$batch_' || replace(gen_random_uuid()::text, '-', '') || '$' as quote offset 0) as q
$function$;
comment on function lizsync.outgoing_message(integer, boolean) is
    'On a clone: the statement that gives central one batch of changes; with the last one, or without any, it has central apply them and commit, and its answer is null when it is in the setting lizsync.acknowledgement.';
revoke all on function lizsync.outgoing_message(integer, boolean) from public;
