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
CREATE TYPE lizsync.key_block AS (
	id bigint,
	sequence text,
	range int8range,
	used bigint
);
ALTER TYPE lizsync.key_block OWNER TO postgres;
COMMENT ON TYPE lizsync.key_block IS 'A block of numbers, as the two sides tell each other; without id and range, a sequence of the clone that has none.';
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
	central_system_identifier bigint,
	blocks lizsync.key_block[]
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
CREATE TYPE lizsync.drawn_column AS (
	relid oid,
	column_name text,
	sequence oid,
	is_plain boolean
);
ALTER TYPE lizsync.drawn_column OWNER TO postgres;
COMMENT ON TYPE lizsync.drawn_column IS 'A column that a sequence numbers; without a name when a trigger or function does that; is_plain where the column has just the number drawn.';
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
	snapshot pg_snapshot,
	blocks lizsync.key_block[]
);
ALTER TYPE lizsync.handshake OWNER TO postgres;
COMMENT ON TYPE lizsync.handshake IS 'The handshake: what a clone says of itself at the start of a synchronisation; of its functions, as in lizsync.slot.';
CREATE TYPE lizsync.slot AS (
	version integer,
	functions text,
	program text,
	max_tries integer,
	asked_at double precision,
	given_at double precision
);
ALTER TYPE lizsync.slot OWNER TO postgres;
COMMENT ON TYPE lizsync.slot IS 'Leave to synchronise: the version of central''s structure, the digest of its functions and the version of the program that installed them, how often an exchange may be begun, and central''s clock, in seconds since 1970, when the slot was asked for and when it was given.';
CREATE TYPE lizsync.staged_range AS (
	relid oid,
	action text,
	columns text[],
	low integer,
	high integer,
	again boolean
);
ALTER TYPE lizsync.staged_range OWNER TO postgres;
COMMENT ON TYPE lizsync.staged_range IS 'Changes that one statement can write: those of one table with one action and the same columns, between two ordinals; of the changes refused before (again), or of the others.';
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
        select tgname from pg_trigger where tgrelid = target_table and starts_with(tgname, '00_audit_trigger_')
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
            ('00_audit_trigger_delete', 'after delete on %1$s for each row when (%4$s) execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_row', 'after insert or update on %1$s for each row
                when (current_setting(%3$L, true) is null and (%4$s)) execute function audit.log_row(%2$s)'),
            ('00_audit_trigger_insert', 'after insert on %1$s referencing new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)'),
            ('00_audit_trigger_update', 'after update on %1$s referencing old table as old_rows new table as new_rows for each statement
                when (current_setting(%3$L, true) is not null) execute function audit.log_statement(%2$s)')
    loop
        execute format('create trigger %I %s', v_trigger, format(
            v_definition, v_table,
            (select string_agg(quote_literal(a), ', ' order by n) from unnest(v_arguments) with ordinality as u (a, n)), v_setting,
            'current_setting(''session_replication_role'') <> ''replica'' or current_setting(''lizsync.replaying'', true) is distinct from ''on'''
        ));
        execute format('alter table %s enable always trigger %I', v_table, v_trigger);
    end loop;
    insert into audit.logged_relations (relation_name, uid_column)
    select v_table, a.attname
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = target_table and i.indisprimary;
end
$_$;
ALTER FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) OWNER TO postgres;
COMMENT ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) IS 'On both sides: records every change of a table from now on; with audit_rows false, no longer. audit_query_text keeps the client''s statements; changes of the ignored columns alone are not recorded.';
CREATE FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, false, '{}', uid_cols) $$;
ALTER FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) OWNER TO postgres;
COMMENT ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) IS 'On both sides: the same, without the client''s statements and with no column ignored.';
CREATE FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ select audit.audit_view(target_view, audit_query_text, '{}', uid_cols) $$;
ALTER FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) OWNER TO postgres;
COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) IS 'On both sides: the same, with no column ignored.';
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
COMMENT ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) IS 'On both sides: records every change made through a view that has INSTEAD OF triggers; uid_cols is the key of its rows.';
CREATE FUNCTION audit.check_row_size(p_schema name, p_table name, p_row public.hstore) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_column text;
    v_size integer;
begin
    if octet_length(p_row::text) <= audit.largest_row() then
        return;
    end if;
    select key, octet_length(value) / 1000000 into v_column, v_size from each(p_row) order by octet_length(value) desc nulls last limit 1;
    raise exception 'the row is too large to be synchronised: column % of %.% has % MB as text', v_column, p_schema, p_table, v_size
        using errcode = 'program_limit_exceeded',
            detail = format('A row may have %s MB. A bytea has twice its size as text.', audit.largest_row() / 1000000),
            hint = 'Keep files of that size beside the database, and their paths in it.';
end
$$;
ALTER FUNCTION audit.check_row_size(p_schema name, p_table name, p_row public.hstore) OWNER TO postgres;
COMMENT ON FUNCTION audit.check_row_size(p_schema name, p_table name, p_row public.hstore) IS 'On both sides: fails when a row is too large to be sent to another database.';
CREATE FUNCTION audit.large_value_size() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select 8192 $$;
ALTER FUNCTION audit.large_value_size() OWNER TO postgres;
COMMENT ON FUNCTION audit.large_value_size() IS 'On both sides: the size in bytes above which a value that an update did not change is left out of the log.';
CREATE FUNCTION audit.largest_row() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select 480 * 1000 * 1000 $$;
ALTER FUNCTION audit.largest_row() OWNER TO postgres;
COMMENT ON FUNCTION audit.largest_row() IS 'On both sides: how many bytes a row may take as text to be recorded; a bytea takes twice its size.';
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
    v_new hstore;
    v_changed hstore;
    v_uid uuid;
    v_new_uid uuid;
    v_left hstore;
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
        v_new := hstore(new);
        v_changed := v_new - v_row;
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
        elsif pg_column_size(v_row) > audit.large_value_size() then
            v_row := audit.without_large_values(v_row, v_changed);
        end if;
    end if;
    -- As text a row may be twice as large.
    if greatest(pg_column_size(v_row), pg_column_size(v_new)) > audit.largest_row() / 2 then
        if tg_op <> 'DELETE' then
            perform audit.check_row_size(tg_table_schema, tg_table_name, coalesce(v_new, v_row));
        end if;
        -- From before the table was audited.
        if pg_column_size(v_row) > audit.largest_row() then
            v_row := audit.without_large_values(v_row, '');
        end if;
    end if;
    -- Once triggers have written this table, the row itself tells what is left of the change, until the transaction ends.
    if pg_trigger_depth() > 1 then
        perform set_config('lizsync.nested_' || tg_relid, 'on', true);
    end if;
    if current_setting('lizsync.nested_' || tg_relid, true) = 'on' and c_has_uid and tg_when = 'AFTER' and v_action <> 'D' then
        v_left := audit.what_triggers_left(tg_relid, tg_table_schema, tg_table_name, v_uid, hstore(new));
        if v_left is null then
            return new;
        end if;
        if v_action = 'I' then
            v_row := v_left;
        else
            v_changed := v_changed - akeys(hstore(new) - v_left);
            if v_changed = '' then
                return new;
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
$$;
ALTER FUNCTION audit.log_row() OWNER TO postgres;
COMMENT ON FUNCTION audit.log_row() IS 'On both sides: trigger: records an inserted, updated or deleted row in audit.logged_actions.';
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
    v_attribution jsonb; -- of all rows but for the time: made for each, it would take a tenth of the whole
begin
    if not lizsync.is_captured_by_statement(tg_relid) or not tg_argv[1]::boolean then
        raise exception 'this session cannot write to %.%: the table has got a trigger since it synchronised', tg_table_schema, tg_table_name
            using errcode = 'object_not_in_prerequisite_state', hint = 'Connect again.';
    end if;
    select * into v_exchange from lizsync.exchanges where transaction_id = c_transaction;
    v_attribution := lizsync.attribution(v_exchange, now());
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
            'I', c.row_data, false, c.uid, jsonb_set(v_attribution, '{time}', to_jsonb(r.edited_at))
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
            when pg_column_size(c.before) > audit.large_value_size() and c.changed is not null then audit.without_large_values(c.before, c.changed)
            else coalesce(c.before, c.after)
        end,
        c.changed, false, c.uid, jsonb_set(v_attribution, '{time}', to_jsonb(r.edited_at))
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
COMMENT ON FUNCTION audit.log_statement() IS 'On both sides: trigger: records the rows that a statement of an exchange inserted or updated in audit.logged_actions.';
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
COMMENT ON FUNCTION audit.log_truncate() IS 'On both sides: trigger: records the delete of each row of a table that is truncated.';
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
COMMENT ON FUNCTION audit.replay_event(pevent_id bigint) IS 'On both sides: makes the change of an event again.';
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
COMMENT ON FUNCTION audit.rollback_event(pevent_id bigint) IS 'On both sides: undoes an event; refused when a later edit of its row exists.';
CREATE FUNCTION audit.what_triggers_left(p_relid oid, p_schema name, p_table name, p_uid uuid, p_written public.hstore) RETURNS public.hstore
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
declare
    v_now hstore;
begin
    if row_security_active(p_relid) or not has_schema_privilege(p_schema, 'usage') or not has_table_privilege(p_relid, 'select') then
        return p_written;
    end if;
    execute format('select hstore(t.*) from %I.%I as t where t.uid = $1', p_schema, p_table) into v_now using p_uid;
    if v_now = p_written then
        return v_now;
    end if;
    -- As lizsync.uid_column_problem judges it, which takes too long here.
    if exists (
        select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = p_relid and a.attname = 'uid' and a.attnotnull
            and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indnkeyatts = 1
    ) then
        return v_now;
    end if;
    return p_written;
end
$_$;
ALTER FUNCTION audit.what_triggers_left(p_relid oid, p_schema name, p_table name, p_uid uuid, p_written public.hstore) OWNER TO postgres;
COMMENT ON FUNCTION audit.what_triggers_left(p_relid oid, p_schema name, p_table name, p_uid uuid, p_written public.hstore) IS 'On both sides: the row that a statement has written as triggers have left it; null when it is gone.';
CREATE FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) RETURNS public.hstore
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    select p_row - array(select key from each(p_row) where octet_length(value) > audit.large_value_size() and not p_changed ? key)
$$;
ALTER FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) OWNER TO postgres;
COMMENT ON FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) IS 'On both sides: the old row of an update, less its unchanged values over 8 kB.';
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
    AS $$
declare
    c_fields constant text := '(select null::uuid as uid, %L::hstore as fields)';
    v_table constant text := format('%I.%I', p_event.schema_name, p_event.table_name);
    v_relid constant oid := v_table::regclass;
    v_columns text[];
    v_key text[];
    v_condition text;
begin
    select array_agg(attname::text order by attnum) into v_columns
    from pg_attribute
    where attrelid = v_relid and attnum > 0 and not attisdropped and attgenerated = '' and p_fields ? attname;
    if p_event.uid is not null then
        v_condition := format('t.uid operator(pg_catalog.=) %L', p_event.uid);
    else
        select array_agg(uid_column), string_agg(format('t.%I is not distinct from w.c%s', uid_column, n), ' and ') into v_key, v_condition
        from (select uid_column, row_number() over () as n from audit.logged_relations where relation_name = v_table) as k;
        v_condition := format('exists (select from %s where %s)', lizsync.decoded_rows(v_relid, v_key, format(c_fields, p_key), 1), v_condition);
    end if;
    if p_action <> 'I' and v_condition is null then
        raise exception 'event %: the table % has no key', p_event.event_id, v_table
            using errcode = 'object_not_in_prerequisite_state', hint = 'Add a primary key and audit the table again.';
    end if;
    perform lizsync.note_client_settings();
    if lizsync.run_as_client(case p_action
        when 'I' then lizsync.insert_statement(v_relid, v_columns, format(c_fields, p_fields), 1)
        when 'U' then lizsync.update_statement(v_relid, v_columns, format(c_fields, p_fields), 1, v_condition)
        else format('delete from %s as t where %s', v_table, v_condition)
    end) <> 1 then
        raise exception 'event %: its row is not in %', p_event.event_id, v_table using errcode = 'no_data_found';
    end if;
end
$$;
ALTER FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) OWNER TO postgres;
COMMENT ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) IS 'On both sides: inserts (I), updates (U) or deletes (D) the row of an event with the fields given; p_key holds the key of the row as it is now. An error when no row is written.';
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
COMMENT ON COLUMN lizsync.clones.horizon IS 'It has certainly received the transactions of central before this one, also of the rows that are held there.';
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
CREATE TABLE lizsync.key_references (
    child text NOT NULL,
    child_column text NOT NULL,
    parent text NOT NULL,
    parent_column text NOT NULL,
    evidence text NOT NULL
);
ALTER TABLE lizsync.key_references OWNER TO postgres;
COMMENT ON TABLE lizsync.key_references IS 'Columns that hold the numbers of another table''s key without a foreign key that says so, as the last package found them.';
COMMENT ON COLUMN lizsync.key_references.child IS 'The table with the column, as "schema"."table".';
COMMENT ON COLUMN lizsync.key_references.child_column IS 'The column.';
COMMENT ON COLUMN lizsync.key_references.parent IS 'The table whose rows it refers to, as "schema"."table".';
COMMENT ON COLUMN lizsync.key_references.parent_column IS 'The key of that table.';
COMMENT ON COLUMN lizsync.key_references.evidence IS 'What tells so: a view, a project, the name of the column.';
CREATE TABLE lizsync.key_sequences (
    sequence text NOT NULL,
    relid oid NOT NULL,
    former_relids oid[] DEFAULT '{}'::oid[] NOT NULL,
    allotter text NOT NULL,
    size integer NOT NULL,
    top bigint NOT NULL,
    era text NOT NULL
);
ALTER TABLE lizsync.key_sequences OWNER TO postgres;
COMMENT ON TABLE lizsync.key_sequences IS 'On central: the sequences of which clones have blocks.';
COMMENT ON COLUMN lizsync.key_sequences.sequence IS 'Schema and name, quoted where SQL needs it.';
COMMENT ON COLUMN lizsync.key_sequences.relid IS 'Its object id, by which it is known again under another name.';
COMMENT ON COLUMN lizsync.key_sequences.former_relids IS 'Object ids of sequences that had the name before, and may have another one now.';
COMMENT ON COLUMN lizsync.key_sequences.allotter IS 'The sequence in the schema lizsync that gives the last number of each block, downwards: what it has given it never gives again, whatever becomes of the transaction.';
COMMENT ON COLUMN lizsync.key_sequences.size IS 'How many numbers a block has.';
COMMENT ON COLUMN lizsync.key_sequences.top IS 'The greatest number that the sequence and the columns that draw from it took when the allotter was made.';
COMMENT ON COLUMN lizsync.key_sequences.era IS 'The cluster and its timeline, which a restore and a promotion change, when a block was allotted last.';
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
    prefetched_tables oid[],
    blocks lizsync.key_block[]
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
COMMENT ON COLUMN lizsync.exchanges.blocks IS 'On central: the blocks of numbers that the clone gets.';
CREATE FUNCTION lizsync.check_numbers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
declare
    v_sequence constant regclass := to_regclass(tg_argv[0]);
    v_last bigint;
    v_step bigint;
begin
    select seqmax, seqincrement into v_last, v_step from pg_sequence where seqrelid = v_sequence;
    if pg_sequence_last_value(v_sequence) = v_last then
        perform setval(v_sequence, v_last - v_step);
        raise exception 'this clone has used up the numbers that central gave it for %: synchronise, and it gets new ones', lizsync.relation_label(tg_relid)
            using errcode = 'sequence_generator_limit_exceeded',
                detail = format('They are those of the sequence %s.', tg_argv[0]),
                hint = 'Synchronise, then save again.';
    end if;
    return new;
end
$$;
ALTER FUNCTION lizsync.check_numbers() OWNER TO postgres;
COMMENT ON FUNCTION lizsync.check_numbers() IS 'On a clone: trigger: refuses a row that has drawn the last number of the clone''s block, and says to synchronise. Argument: the sequence.';
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
    CONSTRAINT conflicts_rejected_check CHECK ((rejected = ANY (ARRAY['central'::text, 'clone'::text]))),
    CONSTRAINT conflicts_rule_applied_check CHECK ((rule_applied = ANY (ARRAY['last edit wins'::text, 'equal times: central wins'::text, 'delete wins'::text, 'foreign key action'::text, 'given up'::text, 'column no longer exists'::text, 'original LizSync'::text])))
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
COMMENT ON COLUMN lizsync.conflicts.row_data IS 'When a whole row lost: its values. Of the original LizSync: the number of central''s event, what was rejected, and the rule.';
COMMENT ON COLUMN lizsync.conflicts.rejected IS 'The side whose value lost.';
COMMENT ON COLUMN lizsync.conflicts.rule_applied IS 'The rule by which it lost; the check of this column lists them all.';
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
CREATE TABLE "Ville été".feuille (
    id integer NOT NULL,
    uid uuid DEFAULT gen_random_uuid() NOT NULL,
    arbre integer
);
ALTER TABLE "Ville été".feuille OWNER TO postgres;
CREATE SEQUENCE "Ville été".feuille_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER TABLE "Ville été".feuille_id_seq OWNER TO postgres;
ALTER SEQUENCE "Ville été".feuille_id_seq OWNED BY "Ville été".feuille.id;
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
CREATE SEQUENCE lizsync.allotter_6769467edbb044fc9a9ad284093d546a
    START WITH 2147483646
    INCREMENT BY -65535
    MINVALUE 4
    MAXVALUE 2147483646
    CACHE 1;
ALTER TABLE lizsync.allotter_6769467edbb044fc9a9ad284093d546a OWNER TO postgres;
COMMENT ON SEQUENCE lizsync.allotter_6769467edbb044fc9a9ad284093d546a IS 'LizSync: the last number of each block of "Ville été"."L''arbre ""x"".y_id_seq" that clones have.';
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
    former_key public.hstore,
    first_event bigint,
    last_event bigint,
    edited_at timestamp with time zone,
    author text,
    counterpart text,
    error text,
    error_code text
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
COMMENT ON COLUMN lizsync.changeset.former_key IS 'The columns that foreign keys reference, as they were before the change gave them other values.';
COMMENT ON COLUMN lizsync.changeset.first_event IS 'The first event of the net change.';
COMMENT ON COLUMN lizsync.changeset.last_event IS 'Its last event.';
COMMENT ON COLUMN lizsync.changeset.edited_at IS 'On central: time of the last event, corrected by the clone''s clock offset.';
COMMENT ON COLUMN lizsync.changeset.author IS 'On central: author of the last event.';
COMMENT ON COLUMN lizsync.changeset.counterpart IS 'For a delete, what central did to the row that the clone has not seen: R, U or D; null for nothing.';
COMMENT ON COLUMN lizsync.changeset.error IS 'Why the change was refused, if it was, as people see it.';
COMMENT ON COLUMN lizsync.changeset.error_code IS 'SQLSTATE of that error.';
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
COMMENT ON COLUMN lizsync.history.number_pending IS 'Rows that could not be applied and are held.';
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
CREATE TABLE lizsync.key_blocks (
    id bigint NOT NULL,
    sequence text NOT NULL,
    clone uuid NOT NULL,
    range int8range NOT NULL,
    used bigint DEFAULT 0 NOT NULL,
    allotted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE lizsync.key_blocks OWNER TO postgres;
COMMENT ON TABLE lizsync.key_blocks IS 'On central: the blocks of numbers that it has allotted to clones; they are never given again, also not those of clones that are no more. On a clone: its own.';
COMMENT ON COLUMN lizsync.key_blocks.id IS 'Number of the block on central.';
COMMENT ON COLUMN lizsync.key_blocks.sequence IS 'The sequence, quoted where SQL needs it.';
COMMENT ON COLUMN lizsync.key_blocks.clone IS 'Server id of the clone.';
COMMENT ON COLUMN lizsync.key_blocks.range IS 'The numbers. The last one is never drawn: who comes upon it is told to synchronise.';
COMMENT ON COLUMN lizsync.key_blocks.used IS 'How many of them were drawn when the clone synchronised last.';
COMMENT ON COLUMN lizsync.key_blocks.allotted_at IS 'When it was allotted.';
ALTER TABLE lizsync.key_blocks ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME lizsync.key_blocks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE lizsync.local_keys (
    relid regclass NOT NULL
);
ALTER TABLE lizsync.local_keys OWNER TO postgres;
COMMENT ON TABLE lizsync.local_keys IS 'The tables whose keys are local: where a sequence or identity numbers them, each database does so for itself, and they are not sent. Those of all other tables are shared.';
COMMENT ON COLUMN lizsync.local_keys.relid IS 'The table.';
CREATE UNLOGGED TABLE lizsync.outgoing (
    exchange bigint NOT NULL,
    batch integer NOT NULL,
    payload text
);
ALTER TABLE ONLY lizsync.outgoing ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE lizsync.outgoing OWNER TO postgres;
COMMENT ON TABLE lizsync.outgoing IS 'On a clone: the batches that lizsync.synchronize() has read before it opens the exchange with central.';
COMMENT ON COLUMN lizsync.outgoing.exchange IS 'Its transaction.';
COMMENT ON COLUMN lizsync.outgoing.batch IS 'Number of the batch, from 1.';
COMMENT ON COLUMN lizsync.outgoing.payload IS 'Changes in text form: see lizsync.outgoing_batch.';
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
CREATE UNLOGGED TABLE lizsync.rebased_numbers (
    relation text NOT NULL,
    key_column text NOT NULL,
    number bigint NOT NULL,
    uid uuid NOT NULL,
    is_local boolean NOT NULL,
    new_number bigint
);
ALTER TABLE lizsync.rebased_numbers OWNER TO postgres;
COMMENT ON TABLE lizsync.rebased_numbers IS 'On a clone: the numbers of the rows that the edits kept by the running deployment make or refer to, emptied by its own transaction.';
COMMENT ON COLUMN lizsync.rebased_numbers.relation IS 'The table.';
COMMENT ON COLUMN lizsync.rebased_numbers.key_column IS 'Its numbered key.';
COMMENT ON COLUMN lizsync.rebased_numbers.number IS 'The number that the row had before the deployment.';
COMMENT ON COLUMN lizsync.rebased_numbers.uid IS 'uid of the row.';
COMMENT ON COLUMN lizsync.rebased_numbers.is_local IS 'Whether the clone had given the number for itself alone.';
COMMENT ON COLUMN lizsync.rebased_numbers.new_number IS 'The number that it has now.';
CREATE UNLOGGED TABLE lizsync.rebased_rows (
    relation text NOT NULL,
    uid uuid NOT NULL,
    events bigint[] NOT NULL,
    received pg_snapshot NOT NULL,
    error text NOT NULL,
    given_up boolean NOT NULL,
    refused text,
    renumbered text[] DEFAULT '{}'::text[] NOT NULL
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
COMMENT ON COLUMN lizsync.rebased_rows.renumbered IS 'Columns whose numbers were replaced by those that the rows which they refer to have now.';
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
ALTER TABLE ONLY "Ville été".feuille ALTER COLUMN id SET DEFAULT nextval('"Ville été".feuille_id_seq'::regclass);
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (3, '6e67d4b6-b1e4-46e1-8d86-c7400202ad21', 'tree 3', 3, '01010000A06A080000000000000000F03F00000000000008409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (2, '2370d8c6-b614-4018-96d9-d3cc74bf9a7f', 'tree 2', 40, '01010000A06A080000555555555555E53F00000000000000409A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (1, 'b3620a90-40a0-4eae-9c9a-a559c75af342', 'the clone''s', 1, '01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F');
INSERT INTO "Ville été"."L'arbre ""x"".y" VALUES (2147418112, '19066d7e-7843-4a9e-8815-591caeef091c', 'new', NULL, NULL);
INSERT INTO "Ville été".feuille VALUES (1, 'baade687-07db-4dcd-9a54-a66fa58f4870', 1);
INSERT INTO audit.logged_actions VALUES (1, 'Ville été', 'L''arbre "x".y', 144750, 'postgres', '2026-12-01 05:56:42.599991+01', '2026-12-01 05:56:42.599991+01', '2026-12-01 05:56:42.64513+01', 39794, '', '127.0.0.1', 35384, NULL, 'U', '"id"=>"1", "Nom"=>"tree 1", "uid"=>"b3620a90-40a0-4eae-9c9a-a559c75af342", "geom"=>"01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F", "badge"=>"1"', '"Nom"=>"central''s"', false, NULL, 'b3620a90-40a0-4eae-9c9a-a559c75af342');
INSERT INTO audit.logged_actions VALUES (2, 'Ville été', 'L''arbre "x".y', 144750, 'postgres', '2026-12-01 05:56:42.599991+01', '2026-12-01 05:56:42.599991+01', '2026-12-01 05:56:42.646243+01', 39794, '', '127.0.0.1', 35384, NULL, 'U', '"id"=>"2", "Nom"=>"tree 2", "uid"=>"2370d8c6-b614-4018-96d9-d3cc74bf9a7f", "geom"=>"01010000A06A080000555555555555E53F00000000000000409A9999999999B93F", "badge"=>"2"', '"badge"=>"40"', false, NULL, '2370d8c6-b614-4018-96d9-d3cc74bf9a7f');
INSERT INTO audit.logged_actions VALUES (3, 'Ville été', 'L''arbre "x".y', 144750, 'postgres', '2026-12-01 05:56:43.10238+01', '2026-12-01 05:56:43.204169+01', '2026-12-01 05:56:43.307592+01', 40047, '', '127.0.0.1', 35510, NULL, 'U', '"id"=>"1", "Nom"=>"central''s", "uid"=>"b3620a90-40a0-4eae-9c9a-a559c75af342", "geom"=>"01010000A06A080000555555555555D53F000000000000F03F9A9999999999B93F", "badge"=>"1"', '"Nom"=>"the clone''s"', false, '{"time": "2026-12-01T04:56:42.686898+00:00", "origin": "cc469da5-5703-4091-a9af-d5039c988359", "sync_id": "7e301f0a-6f47-43ff-8983-5ae2b12b1053"}', 'b3620a90-40a0-4eae-9c9a-a559c75af342');
INSERT INTO audit.logged_actions VALUES (4, 'Ville été', 'L''arbre "x".y', 144750, 'postgres', '2026-12-01 05:56:43.10238+01', '2026-12-01 05:56:43.204169+01', '2026-12-01 05:56:43.381121+01', 40047, '', '127.0.0.1', 35510, NULL, 'I', '"id"=>"2147418112", "Nom"=>"new", "uid"=>"19066d7e-7843-4a9e-8815-591caeef091c", "geom"=>NULL, "badge"=>NULL', NULL, false, '{"time": "2026-12-01T04:56:42.688243+00:00", "origin": "cc469da5-5703-4091-a9af-d5039c988359", "sync_id": "7e301f0a-6f47-43ff-8983-5ae2b12b1053"}', '19066d7e-7843-4a9e-8815-591caeef091c');
INSERT INTO audit.logged_actions VALUES (5, 'Ville été', 'L''arbre "x".y', 144750, 'postgres', '2026-12-01 05:56:43.605209+01', '2026-12-01 05:56:43.605209+01', '2026-12-01 05:56:43.606384+01', 40059, '', '127.0.0.1', 35384, NULL, 'D', '"id"=>"4", "Nom"=>"tree 4", "uid"=>"1c6919f0-0ee2-4275-9dca-0c819e3fdc5c", "geom"=>"01010000A06A080000555555555555F53F00000000000010409A9999999999B93F", "badge"=>"4"', NULL, false, NULL, '1c6919f0-0ee2-4275-9dca-0c819e3fdc5c');
INSERT INTO audit.logged_relations VALUES ('"Ville été"."L''arbre ""x"".y"', 'id');
INSERT INTO audit.logged_relations VALUES ('"Ville été".feuille', 'id');
INSERT INTO lizsync.clones VALUES ('cc469da5-5703-4091-a9af-d5039c988359', 't_everystructureisupgraded_nxyc43a4r4i5', 'anna', '{144750,144764}', 7714186741374108803, 7714186741374108803, '39792:39796:39792', '92d061b7-14b1-49a5-a3b1-13994f0b26a4', '7ad995e3-f1de-4f0a-93e2-8be80532dfb8', '3:8124717076638886815:-7903756901676599013', '1:-64298842878190338:-6081033694923594184', 39783, false, '2026-12-01 05:56:42.467849+01', '2026-12-01 05:56:43.489912+01', NULL, '39791:39791:', '39783:39783:', 7714186741374108803, '{"\"Ville été\".\"L''arbre \"\"x\"\".y\"","\"Ville été\".\"feuille\""}', '{144750,144764}', '39792:40048:39792,39796,39797,39798,39799,39800,39801,39802,39803,39804,39805,39806,39807,39808,39809,39810,39811,39812,39813,39814,39815,39816,39817,39818,39819,39820,39821,39822,39823,39824,39825,39826,39827,39828,39829,39830,39831,39832,39833,39834,39835,39836,39837,39838,39839,39840,39841,39842,39843,39844,39845,39846,39847,39848,39849,39850,39851,39852,39853,39854,39855,39856,39857,39858,39859,39860,39861,39862,39863,39864,39865,39866,39867,39868,39869,39870,39871,39872,39873,39874,39875,39876,39877,39878,39879,39880,39881,39882,39883,39884,39885,39886,39887,39888,39889,39890,39891,39892,39893,39894,39895,39896,39897,39898,39899,39900,39901,39902,39903,39904,39905,39906,39907,39908,39909,39910,39911,39912,39913,39914,39915,39916,39917,39918,39919,39920,39921,39922,39923,39924,39925,39926,39927,39928,39929,39930,39931,39932,39933,39934,39935,39936,39937,39938,39939,39940,39941,39942,39943,39944,39945,39946,39947,39948,39949,39950,39951,39952,39953,39954,39955,39956,39957,39958,39959,39960,39961,39962,39963,39964,39965,39966,39967,39968,39969,39970,39971,39972,39973,39974,39975,39976,39977,39978,39979,39980,39981,39982,39983,39984,39985,39986,39987,39988,39989,39990,39991,39992,39993,39994,39995,39996,39997,39998,39999,40000,40001,40002,40003,40004,40005,40006,40007,40008,40009,40010,40011,40012,40013,40014,40015,40016,40017,40018,40019,40020,40021,40022,40023,40024,40025,40026,40027,40028,40029,40030,40031,40032,40033,40034,40035,40036,40037,40038,40039,40040,40041,40042,40043,40044,40045,40046', NULL, NULL);
INSERT INTO lizsync.conflicts VALUES (1, '2026-12-01 05:56:43.10238+01', '"Ville été"."L''arbre ""x"".y"', 'b3620a90-40a0-4eae-9c9a-a559c75af342', 'cc469da5-5703-4091-a9af-d5039c988359', '7e301f0a-6f47-43ff-8983-5ae2b12b1053', 'Nom', 'central''s', 'the clone''s', '2026-12-01 05:56:42.64513+01', '2026-12-01 05:56:42.686898+01', 'postgres', 'postgres', NULL, 'central', 'last edit wins');
INSERT INTO lizsync.history VALUES ('7e301f0a-6f47-43ff-8983-5ae2b12b1053', '2026-12-01 05:56:43.17408+01', 'cc469da5-5703-4091-a9af-d5039c988359', '{a5c6d770-dfa3-4180-a551-e0e891d85735}', 1, 3, NULL, 'partial', 'done', 2, 1, 1, 1, '00:00:00.316702', '-00:00:00.031284');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_table(regclass,boolean,boolean,text[])', '8dcfedf3e3fb18a5edad8a623200dce38273eb680fc2d8b5251f5faa6a16c806', 144366, '39509');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,boolean,text[],text[])', 'fb563623b75f3b15f46185f4879f89a98825623d387f0559319610b9b21946de', 144367, '39511');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,boolean,text[])', '620ad4d3ba447a51fe0bc00fbe346b7e196cd2f6209c1c6795f7782bab35633e', 144368, '39511');
INSERT INTO lizsync.installed_functions VALUES ('audit.audit_view(regclass,text[])', 'afe3f374f8ee087479421cdbc0014f6c4764f7629cc5cf73d03a88784fccd6fc', 144369, '39511');
INSERT INTO lizsync.installed_functions VALUES ('audit.replay_event(bigint)', '7cd09b7abacc2bc9fd5f0bfdd7d1da4a4a2062f7332862ad76d6921873dfaff6', 144370, '39512');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purge(interval,interval)', '0336939267cb06bd7ccab449bb2d2e0ea80b89b83479a9ec5948a111cde8ede3', 144389, '39530');
INSERT INTO lizsync.installed_functions VALUES ('audit.rollback_event(bigint)', '653cf03a5e7d3fc86d09cdbc6f709bd804efcc7d4001d9a60c95725ec3b12f77', 144371, '39513');
INSERT INTO lizsync.installed_functions VALUES ('audit.check_row_size(name,name,hstore)', 'cc78a612dd4ad8412ff110660c261f63fbd9375853385d851dfbd866ce73bdea', 144372, '39514');
INSERT INTO lizsync.installed_functions VALUES ('audit.large_value_size()', '76d4bf6d59d63a1ed3e336933c07cc38a998eb3831ea4e34efb0d3cf3f039efc', 144373, '39515');
INSERT INTO lizsync.installed_functions VALUES ('audit.largest_row()', '96d9764a5422275e14d5e171804fec185b8c763f522664279d625c236424a286', 144374, '39516');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_row()', '380a6ff0379e0b3314629c69774c4f7cf318dcf712490c185ea0cf8309edd77f', 144375, '39517');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_statement()', '3fb04a24332253a5f9da4a8221f1ad8b892b561e42d7fd6fa6842b9799cbf34e', 144376, '39518');
INSERT INTO lizsync.installed_functions VALUES ('audit.log_truncate()', 'd525c695b93a67114ba2c8ca68ee7c66224a17d34bc6b4fd5af637cff10f5ce9', 144378, '39519');
INSERT INTO lizsync.installed_functions VALUES ('audit.what_triggers_left(oid,name,name,uuid,hstore)', '1ecdf44555722363df093093e8cec336b3a3d23b83e9fa937a9cd0856263072c', 144379, '39520');
INSERT INTO lizsync.installed_functions VALUES ('audit.without_large_values(hstore,hstore)', '10eda35c5070ee1124949edcb27540f7254c8b88942355c4a17d8e37dabafd2e', 144380, '39521');
INSERT INTO lizsync.installed_functions VALUES ('audit.write_event(audit.logged_actions,text,hstore,hstore)', '37c906e66d4b4f2cc9adfe77ad9a88d5fa07851cc1e09b8ff90616a968cb282e', 144381, '39522');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.add_uid_columns(text,text)', '045bf0497672aa2826eca03bba81fa4fb88a88434cbeb76901526816525edde4', 144382, '39523');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.compare_tables(text,text)', '56b832ff36ddb0242a23f2bd113594aafaec5f0673c27d0e0dbe5482dd52b8fc', 144383, '39524');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.import_central_server_schemas()', '3ed15ea5c406af00ac08d1c186b8a6717ed6d253fcb6c977161e3c2c2ac631fc', 144388, '39529');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.create_central_server_fdw(text,integer,text,text,text)', 'da5904cba84b58a0b0c156d845003fb7bd2d532686cb66d2790b366923900924', 144384, '39525');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.entrust_clone(uuid,name)', 'b8f4fc15dee5de00d5c2455e02d1ccaebf186ff51a07da57dbacf7b23f4a8de2', 144385, '39526');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.forget_clone(uuid)', 'd4cc15fae4cc207c045c5dca1a455e9a377b331f851601997ba7e6033931269d', 144386, '39527');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.give_up(regclass,uuid)', 'ab0e550cad03bc76edf1211731643bd3a0471b933adea9470a5babd4488369ba', 144387, '39528');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.register_clone(uuid,text,name,text[],pg_snapshot,uuid,pg_snapshot,bigint)', 'aa73499798a6631b50a90dbbb885f8b0fdf179f92eab2b37879f6b9de4afda8c', 144390, '39531');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.renumber(regclass,uuid,bigint)', 'c58736b733df82845083bf044d7bd6d3c0d116e624e4f63ba4098801cded586a', 144392, '39532');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.revoke_clone(uuid)', 'ff46a8ba94465ad3df49f9a3f359110242b40bac4b0ed0ee9cca9532c4897390', 144395, '39533');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.synchronize()', '0d43ae53104ab409ee1234be0c98b0cf665e4be61d48098c9c05fc99e01844a2', 144396, '39534');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.audit_arguments(regclass)', '000de3735dbbf60c3a1867669b801b54985516006f9ea48f854ccc7d07552d8e', 144399, '39535');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.current_rows(oid,uuid[])', '38fcb41957591a54dc697f620bdc7c7f80418c8b8b98362867420835b88af1b3', 144401, '39537');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.function_digests()', '55fe21327f6b72718fd118d2535a30d583330ccef935c263f3a4489d5615884d', 144403, '39539');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_audit_triggers(regclass)', 'f57243e80b32b04843711891710118c6f7610481b572055aad807178b8ff103e', 144405, '39541');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_uid_column(regclass)', 'e9f8179c3d3ae4aa89930fb96fdcfedc481fa5cb4ece1ea870a3039cbd669ecd', 144406, '39542');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_declared_reference(oid,text,oid,text)', '2efd081827d0fce05bb9f5416c5c2a2788e554acadf922cdd06fdc25fb76a6b8', 144408, '39544');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.held_before_purge(oid)', 'c6c229ee31e1478d7ed9aaa5b2d986b35881dcae6c36f74d04d79a608eab3629', 144441, '39576');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.keys_held(oid,text,oid[],text[])', '6eae0ccb34eb205cddc3fb1928c6647db12f5bf10dd7e21db4638d0dad49b176', 144410, '39546');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.known_references(oid[],jsonb)', '0ae7ecdd802994ac1310f6562216df854b9fe09030edd65f09ee7cdc2df376b7', 144411, '39547');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.name_forms(text)', '8b85ee9bee599d49d6ed72ff8612277ee0990cd8caedfbf7dd4599b19edc0b9c', 144413, '39549');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.name_pattern(text)', '03e83995d41fc91756d427505978963d48abaa9232aceb0562f34ecbbcb13f4d', 144414, '39550');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.number_columns(oid[])', 'aabc5ab025b822ffa972694f5883e09130a430d06f192ee05813d67cc0a6f1a6', 144415, '39551');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.numbered_keys(oid[])', '4e4d0865a7f710ec8ab2109d3be71ebcf89ed986f81e2eb8801c04d1e034721f', 144416, '39552');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.publication_list(uuid)', '2d1fdbcee6be811345562cc12a98b5eada36279e5c9b16f3bbc99d27d2cacb34', 144417, '39553');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_received(bigint,pg_snapshot)', 'cd2a42551b85d3f15b32fe5f69295d261c79bfd41b2f5c0127343554f366837e', 144442, '39577');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_functions(text[],text,text)', '2e1be0efd2de22c0d5618a13e6eb2426c85961dedd369df504d807ca369ef683', 144418, '39554');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.references_by_name(oid[])', '5df032686543e387a8c89223fa9b54478703a9b3ab1e47394caad0a98f0af685', 144419, '39555');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.net_fields(hstore)', 'e8ba22da7cd0cefc5b5b99017542286c649766e7e8d9328151b3e41895875e84', 144453, '39588');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.references_in_views(oid[])', 'c5f027a2e01fa9334ad3d5fed9c6acb3b9a7ae9648a18f0405250f1966ef108f', 144420, '39556');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.relation_name(text,text)', 'ac2a7d55afb809cbc005b4d158e525985fd773a276d0a12442cf0f9c53bf94d2', 144423, '39558');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.server_id()', '8f7d42928ea1b6f1a1f13d4fbf462e00c1fb6179ee6890c295fd4ba6f8a841c8', 144425, '39560');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.table_columns(uuid)', '08c3b7650b30f45def8f556ecf513204052db3436456e52f940dd53c9d23dc9f', 144426, '39561');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.base_type(oid)', '320187f9502a7c9b0ded14bef0ae37c92c3b852a28cc5647ed95472f1214d3fc', 144400, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.table_states(text[])', '0d577267d9a3a90b1e9cf9f48b599a066fb1f83458afc524175aeaf8159c789c', 144427, '39562');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.tool_of(oid)', 'aacf65170c0ace52d2c329789a21c82295c2021c9d20957599f88f9657686fcc', 144428, '39563');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_columns(oid[])', 'bafff84cac2cbe8b406874cd6aca7b8d935e5d272c772bfd179ff13669380f7d', 144431, '39566');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.uid_column_problem(regclass)', '97d7f67911dd13966c528b26b994a5f446d029fa8ca75dcfeea633386790ae60', 144429, '39564');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.undeclared_references(oid[])', 'cbe44b07ba6ba484c24b2ea3444bee721c4284abf644f2fa7671f34bcffbbc1f', 144430, '39565');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_foreign_keys(oid[],text[])', '41c897ab4b4fb04bb186b5a161fa7e987be6e6bfd24cf994e2039bda768dab00', 144432, '39567');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_keys(oid[])', '9bf7da8d1997ee8a168e4f29e0f646f75d7f8677cbce18cf9eb8fec4b576925b', 144433, '39568');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.events_digest(pg_snapshot,lizsync.pending_row[])', '42a39ae1ff3def0687e8832f1c11e92d0b5a8dfe739bcc28954d134e358a7f26', 144440, '39575');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_kinds(oid[])', '66192bfac4bec4dab10035914554fa70c3ee69f8db71bd7231a01c91fc9dfe07', 144434, '39569');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_references(oid[],jsonb)', '1fd301f44336d78b5059da2636a2ae2d7e925e7625832b3a58e0237dce174bb1', 144435, '39570');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_tables(text[])', '732fe62e41014c66a26cdff10ce2bfef32ec837c5b560c79762102ee172ecb04', 144436, '39571');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_triggers(oid[])', '28983cb65972b9904580e92918ae3fd0a5bba51b834c01c280c861fc86c0e0f6', 144437, '39572');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.user_schemas()', '4f37f90a85820b59263e336801655454677ce35501a2066415681cd9ad17d51e', 144438, '39573');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.effective_cursor(pg_snapshot,pg_snapshot)', '99822bb180f8bf6d75adffd69b5a3e1fc2a88e044ad77e07b55383c65f28c6df', 144439, '39574');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purge_batch(interval,interval)', '9d1a6025521e69fcdeda6059911a346361d031a6936b1b5f2e867071f864725a', 144443, '39578');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.purged_up_to()', '7d66a537f6a29bba6687936296c9a0bf67c39b1324cf69ccf678f1604251619f', 144444, '39579');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.remap_log()', 'f2e2c77594114490896b3feedce135da9be73675f3923ca0c7f1f37f09a44ab1', 144445, '39580');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.snapshot_contains(pg_snapshot,pg_snapshot)', '8e326a97c373006b5b61071d2bc54fd488fbb795d2d3613f88463a5933711500', 144446, '39581');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.snapshot_with(pg_snapshot,xid8)', 'f2dce630c7d4de7b5b727ce7cc70122570311c75ec6046ed9c293e55f9396972', 144447, '39582');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.system_identifier()', 'c652b685e6895d31a9b287e04f9937aabf67b5a9edc571005c2585d2eb838bda', 144448, '39583');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unseen_edits(lizsync.exchanges)', '17c60335616f1bb22f2f67a8b9f73a8bc1fb4356cf58a0bb995e1a1512d3dd64', 144449, '39584');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unseen_events(lizsync.exchanges)', '89c51be95dbd249beabd06b587d094123fd18c49f6d71acc56e6bc805877f4da', 144450, '39585');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changed_tables(lizsync.exchanges,boolean)', '121279bec022e624b77227aa33071c983bb7d19abebe70b938d6e74b85c43589', 144451, '39586');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_purged_conflicts(oid,boolean,boolean)', 'f3f448dad12754eae739c4868745321ff28951726679b0ab2c3d4f7ab9e8d4ec', 144455, '39590');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reduce_changes(pg_snapshot,integer)', 'd2d002818a0ad10c88730a18761640d6a224476ecd104d6934db1e55c19fdff8', 144456, '39591');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.speaks_for(lizsync.clones)', '0ed46c57aa26b4804483874d2d03b07144d11fe9507b31e4966055dee526813d', 144600, '39657');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resend_given_up()', 'e96bb1439022779914669055773e6bc2653583606b4c85fe23acee2f29e42685', 144457, '39592');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resolve_column_changes()', '41e54461c6e0b2177a030ca94a9dfa55e9e119a4ece5cd3a027132fe567443bf', 144458, '39593');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.stage_changes()', '86f6b9d4507e002a6655de56972febd73edc78c1d388e35e55204597db7a5bec', 144463, '39595');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.adopt_numbers(uuid,lizsync.key_references[],text[],text[],lizsync.key_block[])', '6a09acc8d2e70f66c0589583993b103f428d6fce36470671bd6500504c4ad013', 144464, '39596');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.begin_deployment()', '71258e11f908027e2060cd2474d91983ffb9de594758c30dae60c4d4a162bd19', 144469, '39597');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_clone_role(name,text[])', '1105e327fc7358c4b62c92b709a3fd309fa784af5e7bb145b871985811c815f3', 144470, '39599');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_deployment(uuid,integer,uuid,text,bigint,bigint,oid)', '053af4b75a0b5250b48c1667d679bd4a6e644a6523a6a9d3dc9aa25155266f2f', 144471, '39600');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_entry(uuid,lizsync.clone_entry)', '6d6d3052ed8e2a8478b10b3a9f749add52798179a08eaf51f15bef07f77ab40b', 144473, '39601');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_target(uuid,bigint,pg_snapshot)', 'c1da2d13b3028783c0966f0a3cc9dbef4510519a1d1478844b3914fd2a0e3f47', 144475, '39602');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clone_role_grants(name,text[])', '8cd1a431e043d490a5915123aa2e5939bdcc95c6ab4fe5a1f6a076e114c95528', 144476, '39603');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.deployment_entry(uuid,uuid,bigint,pg_snapshot,pg_snapshot)', 'eae94d09d17a95f7f5725db87a8a14c66e18789b834dd90bb441e73ff98ff00a', 144477, '39604');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.forget_edits(text[])', '227905a1d008048875ed40ebde3d888256571dd1cb5298eeccb7af55ad187e51', 144478, '39605');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.grant_exchange(name)', '503297854b99365366a79f872981c9edba285aa03c1f83aa03718112b9d4ed51', 144481, '39606');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.identify_clone(uuid,text)', '4b4a628a944e9c48e6b8cf570938e99f03e8b3ed460ef692f8f10704edc78700', 144486, '39607');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.note_numbers(lizsync.key_references[])', 'd6a37bfce993478842f6e69091bcae702c0b7134456ae6e982793cf42d693915', 144487, '39608');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_numbers()', 'cbc2e8158d3a7de3b46b90cde16306b846ed0bffe54896df7e26f0a4300c1030', 144516, '39621');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rebase_edits(text[])', 'a1e31b3ddd319ba840d7b86616184185fad7b82799e3a13e66ffebd461a86b51', 144488, '39609');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rebase_row(text,text[],uuid,bigint[])', '01075dece13ab94a6ebe551f6e54c56eb5db3aed72c54ee9e7864b6f28acdef7', 144490, '39610');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_deployment(uuid,bigint,pg_snapshot,uuid,uuid,text[])', '37314d812e6a3b4ac54f1ea1b474460c340b5f0959d0ba22e1d3ac7ad159d9d8', 144492, '39611');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_original()', 'd752fd0cf97b1b7f97f20674ed9292ceb32d81ef67909eb2e0590982923078ac', 144494, '39612');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_unsent_edits()', '7a16e0537383d33321b16854e8b993a47f5b3b8af16676758869bccf8b16e65b', 144496, '39613');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.allot_block(regclass,uuid,lizsync.drawn_column[])', '0cd3c21f22f3638d34a48760062f44c4aa6da01b80b04bbd73949c5cfbd6203a', 144510, '39618');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.renumber_edits()', 'f2d749e917bf7905a7bc383af51723d3b012e7f94b44a56ab7701800c3936388', 144498, '39614');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.stage_unsent_edits(lizsync.clone_entry,bigint,pg_snapshot,text[],boolean)', 'b6961811c7229e978d5fba65e551703f82ad03c22be4de143c6a48dfc6452347', 144501, '39615');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsent_edits()', '554935f0ace9840c6815ec039763e5fe37835b46021f4bce40dd491ff58096d9', 144507, '39616');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.all_drawn_columns()', '18549c4d8fce30abdf94ee47868307ba3d04ac6bc47e1a6b8caafe1b83263b33', 144508, '39617');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.allot_blocks(uuid,text[])', '86d7b228ca90c15af59395d87d5ff0c8e61cc5714ee8074541ce673e0a917269', 144512, '39619');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.allotter(regclass,lizsync.drawn_column[])', '70de8411e6c45cbf16d08b873c5b6a534eb684bf74d22a3c04573563d3758cf8', 144515, '39620');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.note_references(oid[],jsonb)', '63e505dd45f43db60e6cd7db874fe5b553e8585364d6e53ad1ad75902b5f18a9', 144524, '39628');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.drawn_columns(oid[])', 'fe129b9e97163fa5de04ecd1ae09e748fed17e911c4d5904112ce2ed2dbf300c', 144518, '39622');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.edited_here(oid,text,boolean)', '13163a412245776fbd65d5ca48dd18cda48ee3997bb7017b9cbccf60dd275209', 144519, '39623');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.greatest_number(oid,bigint,lizsync.drawn_column[])', '019bd0647170b6caeec18333efc27c6a3285c3a23c0ba0127991f2cc13d11227', 144520, '39624');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.own_blocks()', '3dcfe067b35f7b4b474bca57a65a737bef231bfce8750dd8af34e44bcf95334c', 144532, '39631');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.guard_numbers(text[])', '61dacc99b874ebdf02a7dbaae380da239d84d8e46b86707ab3e02297d36adac1', 144521, '39625');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.least_number(oid,bigint,bigint,lizsync.drawn_column[])', 'd9d8e03e66eb1f23b29501d0ca170ccdf579777bc59694d38cbafa7f7d741c94', 144523, '39627');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.number_references(oid[])', 'c0acf67ccdd44b9a27cf0176fbeb30eaef926a32b24a8dfe9602a3db8988401f', 144530, '39629');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.number_room(oid[])', '4fc14a9e481dc9b4b7e82da8e7c0e2628f6e02951b5582918877d4a9c229ff0c', 144531, '39630');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.release_slot()', 'ac127c6a323405d803a5133f5b0d79cfcdf6842465fc5f63b989dba3c9930677', 144598, '39655');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.renew_blocks(uuid,lizsync.key_block[])', '45942d9b283807b59639701f03cd0001d143ab5deb1e9c2d088e71ce3d2dc1d7', 144539, '39633');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.set_serial_keys(regclass,boolean)', '4c502b293c9e95cb63be1c5de8f2f2677f57ae70a7ad584451f3bc20af9df82a', 144542, '39634');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.shared_sequences(text[],lizsync.drawn_column[])', '3351a09695db7b9a55c07cc8ef291d90503d8ad33394fd96971afeba859e2730', 144551, '39635');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.take_blocks(uuid,lizsync.key_block[])', '5117290c158d3e64370946ffd8629a99d570e711bf7a10e5e978fe37705405b6', 144552, '39636');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unsafe_sequences(oid[])', 'ce6226c7df8c822ec91c164f7c18e8cd3b7a61f3e8ef274d745d51a878d7c49a', 144553, '39637');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.slot_lock_class()', '9185aff604f924d3f7b2884a6da71acb0e8b4f244997a22fb2fecaaed9209c9f', 144599, '39656');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.admit_clone(uuid,text)', '6f558ce25c38d326fb3ae759a3fcbd8166e4bcac7c6c64f22f9fbe17a469d8f8', 144555, '39639');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.begin_synchronization(integer,text,text)', '6ec7e99f7bcf50d5c34614e56a4ee2648316ba6ab82d14da98d1755fdb91fe7b', 144556, '39640');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_functions()', 'e201d11a118c3c68d9778ad3a80587847843138665ca27e1e11bc6ce5db87e19', 144582, '39641');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_identity(lizsync.clones,lizsync.handshake)', '5f96b2c656eca0805f9ecada8344e033ba2ea5f2731b1695331ce3d642e36453', 144583, '39642');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_not_purged(lizsync.handshake,lizsync.pending_row[])', '4b9c579b187a036a9955ccb0d97f369e94eb1868863d88a37b05b84070dae2c2', 144584, '39643');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_readable(uuid)', 'd07d48ce4f7f564c2f9ea2fcc38291c154e8d3d1ba4f89430e749f5477e12c21', 144585, '39644');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_structures(lizsync.handshake,lizsync.table_column[],oid[])', '852a65a05ee3ea3c348a10778acfb151517e94eeaeb213e56d471feff6349ab5', 144586, '39645');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clear_exchange()', 'b63aa64fe5c43fe39d931ac019e0095f0490ef0d95c22b4541fda480518c9ebc', 144587, '39646');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clock_correction()', '1e27d29493896c1e039530091282afaba3b91d240491e068dc6750f91d05ba91', 144588, '39647');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.detect_dead_peer(boolean)', '345a7a6e1cc00d2320929724794a484227c52e62681438a7cbcc6a382d4c8744', 144590, '39649');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.max_exchanges()', 'ecb4bdb88e48a3991356092b27bd41df0fccda58765967d01d45a58facc5b254', 144592, '39651');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.max_tries()', 'cc00bdf1eb1264106b92ca2439467a9565bc847268923d79ad1e8e4c4bf0db78', 144593, '39652');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.pin_settings()', '316ef18267331ba90facb67870a8ce8fbd5f6de50d5ba96c5b33956ee497a8c7', 144597, '39654');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.take_up_deployment(lizsync.clones,lizsync.handshake)', '28f8340d86bbb370a4580910b9f8addc6a61c6b6009ecc33d80c4714e2bd0591', 144601, '39658');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.this_exchange()', 'c9d1114bbd2c8cfb6b5995a395436b0aa53d8e8baa66d959063b2730646d8b88', 144602, '39659');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.fill_uid()', '580999e98f74c37f2d127fa0dc8e69aff9cf3d6e5459f923328bee049a572db6', 144603, '39660');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.uid_filling_obstacle(regclass,boolean)', '30b01c7740173697cda863072e9b9484af6ad593710ce672fcc65fc65fa844e4', 144604, '39661');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.uid_unfinished(regclass)', '27eaf3b162fecb5cfce28d83560f714272f202df6714d53a7c46769e38744555', 144605, '39662');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_prefetch(text)', 'd15518c4fb503eb4d8dea570d943c82759aeb24c4dcb396767e4e7bb090aa382', 144606, '39663');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_reply(lizsync.acknowledgement)', 'f9959dd41dc917f0349436149d13af7895c06823817d0d837da0e7f833093b14', 144607, '39664');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.attribute_events()', '3d53245065f97becd7f055333e079fda393c53baa1d02313459521bae01e65b4', 144608, '39665');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.attribute_plain_events(lizsync.exchanges,oid[],oid[])', '5874f5011495768c42722be8ace218062b56f441fd99e1eb84c6772a28dab16a', 144609, '39666');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.attribution(lizsync.exchanges,timestamp with time zone)', 'ce279886f5392036545854cc321fb44cfa1ad157be2dc035e99737bbf9ba9595', 144610, '39667');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_prefetch()', 'b963776cb1d07b63ac905a443d53f32c18a67571c2defff68301e0d5bbc5bc17', 144612, '39669');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepare_prefetch()', 'cbe3d4c984c0252689fd8b8431a2aaafcb83365e922952282fb9a824fb6b22e0', 144616, '39673');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_reply(lizsync.acknowledgement,lizsync.pending_row[])', '3f5b0220ef2836c0b0d045a8826f3152793fe226a554acf74f0d4297cff15420', 144613, '39670');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.hold_edited_rows()', '3936c91a515a0ad283cefd3309e65dc7bc30885de4c14272074bf5840be5a17c', 144614, '39671');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.make_reply(uuid)', '3c56e912719a565321f2d6fa6c8bdaa40afe4dea2cb83ac81720af69f5c33346', 144615, '39672');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_cascade_conflicts(lizsync.exchanges,oid[],oid[])', '2047cb6cfb2a84a82a85a56cbdf7f206e1fc9069ef44948895dd5cebca14e18c', 144617, '39674');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_delete_conflicts(lizsync.exchanges,oid[])', 'b0e88ece2464d0de5c03174e418e74113e787292477ed66e552765435e59a815', 144626, '39675');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_missing_row_conflicts(lizsync.exchanges,oid,uuid[])', 'cccefdfe9fc430958f0a56698fdf923d0bd958ec6f74870aed2f74745c52090c', 144627, '39676');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rewritten_events(lizsync.exchanges,oid,uuid[])', '8839acbaa68018ef2c62686185eee94973e17f1f72792db20d0f4d3ffe7d05a4', 144636, '39683');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_pending(uuid,lizsync.pending_row[],lizsync.pending_row[])', '8822087a008d55b30dd3f48d8096a9ff93bace886e3ae7f2bc53e798f689ad33', 144628, '39677');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refresh_views(oid[])', 'db5bc04357b76036c7035bcaba9b594bca7e3b9fbe7f60bb0d9d8132178134da', 144629, '39678');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reply_changes(lizsync.exchanges)', '84a76d11cb82995e23ce2835766fb974e9b9b866b572ae3da914f73ec7a46bcf', 144630, '39679');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reply_events(lizsync.exchanges)', '45da4f9b259c5ed549b3f3a48a39bf3b3ea55f354fd97093d4cc5ecf701dde28', 144633, '39680');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resend_rows(oid,uuid[])', '4b588590b9c465089cb2d6b15c7c089ef7d78b965f72f501a49fd13a121f8634', 144634, '39681');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rewrite_events(oid,uuid[])', 'd380240098be9287e281c3237237c39d1c4a8c3a01d24fa643b9c412a2b37ab2', 144635, '39682');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rows_beyond_prefetch(lizsync.exchanges)', '9bc3af77ac3df579def103076d2e738c1c33460c30cd6d9eb7d944ffe6fbfcf9', 144639, '39684');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.rows_to_rewrite(lizsync.exchanges,oid[])', '8ce686535050c8d5d1f51674d43615d2fc12be5cb1ad8eb985c693b1d0ff6794', 144640, '39685');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.text_size(hstore)', '24bde3a3426c186ed4084175990b08fe7539fdaf9327856485903ca06755f89a', 144664, '39700');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.short_blocks()', '3d95ab2af8b8f0680e1c0e633b9dc03837e8c387ddef83aa41bf5ed455fdb625', 144652, '39688');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.batch_size()', 'f67831816643488aa058ceaf6ed1dd5b17b3034673698362ce640444e8138ef9', 144653, '39689');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_query(text)', 'e3e7a4af77109054dccb11d35b923ddb42d7de34df6bb0b2e01bc52b7398fb6d', 144654, '39690');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_result()', '44e0052ad1359ad3eec14163560dde1f4b33bd3c95b1232d7ba86f483b90fecf', 144655, '39691');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.central_send(text)', 'c547d06c0351df170d676eb402fb89a0ce855c4274766b62793fb492586889a9', 144656, '39692');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.outgoing_batch(pg_snapshot,bigint,bigint)', 'c4c2cb2ec194ac28ea31f39ba374a9a6d91419512b6260f2a8e5a6a28db27a60', 144657, '39693');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.outgoing_message(integer,boolean)', '5897181397e7c1c0205d25ae170cc5492f01738edeaa8a7f673db3208e0f2168', 144658, '39694');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepare_batches(pg_snapshot,bigint[])', '17f672b267ee5d51210198c33b7623df02a96cc9f4db8c5555c28cc5f0641087', 144659, '39695');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepared_batch(integer)', '28cc2176f8dfe878f97d850380fce253b9f595868110aeae6bd13dadb8084b70', 144660, '39696');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.receive_prefetch(text)', '8090766a74465334d981c725ddd6b2940783e729c3d77d3e2fb7b6e9bd029eb6', 144662, '39698');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.enable_statement_capture(uuid)', '1cf3a0886e40cb4f5fae6f5baae4a927072fd63bae67549351a6677ec0b8d48d', 144683, '39715');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.first_ordinal()', '22c2ad129f7bfcfa9c1bde926f79e917642a941495e594fefc98e1584da4191e', 144685, '39717');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_captured_by_statement(oid)', '9afaed130db3add4e6e04e2e28ab85f2b202f559d63d9dd1ce6b214f84ec9486', 144691, '39723');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_in_pass(text,boolean)', '2ffb0308385617397132adc5e4845e602067318184cdef2445271e277e41ec34', 144692, '39724');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_replaying()', '2e48b9bc8fb3cc13d816b94ca72e9a9c0443b0b487eae19748ee877721e3b4f2', 144693, '39725');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.may_cascade(lizsync.staged_range)', 'f588791bc44e907d7c3b45c36a253d35dc10da614e24971b49cedda30eda19dd', 144697, '39729');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.may_set_replica_role()', '8279535b55430c5e397d4e998dbb7924d358fe070aaff868e363db528e1f7299', 144698, '39730');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.triggers_to_disable(oid,boolean)', '366e7955c6472a373f47ebd54d6090f4b8a58c86a411d4eed8410aa0d2519074', 144715, '39746');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unstage_rows(lizsync.pending_row[])', 'ba4b4d83e03a1225b66b539362ccae9b8c3e1601a7f078f8df7c5f3d28ec849b', 144718, '39749');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.foreign_keys(oid[])', 'c9c29d22298b869a0d5b0a4cd71cffcac8064491f941c8c842468d26ff0622f0', 144402, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.functions_state()', 'b969b9d1dae71542e4b9e71d2b6be37b4a0d494999f783464f67e96dc549b9cb', 144404, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.hstore_schema()', 'cd387e85b1f1990ea07eafdb080f303dbac73c859c47780f13552dfc6a35bcbe', 144407, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_server_error(text)', '25b5819770869d6c951c3c0d044b4979c498c4a8ad83ad814a0f962354d09a1a', 144409, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.local_columns(regclass)', '54497fdcfde247e892db7a71e9eb47e2bd60782c7796eb1eda8e5ac2da16285f', 144412, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.relation_label(oid)', '0fe16009b8fd168ec32b840ecc6fff28f75b6fabd056fe2e6de4cd29b6c1f84a', 144421, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.relation_name(oid)', 'bb5ddd0f00f30678435c22bb5d4cfbda43b834ff3854a299e9708c6cd30e9f3e', 144422, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.sent_columns(regclass)', '871cccfe1a215fc83f97365087c9aba0a8b938e8082390cfe699ad98e09c0b8d', 144424, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.prepare_changeset()', '294bcb11b4cf62bf6bacd4a205ade7abf5f937ad4d9263851bf81ef33afbc7f9', 144454, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.resolve_conflicts(oid,boolean,boolean)', '8ced91458cb12086a9cb5f53eb47a876916fa5a192310ad2fc4cba0a8eae9267', 144459, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refused_rows(oid)', '4d6b1a6c3ebd34f0a94d09da8138c3588cd4bdf734f42653a4808c6658ea8440', 144709, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_number_key(oid,text)', 'd9331913ce785da4dddc2bb99a795a7b73430561e195c6ad2d7ae87048aa5fd3', 144522, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_misdirected(oid)', '8a6157b97c17324748ac7659946d0f04ffc1d90ae80dd7070b530255a09db814', 144533, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.acquire_slot()', '849c0f683e4712dd180b37e429c572b1611dba9b1308d03b94e1ee144d818fe7', 144554, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.current_version()', '7430b1e7e2ef81d4938e02a721020392d43dde2fdd2475c865f751a0906d1758', 144589, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.open_exchange(lizsync.handshake,lizsync.table_column[],lizsync.pending_row[],interval,boolean)', 'd5446571d3e18f30c7a8d8e18250d27d3182868fe884da1c6579b9efdd69b848', 144594, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.is_central_exchange()', '1e9ce8677fca6de0654305abb913ceac25a7d56b1ce8b9b01a08b804dc129be8', 144591, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.take_in()', '6e0ef22a104ea11e7b0d17d3d65dd81b2a1b603126981408aef9bb2789390dab', 144714, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.accept_range(lizsync.staged_range)', '5175bcbcd58a94a33ac68326d4a0d7ba7647c3e80202218e89b87003fb8a4ed6', 144665, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.close_exchange()', '73e10f2c9f1090028bbc5c52bd660469ae1a20ee5cb60a6ef1f90340c343b836', 144611, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clone_conflicts(uuid,integer)', 'e4bf39ddc5b7833f3ecbc02f4ca9f04c353bd8d4941b0c61437d712daec4fba1', 144647, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.clone_status(uuid,pg_snapshot)', '4b61ce11f832a1208c77281ce931fcc3ec3a5e653f5791ea6bae5a3f8abc4ae5', 144648, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.accept_rows(oid,uuid[])', 'b60f83e9726a911dbb27ff4eac883dffebe64868e22349513b460dbd0220d276', 144667, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.receive_batch(text)', '85159370334e243acf36abf5657e14eb27e679974586b6ab94779b97845af4a7', 144661, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.reply_batch(uuid,integer,uuid)', '7733f9862fe17ac4affe8acc764f1ae91e43dce00f25e735866a9585cdf03aee', 144663, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.apply_changes()', '7f8d4dc3303ceab6d6e5bdd103331130642a8a330a58a8cc81f07fc79a988624', 144671, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_groups(oid,boolean,boolean)', '6b2b4f1b619daa84604a08b5a6c77d89f61def29d8e87f46b9442f00a93b12ce', 144673, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_range(lizsync.staged_range)', '5bb8d2064d55228ac0b76212c0f9f82f41a7784e58e84af88b04e8db707ce783', 144674, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.from_range(lizsync.staged_range)', '1b6bd0954f1eb0dc0f8077459d3d75e55b1ed7b226ce68dd73187f5c016306b0', 144687, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.broken_rows()', '9f50271cf051f593cd3829f1aac1e8fc0661f07cb506013380bb7f02f6301a78', 144672, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.changeset_tables()', 'a08d741ecc963b33ff4e892c678c639cf0fd99508f236350f3cd56c58ab13c78', 144675, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.decode(text,lizsync.staged_range)', '3bf8a728ed997797aaadfe440abd850c5d19830d47bb247a2a5abe7c374f6a5e', 144679, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_written(lizsync.staged_range,integer)', '7ad38044ee033cf7b70e387b5c0fe66eae8beaf4e6cf37ed4ac8ffe15305d056', 144678, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_not_rewritten(oid)', '96ac4f039250e0eaf65ebd40ac1feafe5e90ddf8c69e7803a894b1961a943acf', 144677, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.has_deletes(oid)', '9ecb746b54c7c80d79bec94b5a40aad7d775434da8d64b0481280576d24a31f5', 144688, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.decoded_rows(oid,text[],text,integer,text)', 'ee906a5f67aa174adf8bcc8c3ee7706cac7351cf246bb7992e282dce804b86c3', 144680, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.dependants(lizsync.pending_row[])', '2d44d5b0897c45438f168cc084c9c3d235f82f206ebf1c1bdfbf43858fed9a29', 144681, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.exchange()', '2788c56b0e36c2970cfc9ac3a2d2ef6e74884a07c9c6a688828a6c12f7898713', 144684, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.former_keys(oid)', '5c2ff02b008d293c7a13741e13541fa79ffb0ba839a855d330adb1757c8314db', 144686, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.duplicates()', '4fc20983e3a8b9e699ad16afa542ecb3895bee45737b4ea1e330752d31dbe257', 144682, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.insert_statement(oid,text[],text,integer,text)', '4bed0c297e641cecaea280ff04bf39f055484cfe7e19b26fe85d94d57e77bf1c', 144690, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.known_to_be_missing(oid)', 'e44bab6087bffadd4bc9f1a6b223e4243f5ffbd1df66c7b11d7273bf7244d4d6', 144694, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.held_child(oid)', 'c2a3bdf52eedea3bf1c1c1aa640541cb808359cdfe1a063668dba05f5aa5e797', 144689, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.note_client_settings()', '9e97b748c99dc4b7bc1dd275c7a5f4f66e9802fba0decc1db3dc0f49192dde17', 144699, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.leave_out(bigint,lizsync.pending_row[])', '6c9b3076b7e139c89b72b59eb62b32a032e054f83cbcdbff7cdff2d73b41c16b', 144695, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.leave_out_others(text)', '3593ef5fd5f68997ce9c335bf720905d0da214f260751870a9ba689e1c26a223', 144696, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.number_refused()', '8e8cb037e694f030bd8b61d93c8b35f291157fdbe8b213f5f6263297281d08de', 144702, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_rows(oid,uuid[],text,text)', 'd5656824590b7cac982637c758904039893a88708696fa74406df01a111fa9f3', 144708, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.note_former_keys(lizsync.staged_range)', '6cdd0cb1e7a9ec3c4794e467d48999264ad83630bd8af2163a4e124df842a018', 144701, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.record_former_keys(oid,uuid[],hstore[])', '4ea52e302c8bcd3e1da6d4fe1628776b8a0fe080f62e13842d85ad0825d7e508', 144704, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_cascade(lizsync.staged_range,boolean)', 'e53f456cd898567fb22a4e1c3ac4777b35a079f501289c21d619ecb49d774a41', 144705, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_range(lizsync.staged_range,text,text)', '7299b6737f6fb7dd6820f10ea503c11ca890f803db83aadcc9fedf97b7eba7e7', 144707, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refuse_locked(lizsync.staged_range,text)', 'ecd944523886e2806f8d4c5acf8a9d618f372ddce8fda9792af75c9dfc34c0d3', 144706, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.run_as_client(text,lizsync.staged_range)', '0b6228682029a9d6bd7b6c37405863a18e7e5a03a550972b3ef24703ad7b3433', 144711, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.refused_transactions()', '0e8c65942906b2f6fee4d6d775f8ab15011a872e4f53de8843107c3676202f2e', 144710, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.staged_rows(oid)', '3f25cf6c928e2f2e8995df59e8a8190dcc8ed465494a12151a0f77ad850a5438', 144713, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.set_aside(oid,boolean)', '9d2502f5d93be8aa74348e0efeceebc41a697b6f85ac97533a00bc81bdda3588', 144712, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.try_together(bigint)', 'c1a1b2521ca40d85496e1994bc41b57d2b96ce10182af572209f882c5d300c99', 144716, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.unique_violations(oid)', '01b699ac7b9824cb5fd0586a786f2662ae6735ec3642578ea5285e9b5b91d7ef', 144717, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.update_statement(oid,text[],text,integer,text,text)', '18773a49a16e83ff798cbf96e01f6285bd6bab17c75126c70301259389f00d93', 144719, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_as_group(oid)', '65978f1e25a676c72f73d1ce8dd51ec4940edf024aa869ee1fa31854e7a6ca8f', 144720, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_range(lizsync.staged_range)', '1c6e72e236fa8236e42794be324bc7e741836c7eca1b8a9e381850844c9ab03c', 144723, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_rows(lizsync.staged_range)', '500022b66718b20a25244cda89325fd010500e09c885fbe983d64db7edf51bb2', 144724, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_children(oid)', '5856aa725e51bd8584d36270d6f0eed4fce64a902b8007595ea36fddf2652d1a', 144722, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_tables(boolean)', '4bacfe255fbb772f71edab04bf7b891b8668320b7fc69aae8917512ec1d6d75f', 144727, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_table(oid,boolean,boolean)', '709877c4a2f507b7770bf99946bcabd9a4dde86643b0951a331853e70fef9876', 144726, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_statements(lizsync.staged_range,text)', 'edc583ad0490c3e79d928e23b40ec9c17287e39caa15e4f948244376cad9efe7', 144725, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.check_none_missing(lizsync.staged_range)', '7fc8fc1468927b2b8c384e62f27f178da52831c6a6c85038341d752c5d01b78f', 144676, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_unlocked(lizsync.staged_range,text)', 'e50427cf4d009b5f94fac580702543eec03551ef1907431e859e152958c0b757', 144729, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_together()', '9bb11b67af2ddc6c1d97062ee369d3bd25a8a65b6a172c38d99ac025dcea778b', 144728, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.write_at_once(bigint)', 'b8fbf15d51ed456e621d6b495d72fd74b48b1b67d4e3b881da6244199fa4ac37', 144721, '39791');
INSERT INTO lizsync.installed_functions VALUES ('lizsync.orphans()', 'bd6c3960cf8784c850f203df1fd599b18c98e3cdf686e8b71c9f4bd87d01e820', 144703, '39791');
INSERT INTO lizsync.installed_program VALUES ('(devel)', 'f1e6531241edd1a749758c3dac42999ab67f0a24e6b97287b335b899393fa452', 'ebfd1bcc9aab8dfcca494a366528c612d63a06be037aee0a130bd0d9c07665a9', '2026-12-01 05:56:39.70313+01', true);
INSERT INTO lizsync.key_blocks VALUES (1, '"Ville été"."L''arbre ""x"".y_id_seq"', 'cc469da5-5703-4091-a9af-d5039c988359', '[2147418112,2147483647)', 1, '2026-12-01 05:56:42.304443+01');
INSERT INTO lizsync.key_references VALUES ('"Ville été"."feuille"', 'arbre', '"Ville été"."L''arbre ""x"".y"', 'id', 'a view');
INSERT INTO lizsync.key_sequences VALUES ('"Ville été"."L''arbre ""x"".y_id_seq"', 144749, '{NULL}', 'lizsync.allotter_6769467edbb044fc9a9ad284093d546a', 65535, 2147483646, '7714186741374108803 00000001');
INSERT INTO lizsync.local_keys VALUES ('"Ville été".feuille');
INSERT INTO lizsync.pending_changes VALUES ('cc469da5-5703-4091-a9af-d5039c988359', '"Ville été"."L''arbre ""x"".y"', '6e67d4b6-b1e4-46e1-8d86-c7400202ad21', '39791:39791:', 'central', '2026-12-01 05:56:43.10238+01', '2026-12-01 05:56:43.10238+01', 'duplicate key value violates unique constraint "L''arbre "x".y_badge_key": Key (badge)=(40) already exists. (23505)', false);
INSERT INTO lizsync.server_metadata VALUES ('a5c6d770-dfa3-4180-a551-e0e891d85735', 'central');
INSERT INTO lizsync.structure_version VALUES (1, '2026-12-01 05:56:39.70313+01', 'create tables');
INSERT INTO lizsync.structure_version VALUES (2, '2026-12-01 05:56:39.70313+01', 'share numbers');
INSERT INTO lizsync.structure_version VALUES (3, '2026-12-01 05:56:39.70313+01', 'read batches before opening');
INSERT INTO lizsync.synchronized_tables VALUES ('cc469da5-5703-4091-a9af-d5039c988359', '["\"Ville été\".\"L''arbre \"\"x\"\".y\"", "\"Ville été\".\"feuille\""]');
SELECT pg_catalog.setval('"Ville été"."L''arbre ""x"".y_id_seq"', 4, true);
SELECT pg_catalog.setval('"Ville été".feuille_id_seq', 1, true);
SELECT pg_catalog.setval('audit.logged_actions_event_id_seq', 5, true);
SELECT pg_catalog.setval('lizsync.allotter_6769467edbb044fc9a9ad284093d546a', 2147483646, true);
SELECT pg_catalog.setval('lizsync.conflicts_id_seq', 1, true);
SELECT pg_catalog.setval('lizsync.key_blocks_id_seq', 1, true);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_badge_key" UNIQUE (badge);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_pkey" PRIMARY KEY (id);
ALTER TABLE ONLY "Ville été"."L'arbre ""x"".y"
    ADD CONSTRAINT "L'arbre ""x"".y_uid_key" UNIQUE (uid);
ALTER TABLE ONLY "Ville été".feuille
    ADD CONSTRAINT feuille_pkey PRIMARY KEY (id);
ALTER TABLE ONLY "Ville été".feuille
    ADD CONSTRAINT feuille_uid_key UNIQUE (uid);
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
ALTER TABLE ONLY lizsync.key_blocks
    ADD CONSTRAINT key_blocks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lizsync.key_references
    ADD CONSTRAINT key_references_pkey PRIMARY KEY (child, child_column, parent, parent_column);
ALTER TABLE ONLY lizsync.key_sequences
    ADD CONSTRAINT key_sequences_allotter_key UNIQUE (allotter);
ALTER TABLE ONLY lizsync.key_sequences
    ADD CONSTRAINT key_sequences_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY lizsync.local_keys
    ADD CONSTRAINT local_keys_pkey PRIMARY KEY (relid);
ALTER TABLE ONLY lizsync.outgoing
    ADD CONSTRAINT outgoing_pkey PRIMARY KEY (exchange, batch);
ALTER TABLE ONLY lizsync.pending_changes
    ADD CONSTRAINT pending_changes_pkey PRIMARY KEY (clone_id, object_table, object_uid);
ALTER TABLE ONLY lizsync.rebased_numbers
    ADD CONSTRAINT rebased_numbers_pkey PRIMARY KEY (relation, uid);
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
CREATE INDEX key_blocks_clone_idx ON lizsync.key_blocks USING btree (clone);
CREATE INDEX key_blocks_sequence_idx ON lizsync.key_blocks USING btree (sequence);
CREATE TRIGGER "00_audit_trigger_delete" AFTER DELETE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW WHEN (((current_setting('session_replication_role'::text) <> 'replica'::text) OR (current_setting('lizsync.replaying'::text, true) IS DISTINCT FROM 'on'::text))) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
ALTER TABLE "Ville été"."L'arbre ""x"".y" ENABLE ALWAYS TRIGGER "00_audit_trigger_delete";
CREATE TRIGGER "00_audit_trigger_delete" AFTER DELETE ON "Ville été".feuille FOR EACH ROW WHEN (((current_setting('session_replication_role'::text) <> 'replica'::text) OR (current_setting('lizsync.replaying'::text, true) IS DISTINCT FROM 'on'::text))) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d');
ALTER TABLE "Ville été".feuille ENABLE ALWAYS TRIGGER "00_audit_trigger_delete";
CREATE TRIGGER "00_audit_trigger_insert" AFTER INSERT ON "Ville été"."L'arbre ""x"".y" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
ALTER TABLE "Ville été"."L'arbre ""x"".y" ENABLE ALWAYS TRIGGER "00_audit_trigger_insert";
CREATE TRIGGER "00_audit_trigger_insert" AFTER INSERT ON "Ville été".feuille REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d');
ALTER TABLE "Ville été".feuille ENABLE ALWAYS TRIGGER "00_audit_trigger_insert";
CREATE TRIGGER "00_audit_trigger_row" AFTER INSERT OR UPDATE ON "Ville été"."L'arbre ""x"".y" FOR EACH ROW WHEN (((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NULL) AND ((current_setting('session_replication_role'::text) <> 'replica'::text) OR (current_setting('lizsync.replaying'::text, true) IS DISTINCT FROM 'on'::text)))) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
ALTER TABLE "Ville été"."L'arbre ""x"".y" ENABLE ALWAYS TRIGGER "00_audit_trigger_row";
CREATE TRIGGER "00_audit_trigger_row" AFTER INSERT OR UPDATE ON "Ville été".feuille FOR EACH ROW WHEN (((current_setting('lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d'::text, true) IS NULL) AND ((current_setting('session_replication_role'::text) <> 'replica'::text) OR (current_setting('lizsync.replaying'::text, true) IS DISTINCT FROM 'on'::text)))) EXECUTE FUNCTION audit.log_row('false', 'true', '{}', 'lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d');
ALTER TABLE "Ville été".feuille ENABLE ALWAYS TRIGGER "00_audit_trigger_row";
CREATE TRIGGER "00_audit_trigger_truncate" BEFORE TRUNCATE ON "Ville été"."L'arbre ""x"".y" FOR EACH STATEMENT EXECUTE FUNCTION audit.log_truncate('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
ALTER TABLE "Ville été"."L'arbre ""x"".y" ENABLE ALWAYS TRIGGER "00_audit_trigger_truncate";
CREATE TRIGGER "00_audit_trigger_truncate" BEFORE TRUNCATE ON "Ville été".feuille FOR EACH STATEMENT EXECUTE FUNCTION audit.log_truncate('false', 'true', '{}', 'lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d');
ALTER TABLE "Ville été".feuille ENABLE ALWAYS TRIGGER "00_audit_trigger_truncate";
CREATE TRIGGER "00_audit_trigger_update" AFTER UPDATE ON "Ville été"."L'arbre ""x"".y" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_a7400e554b411efe5a999df69547b92c'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_a7400e554b411efe5a999df69547b92c');
ALTER TABLE "Ville été"."L'arbre ""x"".y" ENABLE ALWAYS TRIGGER "00_audit_trigger_update";
CREATE TRIGGER "00_audit_trigger_update" AFTER UPDATE ON "Ville été".feuille REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((current_setting('lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d'::text, true) IS NOT NULL)) EXECUTE FUNCTION audit.log_statement('false', 'true', '{}', 'lizsync.by_statement_4707f0b04bbb6a5f9de74c04ea2c990d');
ALTER TABLE "Ville été".feuille ENABLE ALWAYS TRIGGER "00_audit_trigger_update";
REVOKE ALL ON FUNCTION audit.audit_table(target_table regclass, audit_rows boolean, audit_query_text boolean, ignored_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.audit_view(target_view regclass, audit_query_text boolean, ignored_cols text[], uid_cols text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.check_row_size(p_schema name, p_table name, p_row public.hstore) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.large_value_size() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.largest_row() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_row() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_statement() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.log_truncate() FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.replay_event(pevent_id bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.rollback_event(pevent_id bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.what_triggers_left(p_relid oid, p_schema name, p_table name, p_uid uuid, p_written public.hstore) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.without_large_values(p_row public.hstore, p_changed public.hstore) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.write_event(p_event audit.logged_actions, p_action text, p_fields public.hstore, p_key public.hstore) FROM PUBLIC;
REVOKE ALL ON FUNCTION lizsync.check_numbers() FROM PUBLIC;
