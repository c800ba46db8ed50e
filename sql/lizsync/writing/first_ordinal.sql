create or replace function lizsync.first_ordinal() returns integer
language sql stable
set search_path from current
as $$ select case when (lizsync.this_exchange()).prefetched_tables is null then -2147483648 else 0 end $$;
comment on function lizsync.first_ordinal() is 'On both sides: the first ordinal of what the running exchange still has to write; the rows before it are written already.';
revoke all on function lizsync.first_ordinal() from public;
