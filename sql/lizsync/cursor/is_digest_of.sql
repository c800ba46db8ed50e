-- Before structure version 4 a digest ended before the times of the edits.
create or replace function lizsync.is_digest_of(p_stored text, p_digest text) returns boolean
language sql immutable
set search_path from current
as $$ select p_stored = p_digest or starts_with(p_digest, p_stored || ':') $$;
comment on function lizsync.is_digest_of(text, text) is
    'Whether a digest that central has stored is that of the events of which the second is the digest.';
revoke all on function lizsync.is_digest_of(text, text) from public;
