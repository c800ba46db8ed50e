create or replace function audit.without_large_values(p_row hstore, p_changed hstore) returns hstore
language sql immutable strict parallel safe
set search_path from current
as $$
    select p_row - array(select key from each(p_row) where octet_length(value) > audit.large_value_size() and not p_changed ? key)
$$;
comment on function audit.without_large_values(hstore, hstore) is 'On both sides: the old row of an update, less its unchanged values over 8 kB.';
revoke all on function audit.without_large_values(hstore, hstore) from public;
