-- No SET clause, so that it is expanded where it is used.
create or replace function lizsync.batch_size() returns bigint
language sql immutable parallel safe
as $$ select 16 * 1024 * 1024::bigint $$;
comment on function lizsync.batch_size() is 'On both sides: about how many bytes of changes travel in one round trip.';
revoke all on function lizsync.batch_size() from public;
