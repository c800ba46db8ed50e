-- What makes a copy of central with the package in it the clone a, and what happened there since.

truncate @log.logged_actions;
update lizsync.server_metadata set server_id = 'a0000000-0000-4000-8000-000000000000', server_name = 'tablet';
alter table "Ville été"."L'arbre ""x"".y" disable trigger user;
update "Ville été"."L'arbre ""x"".y" set "Nom" = case id when 1 then 'to both' when 2 then 'to a' else 'from a' end where id <= 3;
update "Ville été"."L'arbre ""x"".y" set hauteur = case id when 2 then 22 else 70 end where id in (2, 7);
alter table "Ville été"."L'arbre ""x"".y" enable trigger user;
insert into lizsync.history
values
    ('f2000000-0000-4000-8000-000000000000', '2021-09-01 08:00+02', 'c0000000-0000-4000-8000-000000000000', '{a0000000-0000-4000-8000-000000000000}', 1, 2, '2021-09-01 07:00+02', 'partial', 'done'),
    ('f2000000-0000-4000-8000-00000000000a', '2021-09-01 08:00+02', 'a0000000-0000-4000-8000-000000000000', '{c0000000-0000-4000-8000-000000000000}', 1, 2, '2021-09-01 07:00+02', 'partial', 'done');

-- What is in the log and not to be sent: it came from central, or central has it.
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'never sent' where id = 9;
update @log.logged_actions set sync_data = jsonb_set(sync_data, '{origin}', '"c0000000-0000-4000-8000-000000000000"');
update "Ville été"."L'arbre ""x"".y" set hauteur = hauteur + 1000 where id = 9;
update @log.logged_actions
set sync_data = jsonb_set(sync_data, '{replayed_by}', '{"c0000000-0000-4000-8000-000000000000": "f2000000-0000-4000-8000-00000000000a"}')
where sync_data ->> 'origin' is null;
alter table "Ville été"."L'arbre ""x"".y" disable trigger user;
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'arbre 9', hauteur = 9 where id = 9;
alter table "Ville été"."L'arbre ""x"".y" enable trigger user;

-- Central has none of these.
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'of the clone' where id = 1;
delete from "Ville été"."L'arbre ""x"".y" where id = 5;
insert into "Ville été".rue (uid, nom) values ('50000000-0000-4000-8000-000000000001', 'allée du clone');
insert into "Ville été"."L'arbre ""x"".y" (uid, "Nom", rue) values ('00000000-0000-4000-8000-000000000012', 'new', '50000000-0000-4000-8000-000000000001');
update "Ville été"."L'arbre ""x"".y" set uid = '00000000-0000-4000-8000-000000000100' where id = 10;
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'a hundred' where id = 10;
update "Ville été"."L'arbre ""x"".y" set "Nom" = 'later' where id = 8;
