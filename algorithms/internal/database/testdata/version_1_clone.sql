--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: Ville été; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA "Ville été";


ALTER SCHEMA "Ville été" OWNER TO postgres;

--
-- Name: audit; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA audit;


ALTER SCHEMA audit OWNER TO postgres;

--
-- Name: SCHEMA audit; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA audit IS 'LizSync: the log of every insert, update and delete on the audited tables.';


--
-- Name: lizsync; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA lizsync;


ALTER SCHEMA lizsync OWNER TO postgres;

--
-- Name: SCHEMA lizsync; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA lizsync IS 'LizSync: what this database is, what it synchronises, and with whom.';


--
-- Name: dblink; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA public;


--
-- Name: EXTENSION dblink; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION dblink IS 'connect to other PostgreSQL databases from within a database';


--
-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;


--
-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';


--
-- Name: postgis; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;


--
-- Name: EXTENSION postgis; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION postgis IS 'PostGIS geometry and geography spatial types and functions';


--
-- Name: postgres_fdw; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;


--
-- Name: EXTENSION postgres_fdw; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION postgres_fdw IS 'foreign-data wrapper for remote PostgreSQL servers';


--
-- Name: pending_row; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.pending_row AS (
	relation text,
	uid uuid,
	received pg_snapshot,
	given_up boolean,
	error text
);


ALTER TYPE lizsync.pending_row OWNER TO postgres;

--
-- Name: TYPE pending_row; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.pending_row IS 'A row that stands still, as the two sides tell each other.';


--
-- Name: answer; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.answer AS (
	sync_id uuid,
	token uuid,
	cursor pg_snapshot,
	number_replayed_to_central integer,
	number_conflicts integer,
	batches integer,
	refused lizsync.pending_row[]
);


ALTER TYPE lizsync.answer OWNER TO postgres;

--
-- Name: TYPE answer; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.answer IS 'What central says at the end of an exchange.';


--
-- Name: change; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.change AS (
	event_id bigint,
	transaction_id bigint,
	relation text,
	uid uuid,
	action text,
	fields public.hstore,
	edited_at timestamp with time zone,
	author text
);


ALTER TYPE lizsync.change OWNER TO postgres;

--
-- Name: TYPE change; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.change IS 'A change that travels: an event of a clone (I, U, D), or the net change of a row of central (R whole row, U, D).';


--
-- Name: greeting; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.greeting AS (
	server_id uuid,
	server_name text,
	structure_version integer,
	system_identifier bigint,
	central_id uuid,
	central_system_identifier bigint,
	token uuid,
	cursor pg_snapshot,
	snapshot pg_snapshot
);


ALTER TYPE lizsync.greeting OWNER TO postgres;

--
-- Name: TYPE greeting; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.greeting IS 'What a clone says of itself at the start of a synchronisation.';


--
-- Name: table_column; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.table_column AS (
	relation text,
	column_name text,
	type_name text
);


ALTER TYPE lizsync.table_column OWNER TO postgres;

--
-- Name: TYPE table_column; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.table_column IS 'A column that is synchronised, to compare structures.';


--
-- Name: turn; Type: TYPE; Schema: lizsync; Owner: postgres
--

CREATE TYPE lizsync.turn AS (
	version integer,
	asked_at double precision,
	given_at double precision
);


ALTER TYPE lizsync.turn OWNER TO postgres;

--
-- Name: TYPE turn; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TYPE lizsync.turn IS 'A turn to synchronise: the version of central''s structure, and central''s clock, in seconds since 1970, when the turn was asked for and when it was given.';


--
-- Name: audit_table(regclass, boolean, boolean, text[]); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.audit_table(target_table regclass, audit_rows boolean DEFAULT true, audit_query_text boolean DEFAULT false, ignored_cols text[] DEFAULT '{}'::text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_table text;
    v_setting text; -- decides which of the two, row or statement, records what a session writes: see audit.log_statement
    v_has_uid boolean;
    v_arguments text[];
    v_trigger name;
    v_definition text;
begin
    select format('%I.%I', n.nspname, c.relname) into strict v_table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = target_table;
    v_has_uid := exists (
        select from pg_attribute where attrelid = target_table and attname = 'uid' and atttypid = 'uuid'::regtype and not attisdropped
    );
    v_setting := 'lizsync.by_statement_' || md5(v_table);
    v_arguments := array[audit_query_text::text, v_has_uid::text, ignored_cols::text, v_setting];
    if audit_rows and lizsync.audit_arguments(target_table) = v_arguments and lizsync.has_audit_triggers(target_table) then
        return;
    end if;

    for v_trigger in
        select tgname from pg_trigger where tgrelid = target_table and tgname like '00\_audit\_trigger\_%'
    loop
        execute format('drop trigger %I on %s', v_trigger, v_table);
    end loop;
    delete from audit.logged_relations where relation_name = v_table;
    if not audit_rows then
        return;
    end if;

    for v_trigger, v_definition in
        values
            ('00_audit_trigger_truncate', 'before truncate on %1$s for each statement execute function audit.log_truncate(%2$s)'),
            ('00_audit_trigger_delete', 'after delete on %1$s for each row execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_row', 'after insert or update on %1$s for each row
                when (current_setting(%3$L, true) is null) execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_insert', 'after insert on %1$s referencing new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)'),
            ('00_audit_trigger_update', 'after update on %1$s referencing old table as old_rows new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)')
    loop
        execute format('create trigger %I %s', v_trigger, format(
            v_definition, v_table,
            (select string_agg(quote_literal(a), ', ' order by n) from unnest(v_arguments) with ordinality as u (a, n)), v_setting
        ));
    end loop;
    insert into audit.logged_relations (relation_name, uid_column)
    select v_table, a.attname
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = target_table and i.indisprimary;
end
$_$;


ALTER FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) OWNER TO postgres;

--
-- Name: FUNCTION audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) IS 'Records every change of a table from now on; with audit_rows false, no longer. audit_query_text keeps the client''s statements; changes of the ignored columns alone are not recorded.';


--
-- Name: audit_view(regclass, text[]); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, false, '{}', uid_cols) $$;


ALTER FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) OWNER TO postgres;

--
-- Name: FUNCTION audit_view(target_view regclass, uid_cols text[]); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) IS 'The same, without the client''s statements and with no column ignored.';


--
-- Name: audit_view(regclass, boolean, text[]); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, audit_query_text, '{}', uid_cols) $$;


ALTER FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) OWNER TO postgres;

--
-- Name: FUNCTION audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) IS 'The same, with no column ignored.';


--
-- Name: audit_view(regclass, boolean, text[], text[]); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_view text;
    v_events text;
begin
    select format('%I.%I', n.nspname, c.relname) into strict v_view
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = target_view;

    -- The bits of tgtype: 4 insert, 8 delete, 16 update, 64 instead of.
    select string_agg(event, ' or ' order by bit) into v_events
    from (values (4, 'insert'), (8, 'delete'), (16, 'update')) as e (bit, event)
    where exists (
        select from pg_trigger t
        where t.tgrelid = target_view and t.tgname <> '00_audit_trigger_row' and t.tgtype & 64 <> 0 and t.tgtype & e.bit <> 0
    );
    if v_events is null then
        raise exception 'the view % has no INSTEAD OF trigger of its own', v_view
            using errcode = 'object_not_in_prerequisite_state', hint = 'Audit the tables beneath it with audit.audit_table.';
    end if;

    if exists (select from pg_trigger where tgrelid = target_view and tgname = '00_audit_trigger_row') then
        execute format('drop trigger "00_audit_trigger_row" on %s', v_view);
    end if;
    execute format(
        'create trigger "00_audit_trigger_row" instead of %s on %s for each row execute function audit.log_row(%L, %L, %L)',
        v_events, v_view, audit_query_text::text,
        exists (select from pg_attribute where attrelid = target_view and attname = 'uid' and atttypid = 'uuid'::regtype)::text,
        ignored_cols::text
    );
    delete from audit.logged_relations where relation_name = v_view;
    insert into audit.logged_relations (relation_name, uid_column) select v_view, unnest(uid_cols);
end
$$;


ALTER FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) OWNER TO postgres;

--
-- Name: FUNCTION audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) IS 'Records every change made through a view that has INSTEAD OF triggers; uid_cols is the key of its rows.';


--
-- Name: log_row(); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.log_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    AS $$
declare
    c_has_uid constant boolean := tg_argv[1];
    v_action text := left(tg_op, 1);
    v_row hstore;
    v_changed hstore;
    v_uid uuid;
    v_new_uid uuid;
begin
    -- What central sent is not an edit made here. The setting alone, which anybody may set, is not believed.
    -- Two conditions would be one query, planned and run for each row.
    if current_setting('lizsync.replaying', true) = 'on' then
        if lizsync.is_replaying() then
            return new;
        end if;
    end if;
    if v_action = 'I' then
        v_row := hstore(new);
        if c_has_uid then
            v_uid := new.uid;
        end if;
    else
        v_row := hstore(old);
        if c_has_uid then
            v_uid := old.uid;
        end if;
    end if;
    if v_action = 'U' then
        v_changed := hstore(new) - v_row;
        if v_changed = '' then
            return new;
        end if;
        if tg_argv[2] <> '{}' then
            if v_changed - tg_argv[2]::text[] = '' then
                return new;
            end if;
        end if;
        if c_has_uid and v_changed ? 'uid' then
            v_action := 'D';
            v_new_uid := v_changed -> 'uid';
        elsif pg_column_size(v_row) > 8192 then
            v_row := audit.without_photos(v_row, v_changed);
        end if;
    end if;

    loop
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, changed_fields, statement_only, uid
        ) values (
            tg_table_schema, tg_table_name, tg_relid, session_user,
            current_timestamp, statement_timestamp(), clock_timestamp(), pg_current_xact_id()::text::bigint,
            current_setting('application_name'), inet_client_addr(), inet_client_port(),
            case when tg_argv[0]::boolean then left(current_query(), 1000) end,
            v_action, v_row, case v_action when 'U' then v_changed end, false, v_uid
        );
        -- A changed uid is the delete of one row and the insert of another.
        exit when v_new_uid is null;
        v_action := 'I';
        v_row := hstore(new);
        v_uid := v_new_uid;
        v_new_uid := null;
    end loop;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;


ALTER FUNCTION audit.log_row() OWNER TO postgres;

--
-- Name: FUNCTION log_row(); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.log_row() IS 'Trigger: records an inserted, updated or deleted row in audit.logged_actions.';


--
-- Name: log_statement(); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.log_statement() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    c_query constant text := case when tg_argv[0]::boolean then left(current_query(), 1000) end;
    c_ignored constant text[] := tg_argv[2];
    c_transaction constant bigint := pg_current_xact_id()::text;
    -- The same for every row.
    c_application constant text := current_setting('application_name');
    c_address constant inet := inet_client_addr();
    c_port constant integer := inet_client_port();
    v_exchange lizsync.exchanges;
begin
    if not lizsync.is_logged_by_statement(tg_relid) or not tg_argv[1]::boolean then
        raise exception 'this session cannot write to %.%: the table has got a trigger since it synchronised', tg_table_schema, tg_table_name
            using errcode = 'object_not_in_prerequisite_state', hint = 'Connect again.';
    end if;
    select * into v_exchange from lizsync.exchanges where transaction_id = c_transaction;

    if tg_op = 'INSERT' then
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, statement_only, uid, sync_data
        )
        select
            tg_table_schema, tg_table_name, tg_relid, coalesce(i.author, session_user),
            current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
            c_application, c_address, c_port, c_query,
            'I', c.row_data, false, c.uid, lizsync.clone_label(v_exchange, i.edited_at)
        from (select n.uid, hstore(n) as row_data from new_rows as n offset 0) as c
        left join lizsync.replay r
            on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
                and r.first_event = r.last_event and r.action = 'R' and c.row_data @> r.won
        left join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event;
        return null;
    end if;

    -- A changed uid is the delete of one row and the insert of another.
    insert into audit.logged_actions (
        schema_name, table_name, relid, session_user_name,
        action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, client_query,
        action, row_data, changed_fields, statement_only, uid, sync_data
    )
    select
        tg_table_schema, tg_table_name, tg_relid, coalesce(i.author, session_user),
        current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
        c_application, c_address, c_port, c_query,
        case when c.changed is not null then 'U' when c.before is not null then 'D' else 'I' end,
        case
            when pg_column_size(c.before) > 8192 and c.changed is not null then audit.without_photos(c.before, c.changed)
            else coalesce(c.before, c.after)
        end,
        c.changed, false, c.uid, lizsync.clone_label(v_exchange, i.edited_at)
    from (
        select uid, before, after, after - before as changed
        from (select o.uid, hstore(o) as before from old_rows as o offset 0) as o
        full join (select n.uid, hstore(n) as after from new_rows as n offset 0) as n using (uid)
        offset 0
    ) as c
    left join lizsync.replay r
        on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
            and r.first_event = r.last_event and r.action <> 'D' and c.changed = r.won
    left join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
    where c.changed is null or c.changed <> '' and (c_ignored = '{}' or c.changed - c_ignored <> '');
    return null;
end
$$;


ALTER FUNCTION audit.log_statement() OWNER TO postgres;

--
-- Name: FUNCTION log_statement(); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.log_statement() IS 'Trigger: records the rows that a statement of an exchange inserted or updated in audit.logged_actions.';


--
-- Name: log_truncate(); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.log_truncate() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    AS $_$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'TRUNCATE of the audited table %.% needs the isolation level READ COMMITTED', tg_table_schema, tg_table_name
            using errcode = 'feature_not_supported', hint = 'Use DELETE, or truncate in a READ COMMITTED transaction.';
    end if;
    execute format(
        $sql$
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, statement_only, uid
        )
        select
            $1, $2, $3, session_user,
            current_timestamp, statement_timestamp(), clock_timestamp(), pg_current_xact_id()::text::bigint,
            current_setting('application_name'), inet_client_addr(), inet_client_port(), $4,
            'D', hstore(t), false, %3$s
        from %1$I.%2$I as t
        $sql$,
        tg_table_schema, tg_table_name, case when tg_argv[1]::boolean then 't.uid' else 'null' end
    )
    using tg_table_schema, tg_table_name, tg_relid, case when tg_argv[0]::boolean then left(current_query(), 1000) end;
    return null;
end
$_$;


ALTER FUNCTION audit.log_truncate() OWNER TO postgres;

--
-- Name: FUNCTION log_truncate(); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.log_truncate() IS 'Trigger: records the delete of each row of a table that is truncated.';


--
-- Name: replay_event(bigint); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.replay_event(pevent_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_event audit.logged_actions;
begin
    select * into v_event from audit.logged_actions where event_id = pevent_id;
    if not found then
        raise exception 'there is no event %', pevent_id using errcode = 'no_data_found';
    end if;
    perform audit.write_event(
        v_event, v_event.action, case v_event.action when 'U' then v_event.changed_fields else v_event.row_data end,
        v_event.row_data
    );
end
$$;


ALTER FUNCTION audit.replay_event(pevent_id bigint) OWNER TO postgres;

--
-- Name: FUNCTION replay_event(pevent_id bigint); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.replay_event(pevent_id bigint) IS 'Makes the change of an event again.';


--
-- Name: rollback_event(bigint); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.rollback_event(pevent_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_event audit.logged_actions;
    v_key text[];
    v_later bigint;
begin
    select * into v_event from audit.logged_actions where event_id = pevent_id;
    if not found then
        raise exception 'there is no event %', pevent_id using errcode = 'no_data_found';
    end if;
    select array_agg(uid_column) into v_key
    from audit.logged_relations
    where relation_name = format('%I.%I', v_event.schema_name, v_event.table_name);

    select min(event_id) into v_later
    from audit.logged_actions
    where relid = v_event.relid
        and event_id > pevent_id
        and case when v_event.uid is not null then uid = v_event.uid
            else slice(row_data, v_key) = slice(v_event.row_data || coalesce(v_event.changed_fields, ''), v_key) end;
    if v_later is not null then
        raise exception 'event % cannot be undone: its row was edited again by event %', pevent_id, v_later
            using errcode = 'object_not_in_prerequisite_state', hint = 'Undo the later event first.';
    end if;

    perform audit.write_event(
        v_event,
        case v_event.action when 'I' then 'D' when 'D' then 'I' else 'U' end,
        case v_event.action when 'U' then slice(v_event.row_data, akeys(v_event.changed_fields)) else v_event.row_data end,
        v_event.row_data || coalesce(v_event.changed_fields, '')
    );
end
$$;


ALTER FUNCTION audit.rollback_event(pevent_id bigint) OWNER TO postgres;

--
-- Name: FUNCTION rollback_event(pevent_id bigint); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.rollback_event(pevent_id bigint) IS 'Undoes an event; refused when a later edit of its row exists.';


--
-- Name: without_photos(public.hstore, public.hstore); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.without_photos(p_row public.hstore, p_changed public.hstore) RETURNS public.hstore
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select p_row - array(select key from each(p_row) where octet_length(value) > 8192 and not p_changed ? key)
$$;


ALTER FUNCTION audit.without_photos(p_row public.hstore, p_changed public.hstore) OWNER TO postgres;

--
-- Name: FUNCTION without_photos(p_row public.hstore, p_changed public.hstore); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.without_photos(p_row public.hstore, p_changed public.hstore) IS 'The old row of an update, less its unchanged values over 8 kB.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: logged_actions; Type: TABLE; Schema: audit; Owner: postgres
--

CREATE TABLE audit.logged_actions (
    event_id bigint NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    relid oid NOT NULL,
    session_user_name text,
    action_tstamp_tx timestamp with time zone NOT NULL,
    action_tstamp_stm timestamp with time zone NOT NULL,
    action_tstamp_clk timestamp with time zone NOT NULL,
    transaction_id bigint,
    application_name text,
    client_addr inet,
    client_port integer,
    client_query text,
    action text NOT NULL,
    row_data public.hstore,
    changed_fields public.hstore,
    statement_only boolean NOT NULL,
    sync_data jsonb,
    uid uuid
);


ALTER TABLE audit.logged_actions OWNER TO postgres;

--
-- Name: TABLE logged_actions; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON TABLE audit.logged_actions IS 'One row for each changed row of an audited table. A TRUNCATE is recorded as the delete of each row.';


--
-- Name: COLUMN logged_actions.event_id; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.event_id IS 'Order of the events; the events of one row are always in the order of its changes.';


--
-- Name: COLUMN logged_actions.schema_name; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.schema_name IS 'Schema of the table.';


--
-- Name: COLUMN logged_actions.table_name; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.table_name IS 'Name of the table.';


--
-- Name: COLUMN logged_actions.relid; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.relid IS 'Object id of the table.';


--
-- Name: COLUMN logged_actions.session_user_name; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.session_user_name IS 'Who made the edit: the login role, or the author in the database where the edit was made.';


--
-- Name: COLUMN logged_actions.action_tstamp_tx; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.action_tstamp_tx IS 'Start of the transaction that wrote the row in this database.';


--
-- Name: COLUMN logged_actions.action_tstamp_stm; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.action_tstamp_stm IS 'Start of the statement that wrote the row in this database.';


--
-- Name: COLUMN logged_actions.action_tstamp_clk; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.action_tstamp_clk IS 'Time at which the row was written in this database.';


--
-- Name: COLUMN logged_actions.transaction_id; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.transaction_id IS 'Full (64 bit) id of the transaction, never reused.';


--
-- Name: COLUMN logged_actions.application_name; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.application_name IS 'Application name of the session.';


--
-- Name: COLUMN logged_actions.client_addr; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.client_addr IS 'Address of the client; null for a local one.';


--
-- Name: COLUMN logged_actions.client_port; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.client_port IS 'Port of the client; null for a local one.';


--
-- Name: COLUMN logged_actions.client_query; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.client_query IS 'The statement, its first 1,000 characters, for tables audited with their queries.';


--
-- Name: COLUMN logged_actions.action; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.action IS 'I insert, U update, D delete, T truncate (only in logs of other tools).';


--
-- Name: COLUMN logged_actions.row_data; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.row_data IS 'The row inserted, deleted, or as it was before the update, in text form independent of the session; unchanged values over 8 kB are left out of an update.';


--
-- Name: COLUMN logged_actions.changed_fields; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.changed_fields IS 'The new values of an update''s changed fields.';


--
-- Name: COLUMN logged_actions.statement_only; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.statement_only IS 'True for an event without rows (only in logs of other tools).';


--
-- Name: COLUMN logged_actions.sync_data; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.sync_data IS 'How the event came here: origin (server id of the database where the edit was made), sync_id (the history item that carried it), time (of the original edit), cause (server id of the clone whose edit made a trigger of this database write it). Null for an edit made here.';


--
-- Name: COLUMN logged_actions.uid; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_actions.uid IS 'The uid of the row, where its table has one.';


--
-- Name: write_event(audit.logged_actions, text, public.hstore, public.hstore); Type: FUNCTION; Schema: audit; Owner: postgres
--

CREATE FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    AS $_$
declare
    v_table constant text := format('%I.%I', p_event.schema_name, p_event.table_name);
    v_columns text[];
    v_key text;
    v_written integer;
begin
    select array_agg(attname::text order by attnum) into v_columns
    from pg_attribute
    where attrelid = to_regclass(v_table) and attnum > 0 and not attisdropped and attgenerated = '' and p_fields ? attname;

    if p_event.uid is not null then
        v_key := format('t.uid = %L', p_event.uid);
    else
        select string_agg(format('t.%I is not distinct from (k).%I', uid_column, uid_column), ' and ') into v_key
        from audit.logged_relations
        where relation_name = v_table;
    end if;
    if p_action <> 'I' and v_key is null then
        raise exception 'event %: the table % has no key', p_event.event_id, v_table
            using errcode = 'object_not_in_prerequisite_state', hint = 'Add a primary key and audit the table again.';
    end if;

    execute case p_action
        when 'I' then format(
            'insert into %1$s (%2$s) overriding system value select %3$s from populate_record(null::%1$s, $1) as r',
            v_table,
            (select string_agg(quote_ident(c), ', ') from unnest(v_columns) as c),
            (select string_agg('r.' || quote_ident(c), ', ') from unnest(v_columns) as c)
        )
        when 'U' then format(
            'update %1$s as t set %2$s from populate_record(null::%1$s, $1) as r, populate_record(null::%1$s, $2) as k where %3$s',
            v_table,
            (select string_agg(format('%1$I = r.%1$I', c), ', ') from unnest(v_columns) as c),
            v_key
        )
        else format('delete from %1$s as t using populate_record(null::%1$s, $2) as k where %2$s', v_table, v_key)
    end
    using p_fields, p_key;
    get diagnostics v_written = row_count;
    if v_written <> 1 then
        raise exception 'event %: its row is not in %', p_event.event_id, v_table using errcode = 'no_data_found';
    end if;
end
$_$;


ALTER FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) OWNER TO postgres;

--
-- Name: FUNCTION write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore); Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) IS 'Inserts (I), updates (U) or deletes (D) the row of an event with the fields given; p_key holds the key of the row as it is now. An error when no row is written.';


--
-- Name: accept(oid, text, text[], integer, integer); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update lizsync.replay
    set error = null
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_tried(error, true)
        and akeys(won) = p_columns
$$;


ALTER FUNCTION lizsync.accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer) OWNER TO postgres;

--
-- Name: FUNCTION accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer) IS 'Marks rows, refused before, that have been written after all.';


--
-- Name: accept_rows(oid, uuid[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.accept_rows(p_relid oid, p_uids uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update lizsync.replay
    set error = null
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and uid = any (p_uids)
$$;


ALTER FUNCTION lizsync.accept_rows(p_relid oid, p_uids uuid[]) OWNER TO postgres;

--
-- Name: FUNCTION accept_rows(p_relid oid, p_uids uuid[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.accept_rows(p_relid oid, p_uids uuid[]) IS 'Marks rows, refused before, that were written as a group.';


--
-- Name: add_uid_columns(text, text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.add_uid_columns(p_schema text, p_table text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_relid regclass;
    v_kind "char";
    v_problem record;
begin
    select c.oid, c.relkind into v_relid, v_kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = p_schema and c.relname = p_table;
    if v_relid is null then
        raise exception 'there is no table %', format('%I.%I', p_schema, p_table)
            using errcode = 'undefined_table', schema = p_schema, table = p_table;
    elsif v_kind <> 'r' then
        raise exception '% is not an ordinary table', format('%I.%I', p_schema, p_table)
            using errcode = 'wrong_object_type', schema = p_schema, table = p_table;
    end if;
    if lizsync.has_uid_column(v_relid) then
        return false;
    end if;

    select string_agg(explanation, '; ') as explanations, string_agg(remedy, '; ') as remedies into v_problem
    from lizsync.uid_column_problem(v_relid)
    where severity = 'error';
    if v_problem.explanations is not null then
        raise exception '%: %', format('%I.%I', p_schema, p_table), v_problem.explanations
            using errcode = 'duplicate_column', hint = v_problem.remedies, schema = p_schema, table = p_table, column = 'uid';
    end if;

    execute format(
        'alter table %I.%I add column uid uuid not null default pg_catalog.gen_random_uuid(), add unique (uid)',
        p_schema, p_table
    );
    execute format(
        'comment on column %I.%I.uid is %L',
        p_schema, p_table, 'Identity of the row in every database that LizSync synchronises.'
    );
    return true;
end
$$;


ALTER FUNCTION lizsync.add_uid_columns(p_schema text, p_table text) OWNER TO postgres;

--
-- Name: FUNCTION add_uid_columns(p_schema text, p_table text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.add_uid_columns(p_schema text, p_table text) IS 'Adds the column uid (uuid, not null, unique, filled by default) to a table; false when it is there already.';


--
-- Name: apply_changes(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.apply_changes() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_tables oid[] := lizsync.tables_to_write();
    v_again boolean := false;
    v_refused bigint := 0;
    v_before bigint;
begin
    loop
        for i in 1 .. cardinality(v_tables) loop
            perform lizsync.write_table(v_tables[i], false, v_again);
        end loop;
        for i in reverse cardinality(v_tables) .. 1 loop
            perform lizsync.write_table(v_tables[i], true, v_again);
        end loop;
        v_before := v_refused;
        v_refused := lizsync.number_refused();
        if v_again and v_refused = v_before and v_refused > 1 then
            for i in 1 .. cardinality(v_tables) loop
                perform lizsync.write_as_group(v_tables[i]);
            end loop;
            v_refused := lizsync.number_refused();
        end if;
        exit when v_refused = 0 or v_again and v_refused >= v_before;
        v_again := true;
    end loop;
end
$$;


ALTER FUNCTION lizsync.apply_changes() OWNER TO postgres;

--
-- Name: FUNCTION apply_changes(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.apply_changes() IS 'Writes the changes that the running exchange has staged.';


--
-- Name: apply_reply(lizsync.answer); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.apply_reply(p_answer lizsync.answer) RETURNS TABLE(number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_tables oid[];
    v_replica boolean := lizsync.may_set_replica_role();
    v_refused lizsync.pending_row[] := '{}';
    v_locked lizsync.pending_row[];
    v_orphans record;
    v_broken boolean;
    v_table oid;
    v_role constant text := current_setting('session_replication_role');
    v_triggers name[];
    v_trigger name;
    v_statement text;
    v_statements text[];
    v_enable text[] := '{}';
begin
    set constraints all immediate;
    v_tables := lizsync.tables_to_write();
    perform set_config('lock_timeout', '5s', true);
    v_refused := v_refused || array(select h from lizsync.hold_back_edited() as h);

    if v_replica then
        perform set_config('session_replication_role', 'replica', true);
    else
        perform set_config('lizsync.replaying', 'on', true);
    end if;
    foreach v_table in array v_tables loop
        -- The triggers that an insert, an update or a delete fires, but the audit's: 28 is their bits of tgtype.
        select array_agg(tgname), array_agg(format(
            'alter table %s enable %s trigger %I',
            lizsync.relation_name(v_table), case tgenabled when 'A' then 'always' when 'R' then 'replica' end, tgname
        ))
        into v_triggers, v_statements
        from pg_trigger
        where tgrelid = v_table and not tgisinternal and tgtype & 28 <> 0
            and tgenabled in ('A', case when v_replica then 'R' else 'O' end)
            and tgfoid not in ('audit.log_row'::regproc, 'audit.log_statement'::regproc);
        begin
            foreach v_trigger in array coalesce(v_triggers, '{}') loop
                execute format('alter table %s disable trigger %I', lizsync.relation_name(v_table), v_trigger);
            end loop;
            v_enable := v_enable || v_statements;
        exception when lock_not_available then
            v_locked := array(
                select row (lizsync.relation_name(v_table), w.uid, null, false, 'somebody is editing the table here')::lizsync.pending_row
                from lizsync.rows_staged(v_table) as w
            );
            perform lizsync.withdraw_rows(v_locked);
            v_refused := v_refused || v_locked;
        end;
    end loop;
    -- Written, checked, and, when rows break a foreign key or were edited meanwhile, written again without them. A row that
    -- somebody is editing is not waited for: it stands still until the next synchronisation.
    perform set_config('lock_timeout', '1s', true);
    loop
        v_broken := false;
        begin
            perform lizsync.apply_changes();
            -- From here on the rows are locked.
            v_locked := array(select h from lizsync.hold_back_edited() as h);
            v_broken := cardinality(v_locked) > 0;
            v_refused := v_refused || v_locked;
            if v_replica then
                for v_orphans in select relid, uid, min(error) as error from lizsync.orphans() group by relid, uid loop
                    v_broken := true;
                    v_refused := v_refused || row (lizsync.relation_name(v_orphans.relid), v_orphans.uid, null, false, v_orphans.error)::lizsync.pending_row;
                end loop;
            end if;
            if v_broken then
                raise exception 'write again' using errcode = 'LS001';
            end if;
        exception when sqlstate 'LS001' then
            null;
        end;
        exit when not v_broken;
        perform lizsync.withdraw_rows(v_refused);
    end loop;

    perform set_config('session_replication_role', v_role, true) where v_replica;
    perform set_config('lizsync.replaying', 'off', true);
    foreach v_statement in array v_enable loop
        execute v_statement;
    end loop;
    perform lizsync.refresh_views(v_tables);
    return query select * from lizsync.close_reply(p_answer, v_refused);
end
$$;


ALTER FUNCTION lizsync.apply_reply(p_answer lizsync.answer) OWNER TO postgres;

--
-- Name: FUNCTION apply_reply(p_answer lizsync.answer); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.apply_reply(p_answer lizsync.answer) IS 'On a clone: writes what central sent. What central answered is its argument; returns what the whole synchronisation did.';


--
-- Name: audit_arguments(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.audit_arguments(p_relid regclass) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select array(
        select convert_from(decode(replace(u.bytes, ' ', ''), 'hex'), getdatabaseencoding())
        from unnest(string_to_array(regexp_replace(encode(t.tgargs, 'hex'), '(..)', '\1 ', 'g'), '00 '))
            with ordinality as u (bytes, n)
        where u.n <= t.tgnargs
        order by u.n
    )
    from pg_trigger t
    where t.tgrelid = p_relid and t.tgname = '00_audit_trigger_row'
$$;


ALTER FUNCTION lizsync.audit_arguments(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION audit_arguments(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.audit_arguments(p_relid regclass) IS 'What a table''s audit trigger was told: whether to keep queries, whether there is a uid column, the ignored columns, and the setting that chooses between row and statement; null for a table that is not audited.';


--
-- Name: begin_replay(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.begin_replay() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    perform lizsync.stage_changes();
    perform lizsync.give_back_rows();
end
$$;


ALTER FUNCTION lizsync.begin_replay() OWNER TO postgres;

--
-- Name: FUNCTION begin_replay(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.begin_replay() IS 'On central: stages the changes of the clone, less the rows that it has given up.';


--
-- Name: begin_synchronization(integer); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
declare
    c_batch_size constant bigint := 16 * 1024 * 1024;
    v_central lizsync.central;
    v_read record;
begin
    if pg_current_xact_id_if_assigned() is not null then
        raise exception 'this transaction has already written' using errcode = 'active_sql_transaction',
            hint = 'Commit first, then synchronise in a transaction of its own.';
    end if;
    if p_central_version is distinct from lizsync.current_version() then
        raise exception 'central has version % of the LizSync structure and this clone version %', p_central_version, lizsync.current_version()
            using errcode = 'feature_not_supported', hint = 'Upgrade the older one with upgrade_database_structure.';
    end if;
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'a synchronisation needs the isolation level READ COMMITTED' using errcode = 'invalid_transaction_state',
            hint = 'SET default_transaction_isolation = ''read committed''.';
    end if;
    select * into v_central from lizsync.central;
    if not found then
        raise exception 'this database is not a clone: no package was deployed to it' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Deploy a package with deploy_database_server_package.';
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended('lizsync.synchronize ' || lizsync.server_id(), 0)) then
        raise exception 'another synchronisation of this clone is running' using errcode = 'lock_not_available',
            hint = 'Wait until it has ended.';
    end if;
    -- The lock may have been freed by a synchronisation that has just committed.
    select * into v_central from lizsync.central;
    if v_central.clone_system_identifier <> lizsync.system_identifier() then
        raise exception 'this clone was moved to another cluster' using errcode = 'object_not_in_prerequisite_state',
            detail = 'Transaction ids start again there: what central has received can no longer be told.',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    perform lizsync.relink_log();

    -- The events and the snapshot, in one statement.
    with log as (
        select event_id, lizsync.text_size(case action when 'U' then changed_fields else row_data end) as size
        from audit.logged_actions
        where relid in (select w.relid from lizsync.white_list(lizsync.server_id()) as w) and uid is not null
    ), batch as (
        select max(event_id) as last_event
        from (select event_id, sum(size) over (order by event_id) / c_batch_size as number from log) as numbered
        group by number
    )
    select
        row (
            m.server_id, m.server_name, lizsync.current_version(), v_central.clone_system_identifier,
            v_central.server_id, v_central.system_identifier, v_central.token, v_central.cursor, pg_current_snapshot()
        )::lizsync.greeting as greeting,
        (select array_agg(last_event order by last_event) from batch) as batches
    into strict v_read
    from lizsync.server_metadata m;

    greeting := v_read.greeting;
    batches := v_read.batches;
    columns := lizsync.table_columns(greeting.server_id);
    select array_agg(row (object_table, object_uid, received, given_up, error)::lizsync.pending_row) into pending
    from lizsync.pending_changes;

    insert into lizsync.exchanges (transaction_id, clone_id, sync_id, started_at, clock_offset, sent, token, cursor, horizon, received)
    values (
        pg_current_xact_id()::text::bigint, greeting.server_id, gen_random_uuid(), clock_timestamp(), '0',
        greeting.snapshot, greeting.token, greeting.cursor, 0, greeting.snapshot
    );
end
$$;


ALTER FUNCTION lizsync.begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]) OWNER TO postgres;

--
-- Name: FUNCTION begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]) IS 'On a clone, given the version of central''s structure: what it says of itself, its columns, its pending rows, and the last event of each batch of changes to send.';


--
-- Name: central_query(text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.central_query(p_query text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_schema text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_begun timestamptz := clock_timestamp();
    v_busy integer;
    v_sent integer;
    v_result text;
begin
    -- The connection takes a query once the last result of the one before was read, an empty one: also after an error.
    execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_result;
    execute format('select %I.dblink_send_query(''lizsync'', $1)', v_schema) into v_sent using p_query;
    if v_sent <> 1 then
        execute format('select %I.dblink_error_message(''lizsync'')', v_schema) into v_result;
        raise exception 'send a query to central: %', v_result using errcode = 'connection_failure';
    end if;
    loop
        execute format('select %I.dblink_is_busy(''lizsync'')', v_schema) into v_busy;
        exit when v_busy = 0;
        -- A hundredth of the time waited, so that neither a short query nor a long queue suffers from it.
        perform pg_sleep(greatest(0.0005, least(0.1, extract(epoch from clock_timestamp() - v_begun) / 100)));
    end loop;
    execute format('select r from %I.dblink_get_result(''lizsync'') as t (r text)', v_schema) into v_result;
    return v_result;
end
$_$;


ALTER FUNCTION lizsync.central_query(p_query text) OWNER TO postgres;

--
-- Name: FUNCTION central_query(p_query text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.central_query(p_query text) IS 'On a clone: the one value of a query on central, over the connection of the running synchronisation.';


--
-- Name: children_left(oid, text, text[], integer, integer, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_key record;
    v_found boolean;
begin
    if lizsync.is_central_exchange() then
        return null;
    end if;
    for v_key in
        select
            lizsync.relation_name(c.conrelid) as child,
            c.conrelid = p_relid as itself,
            string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' and ') as condition
        from pg_constraint c
        cross join unnest(c.conkey, c.confkey) as k (child, parent)
        join pg_attribute ca on ca.attrelid = c.conrelid and ca.attnum = k.child
        join pg_attribute pa on pa.attrelid = c.confrelid and pa.attnum = k.parent
        where c.contype = 'f' and c.confrelid = p_relid
        group by c.oid, c.conrelid
    loop
        execute format(
            'select exists (
                select from lizsync.rows_to_write($1, $2, $3, $4, $5, $6) as w
                join %s as p on p.uid = w.uid
                join %s as c on %s
                %s
            )',
            lizsync.relation_name(p_relid), v_key.child, v_key.condition,
            case when v_key.itself then
                'where c.uid not in (select s.uid from lizsync.rows_to_write($1, $2, $3, $4, $5, $6) as s)'
            end
        )
        into v_found
        using p_relid, p_action, p_columns, p_low, p_high, p_again;
        if v_found then
            return v_key.child;
        end if;
    end loop;
    return null;
end
$_$;


ALTER FUNCTION lizsync.children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) IS 'On a clone: a table whose rows reference rows about to be deleted; null when there is none.';


--
-- Name: clear_exchange(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.clear_exchange() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from lizsync.replay where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.incoming where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.standing where exchange = pg_current_xact_id_if_assigned()::text::bigint;
    delete from lizsync.exchanges where transaction_id = pg_current_xact_id_if_assigned()::text::bigint;
$$;


ALTER FUNCTION lizsync.clear_exchange() OWNER TO postgres;

--
-- Name: FUNCTION clear_exchange(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.clear_exchange() IS 'Empties the work tables of the running exchange.';


--
-- Name: exchanges; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE UNLOGGED TABLE lizsync.exchanges (
    transaction_id bigint NOT NULL,
    clone_id uuid NOT NULL,
    sync_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    clock_offset interval NOT NULL,
    sent pg_snapshot NOT NULL,
    token uuid NOT NULL,
    cursor pg_snapshot NOT NULL,
    horizon bigint NOT NULL,
    received pg_snapshot NOT NULL
);


ALTER TABLE lizsync.exchanges OWNER TO postgres;

--
-- Name: TABLE exchanges; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.exchanges IS 'The exchange of the running transaction, seen by nobody else.';


--
-- Name: COLUMN exchanges.transaction_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.transaction_id IS 'The transaction.';


--
-- Name: COLUMN exchanges.clone_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.clone_id IS 'The clone.';


--
-- Name: COLUMN exchanges.sync_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.sync_id IS 'The history item.';


--
-- Name: COLUMN exchanges.started_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.started_at IS 'When it began.';


--
-- Name: COLUMN exchanges.clock_offset; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.clock_offset IS 'The clone''s clock less central''s, as measured.';


--
-- Name: COLUMN exchanges.sent; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.sent IS 'The clone''s snapshot up to which it sends.';


--
-- Name: COLUMN exchanges.token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.token IS 'Token that the clone presented.';


--
-- Name: COLUMN exchanges.cursor; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.cursor IS 'Central''s snapshot up to which the clone has received.';


--
-- Name: COLUMN exchanges.horizon; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.horizon IS 'Events of transactions before this one have been received by the clone, those of its pending rows included.';


--
-- Name: COLUMN exchanges.received; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.exchanges.received IS 'The clone''s snapshot up to which central had received.';


--
-- Name: clone_label(lizsync.exchanges, timestamp with time zone); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    select case when p_edited_at is not null then
        pg_catalog.jsonb_build_object('origin', p_exchange.clone_id, 'sync_id', p_exchange.sync_id, 'time', p_edited_at)
    end
$$;


ALTER FUNCTION lizsync.clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone) OWNER TO postgres;

--
-- Name: FUNCTION clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone) IS 'On central: sync_data of an event that is just what the clone of the exchange sent, given the time of its edit; null without one.';


--
-- Name: close_exchange(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.close_exchange() RETURNS lizsync.answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_answer lizsync.answer;
    v_pending_digest text;
begin
    perform lizsync.label_events();
    -- A row that stands still has no conflict yet.
    delete from lizsync.conflicts c
    using lizsync.replay r, lizsync.white_list(v_exchange.clone_id) as w
    where c.sync_id = v_exchange.sync_id and c.object_uid = r.uid and c.object_table = w.relation and w.relid = r.relid
        and r.exchange = v_exchange.transaction_id and r.error is not null;

    v_answer.sync_id := v_exchange.sync_id;
    v_answer.token := gen_random_uuid();
    v_answer.cursor := lizsync.snapshot_with(pg_current_snapshot(), pg_current_xact_id());
    v_answer.batches := lizsync.make_reply(v_answer.token);
    select count(*) into v_answer.number_replayed_to_central
    from lizsync.replay
    where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D');
    select array_agg(row (w.relation, r.uid, coalesce(p.received, v_exchange.received), false, r.error)::lizsync.pending_row)
    into v_answer.refused
    from lizsync.replay r
    join lizsync.white_list(v_exchange.clone_id) as w using (relid)
    left join lizsync.pending_changes p on p.clone_id = v_exchange.clone_id and p.object_uid = r.uid and p.object_table = w.relation
    where r.exchange = v_exchange.transaction_id and r.error is not null;
    select count(*) into v_answer.number_conflicts from lizsync.conflicts where sync_id = v_exchange.sync_id;

    select coalesce(count(*) || ':' || sum(hashint8extended(i.event_id, i.transaction_id) # uuid_hash_extended(i.uid, 0)), '')
    into v_pending_digest
    from lizsync.incoming i
    join unnest(v_answer.refused) as f on f.relation = i.relation and f.uid = i.uid
    where i.exchange = v_exchange.transaction_id;

    perform lizsync.record_pending(v_exchange.clone_id, v_answer.refused, '{}');
    update lizsync.clones set
        received = v_exchange.sent,
        accepted_token = v_exchange.token,
        offered_token = v_answer.token,
        digest = lizsync.events_digest(v_exchange.sent),
        pending_digest = v_pending_digest,
        horizon = v_exchange.horizon,
        last_synchronized = clock_timestamp()
    where server_id = v_exchange.clone_id;
    insert into lizsync.history (
        sync_id, sync_time, server_from, server_to, min_event_id, max_event_id, sync_type, sync_status,
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, duration, clock_offset
    )
    select
        v_exchange.sync_id, v_exchange.started_at, v_exchange.clone_id, array[lizsync.server_id()::text],
        min(event_id), max(event_id), 'partial', 'done',
        v_answer.number_replayed_to_central,
        (select coalesce(sum(number_of_changes), 0) from lizsync.reply where clone_id = v_exchange.clone_id), v_answer.number_conflicts, coalesce(cardinality(v_answer.refused), 0),
        clock_timestamp() - v_exchange.started_at, v_exchange.clock_offset
    from lizsync.incoming
    where exchange = v_exchange.transaction_id;
    perform lizsync.clear_exchange();
    perform lizsync.end_turn();
    return v_answer;
end
$$;


ALTER FUNCTION lizsync.close_exchange() OWNER TO postgres;

--
-- Name: FUNCTION close_exchange(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.close_exchange() IS 'On central: ends the running exchange; what it returns is for the clone.';


--
-- Name: close_reply(lizsync.answer, lizsync.pending_row[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]) RETURNS TABLE(number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_by_clone lizsync.pending_row[];
    v_by_central lizsync.pending_row[];
begin
    number_replayed_to_central := p_answer.number_replayed_to_central;
    number_conflicts := p_answer.number_conflicts;
    select count(*) into number_replayed_to_clone from lizsync.replay where exchange = v_exchange.transaction_id and error is null;

    -- A row that stands still is unreceived from the cursor that it stood at first.
    select array_agg(row (r.relation, r.uid, coalesce(p.received, v_exchange.cursor), false, r.error)::lizsync.pending_row)
    into v_by_clone
    from (
        select relation, uid, error from unnest(p_refused)
        union all
        select lizsync.relation_name(relid), uid, error from lizsync.replay where exchange = v_exchange.transaction_id and error is not null
    ) as r
    left join lizsync.pending_changes p on p.object_table = r.relation and p.object_uid = r.uid;
    select array_agg(row (r.relation, r.uid, coalesce(p.received, v_exchange.cursor), false, r.error)::lizsync.pending_row)
    into v_by_central
    from unnest(p_answer.refused) as r
    left join lizsync.pending_changes p on p.object_table = r.relation and p.object_uid = r.uid;
    perform lizsync.record_pending(v_exchange.clone_id, v_by_central, v_by_clone);
    select count(*) into number_pending from lizsync.pending_changes;

    delete from audit.logged_actions l
    where l.relid in (select w.relid from lizsync.white_list(v_exchange.clone_id) as w)
        and l.uid is not null
        and lizsync.is_received(l.transaction_id, v_exchange.sent)
        and not exists (
            select from unnest(p_answer.refused) as r where to_regclass(r.relation)::oid = l.relid and r.uid = l.uid
        );
    update lizsync.central set cursor = p_answer.cursor, token = p_answer.token, last_synchronized = clock_timestamp();
    insert into lizsync.history (
        sync_id, sync_time, server_from, server_to, sync_type, sync_status,
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, duration
    )
    select
        p_answer.sync_id, v_exchange.started_at, v_exchange.clone_id, array[c.server_id::text], 'partial', 'done',
        number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending, clock_timestamp() - v_exchange.started_at
    from lizsync.central c;
    perform lizsync.clear_exchange();
    return next;
end
$$;


ALTER FUNCTION lizsync.close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]) OWNER TO postgres;

--
-- Name: FUNCTION close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]) IS 'On a clone: ends the synchronisation.';


--
-- Name: compare(oid, boolean, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.compare(p_relid oid, p_deletes boolean, p_again boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table text := lizsync.relation_name(p_relid);
begin
    if p_again then
        delete from lizsync.conflicts c
        using lizsync.replay r
        where c.sync_id = v_exchange.sync_id and c.object_table = v_table and c.object_uid = r.uid
            and r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.error is not null and (r.action = 'D') = p_deletes;
        update lizsync.replay r
        set won = r.fields, counterpart = null
        where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.error is not null and (r.action = 'D') = p_deletes;
    end if;

    with event as materialized (
        select e.*, max(e.event_id) filter (where e.action <> 'U') over (partition by e.uid) as existence
        from lizsync.unseen_events(v_exchange) as e
        where e.relid = p_relid
            and exists (
                select from lizsync.replay r
                where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = e.uid
                    and (r.action = 'D') = p_deletes and (r.error is not null) = p_again
                    -- Edits of other fields, the most there are, decide nothing.
                    and (r.action = 'D' or e.action <> 'U' or e.fields ?| akeys(r.fields))
            )
    ), theirs as (
        select distinct on (e.uid, f.key)
            e.uid, f.key, f.value, e.edited_at, e.author, e.of_clone or e.caused_by_clone as excluded
        from event e, each(e.fields) as f
        where e.action <> 'D' and (e.existence is null or e.event_id >= e.existence)
        order by e.uid, f.key, e.event_id desc
    ), counterpart as (
        select
            uid,
            coalesce(
                max(case action when 'D' then 'D' else 'R' end)
                    filter (where event_id = existence and not of_clone and not caused_by_clone),
                'U'
            ) as action
        from event
        group by uid
        -- What the clone did itself, or made a trigger do, is nothing to compare with.
        having bool_or(event_id = existence and not of_clone and not caused_by_clone)
            or uid in (select uid from theirs where not excluded)
    ), marked as (
        update lizsync.replay r
        set counterpart = c.action, won = case when c.action = 'D' then '' else r.won end
        from counterpart c
        where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid and r.action = 'D'
        returning r.uid
    ), gone as (
        select r.uid, r.fields, e.fields as row_data, e.edited_at, e.author, i.edited_at as clone_time, i.author as clone_author
        from counterpart c
        join lizsync.replay r on r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid
        join event e on e.uid = c.uid and e.event_id = e.existence
        join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
        where c.action = 'D' and r.action <> 'D'
    ), gone_conflict as (
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, central_time, clone_time, central_author, clone_author,
            row_data, rejected, rule_applied
        )
        select
            v_table, uid, v_exchange.clone_id, v_exchange.sync_id, edited_at, clone_time, author, clone_author,
            row_data || fields, 'clone', 'delete wins'
        from gone
    ), ours as (
        select distinct on (r.uid, f.key) r.uid, f.key, f.value, i.edited_at, i.author
        from counterpart c
        join lizsync.replay r on r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid
        join lizsync.incoming i
            on i.exchange = r.exchange and i.relation = v_table and i.uid = r.uid and i.event_id >= r.first_event
        cross join each(i.fields) as f
        where c.action <> 'D' and r.action <> 'D'
        order by r.uid, f.key, i.event_id desc
    ), verdict as (
        select
            o.uid, o.key, o.value as clone_value, o.edited_at as clone_time, o.author as clone_author,
            t.value as central_value, t.edited_at as central_time, t.author as central_author,
            o.value is not distinct from t.value as same,
            o.edited_at > t.edited_at as later
        from ours o join theirs t on t.uid = o.uid and t.key = o.key and not t.excluded
        where o.key <> 'uid'
    ), field_conflict as (
        insert into lizsync.conflicts (
            object_table, object_uid, clone_id, sync_id, field_name, central_value, clone_value, central_time, clone_time,
            central_author, clone_author, rejected, rule_applied
        )
        select
            v_table, uid, v_exchange.clone_id, v_exchange.sync_id, key, central_value, clone_value, central_time, clone_time,
            central_author, clone_author, case when later then 'central' else 'clone' end, 'last edit wins'
        from verdict
        where not same
    ), lost as (
        select uid, array_agg(key) as fields from verdict where not later group by uid
    )
    update lizsync.replay r
    set won = case when c.action = 'D' then '' else r.won - l.fields end
    from counterpart c left join lost l using (uid)
    where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = c.uid and r.action <> 'D'
        and (c.action = 'D' or l.fields is not null);
end
$$;


ALTER FUNCTION lizsync.compare(p_relid oid, p_deletes boolean, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION compare(p_relid oid, p_deletes boolean, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.compare(p_relid oid, p_deletes boolean, p_again boolean) IS 'On central: decides the fields of a table that both sides have edited; of the deletes or the rest, of the rows refused before or the others.';


--
-- Name: compare_tables(text, text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.compare_tables(p_schema_name text, p_table_name text) RETURNS TABLE(uid uuid, status text, clone_table_values public.hstore, central_table_values public.hstore)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    AS $_$
declare
    v_columns text[] := lizsync.sent_columns(format('%I.%I', p_schema_name, p_table_name)::regclass);
begin
    -- The first time, and when columns were added since.
    if exists (
        select from unnest(v_columns) as c
        where not exists (
            select from pg_attribute
            where attrelid = to_regclass(format('%I.%I', 'central_' || p_schema_name, p_table_name)) and attname = c and not attisdropped
        )
    ) then
        perform lizsync.import_central_server_schemas();
    end if;
    return query execute format(
        'select uid,
            case when c.uid is null then ''not in clone'' when r.uid is null then ''not in central'' else ''not equal'' end,
            case when r.uid is null then c.fields else c.fields - r.fields end,
            case when c.uid is null then r.fields else r.fields - c.fields end
        from (select t.uid, slice(hstore(t), $1) as fields from %1$I.%2$I as t) as c
        full join (select t.uid, slice(hstore(t), $1) as fields from %3$I.%2$I as t) as r using (uid)
        where c.fields is distinct from r.fields',
        p_schema_name, p_table_name, 'central_' || p_schema_name
    )
    using v_columns;
end
$_$;


ALTER FUNCTION lizsync.compare_tables(p_schema_name text, p_table_name text) OWNER TO postgres;

--
-- Name: FUNCTION compare_tables(p_schema_name text, p_table_name text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.compare_tables(p_schema_name text, p_table_name text) IS 'On a clone: the rows of a table that differ from central''s, with the values that differ. Columns that are local to each database are not compared.';


--
-- Name: create_central_server_fdw(text, integer, text, text, text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_schema text;
begin
    if not exists (select from pg_extension where extname = 'postgres_fdw') or not exists (select from pg_extension where extname = 'dblink') then
        raise exception 'the extensions dblink and postgres_fdw are missing' using errcode = 'object_not_in_prerequisite_state',
            hint = 'A superuser creates them: CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw. Without them, synchronise with the algorithm synchronize_database.';
    end if;
    if exists (select from pg_foreign_server where srvname = 'central_server') then
        -- The foreign tables that were imported through it go with it.
        drop server central_server cascade;
        for v_schema in select nspname from pg_namespace where nspname like 'central\_%' and obj_description(oid, 'pg_namespace') = 'LizSync: central''s tables.' loop
            execute format('drop schema %I', v_schema);
        end loop;
    end if;
    -- A central to which hundreds of clones come home at once answers late.
    execute format(
        'create server central_server foreign data wrapper postgres_fdw options (host %L, port %L, dbname %L, connect_timeout ''15'', keepalives_idle ''10'', keepalives_interval ''5'', keepalives_count ''3'')',
        p_host, p_port, p_dbname
    );
    execute format(
        'create user mapping for current_user server central_server options (user %L, password %L)', p_user, p_password
    );
end
$$;


ALTER FUNCTION lizsync.create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text) OWNER TO postgres;

--
-- Name: FUNCTION create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text) IS 'On a clone: the foreign server central_server, which synchronize() connects through, and the mapping of the current user.';


--
-- Name: current_rows(oid, uuid[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.current_rows(p_relid oid, p_uids uuid[]) RETURNS TABLE(uid uuid, fields public.hstore)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    AS $_$
begin
    return query execute format(
        'select t.uid, slice(hstore(t), $2) from %s as t where t.uid = any ($1)', lizsync.relation_name(p_relid)
    )
    using p_uids, lizsync.sent_columns(p_relid);
end
$_$;


ALTER FUNCTION lizsync.current_rows(p_relid oid, p_uids uuid[]) OWNER TO postgres;

--
-- Name: FUNCTION current_rows(p_relid oid, p_uids uuid[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.current_rows(p_relid oid, p_uids uuid[]) IS 'The rows as they are now, less the columns that are not synchronised.';


--
-- Name: current_version(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.current_version() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select max(version) from lizsync.structure_version $$;


ALTER FUNCTION lizsync.current_version() OWNER TO postgres;

--
-- Name: FUNCTION current_version(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.current_version() IS 'Version of the installed structure.';


--
-- Name: end_turn(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.end_turn() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select pg_advisory_unlock(classid::integer, objid::integer)
    from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and classid = lizsync.turn_class()::oid and objsubid = 2
$$;


ALTER FUNCTION lizsync.end_turn() OWNER TO postgres;

--
-- Name: FUNCTION end_turn(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.end_turn() IS 'On central: lets the next clone take its turn; does nothing in a session that has none.';


--
-- Name: events_digest(pg_snapshot); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.events_digest(p_snapshot pg_snapshot) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select coalesce(count(*) || ':' || sum(hashint8extended(i.event_id, i.transaction_id) # uuid_hash_extended(i.uid, 0)), '')
    from lizsync.incoming i
    where i.exchange = pg_current_xact_id_if_assigned()::text::bigint and lizsync.is_received(i.transaction_id, p_snapshot)
$$;


ALTER FUNCTION lizsync.events_digest(p_snapshot pg_snapshot) OWNER TO postgres;

--
-- Name: FUNCTION events_digest(p_snapshot pg_snapshot); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.events_digest(p_snapshot pg_snapshot) IS 'Tells apart two sets of events: those of the running exchange that are visible in the snapshot. Empty for none.';


--
-- Name: exchange(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.exchange() RETURNS lizsync.answer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    perform lizsync.begin_replay();
    -- Each row's constraints are checked where the row can still be refused, not at the commit.
    set constraints all immediate;
    perform set_config('lock_timeout', '5s', true);
    perform lizsync.apply_changes();
    return lizsync.close_exchange();
end
$$;


ALTER FUNCTION lizsync.exchange() OWNER TO postgres;

--
-- Name: FUNCTION exchange(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.exchange() IS 'On central: applies what the clone has sent and prepares the reply. Commit, then fetch the reply with reply_batch.';


--
-- Name: forget_clone(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.forget_clone(p_server_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    delete from lizsync.clones where server_id = p_server_id;
    if not found then
        raise exception 'no clone % is registered', p_server_id using errcode = 'no_data_found';
    end if;
    delete from lizsync.synchronized_tables where server_id = p_server_id;
    delete from lizsync.pending_changes where clone_id = p_server_id;
    delete from lizsync.reply where clone_id = p_server_id;
end
$$;


ALTER FUNCTION lizsync.forget_clone(p_server_id uuid) OWNER TO postgres;

--
-- Name: FUNCTION forget_clone(p_server_id uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.forget_clone(p_server_id uuid) IS 'On central: the clone is no more. Its history and its conflicts stay; the purge no longer waits for it. Deploying it again takes it up again.';


--
-- Name: give_back_rows(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.give_back_rows() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table record;
begin
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select lizsync.relation_name(r.relid), r.uid, v_exchange.clone_id, v_exchange.sync_id, i.edited_at, i.author, r.fields, 'clone', 'given up'
    from lizsync.replay r
    join lizsync.standing s on s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up
    join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
    where r.exchange = v_exchange.transaction_id;

    delete from lizsync.replay r
    using lizsync.standing s
    where r.exchange = v_exchange.transaction_id and s.exchange = r.exchange and s.relid = r.relid and s.uid = r.uid and s.given_up;

    for v_table in
        select relid, array_agg(uid) as uids
        from lizsync.standing
        where exchange = v_exchange.transaction_id and given_up
        group by relid
    loop
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, action, row_data, statement_only, uid, sync_data
        )
        select
            n.nspname, t.relname, t.oid, session_user, current_timestamp, statement_timestamp(), clock_timestamp(), v_exchange.transaction_id,
            current_setting('application_name'), inet_client_addr(), inet_client_port(),
            case when c.uid is null then 'D' else 'I' end, coalesce(c.fields, hstore('uid', u.uid::text)), false, u.uid,
            jsonb_build_object('sync_id', v_exchange.sync_id, 'time', '-infinity')
        from unnest(v_table.uids) as u (uid)
        left join lizsync.current_rows(v_table.relid, v_table.uids) as c using (uid)
        cross join pg_class t
        join pg_namespace n on n.oid = t.relnamespace
        where t.oid = v_table.relid;
    end loop;
end
$$;


ALTER FUNCTION lizsync.give_back_rows() OWNER TO postgres;

--
-- Name: FUNCTION give_back_rows(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.give_back_rows() IS 'On central: sends the rows that the clone has given up back to it, whole.';


--
-- Name: give_up(regclass, uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.give_up(p_table regclass, p_uid uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    update lizsync.pending_changes set given_up = true
    where object_table = lizsync.relation_name(p_table) and object_uid = p_uid;
    if not found then
        raise exception 'the row % of % is not pending', p_uid, p_table using errcode = 'no_data_found';
    end if;
end
$$;


ALTER FUNCTION lizsync.give_up(p_table regclass, p_uid uuid) OWNER TO postgres;

--
-- Name: FUNCTION give_up(p_table regclass, p_uid uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.give_up(p_table regclass, p_uid uuid) IS 'On a clone: gives a pending row up. At the next synchronisation the values that it has here go to conflicts and central''s row is fetched.';


--
-- Name: grant_exchange(name); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.grant_exchange(p_role name) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    execute format('grant usage on schema lizsync to %I', p_role);
    execute format(
        'grant execute on function
            lizsync.current_version(), lizsync.take_turn(),
            lizsync.open_exchange(lizsync.greeting, lizsync.table_column[], lizsync.pending_row[], interval),
            lizsync.receive_batch(text), lizsync.exchange(), lizsync.reply_batch(uuid, integer, uuid),
            -- and what exchange() calls with the rights of the role:
            lizsync.begin_replay(), lizsync.apply_changes(), lizsync.close_exchange(),
            lizsync.is_central_exchange(), lizsync.tables_to_write(), lizsync.number_refused(),
            lizsync.write_table(oid, boolean, boolean), lizsync.compare(oid, boolean, boolean), lizsync.groups_to_write(oid, boolean, boolean),
            lizsync.write_range(oid, text, text[], integer, integer, boolean),
            lizsync.rows_to_write(oid, text, text[], integer, integer, boolean),
            lizsync.refuse(oid, text, text[], integer, integer, boolean, text), lizsync.refuse_rows(oid, uuid[], text),
            lizsync.refuse_edited(oid, text, text[], integer, integer, text),
            lizsync.accept(oid, text, text[], integer, integer), lizsync.spared_rows(oid),
            lizsync.children_left(oid, text, text[], integer, integer, boolean),
            lizsync.write_as_group(oid), lizsync.group_to_write(oid), lizsync.accept_rows(oid, uuid[]),
            lizsync.relation_name(oid), lizsync.sent_columns(regclass), lizsync.local_columns(regclass)
        to %I',
        p_role
    );
end
$$;


ALTER FUNCTION lizsync.grant_exchange(p_role name) OWNER TO postgres;

--
-- Name: FUNCTION grant_exchange(p_role name); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.grant_exchange(p_role name) IS 'On central: grants the role of a clone what it needs of LizSync to synchronise (not the tables).';


--
-- Name: group_to_write(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.group_to_write(p_relid oid) RETURNS TABLE(uid uuid, won public.hstore)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select uid, won
    from lizsync.replay
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and relid = p_relid and action <> 'D' and won <> '' and error like '%(23505)'
    order by ordinal
$$;


ALTER FUNCTION lizsync.group_to_write(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION group_to_write(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.group_to_write(p_relid oid) IS 'The rows of a table that a unique key has refused.';


--
-- Name: groups_to_write(oid, boolean, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.groups_to_write(p_relid oid, p_deletes boolean, p_again boolean) RETURNS TABLE(action text, columns text[], low integer, high integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select action, akeys(won), min(ordinal), max(ordinal)
    from lizsync.replay
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and relid = p_relid
        and (action = 'D') = p_deletes
        and lizsync.is_tried(error, p_again)
        and (won <> '' or action = 'D')
    group by action, akeys(won)
    order by action desc, min(ordinal)
$$;


ALTER FUNCTION lizsync.groups_to_write(p_relid oid, p_deletes boolean, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION groups_to_write(p_relid oid, p_deletes boolean, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.groups_to_write(p_relid oid, p_deletes boolean, p_again boolean) IS 'The changes of a table that one statement can write: same action, same columns.';


--
-- Name: has_audit_triggers(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.has_audit_triggers(p_relid regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select count(*) = 5 from pg_trigger where tgrelid = p_relid and tgname like '00\_audit\_trigger\_%' and tgenabled = 'O'
$$;


ALTER FUNCTION lizsync.has_audit_triggers(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION has_audit_triggers(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.has_audit_triggers(p_relid regclass) IS 'Whether a table has all of its audit triggers, and all are enabled.';


--
-- Name: has_uid_column(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.has_uid_column(p_relid regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select exists (select from pg_attribute where attrelid = p_relid and attname = 'uid' and not attisdropped)
        and not exists (select from lizsync.uid_column_problem(p_relid) where severity = 'error')
$$;


ALTER FUNCTION lizsync.has_uid_column(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION has_uid_column(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.has_uid_column(p_relid regclass) IS 'Whether a table has a column uid that identifies its rows everywhere.';


--
-- Name: hold_back_edited(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.hold_back_edited() RETURNS SETOF lizsync.pending_row
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
    with exchange as (
        select (lizsync.this_exchange()).*
    ), edited as (
        select distinct l.relid, l.uid
        from audit.logged_actions l, exchange x
        where l.transaction_id >= pg_snapshot_xmin(x.sent)::text::bigint
            and not lizsync.is_received(l.transaction_id, x.sent)
            and l.relid in (select w.relid from lizsync.white_list(x.clone_id) as w)
    ), held as (
        delete from lizsync.replay r
        using edited e, exchange x
        where r.exchange = x.transaction_id and r.relid = e.relid and r.uid = e.uid
        returning r.relid, r.uid
    )
    select lizsync.relation_name(relid), uid, null::pg_snapshot, false, 'the row was edited here during the synchronisation'
    from held
$$;


ALTER FUNCTION lizsync.hold_back_edited() OWNER TO postgres;

--
-- Name: FUNCTION hold_back_edited(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.hold_back_edited() IS 'On a clone: takes the rows that were edited meanwhile out of what is to be written, and returns them.';


--
-- Name: import_central_server_schemas(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.import_central_server_schemas() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET client_min_messages TO 'warning'
    AS $$
declare
    v_schema record;
begin
    for v_schema in
        select n.nspname as name, string_agg(quote_ident(c.relname), ', ') as tables
        from lizsync.white_list(lizsync.server_id()) as w
        join pg_class c on c.oid = w.relid
        join pg_namespace n on n.oid = c.relnamespace
        group by n.nspname
    loop
        execute format('drop schema if exists %I cascade', 'central_' || v_schema.name);
        execute format('create schema %I', 'central_' || v_schema.name);
        execute format('comment on schema %I is %L', 'central_' || v_schema.name, 'LizSync: central''s tables.');
        execute format(
            'import foreign schema %I limit to (%s) from server central_server into %I',
            v_schema.name, v_schema.tables, 'central_' || v_schema.name
        );
    end loop;
end
$$;


ALTER FUNCTION lizsync.import_central_server_schemas() OWNER TO postgres;

--
-- Name: FUNCTION import_central_server_schemas(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.import_central_server_schemas() IS 'On a clone: makes central''s tables visible as foreign tables, in schemas named central_ and the schema''s name.';


--
-- Name: is_central_exchange(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.is_central_exchange() RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select (lizsync.this_exchange()).clone_id <> lizsync.server_id() $$;


ALTER FUNCTION lizsync.is_central_exchange() OWNER TO postgres;

--
-- Name: FUNCTION is_central_exchange(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.is_central_exchange() IS 'True when the running transaction is an exchange on central, false when it applies a reply on a clone.';


--
-- Name: is_logged_by_statement(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.is_logged_by_statement(p_relid oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select count(*) filter (where t.tgfoid = 'audit.log_statement'::regproc and t.tgenabled = 'O') = 2
        and count(*) filter (
            where not t.tgisinternal and t.tgenabled <> 'D' and t.tgfoid not in (
                'audit.log_row'::regproc, 'audit.log_statement'::regproc, 'audit.log_truncate'::regproc
            )
        ) = 0
        and not exists (
            select from pg_constraint c where c.contype = 'f' and c.confrelid = p_relid and c.confupdtype in ('c', 'n', 'd')
        )
    from pg_trigger t
    where t.tgrelid = p_relid
$$;


ALTER FUNCTION lizsync.is_logged_by_statement(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION is_logged_by_statement(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.is_logged_by_statement(p_relid oid) IS 'Whether an exchange may record the inserts and updates of a table by statement.';


--
-- Name: is_received(bigint, pg_snapshot); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.is_received(p_transaction_id bigint, p_snapshot pg_snapshot) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ select pg_catalog.pg_visible_in_snapshot(p_transaction_id::pg_catalog.text::pg_catalog.xid8, p_snapshot) $$;


ALTER FUNCTION lizsync.is_received(p_transaction_id bigint, p_snapshot pg_snapshot) OWNER TO postgres;

--
-- Name: FUNCTION is_received(p_transaction_id bigint, p_snapshot pg_snapshot); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.is_received(p_transaction_id bigint, p_snapshot pg_snapshot) IS 'Whether the events of a transaction are visible in a snapshot.';


--
-- Name: is_replaying(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.is_replaying() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select exists (
        select from lizsync.exchanges
        where transaction_id = pg_current_xact_id_if_assigned()::text::bigint and clone_id = lizsync.server_id()
    )
$$;


ALTER FUNCTION lizsync.is_replaying() OWNER TO postgres;

--
-- Name: FUNCTION is_replaying(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.is_replaying() IS 'Whether the running transaction is a clone''s synchronisation.';


--
-- Name: is_tried(text, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.is_tried(p_error text, p_again boolean) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select case when p_again then p_error not like '%(55P03)' else p_error is null end $$;


ALTER FUNCTION lizsync.is_tried(p_error text, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION is_tried(p_error text, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.is_tried(p_error text, p_again boolean) IS 'Whether a change is written in a pass over the changes refused before, or over the others, given the error that it was refused with.';


--
-- Name: label_events(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.label_events() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_relids oid[] := array(select relid from lizsync.white_list(v_exchange.clone_id));
    v_by_statement oid[] := array(select relid from unnest(v_relids) as u (relid) where lizsync.is_logged_by_statement(relid));
    v_table record;
    v_events bigint;
    v_labelled bigint;
begin
    -- The plain case, in one statement: one event of the clone, one event here, the same fields. Where the statement was
    -- recorded, that is done: see audit.log_statement.
    if exists (
        select from lizsync.replay
        where exchange = v_exchange.transaction_id and (action = 'D' or relid <> all (v_by_statement))
    ) then
        with several as materialized (
            select relid, uid, max(event_id) as last_event
            from audit.logged_actions
            where relid = any (v_relids) and transaction_id = v_exchange.transaction_id
            group by relid, uid
            having count(*) > 1
        )
        update audit.logged_actions l
        set session_user_name = i.author, sync_data = lizsync.clone_label(v_exchange, i.edited_at)
        from lizsync.replay r
        join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
        left join several s on s.relid = r.relid and s.uid = r.uid
        where r.exchange = v_exchange.transaction_id
            and r.error is null
            and (r.action = 'D' or r.relid <> all (v_by_statement))
            and l.relid = any (v_relids)
            and l.transaction_id = v_exchange.transaction_id
            and l.relid = r.relid
            and l.uid = r.uid
            and case l.action
                when 'U' then s.uid is null and r.first_event = r.last_event and r.action <> 'D' and l.changed_fields = r.won
                when 'I' then s.uid is null and r.first_event = r.last_event and r.action = 'R' and l.row_data @> r.won
                when 'D' then r.action = 'D' and l.event_id = coalesce(s.last_event, l.event_id)
            end;
    end if;

    -- Every row has its one event, and every event its label: that is all. Otherwise the other rows are seen to.
    select count(*), count(*) filter (where sync_data ? 'origin') into v_events, v_labelled
    from audit.logged_actions
    where relid = any (v_relids) and transaction_id = v_exchange.transaction_id;
    if v_events > v_labelled or v_labelled <> (
        select count(*) from lizsync.replay where exchange = v_exchange.transaction_id and error is null and (won <> '' or action = 'D')
    ) then
        for v_table in
            with own as (
                select relid, uid, count(*) as events, bool_or(sync_data is not null) as labelled
                from audit.logged_actions
                where relid = any (v_relids) and transaction_id = v_exchange.transaction_id
                group by relid, uid
            )
            select r.relid, array_agg(r.uid) as uids
            from lizsync.replay r
            left join own o on o.relid = r.relid and o.uid = r.uid
            where r.exchange = v_exchange.transaction_id and r.error is null and (r.won <> '' or r.action = 'D')
                and (o.labelled is not true or o.events > 1 and r.action <> 'D')
            group by r.relid
        loop
            perform lizsync.label_rows(v_table.relid, v_table.uids);
        end loop;
    end if;

    -- Central's edits, unseen by the clone, of rows that the clone's deletes took.
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, central_time, clone_time, central_author, clone_author, row_data, rejected, rule_applied
    )
    select
        lizsync.relation_name(r.relid), r.uid, v_exchange.clone_id, v_exchange.sync_id, e.edited_at, i.edited_at, e.author, i.author,
        l.row_data, 'central', 'delete wins'
    from lizsync.replay r
    join audit.logged_actions l
        on l.relid = any (v_relids) and l.transaction_id = v_exchange.transaction_id and l.action = 'D'
            and l.relid = r.relid and l.uid = r.uid
    join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
    cross join lateral (
        select u.edited_at, u.author from lizsync.unseen_events(v_exchange) as u
        where u.relid = r.relid and u.uid = r.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
        order by u.event_id desc
        limit 1
    ) as e
    where r.exchange = v_exchange.transaction_id and r.action = 'D' and r.error is null and r.counterpart is not null;

    -- And of rows that a foreign key took or changed with them: those that the clone has sent too, and those that refer to a
    -- row that it has made again under another key.
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, field_name, central_value, central_time, central_author, row_data, rejected, rule_applied
    )
    with foreign_key as (
        select c.conrelid, a.attname::text as field, c.confdeltype, c.confupdtype
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.contype = 'f' and c.conrelid = any (v_relids) and (c.confdeltype in ('c', 'n', 'd') or c.confupdtype in ('c', 'n', 'd'))
    ), taken as (
        select l.event_id, l.relid, l.uid, l.action, l.row_data, k.field
        from audit.logged_actions l
        join foreign_key k on k.conrelid = l.relid
        where l.relid = any (v_relids)
            and l.transaction_id = v_exchange.transaction_id
            and (l.action = 'D' and k.confdeltype = 'c' or l.action = 'U' and l.changed_fields ? k.field)
            and (
                l.sync_data is null
                or l.sync_data ? 'cause' and not exists (
                    select from lizsync.replay r
                    where r.exchange = v_exchange.transaction_id and r.relid = l.relid and r.uid = l.uid and r.won ? k.field
                )
            )
    )
    select distinct on (t.event_id, field)
        lizsync.relation_name(t.relid), t.uid, v_exchange.clone_id, v_exchange.sync_id,
        case t.action when 'U' then t.field end as field,
        case t.action when 'U' then t.row_data -> t.field end,
        e.edited_at, e.author,
        case t.action when 'D' then t.row_data end,
        'central', 'foreign key action'
    from taken t
    cross join lateral (
        select u.edited_at, u.author
        from lizsync.unseen_events(v_exchange) as u
        where u.relid = t.relid and u.uid = t.uid and not u.of_exchange and not u.of_clone and not u.caused_by_clone
            and (t.action = 'D' or u.fields ? t.field)
        order by u.event_id desc
        limit 1
    ) as e
    order by t.event_id, field;
end
$$;


ALTER FUNCTION lizsync.label_events() OWNER TO postgres;

--
-- Name: FUNCTION label_events(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.label_events() IS 'On central: gives the events of the running exchange their origin, author and time.';


--
-- Name: label_rows(oid, uuid[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.label_rows(p_relid oid, p_uids uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_table text := lizsync.relation_name(p_relid);
begin
    -- A row that is not there: its edits lose to the delete, and the clone is told to delete it.
    insert into lizsync.conflicts (
        object_table, object_uid, clone_id, sync_id, clone_time, clone_author, row_data, rejected, rule_applied
    )
    select v_table, r.uid, v_exchange.clone_id, v_exchange.sync_id, i.edited_at, i.author, r.fields, 'clone', 'delete wins'
    from lizsync.replay r
    join lizsync.incoming i on i.exchange = r.exchange and i.event_id = r.last_event
    where r.exchange = v_exchange.transaction_id and r.relid = p_relid and r.uid = any (p_uids) and r.action <> 'D'
        and r.uid not in (select c.uid from lizsync.current_rows(p_relid, p_uids) as c)
        and not exists (
            select from audit.logged_actions l
            where l.relid = p_relid and l.transaction_id = v_exchange.transaction_id and l.uid = r.uid and l.action = 'D'
        );

    with change as materialized (
        select * from lizsync.replay where exchange = v_exchange.transaction_id and relid = p_relid and uid = any (p_uids)
    ), now as materialized (
        select uid, fields from lizsync.current_rows(p_relid, p_uids)
    ), own as materialized (
        select * from audit.logged_actions
        where relid = p_relid and transaction_id = v_exchange.transaction_id and uid = any (p_uids)
    ), before as (
        select distinct on (uid) uid, row_data from own order by uid, event_id
    ), inserted as (
        select distinct on (uid) uid, row_data from own where action = 'I' order by uid, event_id desc
    ), source as (
        -- Each field of the change, with the event of the clone that set it.
        select distinct on (c.uid, f.key) c.uid, f.key, i.event_id, i.edited_at, i.author
        from change c
        join lizsync.incoming i
            on i.exchange = c.exchange and i.relation = v_table and i.uid = c.uid and i.event_id >= c.first_event
        cross join each(i.fields) as f
        where c.action <> 'D'
        order by c.uid, f.key, i.event_id desc
    ), written as (
        select c.uid, k.key, n.fields -> k.key as value, s.event_id, s.edited_at, s.author,
            (n.fields -> k.key) is not distinct from (c.won -> k.key) as taken
        from change c
        join now n using (uid)
        cross join skeys(c.won) as k (key)
        join source s on s.uid = c.uid and s.key = k.key
        where c.action <> 'D'
    ), altered as (
        select uid, key, value, edited_at from written where not taken
        union all
        select o.uid, k.key, n.fields -> k.key, (select max(w.edited_at) from written w where w.uid = o.uid)
        from (
            select o.uid, lizsync.net_fields(o.changed_fields order by o.event_id) as fields
            from own o
            where o.action = 'U'
            group by o.uid
        ) as o
        join change c using (uid)
        join now n using (uid)
        cross join skeys(o.fields) as k (key)
        where c.action <> 'D' and not c.won ? k.key and n.fields ? k.key
    ), entry (uid, position, action, row_data, changed_fields, author, edited_at, sync_data) as (
        -- The insert, by the clone.
        select
            c.uid, 0, 'I', i.row_data || n.fields, null::hstore, a.author, a.edited_at,
            jsonb_build_object('origin', v_exchange.clone_id)
        from change c
        join inserted i using (uid)
        join now n using (uid)
        join lizsync.incoming a on a.exchange = c.exchange and a.event_id = c.first_event
        where c.action = 'R'
        union all
        -- What stands as the clone sent it, by event of the clone.
        select
            w.uid, w.event_id, 'U', coalesce(b.row_data, n.fields), hstore(array_agg(w.key), array_agg(w.value)),
            w.author, w.edited_at, jsonb_build_object('origin', v_exchange.clone_id)
        from written w
        join change c using (uid)
        join now n using (uid)
        left join before b using (uid)
        where w.taken and not (w.event_id = c.first_event and c.uid in (select uid from inserted))
        group by w.uid, w.event_id, b.row_data, n.fields, w.author, w.edited_at
        union all
        -- What a trigger of central altered, or did not take.
        select
            a.uid, 9223372036854775807, 'U', coalesce(b.row_data, n.fields), hstore(array_agg(a.key), array_agg(a.value)),
            session_user, a.edited_at, jsonb_build_object('cause', v_exchange.clone_id)
        from altered a
        join now n using (uid)
        left join before b using (uid)
        group by a.uid, b.row_data, n.fields, a.edited_at
        union all
        -- Rows that are not there.
        select c.uid, 0, 'D', c.fields, null, session_user, clock_timestamp(), '{}'
        from change c
        where c.action <> 'D' and c.uid not in (select uid from now) and c.uid not in (select uid from own where action = 'D')
        union all
        -- Rows whose delete a trigger did not let through. Any edit is later than this.
        select c.uid, 0, 'I', n.fields, null, session_user, '-infinity', '{}'
        from change c join now n using (uid)
        where c.action = 'D' and c.uid not in (select uid from own)
    ), replaced as (
        delete from audit.logged_actions l
        using own o
        where l.event_id = o.event_id and o.uid in (select uid from written)
    )
    insert into audit.logged_actions (
        schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
        application_name, client_addr, client_port, action, row_data, changed_fields, statement_only, uid, sync_data
    )
    select
        n.nspname, t.relname, p_relid, e.author, current_timestamp, statement_timestamp(), clock_timestamp(), v_exchange.transaction_id,
        current_setting('application_name'), inet_client_addr(), inet_client_port(), e.action, e.row_data, e.changed_fields, false, e.uid,
        e.sync_data || jsonb_build_object('sync_id', v_exchange.sync_id, 'time', e.edited_at)
    from entry e, pg_class t join pg_namespace n on n.oid = t.relnamespace
    where t.oid = p_relid
    order by e.uid, e.position;
end
$$;


ALTER FUNCTION lizsync.label_rows(p_relid oid, p_uids uuid[]) OWNER TO postgres;

--
-- Name: FUNCTION label_rows(p_relid oid, p_uids uuid[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.label_rows(p_relid oid, p_uids uuid[]) IS 'On central: writes anew the events of rows that triggers altered, that several edits made, or that nothing was written of.';


--
-- Name: local_columns(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.local_columns(p_relid regclass) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = p_relid
        and a.attnum > 0
        and not a.attisdropped
        and (
            a.attgenerated <> ''
            or (
                (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\(')
                and exists (select from pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any(i.indkey))
            )
        )
$$;


ALTER FUNCTION lizsync.local_columns(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION local_columns(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.local_columns(p_relid regclass) IS 'The columns of a table that are not synchronised: keys drawn from a sequence or identity, and generated columns.';


--
-- Name: log_by_statement(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.log_by_statement(p_clone_id uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select set_config((lizsync.audit_arguments(w.relid))[4], 'on', true)
    from lizsync.white_list(p_clone_id) as w
    where lizsync.is_logged_by_statement(w.relid)
$$;


ALTER FUNCTION lizsync.log_by_statement(p_clone_id uuid) OWNER TO postgres;

--
-- Name: FUNCTION log_by_statement(p_clone_id uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.log_by_statement(p_clone_id uuid) IS 'On central: has what this session writes in the tables of a clone recorded by statement, where that is possible.';


--
-- Name: make_reply(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.make_reply(p_token uuid) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    c_batch_size constant bigint := 16 * 1024 * 1024;
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_separator constant text := e'\n' || gen_random_uuid() || e'\n';
    v_batches integer;
begin
    delete from lizsync.reply where clone_id = v_exchange.clone_id;

    insert into lizsync.reply (clone_id, batch, token, number_of_changes, payload)
    with relation as materialized (
        select relid, relation, lizsync.sent_columns(relid) as columns from lizsync.white_list(v_exchange.clone_id)
    ), event as materialized (
        -- Nothing goes back of a row that stands still.
        select e.event_id, e.relid, e.uid, e.action, e.fields, e.of_clone
        from lizsync.unseen_events(v_exchange) as e
        where e.relid = any (array(select relid from relation))
            and not exists (
                select from lizsync.replay r
                where r.exchange = v_exchange.transaction_id and r.error is not null and r.relid = e.relid and r.uid = e.uid
            )
    ), several as materialized (
        -- Rows with more than one event, but those that the clone alone has written.
        select relid, uid, bool_or(of_clone) as by_both, max(event_id) filter (where action <> 'U') as existence
        from event
        group by relid, uid
        having count(*) > 1 and not bool_and(of_clone)
    ), written as (
        select s.relid, s.uid, s.by_both, s.existence, e.event_id, e.action, e.fields, e.of_clone
        from several s
        join event e on e.relid = s.relid and e.uid = s.uid
        where s.existence is null or e.event_id >= s.existence
    ), plain as (
        -- Rows that the clone had no hand in.
        select e.relid, e.uid, case e.action when 'I' then 'R' else e.action end as action, e.fields
        from event e
        where not e.of_clone and not exists (select from several s where s.relid = e.relid and s.uid = e.uid)
        union all
        select
            relid, uid,
            case max(action) filter (where event_id = existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(fields order by event_id)
        from written
        where not by_both
        group by relid, uid
    ), field as (
        -- And those that both have written: each field, less those that the clone wrote last.
        select distinct on (w.relid, w.uid, f.key) w.relid, w.uid, f.key, f.value, w.of_clone
        from written w
        cross join each(w.fields) as f
        where w.by_both and w.action <> 'D'
        order by w.relid, w.uid, f.key, w.event_id desc
    ), mixed as (
        select w.relid, w.uid, w.action, f.fields
        from (
            select
                relid, uid,
                coalesce(
                    max(case action when 'D' then 'D' else 'R' end) filter (where event_id = existence and not of_clone), 'U'
                ) as action
            from written
            where by_both
            group by relid, uid
        ) as w
        left join (
            select relid, uid, hstore(array_agg(key), array_agg(value)) as fields
            from field
            where not of_clone
            group by relid, uid
        ) as f on f.relid = w.relid and f.uid = w.uid
    ), change as (
        select p.action, r.relation, p.uid, case p.action when 'D' then null else slice(p.fields, r.columns) end as fields
        from (select * from plain union all select * from mixed) as p
        join relation r using (relid)
        where p.action <> 'U' or p.fields is not null
        offset 0 -- so that the fields are made once
    ), numbered as (
        -- Changes that one statement can write stand together.
        select
            relation, uid, action, fields,
            row_number() over changes as number,
            sum(100 + coalesce(lizsync.text_size(fields), 0)) over changes / c_batch_size as batch
        from change
        where action <> 'U' or fields <> ''
        window changes as (order by relation, action, akeys(fields) collate "C" rows unbounded preceding)
    )
    select
        v_exchange.clone_id, row_number() over (order by batch), p_token, count(*),
        v_separator || string_agg(
            row (number, null, relation, uid, action, fields, null, null)::lizsync.change::text, v_separator
        )
    from (select * from numbered order by batch, number) as ordered
    group by batch;
    get diagnostics v_batches = row_count;
    return v_batches;
end
$$;


ALTER FUNCTION lizsync.make_reply(p_token uuid) OWNER TO postgres;

--
-- Name: FUNCTION make_reply(p_token uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.make_reply(p_token uuid) IS 'On central: prepares the answer to the clone of the running exchange; returns the number of its batches.';


--
-- Name: may_set_replica_role(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.may_set_replica_role() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_may boolean := (select rolsuper from pg_roles where rolname = current_user);
begin
    if not v_may and current_setting('server_version_num')::integer >= 150000 then
        execute 'select has_parameter_privilege(''session_replication_role'', ''set'')' into v_may;
    end if;
    return v_may;
end
$$;


ALTER FUNCTION lizsync.may_set_replica_role() OWNER TO postgres;

--
-- Name: FUNCTION may_set_replica_role(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.may_set_replica_role() IS 'Whether the caller may set session_replication_role.';


--
-- Name: number_refused(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.number_refused() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select count(*) from lizsync.replay
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and error is not null
$$;


ALTER FUNCTION lizsync.number_refused() OWNER TO postgres;

--
-- Name: FUNCTION number_refused(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.number_refused() IS 'How many rows of the running exchange stand refused.';


--
-- Name: open_exchange(lizsync.greeting, lizsync.table_column[], lizsync.pending_row[], interval); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '30s'
    AS $$
declare
    v_entry lizsync.clones;
    v_difference text;
    v_horizon bigint := (
        select min(pg_snapshot_xmin(s)::text::bigint)
        from (select p_greeting.cursor union all select received from unnest(p_pending)) as u (s)
    );
begin
    if current_setting('transaction_isolation') <> 'repeatable read' then
        raise exception 'an exchange needs the isolation level REPEATABLE READ' using errcode = 'invalid_transaction_state';
    end if;
    -- A clone that has vanished frees what it holds here.
    perform set_config('idle_in_transaction_session_timeout', '30s', true);
    perform set_config('tcp_keepalives_idle', '10', true);
    perform set_config('tcp_keepalives_interval', '5', true);
    perform set_config('tcp_keepalives_count', '3', true);

    if p_greeting.structure_version is distinct from lizsync.current_version() then
        raise exception 'the clone has version % of the LizSync structure and central version %', p_greeting.structure_version, lizsync.current_version()
            using errcode = 'feature_not_supported', hint = 'Upgrade the older one with upgrade_database_structure.';
    end if;
    if p_greeting.central_id is distinct from lizsync.server_id() then
        raise exception 'this is not the central database of the clone' using errcode = 'invalid_parameter_value',
            detail = format('The clone was deployed from %s; this is %s.', p_greeting.central_id, coalesce(lizsync.server_id()::text, 'none')),
            hint = 'Check the connection to central.';
    end if;

    select * into v_entry from lizsync.clones where server_id = p_greeting.server_id for update;
    if not found or v_entry.revoked or not pg_has_role(session_user, v_entry.role_name, 'MEMBER') then
        -- One message: a stranger learns nothing of which clones there are.
        raise exception 'central refuses the clone % for the role %', p_greeting.server_name, session_user
            using errcode = 'insufficient_privilege', detail = 'It is not registered, was revoked, or another role speaks for it.',
            hint = 'Deploy a package to the clone with a connection of this role.';
    end if;

    -- A deployment takes effect when the clone first presents its token.
    if p_greeting.token = v_entry.deploy_token then
        v_entry.received := v_entry.deploy_received;
        v_entry.horizon := pg_snapshot_xmin(v_entry.deploy_presented)::text::bigint;
        v_entry.clone_system_identifier := v_entry.deploy_system_identifier;
        v_entry.accepted_token := v_entry.deploy_token;
        v_entry.offered_token := v_entry.deploy_token;
        v_entry.digest := '';
        v_entry.pending_digest := '';
        v_entry.central_system_identifier := p_greeting.central_system_identifier;
        v_entry.relids := v_entry.deploy_relids;
        v_entry.deploy_token := null;
        update lizsync.synchronized_tables set sync_tables = to_jsonb(v_entry.deploy_tables) where server_id = p_greeting.server_id;
        delete from lizsync.pending_changes where clone_id = p_greeting.server_id;
    end if;

    if p_greeting.token not in (v_entry.accepted_token, v_entry.offered_token) then
        raise exception 'another copy of the clone % has synchronised since', p_greeting.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'Two clones were made from one disk image, or this one was restored from a backup.',
            hint = 'Deploy a package to this clone, with RECREATE_CLONE_SERVER_ID when both copies are to live, asking to keep its unsent changes.';
    end if;
    if v_entry.central_system_identifier <> lizsync.system_identifier() or p_greeting.central_system_identifier <> lizsync.system_identifier() then
        raise exception 'central was moved to another cluster or restored from a dump' using errcode = 'object_not_in_prerequisite_state',
            detail = 'Transaction ids start again there: what the clone has received can no longer be told.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes.';
    end if;
    if v_entry.clone_system_identifier <> p_greeting.system_identifier then
        raise exception 'the clone % was moved to another cluster', p_greeting.server_name using errcode = 'object_not_in_prerequisite_state',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;
    if not lizsync.snapshot_contains(p_greeting.snapshot, v_entry.received) then
        raise exception 'the clone % went back in time', p_greeting.server_name using errcode = 'object_not_in_prerequisite_state',
            detail = 'It was restored from a backup, or is another copy.', hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    -- Rows that stand still from before it were carried over a deployment: they are compared with what there still is.
    if pg_snapshot_xmin(p_greeting.cursor)::text::bigint < lizsync.purged_up_to() then
        raise exception 'central no longer has what the clone % has not received', p_greeting.server_name
            using errcode = 'object_not_in_prerequisite_state', detail = 'It stayed away for longer than central keeps its log for absent clones.',
            hint = 'Deploy a new package to the clone, asking to keep its unsent changes.';
    end if;

    select string_agg(format('%s.%s is %s on central and %s on the clone', relation, quote_ident(column_name), coalesce(a.type_name, 'absent'), coalesce(b.type_name, 'absent')), '; ' order by relation, column_name)
    into v_difference
    from unnest(lizsync.table_columns(p_greeting.server_id)) as a
    full join unnest(p_columns) as b using (relation, column_name)
    where a.type_name is distinct from b.type_name;
    if v_difference is not null then
        raise exception 'the structures differ: %', v_difference using errcode = 'datatype_mismatch',
            detail = 'Nothing was synchronised.', hint = 'Make the same change on both sides, or deploy a new package.';
    end if;
    select string_agg(w.relation, ', ') into v_difference
    from lizsync.white_list(p_greeting.server_id) as w
    where w.relid is null or w.relid <> all (v_entry.relids);
    if v_difference is not null then
        raise exception 'central has dropped or created again: %', v_difference using errcode = 'undefined_table',
            hint = 'Deploy a new package.';
    end if;

    select string_agg(w.relation, ', ') into v_difference
    from lizsync.white_list(p_greeting.server_id) as w
    join pg_class c on c.oid = w.relid
    where c.relrowsecurity or not coalesce((
        select bool_and(has_column_privilege(session_user, w.relid, s, 'select')) from unnest(lizsync.sent_columns(w.relid)) as s
    ), false);
    if v_difference is not null then
        raise exception 'the role % may not read all of: %', session_user, v_difference using errcode = 'insufficient_privilege',
            detail = 'The clone would not learn what it may not see.',
            hint = 'Grant it SELECT on the tables, and disable their row-level security; or deploy a package without them.';
    end if;

    insert into lizsync.exchanges (transaction_id, clone_id, sync_id, started_at, clock_offset, sent, token, cursor, horizon, received)
    values (
        pg_current_xact_id()::text::bigint, p_greeting.server_id, gen_random_uuid(), clock_timestamp(), p_clock_offset,
        p_greeting.snapshot, p_greeting.token, p_greeting.cursor, v_horizon, v_entry.received
    );
    perform lizsync.log_by_statement(p_greeting.server_id);
    insert into lizsync.standing (exchange, relid, uid, received, given_up)
    select pg_current_xact_id()::text::bigint, w.relid, p.uid, p.received, p.given_up
    from unnest(p_pending) as p join lizsync.white_list(p_greeting.server_id) as w using (relation);

    update lizsync.clones set
        relids = v_entry.relids,
        central_system_identifier = v_entry.central_system_identifier,
        clone_system_identifier = v_entry.clone_system_identifier,
        received = v_entry.received,
        accepted_token = v_entry.accepted_token,
        offered_token = v_entry.offered_token,
        digest = v_entry.digest,
        pending_digest = v_entry.pending_digest,
        horizon = v_entry.horizon,
        deploy_token = v_entry.deploy_token
    where server_id = p_greeting.server_id;
end
$$;


ALTER FUNCTION lizsync.open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval) OWNER TO postgres;

--
-- Name: FUNCTION open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval) IS 'On central: admits a clone and locks its entry; then come its batches and exchange(). p_clock_offset is the clone''s clock less central''s.';


--
-- Name: orphans(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.orphans() RETURNS TABLE(relid oid, uid uuid, error text)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_key record;
begin
    for v_key in
        select
            c.conname, c.conrelid, c.confrelid,
            lizsync.relation_name(c.conrelid) as child,
            lizsync.relation_name(c.confrelid) as parent,
            string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' and ') as condition,
            string_agg(format('c.%I is not null', ca.attname), ' and ') as filled,
            array_agg(ca.attname::text) as child_columns,
            array_agg(pa.attname::text) as parent_columns
        from pg_constraint c
        cross join unnest(c.conkey, c.confkey) as k (child, parent)
        join pg_attribute ca on ca.attrelid = c.conrelid and ca.attnum = k.child
        join pg_attribute pa on pa.attrelid = c.confrelid and pa.attnum = k.parent
        where c.contype = 'f'
            and (c.conrelid = any (lizsync.tables_to_write()) or c.confrelid = any (lizsync.tables_to_write()))
        group by c.oid, c.conname, c.conrelid, c.confrelid
    loop
        -- The rows referenced are locked, as a foreign key does. One that somebody is deleting is as good as missing.
        return query execute format(
            'with child as materialized (
                select c.* from lizsync.rows_staged($1) as w join %1$s as c on c.uid = w.uid
                where (w.action = ''R'' or w.columns && $4) and %2$s
            ), kept as materialized (
                select p.* from %3$s as p where exists (select from child as c where %4$s) for key share skip locked
            )
            select $1, c.uid, $3 from child as c where not exists (select from kept as p where %4$s)',
            v_key.child, v_key.filled, v_key.parent, v_key.condition
        )
        using v_key.conrelid, v_key.confrelid, format('the row that it references is missing: foreign key %I', v_key.conname), v_key.child_columns;

        if exists (select from lizsync.rows_staged(v_key.confrelid) as w where w.action <> 'D' and w.columns && array_remove(v_key.parent_columns, 'uid')) then
            return query execute format(
                'select $2, w.uid, $3
                from lizsync.rows_staged($2) as w
                where w.action <> ''D'' and w.columns && $4
                    and exists (select from %s as c where %s and not exists (select from %s as p where %s))',
                v_key.child, v_key.filled, v_key.parent, v_key.condition
            )
            using v_key.conrelid, v_key.confrelid, format('other rows still have its old key: foreign key %I', v_key.conname), v_key.parent_columns;
        end if;
    end loop;
end
$_$;


ALTER FUNCTION lizsync.orphans() OWNER TO postgres;

--
-- Name: FUNCTION orphans(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.orphans() IS 'On a clone: the rows just written that leave a foreign key broken.';


--
-- Name: outgoing_batch(pg_snapshot, bigint, bigint); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    AS $$
    select s.separator || (
        select string_agg(
            row (
                l.event_id, l.transaction_id, w.relation, l.uid, l.action,
                case l.action when 'U' then l.changed_fields when 'I' then l.row_data end - w.local_columns,
                l.action_tstamp_clk, l.session_user_name
            )::lizsync.change::text,
            s.separator order by l.event_id
        )
        from audit.logged_actions l
        join (
            select relation, relid, lizsync.local_columns(relid) as local_columns
            from lizsync.white_list(lizsync.server_id())
            offset 0
        ) as w on w.relid = l.relid
        where l.event_id > p_after and l.event_id <= p_last and l.uid is not null and lizsync.is_received(l.transaction_id, p_snapshot)
    )
    from (select e'\n' || gen_random_uuid() || e'\n' as separator offset 0) as s
$$;


ALTER FUNCTION lizsync.outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint) OWNER TO postgres;

--
-- Name: FUNCTION outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint) IS 'On a clone: its events after one and up to another that are visible in the snapshot; null when there are none.';


--
-- Name: purge(interval, interval); Type: PROCEDURE; Schema: lizsync; Owner: postgres
--

CREATE PROCEDURE lizsync.purge(IN keep interval, IN absent interval DEFAULT NULL::interval)
    LANGUAGE plpgsql
    AS $$
begin
    loop
        exit when lizsync.purge_batch(keep, absent) = 0;
        commit;
    end loop;
end
$$;


ALTER PROCEDURE lizsync.purge(IN keep interval, IN absent interval) OWNER TO postgres;

--
-- Name: PROCEDURE purge(IN keep interval, IN absent interval); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON PROCEDURE lizsync.purge(IN keep interval, IN absent interval) IS 'On central: removes from the log the events older than keep that every clone has received. Clones unheard of for longer than absent are not waited for; what they have not sent is theirs, and they are told to be deployed again. Null waits for all.';


--
-- Name: purge_batch(interval, interval); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.purge_batch(p_keep interval, p_absent interval) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    c_batch_size constant integer := 50000;
    v_horizon bigint;
    v_up_to bigint;
    v_number bigint;
begin
    if p_keep is null or p_keep < '0' or p_absent < '0' then
        raise exception 'keep and absent are lengths of time' using errcode = 'invalid_parameter_value',
            hint = 'For example: CALL lizsync.purge(keep => ''2 years'', absent => ''1 year'').';
    end if;
    if exists (select from lizsync.central) then
        raise exception 'this database is a clone, whose log holds what central has not received' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Purge central. The log of a clone is emptied by its synchronisations.';
    end if;
    -- A deployment waits, and is then checked against what is gone.
    perform pg_advisory_xact_lock(hashtextextended('lizsync.purge', 0));
    select min(least(c.horizon, pg_snapshot_xmin(case when c.deploy_token is not null then c.deploy_presented end)::text::bigint))
    into v_horizon
    from lizsync.clones c
    where not c.revoked
        and (p_absent is null or greatest(c.registered_at, c.last_synchronized) >= clock_timestamp() - p_absent);
    -- A transaction that is still open has an id before that of others that have ended.
    v_horizon := least(v_horizon, pg_snapshot_xmin(pg_current_snapshot())::text::bigint);

    with gone as (
        delete from audit.logged_actions
        where event_id in (
            select event_id from audit.logged_actions
            where transaction_id < v_horizon and action_tstamp_clk < clock_timestamp() - p_keep
            order by event_id
            limit c_batch_size
        )
        returning transaction_id
    )
    select count(*), max(transaction_id) + 1 into v_number, v_up_to from gone;
    if v_number > 0 then
        insert into lizsync.purges (up_to, number_of_events, system_identifier) values (v_up_to, v_number, lizsync.system_identifier());
    end if;
    return v_number;
end
$$;


ALTER FUNCTION lizsync.purge_batch(p_keep interval, p_absent interval) OWNER TO postgres;

--
-- Name: FUNCTION purge_batch(p_keep interval, p_absent interval); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.purge_batch(p_keep interval, p_absent interval) IS 'On central: one batch of lizsync.purge; returns the number of events removed.';


--
-- Name: purged_up_to(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.purged_up_to() RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select max(up_to) from lizsync.purges where system_identifier = lizsync.system_identifier() $$;


ALTER FUNCTION lizsync.purged_up_to() OWNER TO postgres;

--
-- Name: FUNCTION purged_up_to(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.purged_up_to() IS 'On central: the transaction before which events may have been purged; null when none has.';


--
-- Name: receive_batch(text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.receive_batch(p_payload text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    -- The separator, a uuid between two line feeds, is what the batch begins with: see lizsync.outgoing_batch.
    v_items text[] := string_to_array(p_payload, left(p_payload, 38));
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_correction interval := case when abs(extract(epoch from v_exchange.clock_offset)) > 2 then v_exchange.clock_offset else '0' end;
begin
    if v_exchange.clone_id = lizsync.server_id() then
        insert into lizsync.replay (exchange, ordinal, relid, uid, action, fields, won)
        select
            v_exchange.transaction_id, (c.change).event_id, w.relid, (c.change).uid, (c.change).action,
            coalesce((c.change).fields, ''), coalesce((c.change).fields, '')
        from (select item::lizsync.change as change from unnest(v_items) as u (item) where item <> '' offset 0) as c
        join lizsync.white_list(v_exchange.clone_id) as w on w.relation = (c.change).relation;
        return;
    end if;
    insert into lizsync.incoming (exchange, event_id, transaction_id, relation, uid, action, fields, edited_at, author)
    select
        v_exchange.transaction_id, (c.change).event_id, (c.change).transaction_id, (c.change).relation, (c.change).uid,
        (c.change).action, (c.change).fields, (c.change).edited_at - v_correction, (c.change).author
    from (select item::lizsync.change as change from unnest(v_items) as u (item) where item <> '' offset 0) as c;
end
$$;


ALTER FUNCTION lizsync.receive_batch(p_payload text) OWNER TO postgres;

--
-- Name: FUNCTION receive_batch(p_payload text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.receive_batch(p_payload text) IS 'Takes in a batch of the other side; null is nothing.';


--
-- Name: record_deployment(uuid, bigint, pg_snapshot, uuid, uuid, text[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from lizsync.central;
    delete from lizsync.pending_changes;
    insert into lizsync.central (server_id, system_identifier, clone_system_identifier, cursor, token, package_id, relids)
    values (
        p_central_id, p_central_system_identifier, lizsync.system_identifier(), p_cursor, p_token, p_package_id,
        array(select to_regclass(t)::oid from unnest(p_tables) as t)
    );
    delete from lizsync.synchronized_tables;
    insert into lizsync.synchronized_tables (server_id, sync_tables) values (lizsync.server_id(), to_jsonb(p_tables));
$$;


ALTER FUNCTION lizsync.record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]) OWNER TO postgres;

--
-- Name: FUNCTION record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]) IS 'On a clone: records the package that it was deployed from. p_cursor is central''s snapshot in the package.';


--
-- Name: record_pending(uuid, lizsync.pending_row[], lizsync.pending_row[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from lizsync.pending_changes c
    where c.clone_id = p_clone_id
        and not exists (
            select from unnest(p_by_central || p_by_clone) as r where r.relation = c.object_table and r.uid = c.object_uid
        );
    insert into lizsync.pending_changes as c (clone_id, object_table, object_uid, received, refused_by, error)
    select distinct on (relation, uid) p_clone_id, relation, uid, received, refused_by, error
    from (
        select *, 'central' as refused_by from unnest(p_by_central)
        union all
        select *, 'clone' from unnest(p_by_clone)
    ) as r
    order by relation, uid, refused_by
    on conflict (clone_id, object_table, object_uid) do update
    set last_tried = now(), error = excluded.error, refused_by = excluded.refused_by, given_up = false;
$$;


ALTER FUNCTION lizsync.record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]) OWNER TO postgres;

--
-- Name: FUNCTION record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]) IS 'Records the rows that central and the clone could not apply. A row''s own cursor is kept as long as it stands.';


--
-- Name: refresh_views(oid[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.refresh_views(p_tables oid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_view text;
begin
    for v_view in
        with recursive dependent (relid, depth) as (
            select t, 0 from unnest(p_tables) as t
            union
            select r.ev_class, p.depth + 1
            from dependent p
            join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = p.relid and d.classid = 'pg_rewrite'::regclass
            join pg_rewrite r on r.oid = d.objid and r.ev_class <> p.relid
        )
        select lizsync.relation_name(c.oid)
        from dependent p join pg_class c on c.oid = p.relid
        where c.relkind = 'm' and c.relispopulated
        group by c.oid
        order by max(p.depth)
    loop
        begin
            execute format('refresh materialized view %s', v_view);
        exception when others then
            if sqlstate ~ '^(08|25|40|53|57|58|F0|XX)' then
                raise;
            end if;
            raise warning 'the materialized view % is as it was before the synchronisation: %', v_view, sqlerrm
                using hint = format('REFRESH MATERIALIZED VIEW %s, by its owner.', v_view);
        end;
    end loop;
end
$$;


ALTER FUNCTION lizsync.refresh_views(p_tables oid[]) OWNER TO postgres;

--
-- Name: FUNCTION refresh_views(p_tables oid[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.refresh_views(p_tables oid[]) IS 'On a clone: refreshes the materialized views that show some tables, those that others show first.';


--
-- Name: refuse(oid, text, text[], integer, integer, boolean, text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update lizsync.replay
    set error = p_error
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_tried(error, p_again)
        and akeys(won) = p_columns
$$;


ALTER FUNCTION lizsync.refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text) OWNER TO postgres;

--
-- Name: FUNCTION refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text) IS 'Marks rows that could not be written, with the reason.';


--
-- Name: refuse_edited(oid, text, text[], integer, integer, text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_edited uuid[];
begin
    execute format(
        'with staged as materialized (
            select w.uid from lizsync.rows_to_write($1, $2, $3, $4, $5, false) as w
        ), locked as materialized (
            select t.uid from %1$s as t where t.uid in (select s.uid from staged as s) for %2$s skip locked
        )
        select array_agg(t.uid)
        from %1$s as t
        where t.uid in (select s.uid from staged as s) and t.uid not in (select l.uid from locked as l)',
        lizsync.relation_name(p_relid), case p_action when 'D' then 'update' else 'no key update' end
    )
    into v_edited
    using p_relid, p_action, p_columns, p_low, p_high;
    perform lizsync.refuse_rows(p_relid, v_edited, p_error);
    return v_edited is not null;
end
$_$;


ALTER FUNCTION lizsync.refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text) OWNER TO postgres;

--
-- Name: FUNCTION refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text) IS 'Refuses the rows of a group that somebody is editing, and locks the others; false when there are none.';


--
-- Name: refuse_rows(oid, uuid[], text); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    update lizsync.replay
    set error = p_error
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and uid = any (p_uids)
$$;


ALTER FUNCTION lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error text) OWNER TO postgres;

--
-- Name: FUNCTION refuse_rows(p_relid oid, p_uids uuid[], p_error text); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error text) IS 'Marks rows of a table that could not be written, with the reason.';


--
-- Name: register_clone(uuid, text, name, text[], pg_snapshot, uuid, pg_snapshot, bigint); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_relids oid[] := array(select to_regclass(t)::oid from unnest(p_tables) as t);
    v_missing text;
begin
    select string_agg(t, ', ') into v_missing from unnest(p_tables) as t where to_regclass(t) is null;
    if v_missing is not null then
        raise exception 'central has no table %', v_missing using errcode = 'undefined_table', hint = 'Make the package again.';
    end if;
    if p_server_id = lizsync.server_id() then
        raise exception 'central cannot be its own clone' using errcode = 'invalid_parameter_value';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('lizsync.purge', 0));
    if pg_snapshot_xmin(p_presented)::text::bigint < lizsync.purged_up_to() then
        raise exception 'central has purged edits that were made since the package' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Make the package again.';
    end if;

    -- Events of before a restore from a dump: their transactions are none of this cluster's, and everybody has them.
    if exists (select from lizsync.clones where central_system_identifier <> lizsync.system_identifier()) then
        update audit.logged_actions set transaction_id = 0 where transaction_id >= pg_snapshot_xmax(p_presented)::text::bigint;
    end if;

    insert into lizsync.clones as c (
        server_id, server_name, role_name, relids, central_system_identifier, clone_system_identifier,
        received, accepted_token, offered_token, digest, pending_digest, horizon,
        deploy_token, deploy_received, deploy_presented, deploy_system_identifier, deploy_tables, deploy_relids
    ) values (
        p_server_id, p_server_name, p_role, v_relids, lizsync.system_identifier(), p_clone_system_identifier,
        p_received, p_token, p_token, '', '', pg_snapshot_xmin(p_presented)::text::bigint,
        p_token, p_received, p_presented, p_clone_system_identifier, p_tables, v_relids
    )
    on conflict (server_id) do update set
        server_name = excluded.server_name,
        role_name = excluded.role_name,
        deploy_token = excluded.deploy_token,
        deploy_received = excluded.deploy_received,
        deploy_presented = excluded.deploy_presented,
        deploy_system_identifier = excluded.deploy_system_identifier,
        deploy_tables = excluded.deploy_tables,
        deploy_relids = excluded.deploy_relids,
        registered_at = excluded.registered_at,
        revoked = false;

    insert into lizsync.synchronized_tables (server_id, sync_tables)
    values (p_server_id, to_jsonb(p_tables))
    on conflict (server_id) do nothing;

    perform lizsync.grant_exchange(p_role);
end
$$;


ALTER FUNCTION lizsync.register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint) OWNER TO postgres;

--
-- Name: FUNCTION register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint) IS 'On central: takes up a deployed clone, names the role that may speak for it and grants this role what it needs of LizSync (not the tables). p_presented is central''s snapshot in the package, p_received the clone''s when it was deployed.';


--
-- Name: relation_name(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.relation_name(p_relid oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = p_relid
$$;


ALTER FUNCTION lizsync.relation_name(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION relation_name(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.relation_name(p_relid oid) IS 'A table''s name as white lists, conflicts and pending changes hold it: "schema"."table", both quoted.';


--
-- Name: relink_log(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.relink_log() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_relids oid[] := array(select relid from lizsync.white_list(lizsync.server_id()));
begin
    if (select relids <@ v_relids and v_relids <@ relids from lizsync.central) then
        return;
    end if;
    update audit.logged_actions l
    set relid = w.relid
    from lizsync.white_list(lizsync.server_id()) as w
    where w.relation = format('"%s"."%s"', replace(l.schema_name, '"', '""'), replace(l.table_name, '"', '""')) and l.relid <> w.relid;
    update lizsync.central set relids = v_relids;
end
$$;


ALTER FUNCTION lizsync.relink_log() OWNER TO postgres;

--
-- Name: FUNCTION relink_log(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.relink_log() IS 'On a clone whose tables were made again, as by a restore from a dump: has its events refer to the tables of today.';


--
-- Name: reply_batch(uuid, integer, uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.reply_batch(p_clone_id uuid, p_batch integer, p_token uuid) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_payload text;
begin
    select r.payload into v_payload
    from lizsync.reply r
    join lizsync.clones c on c.server_id = r.clone_id
    where r.clone_id = p_clone_id and r.batch = p_batch and r.token = p_token
        and not c.revoked and pg_has_role(session_user, c.role_name, 'MEMBER');
    if not found then
        raise exception 'central no longer has part % of its reply', p_batch using errcode = 'no_data_found',
            hint = 'Synchronise again.';
    end if;
    return v_payload;
end
$$;


ALTER FUNCTION lizsync.reply_batch(p_clone_id uuid, p_batch integer, p_token uuid) OWNER TO postgres;

--
-- Name: FUNCTION reply_batch(p_clone_id uuid, p_batch integer, p_token uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.reply_batch(p_clone_id uuid, p_batch integer, p_token uuid) IS 'On central: one part of the reply to a clone''s last exchange, for receive_batch on the clone.';


--
-- Name: revoke_clone(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.revoke_clone(p_server_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
begin
    update lizsync.clones set revoked = true where server_id = p_server_id;
    if not found then
        raise exception 'no clone % is registered', p_server_id using errcode = 'no_data_found';
    end if;
    delete from lizsync.reply where clone_id = p_server_id;
end
$$;


ALTER FUNCTION lizsync.revoke_clone(p_server_id uuid) OWNER TO postgres;

--
-- Name: FUNCTION revoke_clone(p_server_id uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.revoke_clone(p_server_id uuid) IS 'On central: from now on the clone is refused, whatever its role. Deploying it again takes it up again.';


--
-- Name: rows_staged(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.rows_staged(p_relid oid) RETURNS TABLE(uid uuid, action text, columns text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select uid, action, akeys(won)
    from lizsync.replay
    where exchange = pg_current_xact_id_if_assigned()::text::bigint and relid = p_relid and error is null
$$;


ALTER FUNCTION lizsync.rows_staged(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION rows_staged(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.rows_staged(p_relid oid) IS 'The rows of a table that the running exchange writes and that were not refused.';


--
-- Name: rows_to_write(oid, text, text[], integer, integer, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) RETURNS TABLE(uid uuid, fields public.hstore, won public.hstore)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1e+06
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select uid, fields, won
    from lizsync.replay
    where exchange = pg_current_xact_id_if_assigned()::text::bigint
        and ordinal between p_low and p_high
        and relid = p_relid
        and action = p_action
        and lizsync.is_tried(error, p_again)
        and akeys(won) = p_columns
$$;


ALTER FUNCTION lizsync.rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) IS 'The rows of one group between two ordinals: the whole change, and what is to be written of it.';


--
-- Name: sent_columns(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.sent_columns(p_relid regclass) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select array_agg(attname::text order by attnum)
    from pg_attribute
    where attrelid = p_relid and attnum > 0 and not attisdropped and attname <> all (lizsync.local_columns(p_relid))
$$;


ALTER FUNCTION lizsync.sent_columns(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION sent_columns(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.sent_columns(p_relid regclass) IS 'The columns of a table that are synchronised.';


--
-- Name: server_id(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.server_id() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select server_id from lizsync.server_metadata $$;


ALTER FUNCTION lizsync.server_id() OWNER TO postgres;

--
-- Name: FUNCTION server_id(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.server_id() IS 'This database''s server id; null when it has none.';


--
-- Name: snapshot_contains(pg_snapshot, pg_snapshot); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select
        -- Nothing that is in progress now had been seen,
        not exists (select from pg_snapshot_xip(p_snapshot) as x where pg_visible_in_snapshot(x, p_earlier))
        -- and nothing that has not begun now had.
        and greatest(0, pg_snapshot_xmax(p_earlier)::text::bigint - pg_snapshot_xmax(p_snapshot)::text::bigint) <= (
            select count(*) from pg_snapshot_xip(p_earlier) as x where x >= pg_snapshot_xmax(p_snapshot)
        )
$$;


ALTER FUNCTION lizsync.snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot) OWNER TO postgres;

--
-- Name: FUNCTION snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot) IS 'Whether every transaction visible in the earlier snapshot is visible in the first one.';


--
-- Name: snapshot_with(pg_snapshot, xid8); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) RETURNS pg_snapshot
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select case
        when p_transaction_id < pg_snapshot_xmax(p_snapshot) then p_snapshot
        else format(
            '%s:%s:%s',
            pg_snapshot_xmin(p_snapshot),
            p_transaction_id::text::bigint + 1,
            (
                select string_agg(x::text, ',' order by x)
                from (
                    select x::text::bigint from pg_snapshot_xip(p_snapshot) as x
                    union all
                    select generate_series(pg_snapshot_xmax(p_snapshot)::text::bigint, p_transaction_id::text::bigint - 1)
                ) as ids (x)
            )
        )::pg_snapshot
    end
$$;


ALTER FUNCTION lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) OWNER TO postgres;

--
-- Name: FUNCTION snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) IS 'The snapshot, with one later transaction visible in it too.';


--
-- Name: spared_rows(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.spared_rows(p_relid oid) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select lizsync.relation_name(r.relid) || ' ' || r.uid
    from lizsync.replay r
    join audit.logged_actions l on l.transaction_id = r.exchange and l.relid = r.relid and l.uid = r.uid
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint
        and r.error is not null
        and r.action <> 'D'
        and p_relid in (select confrelid from pg_constraint where contype = 'f' and conrelid = r.relid)
    limit 1
$$;


ALTER FUNCTION lizsync.spared_rows(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION spared_rows(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.spared_rows(p_relid oid) IS 'On central: a row that the clone has changed, whose change was refused, and that a foreign key to the table has now touched.';


--
-- Name: stage_changes(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.stage_changes() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET work_mem TO '64MB'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    v_exchange lizsync.exchanges := lizsync.this_exchange();
    v_entry lizsync.clones;
begin
    select * into strict v_entry from lizsync.clones where server_id = v_exchange.clone_id;
    if lizsync.events_digest(v_exchange.received)
        <> (case when v_exchange.token = v_entry.offered_token then v_entry.pending_digest else v_entry.digest end)
    then
        raise exception 'these are not the changes that central has received from the clone %', v_entry.server_name
            using errcode = 'object_not_in_prerequisite_state', detail = 'This is another copy of the clone, or an old backup of it.',
            hint = 'Deploy a package to it, asking to keep its unsent changes.';
    end if;

    insert into lizsync.replay (exchange, ordinal, relid, uid, action, fields, won, first_event, last_event)
    with relation as materialized (
        select relation, relid, lizsync.sent_columns(relid) as columns from lizsync.white_list(v_exchange.clone_id)
    ), event as materialized (
        select i.event_id, r.relid, i.uid, i.action, i.fields
        from lizsync.incoming i
        join relation r using (relation)
        left join lizsync.pending_changes p
            on p.clone_id = v_exchange.clone_id and p.object_table = i.relation and p.object_uid = i.uid
        where i.exchange = v_exchange.transaction_id
            and not lizsync.is_received(i.transaction_id, coalesce(p.received, v_exchange.received))
    ), several as materialized (
        -- Rows with more than one event.
        select relid, uid, max(event_id) filter (where action <> 'U') as existence
        from event
        group by relid, uid
        having count(*) > 1
    ), net as (
        select
            e.relid, e.uid, case e.action when 'I' then 'R' else e.action end as action, e.fields,
            e.event_id as first_event, e.event_id as last_event
        from event e
        where not exists (select from several s where s.relid = e.relid and s.uid = e.uid)
        union all
        select
            e.relid, e.uid,
            case max(e.action) filter (where e.event_id = s.existence) when 'I' then 'R' when 'D' then 'D' else 'U' end,
            lizsync.net_fields(e.fields order by e.event_id),
            min(e.event_id),
            max(e.event_id)
        from several s
        join event e on e.relid = s.relid and e.uid = s.uid
        where s.existence is null or e.event_id >= s.existence
        group by e.relid, e.uid
    ), change as (
        select
            n.relid, n.uid, n.action, n.first_event, n.last_event,
            case n.action
                when 'R' then slice(n.fields || hstore('uid', n.uid::text), r.columns)
                when 'U' then slice(n.fields - 'uid'::text, r.columns)
                else ''
            end as fields
        from net n join relation r using (relid)
        offset 0 -- so that the fields are made once
    )
    select
        v_exchange.transaction_id, row_number() over (order by relid, action, akeys(fields) collate "C"), relid, uid, action,
        fields, fields, first_event, last_event
    from change;
end
$$;


ALTER FUNCTION lizsync.stage_changes() OWNER TO postgres;

--
-- Name: FUNCTION stage_changes(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.stage_changes() IS 'On central: reduces the changes of the clone to their net effect.';


--
-- Name: synchronize(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.synchronize() RETURNS TABLE(number_replayed_to_central integer, number_replayed_to_clone integer, number_conflicts integer, number_pending integer)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    AS $_$
declare
    v_dblink text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
    v_begin record;
    v_asked timestamptz;
    v_turn lizsync.turn;
    v_offset interval;
    v_quote text;
    v_answer lizsync.answer;
    v_committed boolean := false;
    v_tries integer := 0;
begin
    if v_dblink is null or not exists (select from pg_foreign_server where srvname = 'central_server') then
        raise exception 'this clone does not know how to reach central' using errcode = 'object_not_in_prerequisite_state',
            hint = 'Run lizsync.create_central_server_fdw(host, port, dbname, user, password), which needs the extensions dblink and postgres_fdw; or synchronise with the algorithm synchronize_database.';
    end if;
    begin
        execute format('select %I.dblink_connect(''lizsync'', ''central_server'')', v_dblink);
        v_asked := clock_timestamp();
        v_turn := lizsync.central_query('select lizsync.take_turn()');
        -- As NTP does: what the answer took on central does not count.
        v_offset := (v_asked - to_timestamp(v_turn.asked_at) + (clock_timestamp() - to_timestamp(v_turn.given_at))) / 2;
        select * into v_begin from lizsync.begin_synchronization(v_turn.version);

        loop
            begin
                perform lizsync.central_query('begin isolation level repeatable read');
                perform lizsync.central_query(format(
                    'select lizsync.open_exchange(%L, %L, %L, %L)', v_begin.greeting, v_begin.columns, v_begin.pending, v_offset
                ));
                for i in 1 .. coalesce(cardinality(v_begin.batches), 0) loop
                    -- Quoted by a tag that cannot be guessed: escaping megabytes, and reading them escaped, takes time.
                    v_quote := '$batch_' || replace(gen_random_uuid()::text, '-', '') || '$';
                    perform lizsync.central_query(concat(
                        'select lizsync.receive_batch(', v_quote,
                        lizsync.outgoing_batch((v_begin.greeting).snapshot, coalesce(v_begin.batches[i - 1], 0), v_begin.batches[i]),
                        v_quote, ')'
                    ));
                end loop;
                v_answer := lizsync.central_query('select lizsync.exchange()');
                perform lizsync.central_query('commit');
                v_committed := true;
                exit;
            exception when serialization_failure or deadlock_detected then
                v_tries := v_tries + 1;
                if v_tries = 5 then
                    raise;
                end if;
                perform lizsync.central_query('rollback');
            end;
        end loop;

        for i in 1 .. v_answer.batches loop
            perform lizsync.receive_batch(lizsync.central_query(format(
                'select lizsync.reply_batch(%L, %s, %L)', (v_begin.greeting).server_id, i, v_answer.token
            )));
        end loop;
        execute format('select %I.dblink_disconnect(''lizsync'')', v_dblink);
        return query select * from lizsync.apply_reply(v_answer);
    exception when others or query_canceled then
        declare
            v_state text := sqlstate;
            v_message text;
            v_detail text;
            v_hint text;
        begin
            get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
            execute format(
                'select %1$I.dblink_cancel_query(''lizsync''), %1$I.dblink_disconnect(''lizsync'') where ''lizsync'' = any (%1$I.dblink_get_connections())',
                v_dblink
            );
            if v_committed then
                v_detail := concat_ws(' ', nullif(v_detail, ''), 'Central is done; the clone receives it with the next synchronisation.');
            end if;
            raise exception using errcode = v_state, message = v_message, detail = v_detail, hint = v_hint;
        end;
    end;
end
$_$;


ALTER FUNCTION lizsync.synchronize() OWNER TO postgres;

--
-- Name: FUNCTION synchronize(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.synchronize() IS 'On a clone: synchronises with central. Returns the rows of the clone written on central, the rows of central written here, the values that lost, and the rows that stand still.';


--
-- Name: system_identifier(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.system_identifier() RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select system_identifier from pg_control_system() $$;


ALTER FUNCTION lizsync.system_identifier() OWNER TO postgres;

--
-- Name: FUNCTION system_identifier(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.system_identifier() IS 'Identifier of this database cluster.';


--
-- Name: table_columns(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.table_columns(p_clone_id uuid) RETURNS lizsync.table_column[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select array_agg(
        row (
            w.relation,
            a.attname,
            format_type(a.atttypid, a.atttypmod)
                || case when a.attname = any (lizsync.local_columns(w.relid)) then ' (local)' else '' end
        )::lizsync.table_column
        order by w.relation, a.attnum
    )
    from lizsync.white_list(p_clone_id) as w
    join pg_attribute a on a.attrelid = w.relid and a.attnum > 0 and not a.attisdropped
$$;


ALTER FUNCTION lizsync.table_columns(p_clone_id uuid) OWNER TO postgres;

--
-- Name: FUNCTION table_columns(p_clone_id uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.table_columns(p_clone_id uuid) IS 'The columns of a clone''s tables as they are in this database.';


--
-- Name: table_states(text[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.table_states(p_schemas text[] DEFAULT NULL::text[]) RETURNS TABLE(schema_name text, table_name text, row_estimate bigint, has_uid boolean, is_audited boolean, is_readable boolean, owner_name text, is_owner boolean)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select
        n.nspname, c.relname,
        -- What was never analysed has an estimate in the statistics alone.
        case when c.reltuples > 0 then c.reltuples::bigint else pg_stat_get_live_tuples(c.oid) end,
        lizsync.has_uid_column(c.oid),
        coalesce(
            (lizsync.audit_arguments(c.oid))[2]::boolean = exists (
                select from pg_attribute a
                where a.attrelid = c.oid and a.attname = 'uid' and a.atttypid = 'uuid'::regtype and not a.attisdropped
            )
            and lizsync.has_audit_triggers(c.oid),
            false
        ),
        has_schema_privilege(o.nspowner, n.oid, 'usage') and has_table_privilege(o.nspowner, c.oid, 'select'),
        pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'usage')
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_namespace o on o.nspname = 'lizsync'
    where n.nspname = any (coalesce(p_schemas, array(select lizsync.user_schemas())))
        and c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition and c.reloftype = 0
        and not exists (select from pg_inherits h where c.oid in (h.inhrelid, h.inhparent))
        and not exists (
            select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
    order by n.nspname, c.relname
$$;


ALTER FUNCTION lizsync.table_states(p_schemas text[]) OWNER TO postgres;

--
-- Name: FUNCTION table_states(p_schemas text[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.table_states(p_schemas text[]) IS 'How far each table that can be synchronised is prepared: uid column, audit triggers, readable for the owner of LizSync, and whether the current user owns it.';


--
-- Name: tables_to_write(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.tables_to_write() RETURNS oid[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_left oid[];
    v_next oid[];
    v_ordered oid[] := '{}';
begin
    v_left := array(
        select distinct relid from lizsync.replay
        where exchange = pg_current_xact_id_if_assigned()::text::bigint
        order by relid
    );
    while v_left <> '{}' loop
        v_next := array(
            select t from unnest(v_left) as t
            where not exists (
                select from pg_constraint c
                where c.contype = 'f' and c.conrelid = t and c.confrelid <> t and c.confrelid = any (v_left)
            )
            order by t
        );
        if v_next = '{}' then
            v_next := v_left;
        end if;
        v_ordered := v_ordered || v_next;
        v_left := array(select t from unnest(v_left) as t where t <> all (v_next) order by t);
    end loop;
    return v_ordered;
end
$$;


ALTER FUNCTION lizsync.tables_to_write() OWNER TO postgres;

--
-- Name: FUNCTION tables_to_write(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.tables_to_write() IS 'The tables that the running exchange changes, parents before children.';


--
-- Name: take_turn(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.take_turn() RETURNS lizsync.turn
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '0'
    AS $$
declare
    c_turns constant integer := 8;
    v_turn lizsync.turn;
    v_number integer;
begin
    v_turn.version := lizsync.current_version();
    v_turn.asked_at := extract(epoch from clock_timestamp());
    perform lizsync.end_turn();
    if exists (select from lizsync.clones where not revoked and pg_has_role(session_user, role_name, 'MEMBER')) then
        -- That of a clone that has vanished is free within 30 seconds.
        perform set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false);
        select n into v_number from generate_series(1, c_turns) as n where pg_try_advisory_lock(lizsync.turn_class(), n) limit 1;
        if v_number is null then
            raise notice 'central is synchronising with % other clones; this one waits for its turn', c_turns;
            perform pg_advisory_lock(lizsync.turn_class(), 1 + floor(c_turns * random())::integer);
        end if;
    end if;
    v_turn.given_at := extract(epoch from clock_timestamp());
    return v_turn;
end
$$;


ALTER FUNCTION lizsync.take_turn() OWNER TO postgres;

--
-- Name: FUNCTION take_turn(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.take_turn() IS 'On central: waits until few enough others are synchronising; returns the version of the structure, and central''s clock before and after.';


--
-- Name: text_size(public.hstore); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.text_size(p_fields public.hstore) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    select case when pg_column_size(p_fields) < 2000 then 2 * pg_column_size(p_fields) else octet_length(p_fields::text) end
$$;


ALTER FUNCTION lizsync.text_size(p_fields public.hstore) OWNER TO postgres;

--
-- Name: FUNCTION text_size(p_fields public.hstore); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.text_size(p_fields public.hstore) IS 'About how many bytes the fields of a change take in a batch.';


--
-- Name: this_exchange(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.this_exchange() RETURNS lizsync.exchanges
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_exchange lizsync.exchanges;
begin
    select * into v_exchange from lizsync.exchanges where transaction_id = pg_current_xact_id_if_assigned()::text::bigint;
    if not found then
        raise exception 'this transaction has opened no exchange' using errcode = 'invalid_transaction_state';
    end if;
    return v_exchange;
end
$$;


ALTER FUNCTION lizsync.this_exchange() OWNER TO postgres;

--
-- Name: FUNCTION this_exchange(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.this_exchange() IS 'The exchange that the running transaction has opened; an error when there is none.';


--
-- Name: turn_class(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.turn_class() RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select 1281981011 $$;


ALTER FUNCTION lizsync.turn_class() OWNER TO postgres;

--
-- Name: FUNCTION turn_class(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.turn_class() IS 'The first key of the advisory locks that are turns; the second is the number of the turn.';


--
-- Name: uid_column_problem(regclass); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.uid_column_problem(p_relid regclass) RETURNS TABLE(problem text, severity text, explanation text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
    select p.problem, p.severity, p.explanation, p.remedy
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join format('%I.%I', n.nspname, c.relname) as label
    cross join lateral (
        values
            (
                1, a.atttypid <> 'uuid'::regtype or a.attgenerated <> '',
                'uid_wrong_type', 'error',
                format(
                    'its column uid is %s%s, and LizSync knows rows by a uid of type uuid',
                    case when a.attgenerated <> '' then 'generated, of type ' else 'of type ' end,
                    format_type(a.atttypid, a.atttypmod)
                ),
                format('ALTER TABLE %s RENAME COLUMN uid TO old_uid; then prepare the table again', label)
            ),
            (
                2, not a.attnotnull,
                'uid_nullable', 'error',
                'its column uid may be null, so that rows could not be told apart',
                format(
                    'UPDATE %1$s SET uid = gen_random_uuid() WHERE uid IS NULL; ALTER TABLE %1$s ALTER COLUMN uid SET NOT NULL, ALTER COLUMN uid SET DEFAULT gen_random_uuid()',
                    label
                )
            ),
            (
                3,
                not exists (
                    select from pg_index i
                    where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and i.indimmediate
                        and i.indpred is null and i.indnkeyatts = 1 and i.indkey[0] = a.attnum
                ),
                'uid_not_unique', 'error',
                'its column uid has no unique constraint (a deferrable or partial one is not enough)',
                format('ALTER TABLE %s ADD UNIQUE (uid)', label)
            ),
            (
                4, not a.atthasdef,
                'uid_without_default', 'warning',
                'its column uid has no default, so that every client must give one to add a row',
                format('ALTER TABLE %s ALTER COLUMN uid SET DEFAULT gen_random_uuid()', label)
            )
    ) as p (n, found, problem, severity, explanation, remedy)
    where a.attrelid = p_relid and a.attname = 'uid' and not a.attisdropped and p.found
        -- The others say nothing about a column that is to be replaced.
        and (p.n = 1 or (a.atttypid = 'uuid'::regtype and a.attgenerated = ''))
    order by p.n
$_$;


ALTER FUNCTION lizsync.uid_column_problem(p_relid regclass) OWNER TO postgres;

--
-- Name: FUNCTION uid_column_problem(p_relid regclass); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.uid_column_problem(p_relid regclass) IS 'What is wrong with a table''s column uid, and the commands that put it right; nothing when it has none.';


--
-- Name: unsafe_tables(text[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.unsafe_tables(p_schemas text[] DEFAULT NULL::text[]) RETURNS TABLE(schema_name text, table_name text, problem text, severity text, explanation text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
    with chosen as (
        select n.oid, n.nspname
        from pg_namespace n
        where n.nspname = any (coalesce(p_schemas, array(select lizsync.user_schemas()) || 'public'::text))
    ),
    candidate as (
        select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as label
        from pg_class c
        join chosen n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'f', 'm')
            and c.relpersistence <> 't'
            and not exists (
                select from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
            )
    ),
    relation as (
        select * from candidate where nspname <> 'public'
    ),
    plain as (
        select * from relation where relkind in ('r', 'p')
    ),
    -- One row for each column of each unique key.
    key_column as (
        select
            i.indexrelid, i.indrelid, i.indisprimary, k.n,
            a.attname,
            a.atttypid,
            a.attname::text = any (lizsync.local_columns(i.indrelid)) as is_local
        from plain r
        join pg_index i on i.indrelid = r.oid and i.indisunique
        cross join unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality as k (attnum, n)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    ),
    unique_key as (
        select
            indexrelid, indrelid, indisprimary,
            -- Of an expression nothing is known but that it comes from what people enter.
            string_agg(coalesce(quote_ident(attname), 'an expression'), ', ' order by n) as columns
        from key_column
        group by indexrelid, indrelid, indisprimary
        having not bool_or(coalesce(is_local, false)) and not bool_or(coalesce(atttypid = 'uuid'::regtype, false))
    ),
    foreign_key as (
        select
            r.nspname, r.relname, r.label, k.conname, k.confrelid,
            p.relname as parent_name, pn.nspname as parent_schema,
            format('%I.%I', pn.nspname, p.relname) as parent_label,
            c.columns, c.referenced, c.count, c.is_local,
            substring(pg_get_constraintdef(k.oid) from ' ON (?:UPDATE|DELETE) .*$') as actions
        from plain r
        join pg_constraint k on k.conrelid = r.oid and k.contype = 'f'
        join pg_class p on p.oid = k.confrelid
        join pg_namespace pn on pn.oid = p.relnamespace
        cross join lateral (
            select
                array_agg(a.attname::text order by u.n) as columns,
                array_agg(b.attname::text order by u.n) as referenced,
                count(*) as count,
                bool_or(b.attname::text = any (lizsync.local_columns(k.confrelid)) and b.attgenerated = '') as is_local
            from unnest(k.conkey, k.confkey) with ordinality as u (here, there, n)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.here
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.there
        ) as c
        -- A partition repeats the keys of its parent.
        where k.conparentid = 0
    ),
    found (nspname, relname, problem, severity, explanation, remedy) as (
        select
            nspname, relname, 'in_public', 'error',
            'it is in the schema public, which is never synchronised',
            format('ALTER TABLE %s SET SCHEMA …, a schema of your own', label)
        from candidate
        -- QGIS keeps its styles and projects there; packages carry the styles on their own.
        where nspname = 'public' and relkind <> 'm' and relname not in ('layer_styles', 'qgis_projects')

        union all
        select
            nspname, relname, 'no_primary_key', 'warning',
            'it has no primary key; QGIS cannot edit it',
            case
                when lizsync.has_uid_column(oid) then format('ALTER TABLE %s ADD PRIMARY KEY (uid)', label)
                else format('add its uid column, then ALTER TABLE %s ADD PRIMARY KEY (uid)', label)
            end
        from plain r
        where relkind = 'r' and not relispartition
            and not exists (select from pg_index where indrelid = r.oid and indisprimary)

        union all
        select r.nspname, r.relname, p.problem, p.severity, p.explanation, p.remedy
        from plain r cross join lateral lizsync.uid_column_problem(r.oid) as p

        union all
        select
            nspname, relname, 'unlogged', 'error',
            'it is unlogged: it is emptied when the server crashes, and that would not be recorded',
            format('ALTER TABLE %s SET LOGGED', label)
        from relation
        where relpersistence = 'u'

        union all
        select
            nspname, relname, 'partitioned', 'error',
            'it is partitioned: its rows live in other tables',
            'keep it out of the synchronised schemas, or copy it into an ordinary table'
        from relation
        where relkind = 'p'

        union all
        select
            r.nspname, r.relname, 'partition', 'error',
            format('it is a partition of %s', h.inhparent::regclass),
            format('ALTER TABLE %s DETACH PARTITION %s', h.inhparent::regclass, r.label)
        from relation r join pg_inherits h on h.inhrelid = r.oid
        where r.relispartition

        union all
        select
            r.nspname, r.relname, 'inheritance', 'error',
            format('it inherits from %s: its rows would be synchronised twice', h.inhparent::regclass),
            format('ALTER TABLE %s NO INHERIT %s', r.label, h.inhparent::regclass)
        from relation r join pg_inherits h on h.inhrelid = r.oid
        where not r.relispartition

        union all
        select
            r.nspname, r.relname, 'inheritance', 'error',
            format('the table %s inherits from it: that one''s rows would be synchronised twice', h.inhrelid::regclass),
            format('ALTER TABLE %s NO INHERIT %s', h.inhrelid::regclass, r.label)
        from relation r join pg_inherits h on h.inhparent = r.oid
        where r.relkind = 'r'

        union all
        select
            nspname, relname, 'typed_table', 'error',
            format('it is a table of the type %s and can have no column of its own', format_type(reloftype, null)),
            format('ALTER TABLE %s NOT OF', label)
        from plain
        where reloftype <> 0

        union all
        select
            nspname, relname, 'row_level_security', 'error',
            'its row-level security may hide rows from whoever packages or synchronises it',
            format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', label)
        from relation
        where relrowsecurity

        union all
        select
            nspname, relname, 'foreign_table', 'error',
            'it is a foreign table: its rows are in another database',
            'keep it out of the synchronised schemas, or copy it into an ordinary table'
        from relation
        where relkind = 'f'

        union all
        select
            nspname, relname, 'materialized_view', 'warning',
            'it is a materialized view: it is not synchronised, only refreshed after a deployment or synchronisation',
            'nothing to do'
        from relation
        where relkind = 'm'

        union all
        select
            r.nspname, r.relname, 'raster_or_topology', 'error',
            format(
                'its column %I is of type %s, whose values are useless without tables that are not synchronised',
                a.attname, format_type(a.atttypid, a.atttypmod)
            ),
            'keep it out of the synchronised schemas, or store the geometry in a column of type geometry'
        from plain r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        where t.typname in ('raster', '_raster', 'topogeometry', '_topogeometry')

        union all
        select
            nspname, relname, 'foreign_key_on_local_key', 'error',
            format(
                'its foreign key %I references %s (%s), a number that each database gives on its own',
                conname, parent_label, array_to_string(referenced, ', ')
            ),
            case count
                when 1 then format(
                    'once %1$s has its uid column: ALTER TABLE %2$s ADD COLUMN %3$I uuid REFERENCES %1$s (uid)%6$s; UPDATE %2$s AS child SET %3$I = parent.uid FROM %1$s AS parent WHERE parent.%5$I = child.%4$I; ALTER TABLE %2$s DROP COLUMN %4$I',
                    parent_label, label, regexp_replace(columns[1], '_?id$', '') || '_uid', columns[1], referenced[1],
                    actions
                )
                else format('let it reference the column uid of %s instead', parent_label)
            end
        from foreign_key
        where is_local

        union all
        select
            nspname, relname, 'foreign_key_outside',
            case when parent_schema in (select lizsync.user_schemas()) then 'warning' else 'error' end,
            format('its foreign key %I references %s, which is in none of the chosen schemas', conname, parent_label),
            case
                when parent_schema in (select lizsync.user_schemas()) then format('synchronise the schema %I too', parent_schema)
                else format('ALTER TABLE %s SET SCHEMA …, a schema of your own', parent_label)
            end
        from foreign_key
        where parent_schema not in (select nspname from chosen where nspname <> 'public')

        union all
        select
            r.nspname, r.relname, 'unique_key_filled_alike', 'warning',
            format(
                'two people who are offline can enter the same value of %s (%s), and only one of the rows can then be kept as it is',
                case when k.indisprimary then 'the primary key' else 'the unique key' end, k.columns
            ),
            'agree on a range or prefix for each clone; a row that clashes stays pending until one of the values is changed'
        from plain r join unique_key k on k.indrelid = r.oid

        union all
        select
            r.nspname, r.relname, 'serial_not_key', 'warning',
            format('its column %I is numbered by a sequence but is no key: two databases give the same number', a.attname),
            format('ALTER TABLE %s ADD UNIQUE (%I), so that each database numbers for itself, or take the default away', r.label, a.attname)
        from plain r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where (a.attidentity <> '' or (a.attgenerated = '' and pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\('))
            and a.attname::text <> all (lizsync.local_columns(r.oid))

        union all
        select
            r.nspname, r.relname, 'exclusion_constraint', 'warning',
            format('rows that two people enter offline may together break its constraint %I; the later one then stays pending', k.conname),
            'nothing to do, or drop the constraint'
        from plain r join pg_constraint k on k.conrelid = r.oid and k.contype = 'x'

        union all
        select
            r.nspname, r.relname, 'rule',
            case when w.is_instead then 'error' else 'warning' end,
            case
                when w.is_instead then format('its rule %I replaces what is written to it, so that edits could not be replayed', w.rulename)
                else format('its rule %I also runs for every replayed row, on the clones too', w.rulename)
            end,
            format('DROP RULE %I ON %s; a trigger does the same and is not fired by a replay on a clone', w.rulename, r.label)
        from plain r
        join pg_rewrite w on w.ev_class = r.oid

        union all
        select
            r.nspname, r.relname, 'trigger_before_audit', 'warning',
            format('its trigger %I fires before the audit''s, so that what it does is recorded before the edit that caused it', t.tgname),
            format('ALTER TRIGGER %I ON %s RENAME TO %I', t.tgname, r.label, 'after_' || t.tgname)
        from plain r
        join pg_trigger t on t.tgrelid = r.oid
        where not t.tgisinternal and not t.tgdeferrable and t.tgname not like '00\_audit\_trigger\_%'
            and (t.tgtype & 1) = 1 and (t.tgtype & (2 | 64)) = 0
            and t.tgname::text collate "C" < '00_audit_trigger_row' collate "C"
    )
    select nspname, relname, problem, severity, explanation, remedy
    from found
    order by nspname, relname, severity, problem, explanation
$_$;


ALTER FUNCTION lizsync.unsafe_tables(p_schemas text[]) OWNER TO postgres;

--
-- Name: FUNCTION unsafe_tables(p_schemas text[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.unsafe_tables(p_schemas text[]) IS 'The tables of some schemas, or of all, that synchronising would harm or surprise, with the reason and the remedy.';


--
-- Name: unseen_events(lizsync.exchanges); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.unseen_events(p_exchange lizsync.exchanges) RETURNS TABLE(event_id bigint, relid oid, uid uuid, action text, fields public.hstore, edited_at timestamp with time zone, author text, of_clone boolean, caused_by_clone boolean, of_exchange boolean)
    LANGUAGE sql STABLE
    AS $$
    select
        l.event_id, l.relid, l.uid, l.action,
        coalesce(l.changed_fields, l.row_data),
        coalesce((l.sync_data ->> 'time')::timestamptz, l.action_tstamp_clk),
        l.session_user_name,
        l.sync_data is not null and l.sync_data ->> 'origin' is not distinct from p_exchange.clone_id::text,
        l.sync_data is not null and l.sync_data ->> 'cause' is not distinct from p_exchange.clone_id::text,
        l.transaction_id = p_exchange.transaction_id
    from audit.logged_actions l
    left join lizsync.standing s on s.exchange = p_exchange.transaction_id and s.relid = l.relid and s.uid = l.uid
    where l.transaction_id >= p_exchange.horizon
        and l.uid is not null
        and not lizsync.is_received(l.transaction_id, coalesce(s.received, p_exchange.cursor))
$$;


ALTER FUNCTION lizsync.unseen_events(p_exchange lizsync.exchanges) OWNER TO postgres;

--
-- Name: FUNCTION unseen_events(p_exchange lizsync.exchanges); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.unseen_events(p_exchange lizsync.exchanges) IS 'On central: the events, this exchange''s included, that its clone has not received: who made each edit, when, and whether the clone itself made it (of_clone), a trigger because of the clone (caused_by_clone), or the running exchange (of_exchange).';


--
-- Name: user_schemas(); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.user_schemas() RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select n.nspname::text
    from pg_namespace n
    where n.nspname !~ '^pg_'
        and n.nspname not in ('information_schema', 'public', 'audit', 'lizsync', 'topology', 'tiger', 'tiger_data')
        and not exists (
            select from pg_depend d
            where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
        )
    order by n.nspname
$$;


ALTER FUNCTION lizsync.user_schemas() OWNER TO postgres;

--
-- Name: FUNCTION user_schemas(); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.user_schemas() IS 'The schemas whose tables can be synchronised.';


--
-- Name: white_list(uuid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.white_list(p_clone_id uuid) RETURNS TABLE(relation text, relid oid)
    LANGUAGE sql STABLE ROWS 20
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select t.relation, to_regclass(t.relation)::oid
    from lizsync.synchronized_tables s, jsonb_array_elements_text(s.sync_tables) as t (relation)
    where s.server_id = p_clone_id
$$;


ALTER FUNCTION lizsync.white_list(p_clone_id uuid) OWNER TO postgres;

--
-- Name: FUNCTION white_list(p_clone_id uuid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.white_list(p_clone_id uuid) IS 'The tables that a clone synchronises; relid is null for one that does not exist here.';


--
-- Name: withdraw_rows(lizsync.pending_row[]); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.withdraw_rows(p_rows lizsync.pending_row[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    delete from lizsync.replay r
    using unnest(p_rows) as p
    where r.exchange = pg_current_xact_id_if_assigned()::text::bigint and r.relid = to_regclass(p.relation) and r.uid = p.uid
$$;


ALTER FUNCTION lizsync.withdraw_rows(p_rows lizsync.pending_row[]) OWNER TO postgres;

--
-- Name: FUNCTION withdraw_rows(p_rows lizsync.pending_row[]); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.withdraw_rows(p_rows lizsync.pending_row[]) IS 'On a clone: takes rows out of what is to be written.';


--
-- Name: write_as_group(oid); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.write_as_group(p_relid oid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    AS $_$
declare
    v_table text := lizsync.relation_name(p_relid);
    v_group uuid[];
    v_aside text;
    v_uids uuid[];
    v_row record;
    v_failed uuid;
begin
    select array_agg(g.uid) into v_group from lizsync.group_to_write(p_relid) as g;
    select
        string_agg(distinct format(
            '%1$I = case when g.won ? %1$L then %2$s else t.%1$I end', a.attname,
            case
                when not a.attnotnull then 'null'
                when a.atttypid = 'uuid'::regtype then 'gen_random_uuid()'
                when t.typcategory = 'S' then 't.uid::text'
                when t.typcategory = 'N' then format('-(select count(*) from %1$s) - abs(hashtextextended(t.uid::text, 0) %% 1000000)', v_table)
            end
        ), ', ')
    into v_aside
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    join pg_type t on t.oid = a.atttypid
    where i.indrelid = p_relid and i.indisunique and a.attname = any (lizsync.sent_columns(p_relid)) and a.attname <> 'uid'
        and (not a.attnotnull or a.atttypid = 'uuid'::regtype or t.typcategory in ('S', 'N'))
        and exists (select from lizsync.group_to_write(p_relid) as g where g.won ? a.attname::text);

    while cardinality(v_group) > 1 and v_aside is not null and cardinality(v_group) <= 200 loop
        v_failed := null;
        begin
            execute format('select array_agg(t.uid) from %s as t where t.uid = any ($1)', v_table) into v_uids using v_group;
            execute format(
                'update %s as t set %s from lizsync.group_to_write($2) as g where g.uid = t.uid and t.uid = any ($1)', v_table, v_aside
            )
            using v_group, p_relid;
            for v_row in
                select g.uid, g.won as fields, akeys(g.won) as columns
                from lizsync.group_to_write(p_relid) as g
                where g.uid = any (v_uids)
            loop
                v_failed := v_row.uid;
                execute format(
                    'update %1$s as t set %2$s from (select populate_record(null::%1$s, $2) as r offset 0) as w where t.uid = $1',
                    v_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(v_row.columns) as c)
                )
                using v_row.uid, v_row.fields;
            end loop;
            perform lizsync.accept_rows(p_relid, v_uids);
            return;
        exception when integrity_constraint_violation or data_exception or insufficient_privilege or raise_exception or lock_not_available then
            -- The row keeps the reason that it was refused for.
            v_group := array_remove(v_group, coalesce(v_failed, v_group[1]));
        end;
    end loop;
end
$_$;


ALTER FUNCTION lizsync.write_as_group(p_relid oid) OWNER TO postgres;

--
-- Name: FUNCTION write_as_group(p_relid oid); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.write_as_group(p_relid oid) IS 'Writes refused rows of a table together, with their unique values set aside.';


--
-- Name: write_range(oid, text, text[], integer, integer, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    SET xmloption TO 'content'
    SET jit TO 'off'
    SET random_page_cost TO '1.1'
    AS $_$
declare
    v_table text := lizsync.relation_name(p_relid);
    -- The limit, which is never reached, tells the planner whether an index is worth it.
    v_rows constant text := format('(select * from lizsync.rows_to_write($1, $2, $3, $4, $5, $6) limit %s)', p_high - p_low + 1);
    v_found text;
    v_state text;
    v_message text;
    v_detail text;
    v_alone boolean := p_low = p_high;
begin
    begin
        if p_action = 'D' then
            -- Locked first: nobody can refer to them then, and who has is seen.
            execute format('select from %s as t where t.uid in (select w.uid from %s as w) for update', v_table, v_rows)
            using p_relid, p_action, p_columns, p_low, p_high, p_again;
            v_found := lizsync.children_left(p_relid, p_action, p_columns, p_low, p_high, p_again);
            if v_found is not null then
                raise exception 'rows of % still reference it', v_found using errcode = 'foreign_key_violation';
            end if;
            execute format('delete from %s as t using %s as w where t.uid = w.uid', v_table, v_rows)
            using p_relid, p_action, p_columns, p_low, p_high, p_again;
            v_found := lizsync.spared_rows(p_relid);
            if v_found is not null then
                raise exception '% references it and is pending', v_found using errcode = 'foreign_key_violation';
            end if;
        else
            execute format(
                'update %1$s as t set %2$s from (
                    select w.uid, populate_record(null::%1$s, w.won) as r from %3$s as w offset 0
                ) as w where t.uid = w.uid',
                v_table, (select string_agg(format('%1$I = (w.r).%1$I', c), ', ') from unnest(p_columns) as c), v_rows
            )
            using p_relid, p_action, p_columns, p_low, p_high, p_again;
            if p_action = 'R' then
                execute format(
                    'insert into %1$s (%2$s) select %3$s from (
                        select populate_record(null::%1$s, w.fields) as r from %4$s as w
                        where not exists (select from %1$s as t where t.uid = w.uid) offset 0
                    ) as w',
                    v_table,
                    (select string_agg(quote_ident(c), ', ') from unnest(lizsync.sent_columns(p_relid)) as c),
                    (select string_agg(format('(w.r).%I', c), ', ') from unnest(lizsync.sent_columns(p_relid)) as c),
                    v_rows
                )
                using p_relid, p_action, p_columns, p_low, p_high, p_again;
            end if;
        end if;
        if p_again then
            perform lizsync.accept(p_relid, p_action, p_columns, p_low, p_high);
        end if;
        return;
    exception when others then
        -- Nothing is swallowed: the reason is kept with the row. Every class of error is caught but those that say nothing
        -- of the row, because user triggers raise what they like.
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail;
        if v_state ~ '^(08|25|40|53|57|58|F0|XX)' then
            raise;
        end if;
    end;

    v_message := format('%s (%s)', concat_ws(': ', v_message, nullif(v_detail, '')), v_state);
    if v_state = '55P03' then
        -- An editor holds one of the rows: the others do not wait as long.
        perform set_config('lock_timeout', '200ms', true);
        v_message := 'somebody is editing the row (55P03)';
        if not p_again and lizsync.refuse_edited(p_relid, p_action, p_columns, p_low, p_high, v_message) then
            perform lizsync.write_range(p_relid, p_action, p_columns, p_low, p_high, p_again);
            return;
        end if;
    elsif v_state = '42501' and not has_table_privilege(p_relid, (case p_action when 'D' then 'delete' when 'U' then 'update' else 'insert' end)) then
        v_alone := true;
    end if;
    if v_alone then
        perform lizsync.refuse(p_relid, p_action, p_columns, p_low, p_high, p_again, v_message);
    else
        perform lizsync.write_range(p_relid, p_action, p_columns, p_low, (p_low + p_high) / 2, p_again);
        perform lizsync.write_range(p_relid, p_action, p_columns, (p_low + p_high) / 2 + 1, p_high, p_again);
    end if;
end
$_$;


ALTER FUNCTION lizsync.write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) IS 'Writes changes of one group, refusing the rows that cannot be written.';


--
-- Name: write_table(oid, boolean, boolean); Type: FUNCTION; Schema: lizsync; Owner: postgres
--

CREATE FUNCTION lizsync.write_table(p_relid oid, p_deletes boolean, p_again boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_group record;
begin
    if lizsync.is_central_exchange() then
        perform lizsync.compare(p_relid, p_deletes, p_again);
    end if;
    for v_group in select * from lizsync.groups_to_write(p_relid, p_deletes, p_again) loop
        perform lizsync.write_range(p_relid, v_group.action, v_group.columns, v_group.low, v_group.high, p_again);
    end loop;
end
$$;


ALTER FUNCTION lizsync.write_table(p_relid oid, p_deletes boolean, p_again boolean) OWNER TO postgres;

--
-- Name: FUNCTION write_table(p_relid oid, p_deletes boolean, p_again boolean); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON FUNCTION lizsync.write_table(p_relid oid, p_deletes boolean, p_again boolean) IS 'Compares and writes the changes of a table: its deletes or the rest, of the rows refused before or the others.';


--
-- Name: net_fields(public.hstore); Type: AGGREGATE; Schema: lizsync; Owner: postgres
--

CREATE AGGREGATE lizsync.net_fields(public.hstore) (
    SFUNC = public.hs_concat,
    STYPE = public.hstore,
    INITCOND = '',
    PARALLEL = safe
);


ALTER AGGREGATE lizsync.net_fields(public.hstore) OWNER TO postgres;

--
-- Name: AGGREGATE net_fields(public.hstore); Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON AGGREGATE lizsync.net_fields(public.hstore) IS 'The last value of each field; order the input by event.';


--
-- Name: L'arbre "x".y; Type: TABLE; Schema: Ville été; Owner: postgres
--

CREATE TABLE "Ville été"."L'arbre ""x"".y" (
    id integer NOT NULL,
    uid uuid DEFAULT gen_random_uuid() NOT NULL,
    "Nom" text,
    badge integer,
    geom public.geometry(PointZ,2154)
);


ALTER TABLE "Ville été"."L'arbre ""x"".y" OWNER TO postgres;

--
-- Name: L'arbre "x".y_id_seq; Type: SEQUENCE; Schema: Ville été; Owner: postgres
--

CREATE SEQUENCE "Ville été"."L'arbre ""x"".y_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE "Ville été"."L'arbre ""x"".y_id_seq" OWNER TO postgres;

--
-- Name: L'arbre "x".y_id_seq; Type: SEQUENCE OWNED BY; Schema: Ville été; Owner: postgres
--

ALTER SEQUENCE "Ville été"."L'arbre ""x"".y_id_seq" OWNED BY "Ville été"."L'arbre ""x"".y".id;


--
-- Name: logged_actions_event_id_seq; Type: SEQUENCE; Schema: audit; Owner: postgres
--

ALTER TABLE audit.logged_actions ALTER COLUMN event_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME audit.logged_actions_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: logged_relations; Type: TABLE; Schema: audit; Owner: postgres
--

CREATE TABLE audit.logged_relations (
    relation_name text NOT NULL,
    uid_column text NOT NULL
);


ALTER TABLE audit.logged_relations OWNER TO postgres;

--
-- Name: TABLE logged_relations; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON TABLE audit.logged_relations IS 'The audited tables and views, one row for each column of their key.';


--
-- Name: COLUMN logged_relations.relation_name; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_relations.relation_name IS 'Schema and name, quoted where SQL needs it.';


--
-- Name: COLUMN logged_relations.uid_column; Type: COMMENT; Schema: audit; Owner: postgres
--

COMMENT ON COLUMN audit.logged_relations.uid_column IS 'A column of the primary key, or of the key given to audit_view.';


--
-- Name: central; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.central (
    server_id uuid NOT NULL,
    system_identifier bigint NOT NULL,
    clone_system_identifier bigint NOT NULL,
    cursor pg_snapshot NOT NULL,
    token uuid NOT NULL,
    package_id uuid NOT NULL,
    relids oid[] NOT NULL,
    deployed_at timestamp with time zone DEFAULT now() NOT NULL,
    last_synchronized timestamp with time zone,
    only_one boolean DEFAULT true NOT NULL,
    CONSTRAINT central_only_one_check CHECK (only_one)
);


ALTER TABLE lizsync.central OWNER TO postgres;

--
-- Name: TABLE central; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.central IS 'On a clone: its central database, and what has been received from it. One row.';


--
-- Name: COLUMN central.server_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.server_id IS 'Central.';


--
-- Name: COLUMN central.system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.system_identifier IS 'System identifier of central''s cluster.';


--
-- Name: COLUMN central.clone_system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.clone_system_identifier IS 'System identifier of this cluster when the package was deployed.';


--
-- Name: COLUMN central.cursor; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.cursor IS 'Central''s snapshot up to which its events have been received.';


--
-- Name: COLUMN central.token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.token IS 'Token to present next.';


--
-- Name: COLUMN central.package_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.package_id IS 'The package that was deployed.';


--
-- Name: COLUMN central.relids; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.relids IS 'Object ids of the tables that the log''s events refer to, to notice a restore from a dump.';


--
-- Name: COLUMN central.deployed_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.deployed_at IS 'When it was deployed.';


--
-- Name: COLUMN central.last_synchronized; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.last_synchronized IS 'Time of the last synchronisation.';


--
-- Name: COLUMN central.only_one; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.central.only_one IS 'Holds the table to one row.';


--
-- Name: clones; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.clones (
    server_id uuid NOT NULL,
    server_name text NOT NULL,
    role_name name NOT NULL,
    relids oid[] NOT NULL,
    central_system_identifier bigint NOT NULL,
    clone_system_identifier bigint NOT NULL,
    received pg_snapshot NOT NULL,
    accepted_token uuid NOT NULL,
    offered_token uuid NOT NULL,
    digest text NOT NULL,
    pending_digest text NOT NULL,
    horizon bigint NOT NULL,
    revoked boolean DEFAULT false NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    last_synchronized timestamp with time zone,
    deploy_token uuid,
    deploy_received pg_snapshot,
    deploy_presented pg_snapshot,
    deploy_system_identifier bigint,
    deploy_tables text[],
    deploy_relids oid[]
);


ALTER TABLE lizsync.clones OWNER TO postgres;

--
-- Name: TABLE clones; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.clones IS 'On central: an entry for each clone, with what has been received from it.';


--
-- Name: COLUMN clones.server_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.server_id IS 'The clone.';


--
-- Name: COLUMN clones.server_name; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.server_name IS 'Its name.';


--
-- Name: COLUMN clones.role_name; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.role_name IS 'The role that may speak for it.';


--
-- Name: COLUMN clones.relids; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.relids IS 'Object ids of its tables when it was deployed, to notice one that was made again.';


--
-- Name: COLUMN clones.central_system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.central_system_identifier IS 'System identifier of the cluster in which the snapshots below have a meaning.';


--
-- Name: COLUMN clones.clone_system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.clone_system_identifier IS 'System identifier of the clone''s cluster.';


--
-- Name: COLUMN clones.received; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.received IS 'The clone''s snapshot up to which its events have been received.';


--
-- Name: COLUMN clones.accepted_token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.accepted_token IS 'Token that the clone presented last.';


--
-- Name: COLUMN clones.offered_token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.offered_token IS 'Token that it was offered last, and presents next when the reply arrived.';


--
-- Name: COLUMN clones.digest; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.digest IS 'Digest of the events that it sent last.';


--
-- Name: COLUMN clones.pending_digest; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.pending_digest IS 'The same for those of rows that central refused, which alone it still has when the reply arrived.';


--
-- Name: COLUMN clones.horizon; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.horizon IS 'It has certainly received the transactions of central before this one, also of the rows that stand still there.';


--
-- Name: COLUMN clones.revoked; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.revoked IS 'True once the clone may do nothing more.';


--
-- Name: COLUMN clones.registered_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.registered_at IS 'When it was deployed last.';


--
-- Name: COLUMN clones.last_synchronized; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.last_synchronized IS 'Time of its last synchronisation.';


--
-- Name: COLUMN clones.deploy_token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_token IS 'Token of a deployment that the clone has not used yet.';


--
-- Name: COLUMN clones.deploy_received; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_received IS 'The clone''s snapshot at that deployment.';


--
-- Name: COLUMN clones.deploy_presented; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_presented IS 'Central''s snapshot in the package deployed.';


--
-- Name: COLUMN clones.deploy_system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_system_identifier IS 'System identifier of the clone''s cluster at that deployment.';


--
-- Name: COLUMN clones.deploy_tables; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_tables IS 'White list of that deployment.';


--
-- Name: COLUMN clones.deploy_relids; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.clones.deploy_relids IS 'Object ids of its tables.';


--
-- Name: conflicts; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.conflicts (
    id bigint NOT NULL,
    conflict_time timestamp with time zone DEFAULT now() NOT NULL,
    object_table text NOT NULL,
    object_uid uuid NOT NULL,
    clone_id uuid NOT NULL,
    sync_id uuid,
    field_name text,
    central_value text,
    clone_value text,
    central_time timestamp with time zone,
    clone_time timestamp with time zone,
    central_author text,
    clone_author text,
    row_data public.hstore,
    rejected text NOT NULL,
    rule_applied text NOT NULL,
    CONSTRAINT conflicts_rejected_check CHECK ((rejected = ANY (ARRAY['central'::text, 'clone'::text])))
);


ALTER TABLE lizsync.conflicts OWNER TO postgres;

--
-- Name: TABLE conflicts; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.conflicts IS 'Every value that lost.';


--
-- Name: COLUMN conflicts.id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.id IS 'Identity.';


--
-- Name: COLUMN conflicts.conflict_time; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.conflict_time IS 'When it was decided.';


--
-- Name: COLUMN conflicts.object_table; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.object_table IS 'The table, as "schema"."table".';


--
-- Name: COLUMN conflicts.object_uid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.object_uid IS 'uid of the row.';


--
-- Name: COLUMN conflicts.clone_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.clone_id IS 'The clone that synchronised.';


--
-- Name: COLUMN conflicts.sync_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.sync_id IS 'The synchronisation.';


--
-- Name: COLUMN conflicts.field_name; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.field_name IS 'The field; null when a whole row lost.';


--
-- Name: COLUMN conflicts.central_value; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.central_value IS 'Value on central.';


--
-- Name: COLUMN conflicts.clone_value; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.clone_value IS 'Value from the clone.';


--
-- Name: COLUMN conflicts.central_time; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.central_time IS 'Time of central''s edit.';


--
-- Name: COLUMN conflicts.clone_time; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.clone_time IS 'Time of the clone''s edit, corrected by its clock offset.';


--
-- Name: COLUMN conflicts.central_author; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.central_author IS 'Author of central''s edit.';


--
-- Name: COLUMN conflicts.clone_author; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.clone_author IS 'Author of the clone''s edit.';


--
-- Name: COLUMN conflicts.row_data; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.row_data IS 'The row that lost, whole, when a delete won.';


--
-- Name: COLUMN conflicts.rejected; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.rejected IS 'The side whose value lost.';


--
-- Name: COLUMN conflicts.rule_applied; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.conflicts.rule_applied IS 'last edit wins, delete wins, foreign key action, or given up.';


--
-- Name: conflicts_id_seq; Type: SEQUENCE; Schema: lizsync; Owner: postgres
--

ALTER TABLE lizsync.conflicts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME lizsync.conflicts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: history; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.history (
    sync_id uuid DEFAULT gen_random_uuid() NOT NULL,
    sync_time timestamp with time zone DEFAULT now() NOT NULL,
    server_from text NOT NULL,
    server_to text[] NOT NULL,
    min_event_id bigint,
    max_event_id bigint,
    max_action_tstamp_tx timestamp with time zone,
    sync_type text NOT NULL,
    sync_status text NOT NULL,
    number_replayed_to_central integer DEFAULT 0 NOT NULL,
    number_replayed_to_clone integer DEFAULT 0 NOT NULL,
    number_conflicts integer DEFAULT 0 NOT NULL,
    number_pending integer DEFAULT 0 NOT NULL,
    duration interval,
    clock_offset interval,
    CONSTRAINT history_sync_type_check CHECK ((sync_type = ANY (ARRAY['full'::text, 'partial'::text])))
);


ALTER TABLE lizsync.history OWNER TO postgres;

--
-- Name: TABLE history; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.history IS 'Every package, deployment (full) and synchronisation (partial).';


--
-- Name: COLUMN history.sync_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.sync_id IS 'Identity; events carry it in sync_data.';


--
-- Name: COLUMN history.sync_time; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.sync_time IS 'When it began.';


--
-- Name: COLUMN history.server_from; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.server_from IS 'Server id of the sender; of the clone for a synchronisation.';


--
-- Name: COLUMN history.server_to; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.server_to IS 'Server ids of the receivers; of central for a synchronisation.';


--
-- Name: COLUMN history.min_event_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.min_event_id IS 'First event that the clone sent.';


--
-- Name: COLUMN history.max_event_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.max_event_id IS 'Last event that the clone sent.';


--
-- Name: COLUMN history.max_action_tstamp_tx; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.max_action_tstamp_tx IS 'Kept for databases of the original LizSync.';


--
-- Name: COLUMN history.sync_type; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.sync_type IS 'full: package or deployment; partial: synchronisation.';


--
-- Name: COLUMN history.sync_status; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.sync_status IS 'done.';


--
-- Name: COLUMN history.number_replayed_to_central; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.number_replayed_to_central IS 'Rows of the clone that were written on central.';


--
-- Name: COLUMN history.number_replayed_to_clone; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.number_replayed_to_clone IS 'Rows of central that were sent to the clone.';


--
-- Name: COLUMN history.number_conflicts; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.number_conflicts IS 'Values that lost.';


--
-- Name: COLUMN history.number_pending; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.number_pending IS 'Rows that could not be applied and stand still.';


--
-- Name: COLUMN history.duration; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.duration IS 'Time that it took on this database.';


--
-- Name: COLUMN history.clock_offset; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.history.clock_offset IS 'The clone''s clock less central''s.';


--
-- Name: incoming; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE UNLOGGED TABLE lizsync.incoming (
    exchange bigint NOT NULL,
    event_id bigint NOT NULL,
    transaction_id bigint NOT NULL,
    relation text NOT NULL,
    uid uuid NOT NULL,
    action text NOT NULL,
    fields public.hstore,
    edited_at timestamp with time zone,
    author text
);


ALTER TABLE lizsync.incoming OWNER TO postgres;

--
-- Name: TABLE incoming; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.incoming IS 'On central: the changes that the running exchange has received.';


--
-- Name: COLUMN incoming.exchange; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.exchange IS 'Its transaction.';


--
-- Name: COLUMN incoming.event_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.event_id IS 'The event of the clone.';


--
-- Name: COLUMN incoming.transaction_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.transaction_id IS 'Transaction of the clone that made the event.';


--
-- Name: COLUMN incoming.relation; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.relation IS 'The table.';


--
-- Name: COLUMN incoming.uid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.uid IS 'uid of the row.';


--
-- Name: COLUMN incoming.action; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.action IS 'I, U or D.';


--
-- Name: COLUMN incoming.fields; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.fields IS 'The values set.';


--
-- Name: COLUMN incoming.edited_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.edited_at IS 'Time of the edit, corrected by the clone''s clock offset.';


--
-- Name: COLUMN incoming.author; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.incoming.author IS 'Author of the edit.';


--
-- Name: pending_changes; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.pending_changes (
    clone_id uuid NOT NULL,
    object_table text NOT NULL,
    object_uid uuid NOT NULL,
    received pg_snapshot NOT NULL,
    refused_by text NOT NULL,
    pending_since timestamp with time zone DEFAULT now() NOT NULL,
    last_tried timestamp with time zone DEFAULT now() NOT NULL,
    error text NOT NULL,
    given_up boolean DEFAULT false NOT NULL,
    CONSTRAINT pending_changes_refused_by_check CHECK ((refused_by = ANY (ARRAY['central'::text, 'clone'::text])))
);


ALTER TABLE lizsync.pending_changes OWNER TO postgres;

--
-- Name: TABLE pending_changes; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.pending_changes IS 'Rows whose changes could not be applied. They stand still, whole and both ways, and are tried again at each synchronisation.';


--
-- Name: COLUMN pending_changes.clone_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.clone_id IS 'The clone between which and central the row stands still.';


--
-- Name: COLUMN pending_changes.object_table; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.object_table IS 'The table, as "schema"."table".';


--
-- Name: COLUMN pending_changes.object_uid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.object_uid IS 'uid of the row.';


--
-- Name: COLUMN pending_changes.received; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.received IS 'Snapshot of the other side up to which this row has been received here.';


--
-- Name: COLUMN pending_changes.refused_by; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.refused_by IS 'The side that could not apply the change.';


--
-- Name: COLUMN pending_changes.pending_since; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.pending_since IS 'When it was first refused.';


--
-- Name: COLUMN pending_changes.last_tried; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.last_tried IS 'When it was last refused.';


--
-- Name: COLUMN pending_changes.error; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.error IS 'Why, in the words of the database that refused it.';


--
-- Name: COLUMN pending_changes.given_up; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.pending_changes.given_up IS 'True once somebody gave the row up: at the next synchronisation its values go to conflicts and central''s row is fetched.';


--
-- Name: purges; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.purges (
    purged_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    up_to bigint NOT NULL,
    number_of_events bigint NOT NULL,
    system_identifier bigint NOT NULL
);


ALTER TABLE lizsync.purges OWNER TO postgres;

--
-- Name: TABLE purges; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.purges IS 'On central: what lizsync.purge has removed from the log, a row for each batch.';


--
-- Name: COLUMN purges.purged_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.purges.purged_at IS 'When.';


--
-- Name: COLUMN purges.up_to; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.purges.up_to IS 'Events of transactions before this one may be gone: a clone that has not received them must be deployed again.';


--
-- Name: COLUMN purges.number_of_events; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.purges.number_of_events IS 'How many events went.';


--
-- Name: COLUMN purges.system_identifier; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.purges.system_identifier IS 'System identifier of the cluster in which up_to has a meaning.';


--
-- Name: replay; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE UNLOGGED TABLE lizsync.replay (
    exchange bigint NOT NULL,
    ordinal integer NOT NULL,
    relid oid NOT NULL,
    uid uuid NOT NULL,
    action text NOT NULL,
    fields public.hstore NOT NULL,
    won public.hstore NOT NULL,
    first_event bigint,
    last_event bigint,
    counterpart text,
    error text
);


ALTER TABLE lizsync.replay OWNER TO postgres;

--
-- Name: TABLE replay; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.replay IS 'The net changes that the running exchange applies, a row for each row.';


--
-- Name: COLUMN replay.exchange; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.exchange IS 'Its transaction.';


--
-- Name: COLUMN replay.ordinal; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.ordinal IS 'Order in which they are applied; changes written by one statement stand together.';


--
-- Name: COLUMN replay.relid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.relid IS 'The table.';


--
-- Name: COLUMN replay.uid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.uid IS 'uid of the row.';


--
-- Name: COLUMN replay.action; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.action IS 'R the whole row, U some fields, D delete.';


--
-- Name: COLUMN replay.fields; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.fields IS 'The values sent.';


--
-- Name: COLUMN replay.won; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.won IS 'Those of them that are to be written.';


--
-- Name: COLUMN replay.first_event; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.first_event IS 'The first event of the net change.';


--
-- Name: COLUMN replay.last_event; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.last_event IS 'Its last event.';


--
-- Name: COLUMN replay.counterpart; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.counterpart IS 'For a delete, what central did to the row that the clone has not seen: R, U or D; null for nothing.';


--
-- Name: COLUMN replay.error; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.replay.error IS 'Why the change was refused, if it was.';


--
-- Name: reply; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE UNLOGGED TABLE lizsync.reply (
    clone_id uuid NOT NULL,
    batch integer NOT NULL,
    token uuid NOT NULL,
    number_of_changes integer NOT NULL,
    payload text NOT NULL
);
ALTER TABLE ONLY lizsync.reply ALTER COLUMN payload SET STORAGE EXTERNAL;


ALTER TABLE lizsync.reply OWNER TO postgres;

--
-- Name: TABLE reply; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.reply IS 'On central: the answer to each clone''s last exchange, until it is fetched.';


--
-- Name: COLUMN reply.clone_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.reply.clone_id IS 'The clone.';


--
-- Name: COLUMN reply.batch; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.reply.batch IS 'Number of the part, from 1.';


--
-- Name: COLUMN reply.token; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.reply.token IS 'Token that the exchange offered.';


--
-- Name: COLUMN reply.number_of_changes; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.reply.number_of_changes IS 'How many rows it changes.';


--
-- Name: COLUMN reply.payload; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.reply.payload IS 'Changes in text form, about 16 MB at most: see lizsync.outgoing_batch.';


--
-- Name: server_metadata; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.server_metadata (
    server_id uuid DEFAULT gen_random_uuid() NOT NULL,
    server_name text NOT NULL
);


ALTER TABLE lizsync.server_metadata OWNER TO postgres;

--
-- Name: TABLE server_metadata; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.server_metadata IS 'This database''s identity: one row.';


--
-- Name: COLUMN server_metadata.server_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.server_metadata.server_id IS 'Identity, kept for the life of the database.';


--
-- Name: COLUMN server_metadata.server_name; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.server_metadata.server_name IS 'Name for people: central for the central database.';


--
-- Name: standing; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE UNLOGGED TABLE lizsync.standing (
    exchange bigint NOT NULL,
    relid oid NOT NULL,
    uid uuid NOT NULL,
    received pg_snapshot NOT NULL,
    given_up boolean NOT NULL
);


ALTER TABLE lizsync.standing OWNER TO postgres;

--
-- Name: TABLE standing; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.standing IS 'The rows that stand still, as the other side of the running exchange presented them.';


--
-- Name: COLUMN standing.exchange; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.standing.exchange IS 'Its transaction.';


--
-- Name: COLUMN standing.relid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.standing.relid IS 'The table.';


--
-- Name: COLUMN standing.uid; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.standing.uid IS 'uid of the row.';


--
-- Name: COLUMN standing.received; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.standing.received IS 'Snapshot from which the row is still unreceived by the other side.';


--
-- Name: COLUMN standing.given_up; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.standing.given_up IS 'True when somebody gave the row up.';


--
-- Name: structure_version; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.structure_version (
    version integer NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    description text NOT NULL
);


ALTER TABLE lizsync.structure_version OWNER TO postgres;

--
-- Name: TABLE structure_version; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.structure_version IS 'The numbered upgrades that this structure has had.';


--
-- Name: COLUMN structure_version.version; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.structure_version.version IS 'Number of the upgrade; the greatest one is the version of the structure.';


--
-- Name: COLUMN structure_version.installed_at; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.structure_version.installed_at IS 'When it was made.';


--
-- Name: COLUMN structure_version.description; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.structure_version.description IS 'What it does.';


--
-- Name: synchronized_tables; Type: TABLE; Schema: lizsync; Owner: postgres
--

CREATE TABLE lizsync.synchronized_tables (
    server_id uuid NOT NULL,
    sync_tables jsonb NOT NULL
);


ALTER TABLE lizsync.synchronized_tables OWNER TO postgres;

--
-- Name: TABLE synchronized_tables; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON TABLE lizsync.synchronized_tables IS 'The white list of each clone: the tables that it synchronises.';


--
-- Name: COLUMN synchronized_tables.server_id; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.synchronized_tables.server_id IS 'The clone.';


--
-- Name: COLUMN synchronized_tables.sync_tables; Type: COMMENT; Schema: lizsync; Owner: postgres
--

COMMENT ON COLUMN lizsync.synchronized_tables.sync_tables IS 'Array of "schema"."table".';


--
-- Name: L'arbre "x".y id; Type: DEFAULT; Schema: Ville été; Owner: postgres
--

ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y" ALTER COLUMN id SET DEFAULT nextval('"Ville été"."L''arbre ""x"".y_id_seq"'::regclass);


--
-- Data for Name: L'arbre "x".y; Type: TABLE DATA; Schema: Ville été; Owner: postgres
--

INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (4, '520638fa-1f54-4885-af87-2a84bfe9123a', 'tree 4', 4, '01010000A06A080000555555555555F53F00000000000010409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (1, '32db83c0-3fe3-4a82-90cd-e0ed2e4e1ffb', 'the clone''s', 1, '01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (3, 'b5e0b4eb-f9f5-4a2b-9adf-659ad9ac733f', 'tree 3', 40, '01010000A06A080000000000000000F03F00000000000008409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (5, 'ebeff3f9-3176-4342-81a7-9e1a9f54e225', 'new', NULL, NULL);
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (2, 'c6e41416-a9e8-4d8d-abf7-fab08f76f0ea', 'later', 2, '01010000A06A080000555555555555E53F00000000000000409A9999999999B93F');


--
-- Data for Name: logged_actions; Type: TABLE DATA; Schema: audit; Owner: postgres
--

INSERT INTO audit.logged_actions VALUES (2, 'Ville été', 'L''arbre "x".y', 17839, 'postgres', '2026-11-25 00:35:58.010996+01', '2026-11-25 00:35:58.010996+01', '2026-11-25 00:35:58.020641+01', 747, '', '127.0.0.1', 60638, NULL, 'U', '"id"=>"3", "Nom"=>"tree 3", "uid"=>"b5e0b4eb-f9f5-4a2b-9adf-659ad9ac733f", "geom"=>"01010000A06A080000000000000000F03F00000000000008409A9999999999B93F", "badge"=>"3"', '"badge"=>"40"', false, NULL, 'b5e0b4eb-f9f5-4a2b-9adf-659ad9ac733f');
INSERT INTO audit.logged_actions VALUES (4, 'Ville été', 'L''arbre "x".y', 17839, 'postgres', '2026-11-25 00:35:58.131383+01', '2026-11-25 00:35:58.131383+01', '2026-11-25 00:35:58.131691+01', 759, '', '127.0.0.1', 60638, NULL, 'U', '"id"=>"2", "Nom"=>"tree 2", "uid"=>"c6e41416-a9e8-4d8d-abf7-fab08f76f0ea", "geom"=>"01010000A06A080000555555555555E53F00000000000000409A9999999999B93F", "badge"=>"2"', '"Nom"=>"later"', false, NULL, 'c6e41416-a9e8-4d8d-abf7-fab08f76f0ea');


--
-- Data for Name: logged_relations; Type: TABLE DATA; Schema: audit; Owner: postgres
--

INSERT INTO audit.logged_relations VALUES ('"Ville été"."L''arbre ""x"".y"', 'id');


--
-- Data for Name: central; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.central VALUES ('b92d5a2e-c55f-4e99-8563-e4f13fbc03fb', 7711885888409331392, 7711885888409331392, '748:751:748,749', '3936cb90-0e80-40fb-b031-da84183d48ca', 'e99bcdad-3c65-4cfb-80fc-4fa6853c6873', '{17839}', '2026-11-25 00:35:57.986091+01', '2026-11-25 00:35:58.129314+01', true);


--
-- Data for Name: clones; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: conflicts; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: exchanges; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: history; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.history VALUES ('1fd948e7-24ad-426c-afdd-cfba49e42ad0', '2026-11-25 00:35:58.057969+01', '901779b2-3f5a-4846-9a2d-7c4d9069da43', '{b92d5a2e-c55f-4e99-8563-e4f13fbc03fb}', NULL, NULL, NULL, 'partial', 'done', 2, 0, 1, 2, '00:00:00.071496', NULL);


--
-- Data for Name: incoming; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: pending_changes; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.pending_changes VALUES ('901779b2-3f5a-4846-9a2d-7c4d9069da43', '"Ville été"."L''arbre ""x"".y"', 'b5e0b4eb-f9f5-4a2b-9adf-659ad9ac733f', '742:742:', 'central', '2026-11-25 00:35:58.029997+01', '2026-11-25 00:35:58.029997+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);
INSERT INTO lizsync.pending_changes VALUES ('901779b2-3f5a-4846-9a2d-7c4d9069da43', '"Ville été"."L''arbre ""x"".y"', 'c6e41416-a9e8-4d8d-abf7-fab08f76f0ea', '742:742:', 'clone', '2026-11-25 00:35:58.029997+01', '2026-11-25 00:35:58.029997+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);


--
-- Data for Name: purges; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: replay; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: reply; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: server_metadata; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.server_metadata VALUES ('901779b2-3f5a-4846-9a2d-7c4d9069da43', 't_everystructureisupgraded_n4ygsr3czixq');


--
-- Data for Name: standing; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--



--
-- Data for Name: structure_version; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.structure_version VALUES (1, '2026-11-25 00:35:57.848139+01', 'create tables');


--
-- Data for Name: synchronized_tables; Type: TABLE DATA; Schema: lizsync; Owner: postgres
--

INSERT INTO lizsync.synchronized_tables VALUES ('901779b2-3f5a-4846-9a2d-7c4d9069da43', '["\"Ville été\".\"L''arbre \"\"x\"\".y\""]');


--
-- Data for Name: spatial_ref_sys; Type: TABLE DATA; Schema: public; Owner: postgres
--



--
-- Name: L'arbre "x".y_id_seq; Type: SEQUENCE SET; Schema: Ville été; Owner: postgres
--

SELECT pg_catalog.setval('"Ville été"."L''arbre ""x"".y_id_seq"', 5, true);


--
-- Name: logged_actions_event_id_seq; Type: SEQUENCE SET; Schema: audit; Owner: postgres
--

SELECT pg_catalog.setval('audit.logged_actions_event_id_seq', 4, true);


--
-- Name: conflicts_id_seq; Type: SEQUENCE SET; Schema: lizsync; Owner: postgres
--

SELECT pg_catalog.setval('lizsync.conflicts_id_seq', 1, false);


--
-- Name: L'arbre "x".y L'arbre "x".y_badge_key; Type: CONSTRAINT; Schema: Ville été; Owner: postgres
--

ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_badge_key" UNIQUE (badge);


--
-- Name: L'arbre "x".y L'arbre "x".y_pkey; Type: CONSTRAINT; Schema: Ville été; Owner: postgres
--

ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_pkey" PRIMARY KEY (id);


--
-- Name: L'arbre "x".y L'arbre "x".y_uid_key; Type: CONSTRAINT; Schema: Ville été; Owner: postgres
--

ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_uid_key" UNIQUE (uid);


--
-- Name: logged_actions logged_actions_pkey; Type: CONSTRAINT; Schema: audit; Owner: postgres
--

ALTER TABLE ONLY audit.logged_actions
    ADD CONSTRAINT logged_actions_pkey PRIMARY KEY (event_id);


--
-- Name: logged_relations logged_relations_pkey; Type: CONSTRAINT; Schema: audit; Owner: postgres
--

ALTER TABLE ONLY audit.logged_relations
    ADD CONSTRAINT logged_relations_pkey PRIMARY KEY (relation_name, uid_column);


--
-- Name: central central_only_one_key; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.central
    ADD CONSTRAINT central_only_one_key UNIQUE (only_one);


--
-- Name: central central_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.central
    ADD CONSTRAINT central_pkey PRIMARY KEY (server_id);


--
-- Name: clones clones_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.clones
    ADD CONSTRAINT clones_pkey PRIMARY KEY (server_id);


--
-- Name: conflicts conflicts_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.conflicts
    ADD CONSTRAINT conflicts_pkey PRIMARY KEY (id);


--
-- Name: exchanges exchanges_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.exchanges
    ADD CONSTRAINT exchanges_pkey PRIMARY KEY (transaction_id);


--
-- Name: history history_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (sync_id);


--
-- Name: incoming incoming_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.incoming
    ADD CONSTRAINT incoming_pkey PRIMARY KEY (exchange, event_id);


--
-- Name: pending_changes pending_changes_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.pending_changes
    ADD CONSTRAINT pending_changes_pkey PRIMARY KEY (clone_id, object_table, object_uid);


--
-- Name: replay replay_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.replay
    ADD CONSTRAINT replay_pkey PRIMARY KEY (exchange, ordinal);


--
-- Name: reply reply_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.reply
    ADD CONSTRAINT reply_pkey PRIMARY KEY (clone_id, batch);


--
-- Name: server_metadata server_metadata_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.server_metadata
    ADD CONSTRAINT server_metadata_pkey PRIMARY KEY (server_id);


--
-- Name: server_metadata server_metadata_server_name_key; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.server_metadata
    ADD CONSTRAINT server_metadata_server_name_key UNIQUE (server_name);


--
-- Name: standing standing_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.standing
    ADD CONSTRAINT standing_pkey PRIMARY KEY (exchange, relid, uid);


--
-- Name: structure_version structure_version_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.structure_version
    ADD CONSTRAINT structure_version_pkey PRIMARY KEY (version);


--
-- Name: synchronized_tables synchronized_tables_pkey; Type: CONSTRAINT; Schema: lizsync; Owner: postgres
--

ALTER TABLE ONLY lizsync.synchronized_tables
    ADD CONSTRAINT synchronized_tables_pkey PRIMARY KEY (server_id);


--
-- Name: logged_actions_action_tstamp_clk_idx; Type: INDEX; Schema: audit; Owner: postgres
--

CREATE INDEX logged_actions_action_tstamp_clk_idx ON audit.logged_actions USING brin (action_tstamp_clk);


--
-- Name: logged_actions_relid_transaction_id_idx; Type: INDEX; Schema: audit; Owner: postgres
--

CREATE INDEX logged_actions_relid_transaction_id_idx ON audit.logged_actions USING btree (relid, transaction_id);


--
-- Name: conflicts_object_idx; Type: INDEX; Schema: lizsync; Owner: postgres
--

CREATE INDEX conflicts_object_idx ON lizsync.conflicts USING btree (object_uid);


--
-- Name: L'arbre "x".y 00_audit_trigger_delete; Type: TRIGGER; Schema: Ville été; Owner: postgres
--

CREATE TRIGGER "00_audit_trigger_delete" AFTER DELETE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');


--
-- Name: L'arbre "x".y 00_audit_trigger_insert; Type: TRIGGER; Schema: Ville été; Owner: postgres
--

CREATE TRIGGER "00_audit_trigger_insert" AFTER INSERT ON "Ville été"."L'arbre ""x"".y" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');


--
-- Name: L'arbre "x".y 00_audit_trigger_row; Type: TRIGGER; Schema: Ville été; Owner: postgres
--

CREATE TRIGGER "00_audit_trigger_row" AFTER INSERT OR UPDATE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NULL)) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');


--
-- Name: L'arbre "x".y 00_audit_trigger_truncate; Type: TRIGGER; Schema: Ville été; Owner: postgres
--

CREATE TRIGGER "00_audit_trigger_truncate" BEFORE TRUNCATE ON "Ville été"."L'arbre ""x"".y" FOR EACH STATEMENT EXECUTE FUNCTION audit.log_truncate('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');


--
-- Name: L'arbre "x".y 00_audit_trigger_update; Type: TRIGGER; Schema: Ville été; Owner: postgres
--

CREATE TRIGGER "00_audit_trigger_update" AFTER UPDATE ON "Ville été"."L'arbre ""x"".y" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');


--
-- Name: FUNCTION audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) FROM PUBLIC;


--
-- Name: FUNCTION audit_view(target_view regclass, uid_cols text[]); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) FROM PUBLIC;


--
-- Name: FUNCTION audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) FROM PUBLIC;


--
-- Name: FUNCTION audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) FROM PUBLIC;


--
-- Name: FUNCTION log_row(); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.log_row() FROM PUBLIC;


--
-- Name: FUNCTION log_statement(); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.log_statement() FROM PUBLIC;


--
-- Name: FUNCTION log_truncate(); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.log_truncate() FROM PUBLIC;


--
-- Name: FUNCTION replay_event(pevent_id bigint); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.replay_event(pevent_id bigint) FROM PUBLIC;


--
-- Name: FUNCTION rollback_event(pevent_id bigint); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.rollback_event(pevent_id bigint) FROM PUBLIC;


--
-- Name: FUNCTION without_photos(p_row public.hstore, p_changed public.hstore); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.without_photos(p_row public.hstore, p_changed public.hstore) FROM PUBLIC;


--
-- Name: FUNCTION write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore); Type: ACL; Schema: audit; Owner: postgres
--

REVOKE ALL ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) FROM PUBLIC;


--
-- Name: FUNCTION accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.accept(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer) FROM PUBLIC;


--
-- Name: FUNCTION accept_rows(p_relid oid, p_uids uuid[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.accept_rows(p_relid oid, p_uids uuid[]) FROM PUBLIC;


--
-- Name: FUNCTION add_uid_columns(p_schema text, p_table text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.add_uid_columns(p_schema text, p_table text) FROM PUBLIC;


--
-- Name: FUNCTION apply_changes(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.apply_changes() FROM PUBLIC;


--
-- Name: FUNCTION apply_reply(p_answer lizsync.answer); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.apply_reply(p_answer lizsync.answer) FROM PUBLIC;


--
-- Name: FUNCTION audit_arguments(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.audit_arguments(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION begin_replay(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.begin_replay() FROM PUBLIC;


--
-- Name: FUNCTION begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.begin_synchronization(p_central_version integer, OUT greeting lizsync.greeting, OUT columns lizsync.table_column[], OUT pending lizsync.pending_row[], OUT batches bigint[]) FROM PUBLIC;


--
-- Name: FUNCTION central_query(p_query text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.central_query(p_query text) FROM PUBLIC;


--
-- Name: FUNCTION children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.children_left(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION clear_exchange(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.clear_exchange() FROM PUBLIC;


--
-- Name: FUNCTION clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.clone_label(p_exchange lizsync.exchanges, p_edited_at timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION close_exchange(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.close_exchange() FROM PUBLIC;


--
-- Name: FUNCTION close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.close_reply(p_answer lizsync.answer, p_refused lizsync.pending_row[]) FROM PUBLIC;


--
-- Name: FUNCTION compare(p_relid oid, p_deletes boolean, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.compare(p_relid oid, p_deletes boolean, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION compare_tables(p_schema_name text, p_table_name text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.compare_tables(p_schema_name text, p_table_name text) FROM PUBLIC;


--
-- Name: FUNCTION create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.create_central_server_fdw(p_host text, p_port integer, p_dbname text, p_user text, p_password text) FROM PUBLIC;


--
-- Name: FUNCTION current_rows(p_relid oid, p_uids uuid[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.current_rows(p_relid oid, p_uids uuid[]) FROM PUBLIC;


--
-- Name: FUNCTION current_version(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.current_version() FROM PUBLIC;


--
-- Name: FUNCTION end_turn(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.end_turn() FROM PUBLIC;


--
-- Name: FUNCTION events_digest(p_snapshot pg_snapshot); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.events_digest(p_snapshot pg_snapshot) FROM PUBLIC;


--
-- Name: FUNCTION exchange(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.exchange() FROM PUBLIC;


--
-- Name: FUNCTION forget_clone(p_server_id uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.forget_clone(p_server_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION give_back_rows(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.give_back_rows() FROM PUBLIC;


--
-- Name: FUNCTION give_up(p_table regclass, p_uid uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.give_up(p_table regclass, p_uid uuid) FROM PUBLIC;


--
-- Name: FUNCTION grant_exchange(p_role name); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.grant_exchange(p_role name) FROM PUBLIC;


--
-- Name: FUNCTION group_to_write(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.group_to_write(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION groups_to_write(p_relid oid, p_deletes boolean, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.groups_to_write(p_relid oid, p_deletes boolean, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION has_audit_triggers(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.has_audit_triggers(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION has_uid_column(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.has_uid_column(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION hold_back_edited(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.hold_back_edited() FROM PUBLIC;


--
-- Name: FUNCTION import_central_server_schemas(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.import_central_server_schemas() FROM PUBLIC;


--
-- Name: FUNCTION is_central_exchange(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.is_central_exchange() FROM PUBLIC;


--
-- Name: FUNCTION is_logged_by_statement(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.is_logged_by_statement(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION is_received(p_transaction_id bigint, p_snapshot pg_snapshot); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.is_received(p_transaction_id bigint, p_snapshot pg_snapshot) FROM PUBLIC;


--
-- Name: FUNCTION is_replaying(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.is_replaying() FROM PUBLIC;


--
-- Name: FUNCTION is_tried(p_error text, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.is_tried(p_error text, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION label_events(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.label_events() FROM PUBLIC;


--
-- Name: FUNCTION label_rows(p_relid oid, p_uids uuid[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.label_rows(p_relid oid, p_uids uuid[]) FROM PUBLIC;


--
-- Name: FUNCTION local_columns(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.local_columns(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION log_by_statement(p_clone_id uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.log_by_statement(p_clone_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION make_reply(p_token uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.make_reply(p_token uuid) FROM PUBLIC;


--
-- Name: FUNCTION may_set_replica_role(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.may_set_replica_role() FROM PUBLIC;


--
-- Name: FUNCTION number_refused(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.number_refused() FROM PUBLIC;


--
-- Name: FUNCTION open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.open_exchange(p_greeting lizsync.greeting, p_columns lizsync.table_column[], p_pending lizsync.pending_row[], p_clock_offset interval) FROM PUBLIC;


--
-- Name: FUNCTION orphans(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.orphans() FROM PUBLIC;


--
-- Name: FUNCTION outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.outgoing_batch(p_snapshot pg_snapshot, p_after bigint, p_last bigint) FROM PUBLIC;


--
-- Name: PROCEDURE purge(IN keep interval, IN absent interval); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON PROCEDURE lizsync.purge(IN keep interval, IN absent interval) FROM PUBLIC;


--
-- Name: FUNCTION purge_batch(p_keep interval, p_absent interval); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.purge_batch(p_keep interval, p_absent interval) FROM PUBLIC;


--
-- Name: FUNCTION purged_up_to(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.purged_up_to() FROM PUBLIC;


--
-- Name: FUNCTION receive_batch(p_payload text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.receive_batch(p_payload text) FROM PUBLIC;


--
-- Name: FUNCTION record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.record_deployment(p_central_id uuid, p_central_system_identifier bigint, p_cursor pg_snapshot, p_token uuid, p_package_id uuid, p_tables text[]) FROM PUBLIC;


--
-- Name: FUNCTION record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.record_pending(p_clone_id uuid, p_by_central lizsync.pending_row[], p_by_clone lizsync.pending_row[]) FROM PUBLIC;


--
-- Name: FUNCTION refresh_views(p_tables oid[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.refresh_views(p_tables oid[]) FROM PUBLIC;


--
-- Name: FUNCTION refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.refuse(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.refuse_edited(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION refuse_rows(p_relid oid, p_uids uuid[], p_error text); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.refuse_rows(p_relid oid, p_uids uuid[], p_error text) FROM PUBLIC;


--
-- Name: FUNCTION register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.register_clone(p_server_id uuid, p_server_name text, p_role name, p_tables text[], p_presented pg_snapshot, p_token uuid, p_received pg_snapshot, p_clone_system_identifier bigint) FROM PUBLIC;


--
-- Name: FUNCTION relation_name(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.relation_name(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION relink_log(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.relink_log() FROM PUBLIC;


--
-- Name: FUNCTION reply_batch(p_clone_id uuid, p_batch integer, p_token uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.reply_batch(p_clone_id uuid, p_batch integer, p_token uuid) FROM PUBLIC;


--
-- Name: FUNCTION revoke_clone(p_server_id uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.revoke_clone(p_server_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION rows_staged(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.rows_staged(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.rows_to_write(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION sent_columns(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.sent_columns(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION server_id(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.server_id() FROM PUBLIC;


--
-- Name: FUNCTION snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.snapshot_contains(p_snapshot pg_snapshot, p_earlier pg_snapshot) FROM PUBLIC;


--
-- Name: FUNCTION snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.snapshot_with(p_snapshot pg_snapshot, p_transaction_id xid8) FROM PUBLIC;


--
-- Name: FUNCTION spared_rows(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.spared_rows(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION stage_changes(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.stage_changes() FROM PUBLIC;


--
-- Name: FUNCTION synchronize(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.synchronize() FROM PUBLIC;


--
-- Name: FUNCTION system_identifier(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.system_identifier() FROM PUBLIC;


--
-- Name: FUNCTION table_columns(p_clone_id uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.table_columns(p_clone_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION table_states(p_schemas text[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.table_states(p_schemas text[]) FROM PUBLIC;


--
-- Name: FUNCTION tables_to_write(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.tables_to_write() FROM PUBLIC;


--
-- Name: FUNCTION take_turn(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.take_turn() FROM PUBLIC;


--
-- Name: FUNCTION text_size(p_fields public.hstore); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.text_size(p_fields public.hstore) FROM PUBLIC;


--
-- Name: FUNCTION this_exchange(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.this_exchange() FROM PUBLIC;


--
-- Name: FUNCTION turn_class(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.turn_class() FROM PUBLIC;


--
-- Name: FUNCTION uid_column_problem(p_relid regclass); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.uid_column_problem(p_relid regclass) FROM PUBLIC;


--
-- Name: FUNCTION unsafe_tables(p_schemas text[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.unsafe_tables(p_schemas text[]) FROM PUBLIC;


--
-- Name: FUNCTION unseen_events(p_exchange lizsync.exchanges); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.unseen_events(p_exchange lizsync.exchanges) FROM PUBLIC;


--
-- Name: FUNCTION user_schemas(); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.user_schemas() FROM PUBLIC;


--
-- Name: FUNCTION white_list(p_clone_id uuid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.white_list(p_clone_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION withdraw_rows(p_rows lizsync.pending_row[]); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.withdraw_rows(p_rows lizsync.pending_row[]) FROM PUBLIC;


--
-- Name: FUNCTION write_as_group(p_relid oid); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.write_as_group(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.write_range(p_relid oid, p_action text, p_columns text[], p_low integer, p_high integer, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION write_table(p_relid oid, p_deletes boolean, p_again boolean); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.write_table(p_relid oid, p_deletes boolean, p_again boolean) FROM PUBLIC;


--
-- Name: FUNCTION net_fields(public.hstore); Type: ACL; Schema: lizsync; Owner: postgres
--

REVOKE ALL ON FUNCTION lizsync.net_fields(public.hstore) FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


