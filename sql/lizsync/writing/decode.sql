-- A function, because a set that one returns is complete before the statement that reads it goes on: what is decoded here is decoded
-- under these settings, and what that statement then makes run (triggers, checks, domains) runs under the client's.
create or replace function lizsync.decode(p_query text, p_range lizsync.staged_range default null) returns setof record
language plpgsql stable rows 1000000
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set array_nulls = on
set quote_all_identifiers = off
set standard_conforming_strings = on
set jit = off
set work_mem = '64MB'
as $$
begin
    return query execute p_query using p_range;
end
$$;
comment on function lizsync.decode(text, lizsync.staged_range) is
    'On both sides: the rows of a query, run under the settings that values in text form were written under; $1 is the range.';
revoke all on function lizsync.decode(text, lizsync.staged_range) from public;
