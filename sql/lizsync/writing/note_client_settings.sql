-- A function that pins its path does not see the session's. LizSync's comes last, for the triggers of LizSync.
create or replace function lizsync.note_client_settings() returns void
language sql
set search_path from current
as $$
    select
        set_config('lizsync.client_path', concat_ws(', ', nullif(p.reset_val, ''), regexp_replace(current_setting('search_path'), '^pg_catalog, ', '')), true),
        set_config('lizsync.client_patience', i.reset_val, true)
    from pg_settings p, pg_settings i
    where p.name = 'search_path' and i.name = 'idle_in_transaction_session_timeout'
$$;
comment on function lizsync.note_client_settings() is
    'On both sides: notes, for run_as_client and until the transaction ends, the settings of the session that LizSync changes.';
revoke all on function lizsync.note_client_settings() from public;
