-- The limit, which is never reached, tells the planner whether an index is worth it.
create or replace function lizsync.from_range(p_range lizsync.staged_range) returns text
language sql stable
set search_path from current
as $$ select format('(select * from lizsync.changeset_range($1) limit %s)', p_range.high - p_range.low + 1) $$;
comment on function lizsync.from_range(lizsync.staged_range) is
    'On both sides: the source, in FROM, from which a statement reads the rows of a range, which is its first parameter.';
revoke all on function lizsync.from_range(lizsync.staged_range) from public;
