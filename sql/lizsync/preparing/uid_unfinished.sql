create or replace function lizsync.uid_unfinished(p_relid regclass) returns boolean
language sql stable
set search_path from current
as $$
    select exists (
        select from pg_trigger where tgrelid = p_relid and tgname = 'lizsync_fill_uid' and tgfoid = 'lizsync.fill_uid'::regproc
    )
$$;
comment on function lizsync.uid_unfinished(regclass) is
    'On both sides: whether LizSync has begun to fill a table''s column uid, and has not ended.';
revoke all on function lizsync.uid_unfinished(regclass) from public;
