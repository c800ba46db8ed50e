-- The filling is an UPDATE, which has to change nothing but the uid, whatever the table has. In a session whose
-- session_replication_role is replica, ordinary triggers and rules do not fire.
create or replace function lizsync.uid_filling_obstacle(p_relid regclass, p_replica boolean) returns text
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select obstacle
    from (
        select 1, format('its trigger %I would fire for every row', tgname)
        from pg_trigger
        where tgrelid = p_relid and not tgisinternal and tgname <> 'lizsync_fill_uid' and (tgtype & 16) <> 0
            and tgattr = ''::int2vector -- one of UPDATE OF does not fire
            and tgenabled = any (case when p_replica then '{A,R}' else '{A,O}' end::"char"[])
            and not (p_replica and tgfoid in ('audit.log_row'::regproc, 'audit.log_statement'::regproc)) -- nor do those, see audit.audit_table

        union all
        select 2, format('its rule %I would replace the filling', rulename)
        from pg_rewrite
        where ev_class = p_relid and ev_type = '2' and ev_enabled = any (case when p_replica then '{A,R}' else '{A,O}' end::"char"[])

        union all
        select 3, format('its constraint %I was never validated, and rows may break it', conname)
        from pg_constraint
        where conrelid = p_relid and contype = 'c' and not convalidated and conname <> 'lizsync_uid_filled'

        union all
        select 4, 'it is published for logical replication without a replica identity'
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = p_relid
            and (
                c.relreplident = 'n'
                or c.relreplident = 'd' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
            )
            and exists (
                select from pg_publication p join pg_publication_tables t on t.pubname = p.pubname
                where p.pubupdate and t.schemaname = n.nspname and t.tablename = c.relname
            )

        union all
        select 5, 'its row-level security may hide rows'
        from pg_class c
        where c.oid = p_relid and c.relforcerowsecurity
    ) as o (n, obstacle)
    order by n, obstacle
    limit 1
$$;
comment on function lizsync.uid_filling_obstacle(regclass, boolean) is
    'On central: why the column uid of a table cannot be filled by updates while people work, given whether the session is one of a replica; null when it can.';
revoke all on function lizsync.uid_filling_obstacle(regclass, boolean) from public;
