-- What the program, synchronize() and open_exchange set is not what the database, the role and the connection chose. The path is the session's,
-- which a function that pins its own does not see; LizSync's comes last, for the triggers of LizSync.
create or replace function lizsync.note_client_settings() returns void
language sql
set search_path from current
as $$
    select set_config(
        'lizsync.client_settings',
        jsonb_object_agg(
            name,
            case name
                when 'search_path' then concat_ws(', ', nullif(reset_val, ''), regexp_replace(current_setting('search_path'), '^pg_catalog, ', ''))
                else reset_val
            end
        )::text,
        true
    )
    from pg_settings
    where name in (
        'search_path', 'array_nulls', 'default_transaction_deferrable', 'default_transaction_isolation', 'default_transaction_read_only',
        'idle_in_transaction_session_timeout', 'idle_session_timeout', 'quote_all_identifiers', 'standard_conforming_strings', 'statement_timeout'
    )
$$;
comment on function lizsync.note_client_settings() is
    'On both sides: notes, for run_as_client and until the transaction ends, the settings of the session that LizSync changes.';
revoke all on function lizsync.note_client_settings() from public;
