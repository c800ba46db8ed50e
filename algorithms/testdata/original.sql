-- A central database as the original LizSync left it, written from what is known of its tables. @log is the schema of the
-- log and @trigger the beginning of the names of the triggers: audit and audit_trigger up to 0.4.5, then lizsync and
-- lizsync_audit_trigger.

create schema lizsync;
create schema if not exists @log;

create table lizsync.sys_structure_metadonnee (id integer primary key, date_ajout date, version text, description text);
insert into lizsync.sys_structure_metadonnee values (1, '2019-05-01', '0.1.0', ''), (2, '2021-06-01', '@version', 'last');

create table @log.logged_actions (
    event_id bigserial primary key,
    schema_name text not null,
    table_name text not null,
    relid oid not null,
    session_user_name text,
    action_tstamp_tx timestamptz not null,
    action_tstamp_stm timestamptz not null,
    action_tstamp_clk timestamptz not null,
    transaction_id bigint,
    application_name text,
    client_addr inet,
    client_port integer,
    client_query text,
    action text not null check (action in ('I', 'D', 'U', 'T')),
    row_data public.hstore,
    changed_fields public.hstore,
    statement_only boolean not null,
    sync_data jsonb
);
create index logged_actions_relid_idx on @log.logged_actions (relid);
create index logged_actions_action_tstamp_stm_idx on @log.logged_actions (action_tstamp_stm);
create index logged_actions_action_idx on @log.logged_actions (action);
create table @log.logged_relations (relation_name text, uid_column text, primary key (relation_name, uid_column));

create function @log.if_modified_func() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public
as $$
declare
    v_action text := left(tg_op, 1);
    v_row hstore;
    v_changed hstore;
begin
    if tg_level = 'ROW' then
        if tg_op = 'INSERT' then
            v_row := hstore(new);
        else
            v_row := hstore(old);
        end if;
        if tg_op = 'UPDATE' then
            v_changed := hstore(new) - v_row;
            if v_changed = '' then
                return null;
            end if;
        end if;
    end if;
    insert into @log.logged_actions (
        schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, client_query, action, row_data, changed_fields, statement_only, sync_data
    ) values (
        tg_table_schema, tg_table_name, tg_relid, session_user, current_timestamp, statement_timestamp(), clock_timestamp(), txid_current(),
        current_setting('application_name'), inet_client_addr(), inet_client_port(), current_query(), v_action, v_row, v_changed,
        tg_level = 'STATEMENT', '{"origin": null, "replayed_by": {}, "action_tstamp_tx": null}'
    );
    return null;
end
$$;

create table lizsync.server_metadata (server_id uuid primary key, server_name text unique);
create table lizsync.history (
    sync_id uuid primary key,
    sync_time timestamptz,
    server_from text,
    server_to text[],
    min_event_id integer,
    max_event_id integer,
    max_action_tstamp_tx timestamptz,
    sync_type text,
    sync_status text
);
create table lizsync.conflicts (
    id bigserial primary key,
    conflict_time timestamptz,
    object_table text,
    object_uid uuid,
    clone_id uuid,
    central_event_id bigint,
    central_event_timestamp timestamptz,
    central_sql text,
    clone_sql text,
    rejected text,
    rule_applied text
);
create function lizsync.synchronize() returns void language sql as 'select 1';
create view lizsync.what_is_left as select * from @log.logged_actions;

create schema "Ville été";
create table "Ville été".rue (id serial primary key, uid uuid not null unique default gen_random_uuid(), nom text);
create table "Ville été"."L'arbre ""x"".y" (
    id serial primary key,
    uid uuid not null unique default gen_random_uuid(),
    "Nom" text,
    hauteur numeric,
    rue uuid references "Ville été".rue (uid),
    geom public.geometry(PointZ, 2154)
);
insert into @log.logged_relations values ('"Ville été".rue', 'id'), ('"Ville été"."L''arbre ""x"".y"', 'id');
create trigger @trigger_row after insert or update or delete on "Ville été".rue
    for each row execute function @log.if_modified_func('true');
create trigger @trigger_stm after truncate on "Ville été".rue for each statement execute function @log.if_modified_func('true');
create trigger @trigger_row after insert or update or delete on "Ville été"."L'arbre ""x"".y"
    for each row execute function @log.if_modified_func('true', '{geom_cache}');
create trigger @trigger_stm after truncate on "Ville été"."L'arbre ""x"".y" for each statement execute function @log.if_modified_func('true');

-- Ten trees, which are in the package that was deployed to both clones.
insert into lizsync.server_metadata values ('c0000000-0000-4000-8000-000000000000', 'central');
insert into "Ville été".rue (uid, nom) values ('50000000-0000-4000-8000-000000000000', 'rue de l''Été');
insert into "Ville été"."L'arbre ""x"".y" (uid, "Nom", hauteur, rue, geom)
select ('00000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 'arbre ' || n, n, '50000000-0000-4000-8000-000000000000',
    public.ST_SetSRID(public.ST_MakePoint(n / 3.0, n, 0.1), 2154)
from generate_series(1, 10) as n;
insert into lizsync.history
select 'f0000000-0000-4000-8000-000000000000', '2021-07-01 08:00+02', 'c0000000-0000-4000-8000-000000000000',
    '{a0000000-0000-4000-8000-000000000000,b0000000-0000-4000-8000-000000000000}', min(event_id), max(event_id), max(action_tstamp_tx), 'full', 'done'
from @log.logged_actions;
