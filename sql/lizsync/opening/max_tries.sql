create or replace function lizsync.max_tries() returns integer
language sql immutable
set search_path from current
as $$ select 5 $$;
comment on function lizsync.max_tries() is 'On central: how many times an exchange is tried when others are writing the same rows.';
revoke all on function lizsync.max_tries() from public;
