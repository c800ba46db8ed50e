-- A row may move to where the filling has been already, and a client may give null. The trigger lizsync_fill_uid also tells that
-- the column is LizSync's own and not whole yet: it goes when it is.
create or replace function lizsync.fill_uid() returns trigger
language plpgsql
set search_path from current
as $$
begin
    new.uid := gen_random_uuid();
    return new;
end
$$;
comment on function lizsync.fill_uid() is
    'On central: the trigger that gives a uid to every row that is written while the column uid of a big table is being filled.';
revoke all on function lizsync.fill_uid() from public;
