-- A row that somebody was editing is not tried again in the same exchange: it would be waited for each time. LS003: see
-- lizsync.leave_out; LS004: lizsync.refuse_misdirected. No SET clause, so that it is expanded where it is used.
create or replace function lizsync.is_in_pass(p_error_code text, p_again boolean) returns boolean
language sql immutable parallel safe
as $$ select case when p_again then p_error_code not in ('55P03', 'LS003', 'LS004') else p_error_code is null end $$;
comment on function lizsync.is_in_pass(text, boolean) is
    'On both sides: whether a change is written in a pass over the changes refused before, or over the others, given the SQLSTATE that it was refused with.';
revoke all on function lizsync.is_in_pass(text, boolean) from public;
