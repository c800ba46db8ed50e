-- A statement that writes a user's table makes its owner's triggers, checks and defaults run: on central they run as for
-- any client. Such a statement runs here, so that its settings are in one place.
--
-- Under the client's search path, where anybody may have made functions, nothing of LizSync's is looked up by its name alone.
create or replace function lizsync.run_as_client(p_statement text, p_range lizsync.staged_range default null) returns void
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
set random_page_cost = 1.1
as $$
begin
    -- As the function has a setting of its own for the path, this one ends with it.
    perform set_config('search_path', coalesce(nullif(current_setting('lizsync.client_path', true), ''), current_setting('search_path')), true);
    execute p_statement using p_range;
end
$$;
comment on function lizsync.run_as_client(text, lizsync.staged_range) is
    'On both sides: runs a statement that writes a table of the users, under the search path of the client where an exchange has noted it; $1 is the range.';
revoke all on function lizsync.run_as_client(text, lizsync.staged_range) from public;
