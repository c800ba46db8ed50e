-- A generic audit tool, as databases have that never had LizSync, with a table that it records.

create schema audit;
revoke all on schema audit from public;
create table audit.logged_relations (relation_name text not null, uid_column text not null, primary key (relation_name, uid_column));
create table audit.logged_actions (
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
    statement_only boolean not null
);
-- It fills the columns by their places, and so must not be disturbed by new ones.
create function audit.if_modified_func() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public
as $$
declare
    audit_row audit.logged_actions;
begin
    audit_row = row (
        nextval('audit.logged_actions_event_id_seq'), tg_table_schema::text, tg_table_name::text, tg_relid, session_user::text,
        current_timestamp, statement_timestamp(), clock_timestamp(), txid_current(), current_setting('application_name'),
        inet_client_addr(), inet_client_port(), current_query(), substring(tg_op, 1, 1), null, null, false
    );
    if tg_op = 'UPDATE' then
        audit_row.row_data = hstore(old.*);
        audit_row.changed_fields = hstore(new.*) - audit_row.row_data;
    elsif tg_op = 'DELETE' then
        audit_row.row_data = hstore(old.*);
    else
        audit_row.row_data = hstore(new.*);
    end if;
    insert into audit.logged_actions values (audit_row.*);
    return null;
end
$$;
create function audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) returns void
language plpgsql as $$ begin raise exception 'not asked for'; end $$;

create schema "Mairie";
create table "Mairie".acte (id serial primary key, uid uuid not null unique default gen_random_uuid(), texte text);
create trigger audit_trigger_row after insert or update or delete on "Mairie".acte for each row execute function audit.if_modified_func('true');
insert into audit.logged_relations values ('"Mairie".acte', 'id');
insert into "Mairie".acte (texte) values ('un'), ('deux');
update "Mairie".acte set texte = 'trois' where id = 1;
