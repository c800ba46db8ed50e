-- No SET clause, so that hot code has the number in its plan. A row of no more bytes than that has no such value.
create or replace function audit.large_value_size() returns integer
language sql immutable parallel safe
as $$ select 8192 $$;
comment on function audit.large_value_size() is 'On both sides: the size in bytes above which a value that an update did not change is left out of the log.';
revoke all on function audit.large_value_size() from public;
