-- Both sides: a session whose client has vanished without a word, in a dead zone or with its lid closed, ends and frees what
-- it holds. Keepalives notice it while nothing is under way, the user timeout while an answer waits to be taken.
create or replace function lizsync.detect_dead_peer(p_local boolean) returns void
language sql
set search_path from current
as $$
    select
        set_config('tcp_keepalives_idle', '10', p_local),
        set_config('tcp_keepalives_interval', '5', p_local),
        set_config('tcp_keepalives_count', '3', p_local),
        set_config('tcp_user_timeout', '25s', p_local);
$$;
comment on function lizsync.detect_dead_peer(boolean) is
    'On both sides: lets the session end within 30 seconds after its client has vanished: for this transaction, or for good.';
revoke all on function lizsync.detect_dead_peer(boolean) from public;
