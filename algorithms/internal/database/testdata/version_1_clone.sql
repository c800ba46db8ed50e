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
CREATE SCHEMA "Ville été";
ALTER SCHEMA "Ville été" OWNER TO postgres;
CREATE SCHEMA audit;
ALTER SCHEMA audit OWNER TO postgres;
COMMENT ON SCHEMA audit IS 'LizSync: the log of every insert, update and delete on the audited tables.';
CREATE SCHEMA lizsync;
ALTER SCHEMA lizsync OWNER TO postgres;
COMMENT ON SCHEMA lizsync IS 'LizSync: what this database is, what it synchronises, and with whom.';
CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA public;
COMMENT ON EXTENSION dblink IS 'connect to other PostgreSQL databases from within a database';
CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';
CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
COMMENT ON EXTENSION postgis IS 'PostGIS geometry and geography spatial types and functions';
CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;
COMMENT ON EXTENSION postgres_fdw IS 'foreign-data wrapper for remote PostgreSQL servers';
CREATE TYPE lizsync.pending_row AS (
	relation text,
	uid uuid,
	received pg_snapshot,
	given_up boolean,
	error text
);
ALTER TYPE lizsync.pending_row OWNER TO postgres;
COMMENT ON TYPE lizsync.pending_row IS 'A held row, as the two sides tell each other.';
CREATE TYPE lizsync.acknowledgement AS (
	sync_id uuid,
	token uuid,
	cursor pg_snapshot,
	number_replayed_to_central integer,
	number_conflicts integer,
	batches integer,
	refused lizsync.pending_row[],
	central_system_identifier bigint
);
ALTER TYPE lizsync.acknowledgement OWNER TO postgres;
COMMENT ON TYPE lizsync.acknowledgement IS 'What central says at the end of an exchange; the reply follows in batches.';
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
COMMENT ON TYPE lizsync.change IS 'A change that travels: an event of a clone (I, U, D), or the net change of a row of central (R whole row, U, D).';
CREATE TYPE lizsync.clone_entry AS (
	offered_token uuid,
	is_other_copy boolean,
	is_packaged boolean,
	received pg_snapshot,
	digest text,
	refused lizsync.pending_row[]
);
ALTER TYPE lizsync.clone_entry OWNER TO postgres;
COMMENT ON TYPE lizsync.clone_entry IS 'What central knows of a clone whose edits a deployment keeps: the token that it was offered last; whether it is another copy than the one that has synchronised; whether what that did on central is in the package; and what has been received of it, with the digest and the refused rows, where that can be told.';
CREATE TYPE lizsync.handshake AS (
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
ALTER TYPE lizsync.handshake OWNER TO postgres;
COMMENT ON TYPE lizsync.handshake IS 'The handshake: what a clone says of itself at the start of a synchronisation.';
CREATE TYPE lizsync.slot AS (
	version integer,
	asked_at double precision,
	given_at double precision
);
ALTER TYPE lizsync.slot OWNER TO postgres;
COMMENT ON TYPE lizsync.slot IS 'Leave to synchronise: the version of central''s structure, and central''s clock, in seconds since 1970, when the slot was asked for and when it was given.';
CREATE TYPE lizsync.table_column AS (
	relation text,
	column_name text,
	type_name text
);
ALTER TYPE lizsync.table_column OWNER TO postgres;
COMMENT ON TYPE lizsync.table_column IS 'A column that is synchronised, to compare structures.';
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
COMMENT ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) IS 'Records every change of a table from now on; with audit_rows false, no longer. audit_query_text keeps the client''s statements; changes of the ignored columns alone are not recorded.';
CREATE FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, false, '{}', uid_cols) $$;
ALTER FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) OWNER TO postgres;
COMMENT ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) IS 'The same, without the client''s statements and with no column ignored.';
CREATE FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, audit_query_text, '{}', uid_cols) $$;
ALTER FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) OWNER TO postgres;
COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) IS 'The same, with no column ignored.';
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
COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) IS 'Records every change made through a view that has INSTEAD OF triggers; uid_cols is the key of its rows.';
CREATE FUNCTION audit.log_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    SET lc_monetary TO 'C'
    AS $_$
declare
    c_has_uid constant boolean := tg_argv[1];
    v_action text := left(tg_op, 1);
    v_row hstore;
    v_changed hstore;
    v_uid uuid;
    v_new_uid uuid;
    v_now hstore;
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
            v_row := audit.without_large_values(v_row, v_changed);
        end if;
    end if;
    -- A trigger that writes other rows of the statement that has fired it has its writes recorded first, and what they have
    -- overwritten would be recorded after them. So, once triggers have written this table, the row itself tells what is left of it, until
    -- the transaction ends.
    if pg_trigger_depth() > 1 then
        perform set_config('lizsync.nested_' || tg_relid, 'on', true);
    end if;
    -- Tables that are audited and not synchronised may not be readable here, or have another column uid than one that tells which row it is.
    if current_setting('lizsync.nested_' || tg_relid, true) = 'on' and c_has_uid and tg_when = 'AFTER' and v_action <> 'D'
        and not row_security_active(tg_relid) and has_schema_privilege(tg_table_schema, 'usage') and has_table_privilege(tg_relid, 'select')
    then
        execute format('select hstore(t.*) from %I.%I as t where t.uid = $1', tg_table_schema, tg_table_name) into v_now using v_uid;
        -- As lizsync.uid_column_problem judges it, which takes too long here.
        if v_now is distinct from hstore(new) and exists (
            select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = tg_relid and a.attname = 'uid' and a.attnotnull
                and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indnkeyatts = 1
        ) then
            if v_now is null then
                return new;
            end if;
            if v_action = 'I' then
                v_row := v_now;
            else
                v_changed := v_changed - akeys(hstore(new) - v_now);
                if v_changed = '' then
                    return new;
                end if;
            end if;
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
$_$;
ALTER FUNCTION audit.log_row() OWNER TO postgres;
COMMENT ON FUNCTION audit.log_row() IS 'Trigger: records an inserted, updated or deleted row in audit.logged_actions.';
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
    v_label jsonb; -- of all rows but for the time: made for each, it would take a tenth of the whole
begin
    if not lizsync.is_captured_by_statement(tg_relid) or not tg_argv[1]::boolean then
        raise exception 'this session cannot write to %.%: the table has got a trigger since it synchronised', tg_table_schema, tg_table_name
            using errcode = 'object_not_in_prerequisite_state', hint = 'Connect again.';
    end if;
    select * into v_exchange from lizsync.exchanges where transaction_id = c_transaction;
    v_label := lizsync.attribution(v_exchange, now());
    if tg_op = 'INSERT' then
        insert into audit.logged_actions (
            schema_name, table_name, relid, session_user_name,
            action_tstamp_tx, action_tstamp_stm, action_tstamp_clk, transaction_id,
            application_name, client_addr, client_port, client_query,
            action, row_data, statement_only, uid, sync_data
        )
        select
            tg_table_schema, tg_table_name, tg_relid, coalesce(r.author, session_user),
            current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
            c_application, c_address, c_port, c_query,
            'I', c.row_data, false, c.uid, jsonb_set(v_label, '{time}', to_jsonb(r.edited_at))
        from (select n.uid, hstore(n.*) as row_data from new_rows as n offset 0) as c
        left join lizsync.changeset r
            on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
                and r.first_event = r.last_event and r.action = 'R' and c.row_data @> r.won;
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
        tg_table_schema, tg_table_name, tg_relid, coalesce(r.author, session_user),
        current_timestamp, statement_timestamp(), clock_timestamp(), c_transaction,
        c_application, c_address, c_port, c_query,
        case when c.changed is not null then 'U' when c.before is not null then 'D' else 'I' end,
        case
            when pg_column_size(c.before) > 8192 and c.changed is not null then audit.without_large_values(c.before, c.changed)
            else coalesce(c.before, c.after)
        end,
        c.changed, false, c.uid, jsonb_set(v_label, '{time}', to_jsonb(r.edited_at))
    from (
        select uid, before, after, after - before as changed
        from (select o.uid, hstore(o.*) as before from old_rows as o offset 0) as o
        full join (select n.uid, hstore(n.*) as after from new_rows as n offset 0) as n using (uid)
        offset 0
    ) as c
    left join lizsync.changeset r
        on r.exchange = v_exchange.transaction_id and r.relid = tg_relid and r.uid = c.uid
            and r.first_event = r.last_event and r.action <> 'D' and c.changed = r.won
    where c.changed is null or c.changed <> '' and (c_ignored = '{}' or c.changed - c_ignored <> '');
    return null;
end
$$;
ALTER FUNCTION audit.log_statement() OWNER TO postgres;
COMMENT ON FUNCTION audit.log_statement() IS 'Trigger: records the rows that a statement of an exchange inserted or updated in audit.logged_actions.';
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
            'D', hstore(t.*), false, %3$s
        from %1$I.%2$I as t
        $sql$,
        tg_table_schema, tg_table_name, case when tg_argv[1]::boolean then 't.uid' else 'null' end
    )
    using tg_table_schema, tg_table_name, tg_relid, case when tg_argv[0]::boolean then left(current_query(), 1000) end;
    return null;
end
$_$;
ALTER FUNCTION audit.log_truncate() OWNER TO postgres;
COMMENT ON FUNCTION audit.log_truncate() IS 'Trigger: records the delete of each row of a table that is truncated.';
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
COMMENT ON FUNCTION audit.replay_event(pevent_id bigint) IS 'Makes the change of an event again.';
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
COMMENT ON FUNCTION audit.rollback_event(pevent_id bigint) IS 'Undoes an event; refused when a later edit of its row exists.';
CREATE FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) RETURNS public.hstore
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select p_row - array(select key from each(p_row) where octet_length(value) > 8192 and not p_changed ? key)
$$;
ALTER FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) OWNER TO postgres;
COMMENT ON FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) IS 'The old row of an update, less its unchanged values over 8 kB.';
SET default_tablespace = '';
SET default_table_access_method = heap;
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
COMMENT ON TABLE audit.logged_actions IS 'One row for each changed row of an audited table. A TRUNCATE is recorded as the delete of each row.';
COMMENT ON COLUMN audit.logged_actions.event_id IS 'Order of the events; the events of one row are always in the order of its changes.';
COMMENT ON COLUMN audit.logged_actions.schema_name IS 'Schema of the table.';
COMMENT ON COLUMN audit.logged_actions.table_name IS 'Name of the table.';
COMMENT ON COLUMN audit.logged_actions.relid IS 'Object id of the table.';
COMMENT ON COLUMN audit.logged_actions.session_user_name IS 'Who made the edit: the login role, or the author in the database where the edit was made.';
COMMENT ON COLUMN audit.logged_actions.action_tstamp_tx IS 'Start of the transaction that wrote the row in this database.';
COMMENT ON COLUMN audit.logged_actions.action_tstamp_stm IS 'Start of the statement that wrote the row in this database.';
COMMENT ON COLUMN audit.logged_actions.action_tstamp_clk IS 'Time at which the row was written in this database.';
COMMENT ON COLUMN audit.logged_actions.transaction_id IS 'Full (64 bit) id of the transaction, never reused.';
COMMENT ON COLUMN audit.logged_actions.application_name IS 'Application name of the session.';
COMMENT ON COLUMN audit.logged_actions.client_addr IS 'Address of the client; null for a local one.';
COMMENT ON COLUMN audit.logged_actions.client_port IS 'Port of the client; null for a local one.';
COMMENT ON COLUMN audit.logged_actions.client_query IS 'The statement, its first 1,000 characters, for tables audited with their queries.';
COMMENT ON COLUMN audit.logged_actions.action IS 'I insert, U update, D delete, T truncate (only in logs of other tools).';
COMMENT ON COLUMN audit.logged_actions.row_data IS 'The row inserted, deleted, or as it was before the update, in text form independent of the session; unchanged values over 8 kB are left out of an update.';
COMMENT ON COLUMN audit.logged_actions.changed_fields IS 'The new values of an update''s changed fields.';
COMMENT ON COLUMN audit.logged_actions.statement_only IS 'True for an event without rows (only in logs of other tools).';
COMMENT ON COLUMN audit.logged_actions.sync_data IS 'How the event came here: origin (server id of the database where the edit was made), sync_id (the history item that carried it), time (of the original edit), cause (server id of the clone whose edit made a trigger of this database write it). Null for an edit made here.';
COMMENT ON COLUMN audit.logged_actions.uid IS 'The uid of the row, where its table has one.';
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
COMMENT ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) IS 'Inserts (I), updates (U) or deletes (D) the row of an event with the fields given; p_key holds the key of the row as it is now. An error when no row is written.';
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
    deploy_relids oid[],
    offered pg_snapshot,
    former_roles name[],
    taken_over pg_snapshot
);
ALTER TABLE lizsync.clones OWNER TO postgres;
COMMENT ON TABLE lizsync.clones IS 'On central: an entry for each clone, with what has been received from it.';
COMMENT ON COLUMN lizsync.clones.server_id IS 'The clone.';
COMMENT ON COLUMN lizsync.clones.server_name IS 'Its name.';
COMMENT ON COLUMN lizsync.clones.role_name IS 'The role that may speak for it.';
COMMENT ON COLUMN lizsync.clones.relids IS 'Object ids of its tables when it was deployed, to notice one that was made again.';
COMMENT ON COLUMN lizsync.clones.central_system_identifier IS 'System identifier of the cluster in which the snapshots below have a meaning.';
COMMENT ON COLUMN lizsync.clones.clone_system_identifier IS 'System identifier of the clone''s cluster; 0 until a clone of the original LizSync has synchronised.';
COMMENT ON COLUMN lizsync.clones.received IS 'The clone''s snapshot up to which its events have been received.';
COMMENT ON COLUMN lizsync.clones.accepted_token IS 'Token that the clone presented last.';
COMMENT ON COLUMN lizsync.clones.offered_token IS 'Token that it was offered last, and presents next when the reply arrived.';
COMMENT ON COLUMN lizsync.clones.digest IS 'Digest of the events that it sent last.';
COMMENT ON COLUMN lizsync.clones.pending_digest IS 'The same for those of rows that central refused, which alone it still has when the reply arrived.';
COMMENT ON COLUMN lizsync.clones.horizon IS 'It has certainly received the transactions of central before this one, also of the rows that stand still there.';
COMMENT ON COLUMN lizsync.clones.revoked IS 'True once the clone may do nothing more.';
COMMENT ON COLUMN lizsync.clones.registered_at IS 'When it was deployed last.';
COMMENT ON COLUMN lizsync.clones.last_synchronized IS 'Time of its last synchronisation.';
COMMENT ON COLUMN lizsync.clones.deploy_token IS 'Token of a deployment that the clone has not used yet.';
COMMENT ON COLUMN lizsync.clones.deploy_received IS 'The clone''s snapshot at that deployment.';
COMMENT ON COLUMN lizsync.clones.deploy_presented IS 'Central''s snapshot in the package deployed.';
COMMENT ON COLUMN lizsync.clones.deploy_system_identifier IS 'System identifier of the clone''s cluster at that deployment.';
COMMENT ON COLUMN lizsync.clones.deploy_tables IS 'Publication list of that deployment.';
COMMENT ON COLUMN lizsync.clones.deploy_relids IS 'Object ids of its tables.';
COMMENT ON COLUMN lizsync.clones.offered IS 'Central''s snapshot after its last synchronisation, which it was offered as its next cursor: tells a package that is older than a synchronisation whose acknowledgement was lost.';
COMMENT ON COLUMN lizsync.clones.former_roles IS 'For a clone of the original LizSync: the roles that could synchronise it before the upgrade, and still may until one is named with lizsync.entrust_clone.';
COMMENT ON COLUMN lizsync.clones.taken_over IS 'For a clone of the original LizSync: central''s snapshot up to which it had received, which it does not know itself.';
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
    received pg_snapshot NOT NULL,
    prefetched pg_snapshot,
    number_prefetched integer DEFAULT 0 NOT NULL,
    prefetched_tables oid[]
);
ALTER TABLE lizsync.exchanges OWNER TO postgres;
COMMENT ON TABLE lizsync.exchanges IS 'The exchange of the running transaction, seen by nobody else.';
COMMENT ON COLUMN lizsync.exchanges.transaction_id IS 'The transaction.';
COMMENT ON COLUMN lizsync.exchanges.clone_id IS 'The clone.';
COMMENT ON COLUMN lizsync.exchanges.sync_id IS 'The history item.';
COMMENT ON COLUMN lizsync.exchanges.started_at IS 'When it began.';
COMMENT ON COLUMN lizsync.exchanges.clock_offset IS 'The clone''s clock less central''s, as measured.';
COMMENT ON COLUMN lizsync.exchanges.sent IS 'The clone''s snapshot up to which it sends.';
COMMENT ON COLUMN lizsync.exchanges.token IS 'Token that the clone presented.';
COMMENT ON COLUMN lizsync.exchanges.cursor IS 'Central''s snapshot up to which the clone has received.';
COMMENT ON COLUMN lizsync.exchanges.horizon IS 'Events of transactions before this one have been received by the clone, those of its pending rows included.';
COMMENT ON COLUMN lizsync.exchanges.received IS 'The clone''s snapshot up to which central had received.';
COMMENT ON COLUMN lizsync.exchanges.prefetched IS 'Central''s snapshot as of which the clone prefetches; null when there is nothing to prefetch.';
COMMENT ON COLUMN lizsync.exchanges.number_prefetched IS 'On central: how many rows the clone prefetches, less those that are sent again or are as the clone wrote them.';
COMMENT ON COLUMN lizsync.exchanges.prefetched_tables IS 'On a clone: the tables of the rows prefetched, once these are written; null before.';
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
COMMENT ON TABLE lizsync.conflicts IS 'Every value that lost.';
COMMENT ON COLUMN lizsync.conflicts.id IS 'Identity.';
COMMENT ON COLUMN lizsync.conflicts.conflict_time IS 'When it was decided.';
COMMENT ON COLUMN lizsync.conflicts.object_table IS 'The table, as "schema"."table".';
COMMENT ON COLUMN lizsync.conflicts.object_uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.conflicts.clone_id IS 'The clone that synchronised.';
COMMENT ON COLUMN lizsync.conflicts.sync_id IS 'The synchronisation.';
COMMENT ON COLUMN lizsync.conflicts.field_name IS 'The field; null when a whole row lost.';
COMMENT ON COLUMN lizsync.conflicts.central_value IS 'Value on central.';
COMMENT ON COLUMN lizsync.conflicts.clone_value IS 'Value from the clone.';
COMMENT ON COLUMN lizsync.conflicts.central_time IS 'Time of central''s edit.';
COMMENT ON COLUMN lizsync.conflicts.clone_time IS 'Time of the clone''s edit, corrected by its clock offset.';
COMMENT ON COLUMN lizsync.conflicts.central_author IS 'Author of central''s edit.';
COMMENT ON COLUMN lizsync.conflicts.clone_author IS 'Author of the clone''s edit.';
COMMENT ON COLUMN lizsync.conflicts.row_data IS 'The row that lost, whole, when a delete won.';
COMMENT ON COLUMN lizsync.conflicts.rejected IS 'The side whose value lost.';
COMMENT ON COLUMN lizsync.conflicts.rule_applied IS 'last edit wins, delete wins, foreign key action, given up, or column is no more.';
CREATE TABLE lizsync.server_metadata (
    server_id uuid DEFAULT gen_random_uuid() NOT NULL,
    server_name text NOT NULL
);
ALTER TABLE lizsync.server_metadata OWNER TO postgres;
COMMENT ON TABLE lizsync.server_metadata IS 'This database''s identity: one row.';
COMMENT ON COLUMN lizsync.server_metadata.server_id IS 'Identity, kept for the life of the database.';
COMMENT ON COLUMN lizsync.server_metadata.server_name IS 'Name for people: central for the central database.';
CREATE TABLE "Ville été"."L'arbre ""x"".y" (
    id integer NOT NULL,
    uid uuid DEFAULT gen_random_uuid() NOT NULL,
    "Nom" text,
    badge integer,
    geom public.geometry(PointZ,2154)
);
ALTER TABLE "Ville été"."L'arbre ""x"".y" OWNER TO postgres;
CREATE SEQUENCE "Ville été"."L'arbre ""x"".y_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE "Ville été"."L'arbre ""x"".y_id_seq" OWNER TO postgres;
ALTER SEQUENCE "Ville été"."L'arbre ""x"".y_id_seq" OWNED BY "Ville été"."L'arbre ""x"".y".id;
ALTER TABLE audit.logged_actions ALTER COLUMN event_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME audit.logged_actions_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE audit.logged_relations (
    relation_name text NOT NULL,
    uid_column text NOT NULL
);
ALTER TABLE audit.logged_relations OWNER TO postgres;
COMMENT ON TABLE audit.logged_relations IS 'The audited tables and views, one row for each column of their key.';
COMMENT ON COLUMN audit.logged_relations.relation_name IS 'Schema and name, quoted where SQL needs it.';
COMMENT ON COLUMN audit.logged_relations.uid_column IS 'A column of the primary key, or of the key given to audit_view.';
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
COMMENT ON TABLE lizsync.central IS 'On a clone: its central database, and what has been received from it. One row.';
COMMENT ON COLUMN lizsync.central.server_id IS 'Central.';
COMMENT ON COLUMN lizsync.central.system_identifier IS 'System identifier of central''s cluster; 0 until a clone of the original LizSync has synchronised.';
COMMENT ON COLUMN lizsync.central.clone_system_identifier IS 'System identifier of this cluster when the package was deployed.';
COMMENT ON COLUMN lizsync.central.cursor IS 'Central''s snapshot up to which its events have been received; 1:1: until a clone of the original LizSync has synchronised.';
COMMENT ON COLUMN lizsync.central.token IS 'Token to present next.';
COMMENT ON COLUMN lizsync.central.package_id IS 'The package that was deployed.';
COMMENT ON COLUMN lizsync.central.relids IS 'Object ids of the tables that the log''s events refer to, to notice a restore from a dump.';
COMMENT ON COLUMN lizsync.central.deployed_at IS 'When it was deployed.';
COMMENT ON COLUMN lizsync.central.last_synchronized IS 'Time of the last synchronisation.';
COMMENT ON COLUMN lizsync.central.only_one IS 'Holds the table to one row.';
CREATE UNLOGGED TABLE lizsync.changeset (
    exchange bigint NOT NULL,
    ordinal integer NOT NULL,
    relid oid NOT NULL,
    uid uuid NOT NULL,
    action text NOT NULL,
    fields public.hstore NOT NULL,
    won public.hstore NOT NULL,
    first_event bigint,
    last_event bigint,
    edited_at timestamp with time zone,
    author text,
    counterpart text,
    error text
);
ALTER TABLE lizsync.changeset OWNER TO postgres;
COMMENT ON TABLE lizsync.changeset IS 'The net changes that the running exchange applies, one for each row.';
COMMENT ON COLUMN lizsync.changeset.exchange IS 'Its transaction.';
COMMENT ON COLUMN lizsync.changeset.ordinal IS 'Order in which they are applied; changes written by one statement stand together. Below 0: prefetched.';
COMMENT ON COLUMN lizsync.changeset.relid IS 'The table.';
COMMENT ON COLUMN lizsync.changeset.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.changeset.action IS 'R the whole row, U some fields, D delete.';
COMMENT ON COLUMN lizsync.changeset.fields IS 'The values sent.';
COMMENT ON COLUMN lizsync.changeset.won IS 'Those of them that are to be written.';
COMMENT ON COLUMN lizsync.changeset.first_event IS 'The first event of the net change.';
COMMENT ON COLUMN lizsync.changeset.last_event IS 'Its last event.';
COMMENT ON COLUMN lizsync.changeset.edited_at IS 'On central: time of the last event, corrected by the clone''s clock offset.';
COMMENT ON COLUMN lizsync.changeset.author IS 'On central: author of the last event.';
COMMENT ON COLUMN lizsync.changeset.counterpart IS 'For a delete, what central did to the row that the clone has not seen: R, U or D; null for nothing.';
COMMENT ON COLUMN lizsync.changeset.error IS 'Why the change was refused, if it was.';
ALTER TABLE lizsync.conflicts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME lizsync.conflicts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE UNLOGGED TABLE lizsync.held_rows (
    exchange bigint NOT NULL,
    relid oid NOT NULL,
    uid uuid NOT NULL,
    received pg_snapshot NOT NULL,
    given_up boolean NOT NULL
);
ALTER TABLE lizsync.held_rows OWNER TO postgres;
COMMENT ON TABLE lizsync.held_rows IS 'The rows that are held, as the other side of the running exchange presented them.';
COMMENT ON COLUMN lizsync.held_rows.exchange IS 'Its transaction.';
COMMENT ON COLUMN lizsync.held_rows.relid IS 'The table.';
COMMENT ON COLUMN lizsync.held_rows.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.held_rows.received IS 'Snapshot from which the row is still unreceived by the other side.';
COMMENT ON COLUMN lizsync.held_rows.given_up IS 'True when somebody gave the row up.';
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
COMMENT ON TABLE lizsync.history IS 'Every package, deployment (full) and synchronisation (partial).';
COMMENT ON COLUMN lizsync.history.sync_id IS 'Identity; events carry it in sync_data.';
COMMENT ON COLUMN lizsync.history.sync_time IS 'When it began.';
COMMENT ON COLUMN lizsync.history.server_from IS 'Server id of the sender; of the clone for a synchronisation.';
COMMENT ON COLUMN lizsync.history.server_to IS 'Server ids of the receivers; of central for a synchronisation.';
COMMENT ON COLUMN lizsync.history.min_event_id IS 'First event that the clone sent.';
COMMENT ON COLUMN lizsync.history.max_event_id IS 'Last event that the clone sent.';
COMMENT ON COLUMN lizsync.history.max_action_tstamp_tx IS 'Kept for databases of the original LizSync.';
COMMENT ON COLUMN lizsync.history.sync_type IS 'full: package or deployment; partial: synchronisation.';
COMMENT ON COLUMN lizsync.history.sync_status IS 'done.';
COMMENT ON COLUMN lizsync.history.number_replayed_to_central IS 'Rows of the clone that were written on central.';
COMMENT ON COLUMN lizsync.history.number_replayed_to_clone IS 'Rows of central that were sent to the clone.';
COMMENT ON COLUMN lizsync.history.number_conflicts IS 'Values that lost.';
COMMENT ON COLUMN lizsync.history.number_pending IS 'Rows that could not be applied and stand still.';
COMMENT ON COLUMN lizsync.history.duration IS 'Time that it took on this database.';
COMMENT ON COLUMN lizsync.history.clock_offset IS 'The clone''s clock less central''s.';
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
COMMENT ON TABLE lizsync.incoming IS 'On central: the changes that the running exchange has received. On a clone: the edits that the running deployment keeps.';
COMMENT ON COLUMN lizsync.incoming.exchange IS 'Its transaction.';
COMMENT ON COLUMN lizsync.incoming.event_id IS 'The event of the clone.';
COMMENT ON COLUMN lizsync.incoming.transaction_id IS 'Transaction of the clone that made the event.';
COMMENT ON COLUMN lizsync.incoming.relation IS 'The table.';
COMMENT ON COLUMN lizsync.incoming.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.incoming.action IS 'I, U or D.';
COMMENT ON COLUMN lizsync.incoming.fields IS 'The values set.';
COMMENT ON COLUMN lizsync.incoming.edited_at IS 'Time of the edit, corrected by the clone''s clock offset.';
COMMENT ON COLUMN lizsync.incoming.author IS 'Author of the edit.';
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
COMMENT ON TABLE lizsync.pending_changes IS 'Rows whose changes could not be applied. They are held, whole and both ways, and tried again at each synchronisation.';
COMMENT ON COLUMN lizsync.pending_changes.clone_id IS 'The clone between which and central the row is held.';
COMMENT ON COLUMN lizsync.pending_changes.object_table IS 'The table, as "schema"."table".';
COMMENT ON COLUMN lizsync.pending_changes.object_uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.pending_changes.received IS 'Snapshot of the other side up to which this row has been received here.';
COMMENT ON COLUMN lizsync.pending_changes.refused_by IS 'The side that could not apply the change.';
COMMENT ON COLUMN lizsync.pending_changes.pending_since IS 'When it was first refused.';
COMMENT ON COLUMN lizsync.pending_changes.last_tried IS 'When it was last refused.';
COMMENT ON COLUMN lizsync.pending_changes.error IS 'Why, in the words of the database that refused it.';
COMMENT ON COLUMN lizsync.pending_changes.given_up IS 'True once somebody gave the row up: at the next synchronisation its values go to conflicts and central''s row is fetched.';
CREATE TABLE lizsync.purges (
    purged_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    up_to bigint NOT NULL,
    number_of_events bigint NOT NULL,
    system_identifier bigint NOT NULL
);
ALTER TABLE lizsync.purges OWNER TO postgres;
COMMENT ON TABLE lizsync.purges IS 'On central: what lizsync.purge has removed from the log, a row for each batch.';
COMMENT ON COLUMN lizsync.purges.purged_at IS 'When.';
COMMENT ON COLUMN lizsync.purges.up_to IS 'Events of transactions before this one may be gone: a clone that has not received them must be deployed again.';
COMMENT ON COLUMN lizsync.purges.number_of_events IS 'How many events went.';
COMMENT ON COLUMN lizsync.purges.system_identifier IS 'System identifier of the cluster in which up_to has a meaning.';
CREATE UNLOGGED TABLE lizsync.rebased_rows (
    relation text NOT NULL,
    uid uuid NOT NULL,
    events bigint[] NOT NULL,
    received pg_snapshot NOT NULL,
    error text NOT NULL,
    given_up boolean NOT NULL,
    refused text
);
ALTER TABLE lizsync.rebased_rows OWNER TO postgres;
COMMENT ON TABLE lizsync.rebased_rows IS 'On a clone: the rows whose edits the running deployment keeps, emptied by its own transaction. The edits are in lizsync.incoming.';
COMMENT ON COLUMN lizsync.rebased_rows.relation IS 'The table.';
COMMENT ON COLUMN lizsync.rebased_rows.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.rebased_rows.events IS 'Its edits, in their order.';
COMMENT ON COLUMN lizsync.rebased_rows.received IS 'Snapshot of central up to which the row has been received.';
COMMENT ON COLUMN lizsync.rebased_rows.error IS 'Why it is pending after the deployment.';
COMMENT ON COLUMN lizsync.rebased_rows.given_up IS 'True when somebody gave the row up, or it does not fit the new tables.';
COMMENT ON COLUMN lizsync.rebased_rows.refused IS 'Why it could not be written when that was tried last.';
CREATE UNLOGGED TABLE lizsync.reply (
    clone_id uuid NOT NULL,
    batch integer NOT NULL,
    token uuid NOT NULL,
    number_of_changes integer NOT NULL,
    payload text NOT NULL
);
ALTER TABLE ONLY lizsync.reply ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE lizsync.reply OWNER TO postgres;
COMMENT ON TABLE lizsync.reply IS 'On central: the reply to each clone''s last exchange, until it is fetched.';
COMMENT ON COLUMN lizsync.reply.clone_id IS 'The clone.';
COMMENT ON COLUMN lizsync.reply.batch IS 'Number of the part, from 1.';
COMMENT ON COLUMN lizsync.reply.token IS 'Token that the exchange offered.';
COMMENT ON COLUMN lizsync.reply.number_of_changes IS 'How many rows it changes.';
COMMENT ON COLUMN lizsync.reply.payload IS 'Changes in text form, about 16 MB at most: see lizsync.outgoing_batch.';
CREATE TABLE lizsync.structure_version (
    version integer NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    description text NOT NULL
);
ALTER TABLE lizsync.structure_version OWNER TO postgres;
COMMENT ON TABLE lizsync.structure_version IS 'The numbered upgrades that this structure has had.';
COMMENT ON COLUMN lizsync.structure_version.version IS 'Number of the upgrade; the greatest one is the version of the structure.';
COMMENT ON COLUMN lizsync.structure_version.installed_at IS 'When it was made.';
COMMENT ON COLUMN lizsync.structure_version.description IS 'What it does.';
CREATE TABLE lizsync.synchronized_tables (
    server_id uuid NOT NULL,
    sync_tables jsonb NOT NULL
);
ALTER TABLE lizsync.synchronized_tables OWNER TO postgres;
COMMENT ON TABLE lizsync.synchronized_tables IS 'The publication list of each clone: the tables that it synchronises.';
COMMENT ON COLUMN lizsync.synchronized_tables.server_id IS 'The clone.';
COMMENT ON COLUMN lizsync.synchronized_tables.sync_tables IS 'Array of "schema"."table".';
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y" ALTER COLUMN id SET DEFAULT nextval('"Ville été"."L''arbre ""x"".y_id_seq"'::regclass);
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (4, 'ac980a61-b9bc-41cb-97e9-a9b65ce619c2', 'tree 4', 4, '01010000A06A080000555555555555F53F00000000000010409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (1, 'b4cc42d3-756e-4636-8a97-ebdd274f2325', 'the clone''s', 1, '01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (3, '63413fc9-23a6-443f-bd07-8214bc6ed753', 'tree 3', 40, '01010000A06A080000000000000000F03F00000000000008409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (5, '2b79fe46-c52c-4fce-bcdc-f1f46e613bf8', 'new', NULL, NULL);
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (2, '9f72a0d1-6044-4017-8d83-ba421142ae5f', 'later', 2, '01010000A06A080000555555555555E53F00000000000000409A9999999999B93F');
INSERT INTO audit.logged_actions VALUES (2, 'Ville été', 'L''arbre "x".y', 17900, 'postgres', '2026-11-30 20:41:26.607821+01', '2026-11-30 20:41:26.607821+01', '2026-11-30 20:41:26.782606+01', 747, '', '127.0.0.1', 58944, NULL, 'U', '"id"=>"3", "Nom"=>"tree 3", "uid"=>"63413fc9-23a6-443f-bd07-8214bc6ed753", "geom"=>"01010000A06A080000000000000000F03F00000000000008409A9999999999B93F", "badge"=>"3"', '"badge"=>"40"', false, NULL, '63413fc9-23a6-443f-bd07-8214bc6ed753');
INSERT INTO audit.logged_actions VALUES (4, 'Ville été', 'L''arbre "x".y', 17900, 'postgres', '2026-11-30 20:41:29.436521+01', '2026-11-30 20:41:29.436521+01', '2026-11-30 20:41:29.437661+01', 763, '', '127.0.0.1', 58944, NULL, 'U', '"id"=>"2", "Nom"=>"tree 2", "uid"=>"9f72a0d1-6044-4017-8d83-ba421142ae5f", "geom"=>"01010000A06A080000555555555555E53F00000000000000409A9999999999B93F", "badge"=>"2"', '"Nom"=>"later"', false, NULL, '9f72a0d1-6044-4017-8d83-ba421142ae5f');
INSERT INTO audit.logged_relations VALUES ('"Ville été"."L''arbre ""x"".y"', 'id');
INSERT INTO lizsync.central VALUES ('1cb046b4-7c65-4c29-9fc3-30cb2fc64854', 7714051821970046019, 7714051821970046019, '748:751:748,749', '157e8828-3814-45fa-999e-a6f931ca47ac', '7c2a39e1-d0f4-4c1d-8916-6ac770f65588', '{17900}', '2026-11-30 20:41:25.780284+01', '2026-11-30 20:41:29.339876+01', true);
INSERT INTO lizsync.history VALUES ('36de63ce-6a4e-4ebc-9560-b1839f1b996b', '2026-11-30 20:41:27.882135+01', 'd67f31bb-fe6e-4882-93ab-56e657297cc7', '{1cb046b4-7c65-4c29-9fc3-30cb2fc64854}', NULL, NULL, NULL, 'partial', 'done', 2, 0, 1, 2, '00:00:01.482703', NULL);
INSERT INTO lizsync.pending_changes VALUES ('d67f31bb-fe6e-4882-93ab-56e657297cc7', '"Ville été"."L''arbre ""x"".y"', '63413fc9-23a6-443f-bd07-8214bc6ed753', '742:742:', 'central', '2026-11-30 20:41:27.19517+01', '2026-11-30 20:41:27.19517+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);
INSERT INTO lizsync.pending_changes VALUES ('d67f31bb-fe6e-4882-93ab-56e657297cc7', '"Ville été"."L''arbre ""x"".y"', '9f72a0d1-6044-4017-8d83-ba421142ae5f', '742:742:', 'clone', '2026-11-30 20:41:27.19517+01', '2026-11-30 20:41:27.19517+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);
INSERT INTO lizsync.server_metadata VALUES ('d67f31bb-fe6e-4882-93ab-56e657297cc7', 't_everystructureisupgraded_l6aicrzf5ppr');
INSERT INTO lizsync.structure_version VALUES (1, '2026-11-30 20:41:21.669996+01', 'create tables');
INSERT INTO lizsync.synchronized_tables VALUES ('d67f31bb-fe6e-4882-93ab-56e657297cc7', '["\"Ville été\".\"L''arbre \"\"x\"\".y\""]');
SELECT pg_catalog.setval('"Ville été"."L''arbre ""x"".y_id_seq"', 5, true);
SELECT pg_catalog.setval('audit.logged_actions_event_id_seq', 4, true);
SELECT pg_catalog.setval('lizsync.conflicts_id_seq', 1, false);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_badge_key" UNIQUE (badge);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_uid_key" UNIQUE (uid);
ALTER TABLE ONLY audit.logged_actions
    ADD CONSTRAINT logged_actions_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY audit.logged_relations
    ADD CONSTRAINT logged_relations_pkey PRIMARY KEY (relation_name, uid_column);
ALTER TABLE ONLY lizsync.central
    ADD CONSTRAINT central_only_one_key UNIQUE (only_one);
ALTER TABLE ONLY lizsync.central
    ADD CONSTRAINT central_pkey PRIMARY KEY (server_id);
ALTER TABLE ONLY lizsync.changeset
    ADD CONSTRAINT changeset_pkey PRIMARY KEY (exchange, ordinal);
ALTER TABLE ONLY lizsync.clones
    ADD CONSTRAINT clones_pkey PRIMARY KEY (server_id);
ALTER TABLE ONLY lizsync.conflicts
    ADD CONSTRAINT conflicts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lizsync.exchanges
    ADD CONSTRAINT exchanges_pkey PRIMARY KEY (transaction_id);
ALTER TABLE ONLY lizsync.held_rows
    ADD CONSTRAINT held_rows_pkey PRIMARY KEY (exchange, relid, uid);
ALTER TABLE ONLY lizsync.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (sync_id);
ALTER TABLE ONLY lizsync.incoming
    ADD CONSTRAINT incoming_pkey PRIMARY KEY (exchange, event_id);
ALTER TABLE ONLY lizsync.pending_changes
    ADD CONSTRAINT pending_changes_pkey PRIMARY KEY (clone_id, object_table, object_uid);
ALTER TABLE ONLY lizsync.rebased_rows
    ADD CONSTRAINT rebased_rows_pkey PRIMARY KEY (relation, uid);
ALTER TABLE ONLY lizsync.reply
    ADD CONSTRAINT reply_pkey PRIMARY KEY (clone_id, batch);
ALTER TABLE ONLY lizsync.server_metadata
    ADD CONSTRAINT server_metadata_pkey PRIMARY KEY (server_id);
ALTER TABLE ONLY lizsync.server_metadata
    ADD CONSTRAINT server_metadata_server_name_key UNIQUE (server_name);
ALTER TABLE ONLY lizsync.structure_version
    ADD CONSTRAINT structure_version_pkey PRIMARY KEY (version);
ALTER TABLE ONLY lizsync.synchronized_tables
    ADD CONSTRAINT synchronized_tables_pkey PRIMARY KEY (server_id);
CREATE INDEX logged_actions_action_tstamp_clk_idx ON audit.logged_actions USING brin (action_tstamp_clk);
CREATE INDEX logged_actions_relid_transaction_id_idx ON audit.logged_actions USING btree (relid, transaction_id);
CREATE INDEX changeset_deletes_idx ON lizsync.changeset USING btree (exchange, relid) WHERE (action = 'D'::text);
CREATE INDEX changeset_refused_idx ON lizsync.changeset USING btree (exchange) WHERE (error IS NOT NULL);
CREATE INDEX conflicts_object_idx ON lizsync.conflicts USING btree (object_uid);
CREATE TRIGGER "00_audit_trigger_delete" AFTER DELETE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
CREATE TRIGGER "00_audit_trigger_insert" AFTER INSERT ON "Ville été"."L'arbre ""x"".y" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
CREATE TRIGGER "00_audit_trigger_row" AFTER INSERT OR UPDATE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NULL)) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
CREATE TRIGGER "00_audit_trigger_truncate" BEFORE TRUNCATE ON "Ville été"."L'arbre ""x"".y" FOR EACH STATEMENT EXECUTE FUNCTION audit.log_truncate('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
CREATE TRIGGER "00_audit_trigger_update" AFTER UPDATE ON "Ville été"."L'arbre ""x"".y" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
REVOKE ALL ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_row() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_statement() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_truncate() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.replay_event(pevent_id bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.rollback_event(pevent_id bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) FROM PUBLIC;
