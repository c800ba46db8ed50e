create or replace function lizsync.first_to_write() returns integer
language sql stable
set search_path from current
as $$ select case when (lizsync.this_exchange()).written is null then -2147483648 else 0 end $$;
comment on function lizsync.first_to_write() is 'The ordinals of the running exchange begin here, less those of rows that are written already.';
revoke all on function lizsync.first_to_write() from public;
