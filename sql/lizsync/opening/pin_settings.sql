-- A database and a role may have settings of their own, under which values and names come out otherwise than the other side
-- reads them: with array_nulls = off, a null in an array that is read becomes the text NULL.
create or replace function lizsync.pin_settings() returns void
language sql
set search_path from current
as $$
    select
        set_config('array_nulls', 'on', true),
        set_config('quote_all_identifiers', 'off', true);
$$;
comment on function lizsync.pin_settings() is
    'On both sides: the settings of the session that a synchronisation needs, for this transaction.';
revoke all on function lizsync.pin_settings() from public;
