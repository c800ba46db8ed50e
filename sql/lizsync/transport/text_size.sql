-- The text of a value that is stored compressed may be many times larger than what is stored. No SET clause, so that it is
-- expanded where it is used.
create or replace function lizsync.text_size(p_fields hstore) returns integer
language sql stable
as $$
    select case when pg_column_size(p_fields) < 2000 then 2 * pg_column_size(p_fields) else octet_length(p_fields::text) end
$$;
comment on function lizsync.text_size(hstore) is 'On both sides: about how many bytes the fields of a change take in a batch.';
revoke all on function lizsync.text_size(hstore) from public;
