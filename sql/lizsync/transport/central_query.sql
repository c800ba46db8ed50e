create or replace function lizsync.central_query(p_query text) returns text
language plpgsql
set search_path from current
as $$
begin
    perform lizsync.central_send(p_query);
    return lizsync.central_result();
end
$$;
comment on function lizsync.central_query(text) is
    'On a clone: the one value of a query on central, over the connection of the running synchronisation.';
revoke all on function lizsync.central_query(text) from public;
