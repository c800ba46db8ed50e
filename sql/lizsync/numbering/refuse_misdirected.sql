-- Two rows have the same number, because somebody gave it by hand: what refers to the one that was refused would come to belong to the
-- other. SECURITY DEFINER: marks rows of the running exchange alone.
create or replace function lizsync.refuse_misdirected(p_relid oid) returns void
language plpgsql security definer
set search_path from current
as $$
declare
    c_exchange constant bigint := pg_current_xact_id_if_assigned()::text::bigint;
begin
    -- Tried again, unless the row that they refer to is refused still.
    update lizsync.changeset set error_code = '23503' where exchange = c_exchange and relid = p_relid and error is not null and error_code = 'LS004';
    update lizsync.changeset c
    set error = format('the row that it refers to is pending: %s %s', r.parent, p.fields -> r.parent_column), error_code = 'LS004'
    from lizsync.changeset p
    join lizsync.number_references(array(select distinct relid from lizsync.changeset where exchange = c_exchange)) as r
        on to_regclass(r.parent)::oid = p.relid
    where p.exchange = c_exchange and p.error is not null and p.action <> 'D'
        and c.exchange = c_exchange and c.relid = p_relid and c.uid <> p.uid and to_regclass(r.child)::oid = p_relid
        and c.won -> r.child_column = p.fields -> r.parent_column;
end
$$;
comment on function lizsync.refuse_misdirected(oid) is
    'On both sides: refuses the rows of a table that refer by its number to a row that was refused.';
revoke all on function lizsync.refuse_misdirected(oid) from public;
