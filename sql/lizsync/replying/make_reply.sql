-- On central: the reply is computed from the log alone, after applying (rule 9 of the protocol). It is kept until the clone has fetched
-- it: it is fetched after the commit, so that no row stays locked meanwhile.
create or replace function lizsync.make_reply(p_token uuid) returns integer
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set jit = off
set work_mem = '64MB'
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_separator constant text := e'\n' || gen_random_uuid() || e'\n';
    v_batches integer;
begin
    delete from lizsync.reply where clone_id = v_exchange.clone_id;

    with change as materialized (
        select * from lizsync.reply_changes(v_exchange)
    ), numbered as (
        -- Changes that one statement can write come together.
        select
            relation, uid, action, fields,
            row_number() over changes as number,
            sum(100 + coalesce(lizsync.text_size(fields), 0)) over changes / lizsync.batch_size() as batch
        from change
        where action is not null
        window changes as (order by relation, action, akeys(fields) collate "C" rows unbounded preceding)
    ), counted as (
        update lizsync.exchanges
        set number_prefetched = number_prefetched - (select count(*) from change where action is null)
        where transaction_id = v_exchange.transaction_id and prefetched is not null
    )
    insert into lizsync.reply (clone_id, batch, token, number_of_changes, payload)
    select
        v_exchange.clone_id, row_number() over (order by batch), p_token, count(*),
        v_separator || string_agg(
            row (number, null, relation, uid, action, fields, null, null)::lizsync.change::text, v_separator
        )
    from numbered
    group by batch;
    get diagnostics v_batches = row_count;
    return v_batches;
end
$$;
comment on function lizsync.make_reply(uuid) is 'On central: prepares the reply to the clone of the running exchange; returns the number of its batches.';
revoke all on function lizsync.make_reply(uuid) from public;
