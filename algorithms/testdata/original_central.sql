-- What happened on central since the package was deployed to the clones a and b.

-- Both have it.
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'to both' where id = 1;
insert into lizsync.history
select ('f1000000-0000-4000-8000-00000000000' || clone)::uuid, '2021-08-01 08:00+02', 'c0000000-0000-4000-8000-000000000000',
    array[clone || '0000000-0000-4000-8000-000000000000'], max(event_id), max(event_id), max(action_tstamp_tx), 'partial', 'done'
from @log.logged_actions, unnest('{a,b}'::text[]) as clone
group by clone;
-- The clone a has it alone.
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'to a' where id = 2;
-- It comes from a.
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'from a' where id = 3;
update @log.logged_actions
set sync_data = '{"origin": "a0000000-0000-4000-8000-000000000000", "replayed_by": {"c0000000-0000-4000-8000-000000000000": "f2000000-0000-4000-8000-000000000000"}, "action_tstamp_tx": "2021-08-15T10:00:00+02:00"}'
where changed_fields operator(public.->) 'Nom' = 'from a';
insert into lizsync.history
select 'f2000000-0000-4000-8000-000000000000', '2021-09-01 08:00+02', 'c0000000-0000-4000-8000-000000000000',
    '{a0000000-0000-4000-8000-000000000000}', min(event_id), max(event_id), max(action_tstamp_tx), 'partial', 'done'
from @log.logged_actions;
insert into lizsync.history values ('f2000000-0000-4000-8000-00000000000a', '2021-09-01 08:00+02', 'a0000000-0000-4000-8000-000000000000',
    '{c0000000-0000-4000-8000-000000000000}', 900, 999, '2021-09-01 07:00+02', 'partial', 'done');
-- A synchronisation that was not finished had written it on a.
update "Ville été"."L'arbre ""x"".y" set hauteur = 70 where id = 7;
update @log.logged_actions
set sync_data = '{"origin": null, "replayed_by": {"a0000000-0000-4000-8000-000000000000": "f3000000-0000-4000-8000-000000000000"}, "action_tstamp_tx": null}'
where changed_fields operator(public.->) 'hauteur' = '70';
insert into lizsync.history
select 'f3000000-0000-4000-8000-000000000000', '2021-10-01 08:00+02', 'c0000000-0000-4000-8000-000000000000',
    '{a0000000-0000-4000-8000-000000000000}', min(event_id), max(event_id) + 100, max(action_tstamp_tx), 'partial', 'pending'
from @log.logged_actions;
-- Since then a has sent something again, and b too.
update "Ville été"."L'arbre ""x"".y" set hauteur = 22 where id = 2;
update "Ville été"."L'arbre ""x"".y" set hauteur = 33 where id = 3;
update @log.logged_actions
set sync_data = jsonb_build_object(
    'origin', case changed_fields operator(public.->) 'hauteur' when '22' then 'a' else 'b' end || '0000000-0000-4000-8000-000000000000',
    'replayed_by', '{}'::jsonb, 'action_tstamp_tx', 1640995200
)
where changed_fields operator(public.->) 'hauteur' in ('22', '33');

insert into lizsync.conflicts (conflict_time, object_table, object_uid, clone_id, central_event_id, central_event_timestamp, central_sql, clone_sql, rejected, rule_applied)
select '2021-09-01 08:00+02', 'Ville été.L''arbre "x".y', '00000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000000',
    event_id, action_tstamp_tx, 'update … ''to a''', 'update … ''lost''', 'clone', 'last_modified'
from @log.logged_actions where changed_fields operator(public.->) 'Nom' = 'to a';

-- Nobody has these: two fields of one tree, a tree that goes, one that comes, one that changes its uid and then its name, and
-- a name that a has changed too, later.
update "Ville été"."L'arbre ""x"".y" set hauteur = 10.5 where id = 1;
delete from "Ville été"."L'arbre ""x"".y" where id = 4;
insert into "Ville été"."L'arbre ""x"".y" (uid, "Nom", rue) values ('00000000-0000-4000-8000-000000000011', 'of central', '50000000-0000-4000-8000-000000000000');
update "Ville été"."L'arbre ""x"".y" set uid = '00000000-0000-4000-8000-000000000066', hauteur = 66 where id = 6;
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'sixty-six' where id = 6;
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'earlier' where id = 8;
