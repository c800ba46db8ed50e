-- The SQLSTATE is the end of the error, see lizsync.refuse_rows.
-- SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.take_in() returns void
language sql security definer
set search_path from current
as $$
    update lizsync.changeset
    set error_code = left(right(error, 6), 5)
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and error is not null and error_code = 'LS003'
$$;
comment on function lizsync.take_in() is 'On both sides: takes the rows that leave_out has left out into the passes again.';
revoke all on function lizsync.take_in() from public;
