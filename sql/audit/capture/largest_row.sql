-- PostgreSQL has no value of a gigabyte. A row travels as text within a text, and each may double quotes and backslashes. No SET clause, so that
-- hot code has the number in its plan.
create or replace function audit.largest_row() returns integer
language sql immutable parallel safe
as $$ select 480 * 1000 * 1000 $$;
comment on function audit.largest_row() is 'On both sides: how many bytes a row may take as text to be recorded; a bytea takes twice its size.';
revoke all on function audit.largest_row() from public;
