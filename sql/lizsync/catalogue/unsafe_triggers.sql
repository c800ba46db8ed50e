create or replace function lizsync.unsafe_triggers(p_relids oid[])
returns table (relid oid, problem text, severity text, explanation text, remedy text)
language sql stable
set search_path from current
set quote_all_identifiers = off
as $$
    select
        ev_class, 'rule',
        case when is_instead then 'error' else 'warning' end,
        case
            when is_instead then format('its rule %I replaces what is written to it, so that edits could not be replayed', rulename)
            else format('its rule %I also runs for every replayed row, on the clones too', rulename)
        end,
        format(
            'DROP RULE %I ON %s; a trigger does the same and is not fired by a replay on a clone',
            rulename, lizsync.relation_label(ev_class)
        )
    from pg_rewrite
    where ev_class = any (p_relids)

    union all
    select
        tgrelid, 'trigger_before_audit', 'warning',
        format('its trigger %I fires before the audit''s, so that what it does is recorded before the edit that caused it', tgname),
        format('ALTER TRIGGER %I ON %s RENAME TO %I', tgname, lizsync.relation_label(tgrelid), 'after_' || tgname)
    from pg_trigger
    where tgrelid = any (p_relids) and not tgisinternal and not tgdeferrable and not starts_with(tgname, '00_audit_trigger_')
        and (tgtype & 1) = 1 and (tgtype & (2 | 64)) = 0
        and tgname::text collate "C" < '00_audit_trigger_row' collate "C"

    union all
    select
        r.srrelid, 'subscription', 'warning',
        format('the subscription %I writes to it; what it brings is recorded as edits made here, and goes to every clone', s.subname),
        'leave it, if that is meant; otherwise take the table out of the publication'
    from pg_subscription_rel r join pg_subscription s on s.oid = r.srsubid
    where r.srrelid = any (p_relids)
$$;
comment on function lizsync.unsafe_triggers(oid[]) is
    'On both sides: what writes to some tables beside people: rules, triggers that fire before the audit''s, subscriptions.';
revoke all on function lizsync.unsafe_triggers(oid[]) from public;
