-- A statement that writes a user's table makes its owner's triggers, checks and defaults run: on central they run as for any client.
-- So such a statement runs here, and under the settings of the session: no function that leads to here may pin one but the path. The one
-- exception is lock_timeout: nobody is waited for longer than an exchange waits, by a trigger either.
--
-- Under the client's search path, where anybody may have made functions, nothing of LizSync's is looked up by its name alone.
create or replace function lizsync.run_as_client(p_statement text, p_range lizsync.staged_range default null) returns integer
language plpgsql
set search_path from current
-- Those that note_client_settings notes: as the function has settings of its own for them, these end with it.
set array_nulls = on
set default_transaction_deferrable = off
set default_transaction_isolation = 'read committed'
set default_transaction_read_only = off
set idle_in_transaction_session_timeout = 0
set quote_all_identifiers = off
set standard_conforming_strings = on
set statement_timeout = 0
as $$
declare
    v_written integer;
begin
    perform set_config(s.key, s.value, true) from jsonb_each_text(coalesce(nullif(current_setting('lizsync.client_settings', true), ''), '{}')::jsonb) as s;
    execute p_statement using p_range;
    get diagnostics v_written = row_count;
    return v_written;
end
$$;
comment on function lizsync.run_as_client(text, lizsync.staged_range) is
    'On both sides: runs a statement that writes a table of the users, under the settings of the session that note_client_settings has noted; $1 is the range. Returns the number of rows.';
revoke all on function lizsync.run_as_client(text, lizsync.staged_range) from public;
