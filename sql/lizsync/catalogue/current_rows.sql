-- Not SECURITY DEFINER, which would let its caller read any table. Only functions of the structure's owner call it.
create or replace function lizsync.current_rows(p_relid oid, p_uids uuid[]) returns table (uid uuid, fields hstore)
language plpgsql
set search_path from current
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
set bytea_output = 'hex'
set lc_monetary = 'C'
set xmloption = 'content'
set jit = off
as $$
begin
    return query execute format(
        'select t.uid, slice(hstore(t.*), $2) from %s as t where t.uid = any ($1)', lizsync.relation_name(p_relid)
    )
    using p_uids, lizsync.sent_columns(p_relid);
    perform lizsync.check_not_rewritten(p_relid);
end
$$;
comment on function lizsync.current_rows(oid, uuid[]) is 'On both sides: the rows as they are now, less the columns that are not synchronised.';
revoke all on function lizsync.current_rows(oid, uuid[]) from public;
