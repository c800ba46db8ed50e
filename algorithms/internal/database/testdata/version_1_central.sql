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
CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';
CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
COMMENT ON EXTENSION postgis IS 'PostGIS geometry and geography spatial types and functions';
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
CREATE TYPE lizsync.handshake AS (
	server_id uuid,
	server_name text,
	structure_version integer,
	functions text,
	program text,
	system_identifier bigint,
	central_id uuid,
	central_system_identifier bigint,
	token uuid,
	cursor pg_snapshot,
	snapshot pg_snapshot
);
ALTER TYPE lizsync.handshake OWNER TO postgres;
COMMENT ON TYPE lizsync.handshake IS 'The handshake: what a clone says of itself at the start of a synchronisation; of its functions, as in lizsync.slot.';
CREATE TYPE lizsync.slot AS (
	version integer,
	functions text,
	program text,
	asked_at double precision,
	given_at double precision
);
ALTER TYPE lizsync.slot OWNER TO postgres;
COMMENT ON TYPE lizsync.slot IS 'Leave to synchronise: the version of central''s structure, the digest of its functions and the version of the program that installed them, and central''s clock, in seconds since 1970, when the slot was asked for and when it was given.';
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
COMMENT ON TABLE lizsync.incoming IS 'On central: the changes that the running exchange has received.';
COMMENT ON COLUMN lizsync.incoming.exchange IS 'Its transaction.';
COMMENT ON COLUMN lizsync.incoming.event_id IS 'The event of the clone.';
COMMENT ON COLUMN lizsync.incoming.transaction_id IS 'Transaction of the clone that made the event.';
COMMENT ON COLUMN lizsync.incoming.relation IS 'The table.';
COMMENT ON COLUMN lizsync.incoming.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.incoming.action IS 'I, U or D.';
COMMENT ON COLUMN lizsync.incoming.fields IS 'The values set.';
COMMENT ON COLUMN lizsync.incoming.edited_at IS 'Time of the edit, corrected by the clone''s clock offset.';
COMMENT ON COLUMN lizsync.incoming.author IS 'Author of the edit.';
CREATE TABLE lizsync.installed_functions (
    signature text NOT NULL,
    digest text NOT NULL,
    function_oid oid NOT NULL,
    written xid NOT NULL
);
ALTER TABLE lizsync.installed_functions OWNER TO postgres;
COMMENT ON TABLE lizsync.installed_functions IS 'The functions of both schemas that LizSync has installed. Others there are not its own.';
COMMENT ON COLUMN lizsync.installed_functions.signature IS 'Name and types of the arguments.';
COMMENT ON COLUMN lizsync.installed_functions.digest IS 'Digest of the function as it was installed: see lizsync.function_digests.';
COMMENT ON COLUMN lizsync.installed_functions.function_oid IS 'Object id of the function.';
COMMENT ON COLUMN lizsync.installed_functions.written IS 'The transaction (xmin) that wrote its row of pg_proc. As long as that is the same, nobody has altered the function, and its digest need not be computed.';
CREATE TABLE lizsync.installed_program (
    version text NOT NULL,
    digest text NOT NULL,
    functions_digest text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    only_one boolean DEFAULT true NOT NULL,
    CONSTRAINT installed_program_only_one_check CHECK (only_one)
);
ALTER TABLE lizsync.installed_program OWNER TO postgres;
COMMENT ON TABLE lizsync.installed_program IS 'The program that installed the functions. One row.';
COMMENT ON COLUMN lizsync.installed_program.version IS 'Its version, as it tells it itself; programs that were not released have none to compare.';
COMMENT ON COLUMN lizsync.installed_program.digest IS 'Digest of its functions as it has them, in files.';
COMMENT ON COLUMN lizsync.installed_program.functions_digest IS 'Digest of all of lizsync.installed_functions: equal where the same functions were installed.';
COMMENT ON COLUMN lizsync.installed_program.installed_at IS 'When it installed them.';
COMMENT ON COLUMN lizsync.installed_program.only_one IS 'Holds the table to one row.';
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
CREATE TABLE lizsync.server_metadata (
    server_id uuid DEFAULT gen_random_uuid() NOT NULL,
    server_name text NOT NULL
);
ALTER TABLE lizsync.server_metadata OWNER TO postgres;
COMMENT ON TABLE lizsync.server_metadata IS 'This database''s identity: one row.';
COMMENT ON COLUMN lizsync.server_metadata.server_id IS 'Identity, kept for the life of the database.';
COMMENT ON COLUMN lizsync.server_metadata.server_name IS 'Name for people: central for the central database.';
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
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (3, '6efbffaf-05fd-45e1-9e01-16a6a895f1db', 'tree 3', 3, '01010000A06A080000000000000000F03F00000000000008409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (2, '400f44ee-673a-4371-b851-b533a4077c8d', 'tree 2', 40, '01010000A06A080000555555555555E53F00000000000000409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (1, 'd409bbbc-2f4d-489f-8a16-fe767f659510', 'the clone''s', 1, '01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (5, 'c85e463b-85d2-4839-a65f-477c213aeb5d', 'new', NULL, NULL);
INSERT INTO audit.logged_actions VALUES (1, 'Ville été', 'L''arbre "x".y', 46479, 'postgres', '2026-11-30 21:12:24.348912+01', '2026-11-30 21:12:24.348912+01', '2026-11-30 21:12:24.572552+01', 18578, '', '127.0.0.1', 33626, NULL, 'U', '"id"=>"1", "Nom"=>"tree 1", "uid"=>"d409bbbc-2f4d-489f-8a16-fe767f659510", "geom"=>"01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F", "badge"=>"1"', '"Nom"=>"central''s"', false, NULL, 'd409bbbc-2f4d-489f-8a16-fe767f659510');
INSERT INTO audit.logged_actions VALUES (2, 'Ville été', 'L''arbre "x".y', 46479, 'postgres', '2026-11-30 21:12:24.348912+01', '2026-11-30 21:12:24.348912+01', '2026-11-30 21:12:24.573808+01', 18578, '', '127.0.0.1', 33626, NULL, 'U', '"id"=>"2", "Nom"=>"tree 2", "uid"=>"400f44ee-673a-4371-b851-b533a4077c8d", "geom"=>"01010000A06A080000555555555555E53F00000000000000409A9999999999B93F", "badge"=>"2"', '"badge"=>"40"', false, NULL, '400f44ee-673a-4371-b851-b533a4077c8d');
INSERT INTO audit.logged_actions VALUES (3, 'Ville été', 'L''arbre "x".y', 46479, 'postgres', '2026-11-30 21:12:26.185042+01', '2026-11-30 21:12:26.697546+01', '2026-11-30 21:12:26.96913+01', 18582, '', '127.0.0.1', 33718, NULL, 'U', '"id"=>"1", "Nom"=>"central''s", "uid"=>"d409bbbc-2f4d-489f-8a16-fe767f659510", "geom"=>"01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F", "badge"=>"1"', '"Nom"=>"the clone''s"', false, '{"time": "2026-11-30T20:12:24.731315+00:00", "origin": "f0b4040a-c21d-402e-aaec-47b934e2a771", "sync_id": "e79d0d25-e21e-49d7-af8a-5319cf08b68a"}', 'd409bbbc-2f4d-489f-8a16-fe767f659510');
INSERT INTO audit.logged_actions VALUES (4, 'Ville été', 'L''arbre "x".y', 46479, 'postgres', '2026-11-30 21:12:26.185042+01', '2026-11-30 21:12:26.697546+01', '2026-11-30 21:12:27.043428+01', 18582, '', '127.0.0.1', 33718, NULL, 'I', '"id"=>"5", "Nom"=>"new", "uid"=>"c85e463b-85d2-4839-a65f-477c213aeb5d", "geom"=>NULL, "badge"=>NULL', NULL, false, '{"time": "2026-11-30T20:12:24.796259+00:00", "origin": "f0b4040a-c21d-402e-aaec-47b934e2a771", "sync_id": "e79d0d25-e21e-49d7-af8a-5319cf08b68a"}', 'c85e463b-85d2-4839-a65f-477c213aeb5d');
INSERT INTO audit.logged_actions VALUES (5, 'Ville été', 'L''arbre "x".y', 46479, 'postgres', '2026-11-30 21:12:27.592892+01', '2026-11-30 21:12:27.592892+01', '2026-11-30 21:12:27.594067+01', 18594, '', '127.0.0.1', 33626, NULL, 'D', '"id"=>"4", "Nom"=>"tree 4", "uid"=>"ed3ea854-f4f8-4c88-97b5-d54fbf66b2cd", "geom"=>"01010000A06A080000555555555555F53F00000000000010409A9999999999B93F", "badge"=>"4"', NULL, false, NULL, 'ed3ea854-f4f8-4c88-97b5-d54fbf66b2cd');
INSERT INTO audit.logged_relations VALUES ('"Ville été"."L''arbre ""x"".y"', 'id');
INSERT INTO lizsync.clones VALUES ('f0b4040a-c21d-402e-aaec-47b934e2a771', 't_everystructureisupgraded_xtywpbjwbzm6', 'anna', '{46479}', 7714057870921839977, 7714057870921839977, '18580:18580:', '5748e978-bfbf-480a-956b-eb160854be54', 'c797ae30-a228-4856-9d23-102d3ef4ebea', '3:-8143382136813679059:-1742642203384502744', '1:184992785618494639:5298700653669618013', 18574, false, '2026-11-30 21:12:23.692972+01', '2026-11-30 21:12:27.291847+01', NULL, '18576:18576:', '18574:18574:', 7714057870921839977, '{"\"Ville été\".\"L''arbre \"\"x\"\".y\""}', '{46479}', '18580:18583:18580,18581', NULL, NULL);
INSERT INTO lizsync.conflicts VALUES (1, '2026-11-30 21:12:26.185042+01', '"Ville été"."L''arbre ""x"".y"', 'd409bbbc-2f4d-489f-8a16-fe767f659510', 'f0b4040a-c21d-402e-aaec-47b934e2a771', 'e79d0d25-e21e-49d7-af8a-5319cf08b68a', 'Nom', 'central''s', 'the clone''s', '2026-11-30 21:12:24.572552+01', '2026-11-30 21:12:24.731315+01', 'postgres', 'postgres', NULL, 'central', 'last edit wins');
INSERT INTO lizsync.history VALUES ('e79d0d25-e21e-49d7-af8a-5319cf08b68a', '2026-11-30 21:12:26.541147+01', 'f0b4040a-c21d-402e-aaec-47b934e2a771', '{732e1c4b-9288-4f05-bf71-5c493de5abdf}', 1, 3, NULL, 'partial', 'done', 2, 1, 1, 1, '00:00:00.785868', '-00:00:00.071542');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_table(regclass,boolean,boolean,text[])', 'f9137258b1dadfed78792fd0d21be1e04283a964a1ce608993891ad4a489aea3', 46321, '18436');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.register_clone(uuid,text,name,text[],pg_snapshot,uuid,pg_snapshot,bigint)', '4fb4609ddbb45dff4bcd33b9ccf4092035f5a0154949e2d703de91da97d3849d', 46343, '18453');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,boolean,text[],text[])', 'fb563623b75f3b15f46185f4879f89a98825623d387f0559319610b9b21946de', 46322, '18437');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,boolean,text[])', '620ad4d3ba447a51fe0bc00fbe346b7e196cd2f6209c1c6795f7782bab35633e', 46323, '18437');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,text[])', 'afe3f374f8ee087479421cdbc0014f6c4764f7629cc5cf73d03a88784fccd6fc', 46324, '18437');
INSERT INTO lizsync.installed_functions VALUES ('audit.replay_event(bigint)', '7cd09b7abacc2bc9fd5f0bfdd7d1da4a4a2062f7332862ad76d6921873dfaff6', 46325, '18438');
INSERT INTO lizsync.installed_functions VALUES ('audit.rollback_event(bigint)', '653cf03a5e7d3fc86d09cdbc6f709bd804efcc7d4001d9a60c95725ec3b12f77', 46326, '18439');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_row()', '443b70984b3e3cfec67e89a3014b0e4235a1724c589707c646404746506c18c1', 46327, '18440');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_statement()', 'adce4fc7adcf06c9aed1b9df7dd020e14d0c13883407fb1df2502578d258e4ba', 46330, '18441');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.import_central_server_schemas()', '3ed15ea5c406af00ac08d1c186b8a6717ed6d253fcb6c977161e3c2c2ac631fc', 46341, '18451');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_truncate()', 'd525c695b93a67114ba2c8ca68ee7c66224a17d34bc6b4fd5af637cff10f5ce9', 46332, '18442');
INSERT INTO lizsync.installed_functions VALUES ('audit.without_large_values(hstore,hstore)', '711e7c0e4c0b9230fed7ccfbab19e04e9d74f741dd4a1a04eadae34552e162e4', 46333, '18443');
INSERT INTO lizsync.installed_functions VALUES ('audit.write_event(audit.logged_actions,text,hstore,hstore)', '3e6bbbda920be55953b82c1b916b8b3c6fbd8737c90edd93b6a9a8bda6417268', 46334, '18444');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.add_uid_columns(text,text)', '4d5506c895989cc0cae4f376faa4921c3a1792b6735e6c87bad6ef54feab01c7', 46335, '18445');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.compare_tables(text,text)', '8c287ccb4990d6c044a9a4f0a8de572d0f9ddcd97ef13a83ed17211bad29c9a5', 46336, '18446');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purge(interval,interval)', '0336939267cb06bd7ccab449bb2d2e0ea80b89b83479a9ec5948a111cde8ede3', 46342, '18452');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.create_central_server_fdw(text,integer,text,text,text)', 'b0c071ab6d7b6ba30da7225873d73f736dcb20bc808df7e142808868e7f6798a', 46337, '18447');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.entrust_clone(uuid,name)', 'b8f4fc15dee5de00d5c2455e02d1ccaebf186ff51a07da57dbacf7b23f4a8de2', 46338, '18448');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.forget_clone(uuid)', 'd4cc15fae4cc207c045c5dca1a455e9a377b331f851601997ba7e6033931269d', 46339, '18449');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.give_up(regclass,uuid)', 'ab0e550cad03bc76edf1211731643bd3a0471b933adea9470a5babd4488369ba', 46340, '18450');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.revoke_clone(uuid)', 'ff46a8ba94465ad3df49f9a3f359110242b40bac4b0ed0ee9cca9532c4897390', 46346, '18454');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.synchronize()', '076b68bd706389724e884b31d1531817c4e64aa90f6479da7e5fbfef6e0a69a0', 46347, '18455');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.audit_arguments(regclass)', 'f8861fa2aa2f7ad29b90e6996fddb5770de943b0bedd7aa78655de0523200f69', 46350, '18456');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.current_rows(oid,uuid[])', '38fcb41957591a54dc697f620bdc7c7f80418c8b8b98362867420835b88af1b3', 46351, '18457');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.function_digests()', '55fe21327f6b72718fd118d2535a30d583330ccef935c263f3a4489d5615884d', 46352, '18458');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.effective_cursor(pg_snapshot,pg_snapshot)', '99822bb180f8bf6d75adffd69b5a3e1fc2a88e044ad77e07b55383c65f28c6df', 46370, '18474');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_audit_triggers(regclass)', '7127793ff1e792bf3889a5c3ef64dc2c6dc25cd60b3587b9cf3d0eacb49ebe83', 46354, '18460');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_uid_column(regclass)', 'e9f8179c3d3ae4aa89930fb96fdcfedc481fa5cb4ece1ea870a3039cbd669ecd', 46355, '18461');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.publication_list(uuid)', '2d1fdbcee6be811345562cc12a98b5eada36279e5c9b16f3bbc99d27d2cacb34', 46358, '18464');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_functions(text[],text,text)', '2e1be0efd2de22c0d5618a13e6eb2426c85961dedd369df504d807ca369ef683', 46359, '18465');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.server_id()', '8f7d42928ea1b6f1a1f13d4fbf462e00c1fb6179ee6890c295fd4ba6f8a841c8', 46362, '18468');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.table_columns(uuid)', '7cd50399f6b8a1c89fd7b572097f3844bb1346092830cefdf0f32b68f0eb339d', 46363, '18469');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.table_states(text[])', '26ae9934e07e1f47d5853403d62af4e8b54f671b5999d94fcb75f92fe00fa78b', 46364, '18470');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.uid_column_problem(regclass)', '84616da715df31b92cfbe6d0b492d6066b0f3b4710b1683cde12e26da7a34a71', 46365, '18471');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_tables(text[])', '3fd58d61fa77ba97ecd51528288be3d0892876becaca8d1a8cddb325b57a63d6', 46366, '18472');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.user_schemas()', '4f37f90a85820b59263e336801655454677ce35501a2066415681cd9ad17d51e', 46369, '18473');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.events_digest(pg_snapshot,lizsync.pending_row[])', '2c1eb7ee95c26e56bd3cc20941d69ccd1eec5e32fdf30d7ea2b248a047d2b400', 46371, '18475');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_received(bigint,pg_snapshot)', 'cd2a42551b85d3f15b32fe5f69295d261c79bfd41b2f5c0127343554f366837e', 46372, '18476');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purge_batch(interval,interval)', '76d804c7c35a4dbbc29e0376e333f60c22cf30496674628f64fb390177c03ceb', 46373, '18477');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purged_up_to()', '7d66a537f6a29bba6687936296c9a0bf67c39b1324cf69ccf678f1604251619f', 46374, '18478');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.remap_log()', '61298c035fb0e4a4e764d0b40f500e361a037690174db85ff3b0e94cc45bf2ab', 46375, '18479');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.snapshot_contains(pg_snapshot,pg_snapshot)', '8e326a97c373006b5b61071d2bc54fd488fbb795d2d3613f88463a5933711500', 46376, '18480');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.snapshot_with(pg_snapshot,xid8)', 'f2dce630c7d4de7b5b727ce7cc70122570311c75ec6046ed9c293e55f9396972', 46377, '18481');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.system_identifier()', 'c652b685e6895d31a9b287e04f9937aabf67b5a9edc571005c2585d2eb838bda', 46378, '18482');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unseen_edits(lizsync.exchanges)', '17c60335616f1bb22f2f67a8b9f73a8bc1fb4356cf58a0bb995e1a1512d3dd64', 46379, '18483');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unseen_events(lizsync.exchanges)', '89c51be95dbd249beabd06b587d094123fd18c49f6d71acc56e6bc805877f4da', 46380, '18484');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changed_tables(lizsync.exchanges,boolean)', '121279bec022e624b77227aa33071c983bb7d19abebe70b938d6e74b85c43589', 46381, '18485');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.net_fields(hstore)', 'e8ba22da7cd0cefc5b5b99017542286c649766e7e8d9328151b3e41895875e84', 46382, '18486');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_purged_conflicts(oid,boolean,boolean)', '4f8c1fa974426e96f877a70a9be102fefaf970db212200dfa973f1139775440d', 46384, '18488');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reduce_changes(pg_snapshot,integer)', 'e52411badf8677e10ca07ac9e78ca5d8a472455715514f8898ea9010e14edbe1', 46385, '18489');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resend_given_up()', 'e96bb1439022779914669055773e6bc2653583606b4c85fe23acee2f29e42685', 46386, '18490');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resolve_column_changes()', '06b7413e5b2b199567046e632f1f835e1dcbaa4f9ddf289c23e3a51dddf8da5b', 46387, '18491');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.stage_changes()', '324f0b21681bccf5b40a9d0d9e7efdfc9f7d59edd96869a2fd844bdbd8f39959', 46391, '18493');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.grant_exchange(name)', '077c765f3bf122f7b2cc5fd60b3984a6551dd7790588c0501bd6f5dcbd7980dd', 46392, '18494');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_deployment(uuid,bigint,pg_snapshot,uuid,uuid,text[])', '15db3b76fb64d477dba7c4ddb48717afba874d93f2de157f7b34a79eadc9cf94', 46393, '18495');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_original()', 'd752fd0cf97b1b7f97f20674ed9292ceb32d81ef67909eb2e0590982923078ac', 46394, '18496');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.admit_clone(uuid)', '6e20c7d6b6b76bc429c7d20844389eacd8c2c646b35a2c3be80f8a177559bb8c', 46396, '18498');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.begin_synchronization(integer,text,text)', '3b73adb8ea8eddc5435ba2a7c55f6a1621efc0754327e77cdee010a07171e91a', 46397, '18499');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_functions()', '5a4540264fc1e31acddbbf62b9ef132ebe3b09606d08d5cd91f0c9b8230aae14', 46400, '18500');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clear_exchange()', '76453d44da07e9291117326a6c14b784c2933bd99c20e666ff176b3a8a4a4920', 46401, '18501');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clock_correction()', '1e27d29493896c1e039530091282afaba3b91d240491e068dc6750f91d05ba91', 46402, '18502');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.detect_dead_peer(boolean)', '345a7a6e1cc00d2320929724794a484227c52e62681438a7cbcc6a382d4c8744', 46404, '18504');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.release_slot()', 'ac127c6a323405d803a5133f5b0d79cfcdf6842465fc5f63b989dba3c9930677', 46409, '18507');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.slot_lock_class()', '9185aff604f924d3f7b2884a6da71acb0e8b4f244997a22fb2fecaaed9209c9f', 46410, '18508');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.speaks_for(lizsync.clones)', '0ed46c57aa26b4804483874d2d03b07144d11fe9507b31e4966055dee526813d', 46411, '18509');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.this_exchange()', 'c9d1114bbd2c8cfb6b5995a395436b0aa53d8e8baa66d959063b2730646d8b88', 46412, '18510');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_prefetch(text)', '7e20a38831ed26e0d8d9ac148884d4caad4e33ed0b94161728aeca47a0f254b1', 46413, '18511');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_prefetch()', 'b963776cb1d07b63ac905a443d53f32c18a67571c2defff68301e0d5bbc5bc17', 46420, '18516');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_reply(lizsync.acknowledgement)', '822f4beadb80162fef50579e62cea2b2b09cd71dc5ad7ed4b509e5aa18f1bce4', 46414, '18512');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.attribute_events()', '652b23faffba578a750da2cf836206cad4d1cefc52acce322f9ea3c9595ee08c', 46415, '18513');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.attribution(lizsync.exchanges,timestamp with time zone)', 'ce279886f5392036545854cc321fb44cfa1ad157be2dc035e99737bbf9ba9595', 46418, '18514');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_reply(lizsync.acknowledgement,lizsync.pending_row[])', 'ce2dff809f264c58c42fef3c31c802b2872eb718660c037a1bc58cf923a216ab', 46421, '18517');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.hold_edited_rows()', '3936c91a515a0ad283cefd3309e65dc7bc30885de4c14272074bf5840be5a17c', 46422, '18518');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.make_reply(uuid)', '891b364383d5ee3f61135d46b41fe999255a08d06b407a4239431606ed060789', 46423, '18519');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepare_prefetch()', '1bbf57c9447f82ebb22bb045ccfb2aa32b86aadfd14383cf86d67c7f8d4a2b5a', 46426, '18520');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_pending(uuid,lizsync.pending_row[],lizsync.pending_row[])', 'e3c435886af715285efc07c69265bcaabac83fb8f695a5cc08e015aed0bbe4d8', 46427, '18521');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refresh_views(oid[])', '8a351a9009f5032465a540cbdde0a99176812bb1626e62c9176e2d6253cfd8c9', 46428, '18522');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resend_rows(oid,uuid[])', '4b588590b9c465089cb2d6b15c7c089ef7d78b965f72f501a49fd13a121f8634', 46429, '18523');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rewrite_events(oid,uuid[])', '090a22ce969139245d31a63bbbe4a22247dfe11be0fa6f39c77310583b77266d', 46430, '18524');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_query(text)', 'e3e7a4af77109054dccb11d35b923ddb42d7de34df6bb0b2e01bc52b7398fb6d', 46435, '18527');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_result()', 'ab0ecad6b70b21c9ac0550e2f2ac2cf7353be212e25e1f3a52d3912e1b9e0d7b', 46436, '18528');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_send(text)', 'c547d06c0351df170d676eb402fb89a0ce855c4274766b62793fb492586889a9', 46437, '18529');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.outgoing_batch(pg_snapshot,bigint,bigint)', '8b825f1d35f8c84a31dbdfbded2b9565886bd7ed9c8b41e607ca441a72c219ca', 46438, '18530');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.outgoing_message(lizsync.handshake,bigint[],integer)', 'f655d2c9d54f18e5e4745b206331155880c2540cae2589f1db00d86aa3281bd3', 46439, '18531');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.receive_prefetch(text)', '99bccf46ae274445ba74fab6811b175cedc67a6a67c3916005325777accd6f02', 46441, '18533');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.text_size(hstore)', '24bde3a3426c186ed4084175990b08fe7539fdaf9327856485903ca06755f89a', 46443, '18535');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.blocking_table(oid,text,text[],integer,integer,boolean)', '69fd318415c9c5371bf1d94f0ccece44dca1eefc6ca2093e2f70ab0342e0897a', 46447, '18539');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.enable_statement_capture(uuid)', '1cf3a0886e40cb4f5fae6f5baae4a927072fd63bae67549351a6677ec0b8d48d', 46452, '18544');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.first_ordinal()', '22c2ad129f7bfcfa9c1bde926f79e917642a941495e594fefc98e1584da4191e', 46454, '18546');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_captured_by_statement(oid)', 'f6361ea94fe6e707249980789d1a05d7befe7a7ac34b87c6df49732bf50db2fc', 46457, '18549');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_in_pass(text,boolean)', '5dc75f37f2c1b7b0b7c1762f10a2c89d2d2ee9a96e1a427c15037908c1941b24', 46458, '18550');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_replaying()', '2e48b9bc8fb3cc13d816b94ca72e9a9c0443b0b487eae19748ee877721e3b4f2', 46459, '18551');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.may_set_replica_role()', '8279535b55430c5e397d4e998dbb7924d358fe070aaff868e363db528e1f7299', 46461, '18553');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.orphans()', 'f8f5df57ca244ec3be9e5bf6391b842483d5c0e09fc6a3592f698f328fba85a1', 46463, '18555');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.staged_rows(oid)', '3f25cf6c928e2f2e8995df59e8a8190dcc8ed465494a12151a0f77ad850a5438', 46467, '18559');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.triggers_to_disable(oid,boolean)', '5cfb9c2f32ae1236fd4ac48467ebb216d620b4b1038a476b3ae0643381b54bb6', 46468, '18560');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unstage_rows(lizsync.pending_row[])', 'ba4b4d83e03a1225b66b539362ccae9b8c3e1601a7f078f8df7c5f3d28ec849b', 46470, '18562');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.functions_state()', 'b969b9d1dae71542e4b9e71d2b6be37b4a0d494999f783464f67e96dc549b9cb', 46353, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.hstore_schema()', 'cd387e85b1f1990ea07eafdb080f303dbac73c859c47780f13552dfc6a35bcbe', 46356, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.local_columns(regclass)', '9fdf316925b4ef8f9358954db9042e0b0bcdd6e9fec0530aa21099a933a81634', 46357, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.relation_name(oid)', 'bb5ddd0f00f30678435c22bb5d4cfbda43b834ff3854a299e9708c6cd30e9f3e', 46360, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.sent_columns(regclass)', 'c716541d258ade586366cda65a24fc721652013d68f48316a84788bd4be6e823', 46361, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepare_changeset()', '294bcb11b4cf62bf6bacd4a205ade7abf5f937ad4d9263851bf81ef33afbc7f9', 46383, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resolve_conflicts(oid,boolean,boolean)', 'd2c04bb62ca565f4ab15b242e44cdc1e5b8d663af3a3770b03d5243c6833039c', 46388, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.acquire_slot()', '538e2885b1e891ddc8312fed6c957c4445b2bf998c5999bb902845a2abfaa777', 46395, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.current_version()', '7430b1e7e2ef81d4938e02a721020392d43dde2fdd2475c865f751a0906d1758', 46403, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.open_exchange(lizsync.handshake,lizsync.table_column[],lizsync.pending_row[],interval,boolean)', '09e38a2feba88ef7c99e9ddf79f4fe745474244b269317f71da1a6b9d7645eb7', 46406, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_central_exchange()', '1e9ce8677fca6de0654305abb913ceac25a7d56b1ce8b9b01a08b804dc129be8', 46405, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_exchange()', '0dcdcbc03213260391e904d1531d77e18ad51b7a2dd57a2e2f1c449a6dfad3ae', 46419, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clone_conflicts(uuid,integer)', '058c509cdb27044e74214985493dd0202eff23f43e127d100ba7de84e3ec6cbf', 46433, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clone_status(uuid,pg_snapshot)', '89c03d6f3130dd044fe390d36a9ace90b857728d995faa0b7038a5cb66eed15f', 46434, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_changes()', '4ad6a40ff972ac86de49e18b93daa1b79d894980d62615417fee925467f4b033', 46446, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.receive_batch(text)', '202570a77fee33e5da7b5e58b1acfdf4f306672f9f3c737373b2551c8bb42513', 46440, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reply_batch(uuid,integer,uuid)', '7733f9862fe17ac4affe8acc764f1ae91e43dce00f25e735866a9585cdf03aee', 46442, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.accept_range(oid,text,text[],integer,integer)', '18c1942281843a15eafa59789d6237be3c733e397fd1768ac6c35ffd270fcb4b', 46444, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.accept_rows(oid,uuid[])', '665646fc074823ab86adfd606d2f3a5e0a2d955d7630d0f93c44e1ceaf07043d', 46445, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_groups(oid,boolean,boolean)', 'b1f4c2f0aac454072a0ea421f3fd625e9fa82397979b101a4893a3273fb53f41', 46448, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_range(oid,text,text[],integer,integer,boolean)', '0408f4c8980d0038e867c738398372b1523decf6caf77039ada22271f3fd640e', 46449, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.held_child(oid)', 'c2a3bdf52eedea3bf1c1c1aa640541cb808359cdfe1a063668dba05f5aa5e797', 46456, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.exchange()', '3c7692c4718e90fdeae686c2d480dc27511d68db874537f879e0e36cb9af116f', 46453, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_tables()', '0c8cc8f4f2f83927d3aad2a92230316db362f1d730fbde9a47093bfdb4cf57f0', 46450, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_deletes(oid)', '9ecb746b54c7c80d79bec94b5a40aad7d775434da8d64b0481280576d24a31f5', 46455, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_not_rewritten(oid)', '96ac4f039250e0eaf65ebd40ac1feafe5e90ddf8c69e7803a894b1961a943acf', 46451, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.number_refused()', '8e8cb037e694f030bd8b61d93c8b35f291157fdbe8b213f5f6263297281d08de', 46462, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.may_cascade(oid,text,text[])', '4413d2024d3b84a9b80efad34a2791eb31172800040c922c97dcc6e30d77740d', 46460, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_range(oid,text,text[],integer,integer,boolean,text)', '34bb66a1ab94879cfc51a31cd6965a7a1853e029ccff1d3423b747f513fb9eac', 46465, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_rows(oid,uuid[],text)', '4ced1f99c4635a9733a6fe90de004d8d53de6c4a79df67cf7926167ed1613b7f', 46466, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_locked(oid,text,text[],integer,integer,text)', 'a449e6bc3f1401a1b535fdb429e99f96368d0843b123f23369d8a14c5cb6c0d6', 46464, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_range(oid,text,text[],integer,integer,boolean)', 'b4a001beee247724abc20775ec771d9e0a5150ae0a2198d04ed4bd432e179256', 46473, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_as_group(oid)', 'fe8274101f7007ae3e85fe3f7aad1c5bcde68a6181f3b6d8a948d159f83dd455', 46471, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_table(oid,boolean,boolean)', 'e69ecedd634e1a0356e578222c2142ed9cfee84ccf1506e6ace0c82f24ecc696', 46476, '18576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unique_violations(oid)', '29bf03dc20ab81be9ff98ac03a8d051676e1181666c7a3b723bfb580fb2af900', 46469, '18576');
INSERT INTO lizsync.installed_program VALUES ('(devel)', '9e4e6b47813915e195941d08edf7d643e19204a1a610318d026241f10b5f0d93', '6d36fe561028ced3beb3d5db7d3c32d3fe2727c4ca510dbbe013cb39c0171464', '2026-11-30 21:12:15.191795+01', true);
INSERT INTO lizsync.pending_changes VALUES ('f0b4040a-c21d-402e-aaec-47b934e2a771', '"Ville été"."L''arbre ""x"".y"', '6efbffaf-05fd-45e1-9e01-16a6a895f1db', '18576:18576:', 'central', '2026-11-30 21:12:26.185042+01', '2026-11-30 21:12:26.185042+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);
INSERT INTO lizsync.server_metadata VALUES ('732e1c4b-9288-4f05-bf71-5c493de5abdf', 'central');
INSERT INTO lizsync.structure_version VALUES (1, '2026-11-30 21:12:15.191795+01', 'create tables');
INSERT INTO lizsync.synchronized_tables VALUES ('f0b4040a-c21d-402e-aaec-47b934e2a771', '["\"Ville été\".\"L''arbre \"\"x\"\".y\""]');
SELECT pg_catalog.setval('"Ville été"."L''arbre ""x"".y_id_seq"', 5, true);
SELECT pg_catalog.setval('audit.logged_actions_event_id_seq', 5, true);
SELECT pg_catalog.setval('lizsync.conflicts_id_seq', 1, true);
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
ALTER TABLE ONLY lizsync.installed_functions
    ADD CONSTRAINT installed_functions_pkey PRIMARY KEY (signature);
ALTER TABLE ONLY lizsync.installed_program
    ADD CONSTRAINT installed_program_only_one_key UNIQUE (only_one);
ALTER TABLE ONLY lizsync.pending_changes
    ADD CONSTRAINT pending_changes_pkey PRIMARY KEY (clone_id, object_table, object_uid);
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
