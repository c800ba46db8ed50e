package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// A database of the original LizSync is taken over in one transaction. Its schemas are set aside under other names, the
// structure is installed as in a new database, sql/original/take_over.sql fills it from the old tables, and what was set
// aside is dropped. The tables of users only change their audit triggers.

const (
	setAside      = "lizsync_original"       // the schema lizsync, and the log from audit
	setAsideAudit = "lizsync_original_audit" // the rest of audit, up to 0.4.5
)

// originalVersion is the version of the original LizSync that a database has.
func originalVersion(ctx context.Context, q Querier) (string, error) {
	version := "of unknown version"
	var readable bool
	const rights = `
		select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select')
		from pg_class where relnamespace = 'lizsync'::regnamespace and relname = 'sys_structure_metadonnee'`
	if err := q.QueryRow(ctx, rights).Scan(&readable); err != nil || !readable {
		return version, err
	}
	const newest = "select version from lizsync.sys_structure_metadonnee order by date_ajout desc, id desc limit 1"
	if err := q.QueryRow(ctx, newest).Scan(&version); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the version of the original LizSync: %w", err)
	}
	return version, nil
}

func (i installer) takeOver(ctx context.Context, found contents) error {
	old, log := []string{"lizsync"}, "lizsync"
	if found.isEarly {
		old, log = append(old, "audit"), "audit"
	}
	if err := i.refuseTakeOver(ctx, found, old, log); err != nil {
		return err
	}
	return i.pinned(ctx, "", func(hstore string) error {
		audited, err := i.setAside(ctx, found, old)
		if err != nil {
			return err
		}
		// What is made must belong to whom the rest belonged; the tables are the users'.
		err = i.withSettings(ctx, hstore, found.owner, func() error {
			if found.generic {
				if err := i.shareAudit(ctx); err != nil {
					return err
				}
			}
			if err := i.run(ctx, hstore, i.structure.Upgrades); err != nil {
				return err
			}
			return i.script(ctx, sql.TakeOver())
		})
		if err != nil {
			return explainTakeOver(err)
		}
		if err := i.auditAgain(ctx, found, audited); err != nil {
			return err
		}
		if err := i.keepCentralServer(ctx); err != nil {
			return err
		}
		return i.reportTakeOver(ctx)
	})
}

// refuseTakeOver stops before anything is touched.
func (i installer) refuseTakeOver(ctx context.Context, found contents, old []string, log string) error {
	if !found.isOwner {
		return notOwner(found)
	}
	if !found.mayCreate {
		return mayNotCreate(found)
	}
	var isolation string
	var missing, unknown, ofOthers, tables []string
	err := i.tx.QueryRow(ctx, `
		with relation as (
			select n.nspname || '.' || c.relname as name, c.relkind, c.relowner
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname = any ($1)
		)
		select current_setting('transaction_isolation'),
			array(
				select name
				from unnest(array['lizsync.server_metadata', 'lizsync.history', 'lizsync.conflicts', $2 || '.logged_actions', $2 || '.logged_relations']) as u (name)
				where name not in (select name from relation where relkind = 'r')
			) || array(
				select 'lizsync.synchronized_tables or lizsync.synchronized_schemas'
				where not exists (select from relation where name in ('lizsync.synchronized_tables', 'lizsync.synchronized_schemas'))
			),
			array(
				select name from relation
				where relkind in ('r', 'p', 'm', 'f') and name not in (
					'lizsync.sys_structure_metadonnee', 'lizsync.server_metadata', 'lizsync.history', 'lizsync.conflicts',
					'lizsync.synchronized_tables', 'lizsync.synchronized_schemas', $2 || '.logged_actions', $2 || '.logged_relations'
				)
				union all
				select 'extension ' || e.extname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where n.nspname = any ($1)
				order by 1
			),
			array(
				select name || ' (' || pg_get_userbyid(relowner) || ')' from relation
				where relkind in ('r', 'v') and not pg_has_role(relowner, 'usage')
				union all
				select nspname || ' (' || pg_get_userbyid(nspowner) || ')' from pg_namespace
				where nspname = any ($1) and not pg_has_role(nspowner, 'usage')
				order by 1
			),
			array(
				select distinct format('%I.%I', n.nspname, c.relname) || ' (' || pg_get_userbyid(c.relowner) || ')'
				from pg_trigger t
				join pg_proc p on p.oid = t.tgfoid
				join pg_class c on c.oid = t.tgrelid
				join pg_namespace n on n.oid = c.relnamespace
				where p.pronamespace in (select oid from pg_namespace where nspname = any ($1)) and not t.tgisinternal
					and not pg_has_role(c.relowner, 'usage')
				order by 1
			)`, old, log,
	).Scan(&isolation, &missing, &unknown, &ofOthers, &tables)
	if err != nil {
		return fmt.Errorf("look at the original LizSync: %w", err)
	}
	damaged := fmt.Sprintf("the original LizSync %s of the database %s", found.original, found.database)
	switch {
	case isolation != "read committed":
		return &provider.Failure{Text: "taking over the original LizSync needs the isolation level READ COMMITTED"}
	case len(missing) > 0:
		return &provider.Failure{
			Text: damaged + " lacks tables that versions from 0.4 on have: " + strings.Join(missing, ", "),
			Hint: "upgrade it with the original LizSync to its last version first, or restore them from a backup",
		}
	case len(unknown) > 0:
		return &provider.Failure{
			Text: damaged + " has objects in its schemas that are not its own, and they would be lost: " + strings.Join(unknown, ", "),
			Hint: "move them to another schema, or drop them, then run this again",
		}
	case len(ofOthers) > 0 || len(tables) > 0:
		return &provider.Failure{
			Text: fmt.Sprintf("the role %s may not take over %s: not its own are %s", found.user, damaged, strings.Join(append(ofOthers, tables...), ", ")),
			Hint: "connect as a superuser, or as a member of the roles in brackets",
		}
	}
	return i.refuseDependents(ctx, old...)
}

// setAside drops the old triggers and moves the old schemas out of the way. Nobody writes to an audited table from the first
// of these steps to the end of the transaction. It returns the tables that were audited.
func (i installer) setAside(ctx context.Context, found contents, old []string) ([]string, error) {
	// The arguments of a trigger are bytes that end in zeros; the second are the columns to ignore.
	const audited = `
		select t.tgrelid as relid, max(case when a.ignored ~ '^\{.*\}$' then a.ignored end) as ignored
		from pg_trigger t
		join pg_proc p on p.oid = t.tgfoid
		join pg_namespace n on n.oid = p.pronamespace
		cross join lateral (
			select convert_from(decode(split_part(regexp_replace(encode(t.tgargs, 'hex'), '(..)', '\1 ', 'g'), '00 ', 2), 'hex'), getdatabaseencoding()) as ignored
		) as a
		where n.nspname = any ($1) and not t.tgisinternal and p.proname = 'if_modified_func'
		group by t.tgrelid`
	rows, err := i.tx.Query(ctx, audited, old)
	if err != nil {
		return nil, fmt.Errorf("look for audited tables: %w", err)
	}
	type table struct {
		Relid   uint32
		Ignored *string
	}
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, fmt.Errorf("look for audited tables: %w", err)
	}
	names, err := i.dropTriggers(ctx, old...)
	if err != nil {
		return nil, err
	}

	commands := []string{"alter schema lizsync rename to " + setAside}
	if found.isEarly {
		commands = append(commands,
			"alter schema audit rename to "+setAsideAudit,
			fmt.Sprintf("alter table %s.logged_actions set schema %s", setAsideAudit, setAside),
			fmt.Sprintf("alter table %s.logged_relations set schema %s", setAsideAudit, setAside),
		)
	}
	rows, err = i.tx.Query(ctx, `
		select format('alter table %s.%I owner to %I', $2::text, c.relname, $3::text)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = any ($1) and c.relkind = 'r'`, old, setAside, found.owner)
	if err != nil {
		return nil, fmt.Errorf("look at the original LizSync: %w", err)
	}
	owners, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look at the original LizSync: %w", err)
	}
	commands = append(commands, owners...)
	commands = append(commands,
		fmt.Sprintf("create table %s.audited (relid oid, ignored text)", setAside),
		fmt.Sprintf("alter table %s.audited owner to %s", setAside, quote(found.owner)),
	)
	for _, command := range commands {
		if _, err := i.tx.Exec(ctx, command); err != nil {
			return nil, i.explainLock(fmt.Errorf("set the original LizSync aside: %w", err), "a table of the original LizSync")
		}
	}
	for _, t := range tables {
		if _, err := i.tx.Exec(ctx, fmt.Sprintf("insert into %s.audited values ($1, $2)", setAside), t.Relid, t.Ignored); err != nil {
			return nil, fmt.Errorf("set the original LizSync aside: %w", err)
		}
	}
	return names, nil
}

// explainTakeOver makes what take_over.sql refuses a failure that a person reads.
func explainTakeOver(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != pgerrcode.ObjectNotInPrerequisiteState && pg.Code != pgerrcode.ProgramLimitExceeded {
		return err
	}
	return &provider.Failure{Text: pg.Message, Hint: pg.Hint, Err: err}
}

// auditAgain gives the tables the new triggers, and drops what was set aside.
func (i installer) auditAgain(ctx context.Context, found contents, audited []string) error {
	rows, err := i.tx.Query(ctx, fmt.Sprintf(`
		select c.relid, lizsync.relation_name(c.relid), coalesce(max(c.ignored), '{}')
		from (select relid, ignored from %[1]s.audited union all select relid, null from %[1]s.listed) as c
		join pg_class t on t.oid = c.relid and t.relkind = 'r'
		group by c.relid
		order by 2`, setAside))
	if err != nil {
		return fmt.Errorf("look for audited tables: %w", err)
	}
	type table struct {
		Relid         uint32
		Name, Ignored string
	}
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return fmt.Errorf("look for audited tables: %w", err)
	}
	for _, t := range tables {
		if _, err := i.tx.Exec(ctx, "select audit.audit_table($1::oid::regclass, true, false, $2::text::text[])", t.Relid, t.Ignored); err != nil {
			return i.explainLock(fmt.Errorf("audit %s: %w", t.Name, err), t.Name)
		}
		var schema, name string
		var readable bool
		err := i.tx.QueryRow(ctx, `
			select n.nspname, c.relname, has_schema_privilege($2, n.oid, 'usage') and has_table_privilege($2, c.oid, 'select')
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.oid = $1::oid`, t.Relid, found.owner).Scan(&schema, &name, &readable)
		if err != nil {
			return fmt.Errorf("look at the rights on %s: %w", t.Name, err)
		}
		if !readable {
			if err := grantToOwner(ctx, i.tx, TableState{Schema: schema, Name: name}, t.Name); err != nil {
				return fmt.Errorf("let the owner of LizSync read %s: %w", t.Name, err)
			}
		}
	}
	if len(tables) < len(audited) {
		i.feedback.Warning("only ordinary tables are audited again; before, it was: " + strings.Join(audited, ", "))
	}
	drop := "drop schema " + setAside
	if found.isEarly {
		drop += ", " + setAsideAudit
	}
	if _, err := i.tx.Exec(ctx, drop+" cascade"); err != nil {
		return fmt.Errorf("drop the original LizSync: %w", err)
	}
	return nil
}

// keepCentralServer leaves a clone its foreign server and its user mapping. The foreign tables of central's log and books
// have shapes that no longer exist; those of the users' tables stay.
func (i installer) keepCentralServer(ctx context.Context) error {
	rows, err := i.tx.Query(ctx, `
		with foreign_table as (
			select n.oid, n.nspname, c.relname,
				exists (
					select from pg_options_to_table(f.ftoptions) where option_name = 'schema_name' and option_value in ('lizsync', 'audit')
				) as is_old
			from pg_foreign_table f
			join pg_foreign_server s on s.oid = f.ftserver and s.srvname = 'central_server'
			join pg_class c on c.oid = f.ftrelid
			join pg_namespace n on n.oid = c.relnamespace
			where n.nspname like 'central\_%'
		), schema as (
			select oid, nspname, bool_and(is_old) as is_old, (select count(*) from pg_class where relnamespace = f.oid) > count(*) as is_shared
			from foreign_table f
			group by oid, nspname
		)
		select command
		from (
			select 1, format('drop foreign table %I.%I', nspname, relname) from foreign_table where is_old
			union all
			select 2, format('drop schema %I', nspname) from schema where is_old and not is_shared
			union all
			-- So that lizsync.create_central_server_fdw knows them.
			select 3, format('comment on schema %I is %L', nspname, 'LizSync: central''s tables.') from schema where not is_old and not is_shared
			union all
			select 4, format('alter server central_server options (add %I %L)', o.name, o.value)
			from pg_foreign_server s
			cross join (values ('connect_timeout', '15'), ('keepalives_idle', '10'), ('keepalives_interval', '5'), ('keepalives_count', '3')) as o (name, value)
			where s.srvname = 'central_server' and pg_has_role(s.srvowner, 'usage') and exists (select from lizsync.central)
				and not exists (select from pg_options_to_table(s.srvoptions) where option_name = o.name)
		) as c (step, command)
		order by step, command`)
	if err != nil {
		return fmt.Errorf("look at the foreign tables of central: %w", err)
	}
	commands, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look at the foreign tables of central: %w", err)
	}
	for _, command := range commands {
		if _, err := i.tx.Exec(ctx, command); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// reportTakeOver says what is left to do.
func (i installer) reportTakeOver(ctx context.Context) error {
	var isClone, knowsCentral bool
	var unsent int64
	var clones []string
	err := i.tx.QueryRow(ctx, `
		select exists (select from lizsync.central), exists (select from pg_foreign_server where srvname = 'central_server'),
			(select count(*) from audit.logged_actions where uid is not null),
			array(select format('clone %s may be synchronised by %s', server_id, array_to_string(role_name || former_roles, ', ')) from lizsync.clones order by server_id)
	`).Scan(&isClone, &knowsCentral, &unsent, &clones)
	if err != nil {
		return fmt.Errorf("look at what was taken over: %w", err)
	}
	i.feedback.Message(fmt.Sprintf("%d edits were not sent yet; the next synchronisation sends them", unsent))
	for _, clone := range clones {
		i.feedback.Message(clone + "; lizsync.entrust_clone names one role instead")
	}
	if isClone && !knowsCentral {
		i.feedback.Message("this clone has no foreign server central_server: synchronise it with synchronize_database, or run lizsync.create_central_server_fdw")
	}
	return nil
}

// lookAtAudit tells whether a schema audit that LizSync did not make is that of a generic audit tool, whose log can be shared.
func (i installer) lookAtAudit(ctx context.Context, c *contents, generic bool) error {
	if !generic {
		c.foreign = "a schema audit that LizSync did not make"
		return nil
	}
	owner := c.user
	if c.original != "" {
		owner = c.owner
	}
	var problems []string
	err := i.tx.QueryRow(ctx, `
		with wanted (table_name, column_name, type_name, is_new) as (
			values
				('logged_actions', 'event_id', 'int8', false), ('logged_actions', 'schema_name', 'text', false),
				('logged_actions', 'table_name', 'text', false), ('logged_actions', 'relid', 'oid', false),
				('logged_actions', 'session_user_name', 'text', false), ('logged_actions', 'action_tstamp_tx', 'timestamptz', false),
				('logged_actions', 'action_tstamp_stm', 'timestamptz', false), ('logged_actions', 'action_tstamp_clk', 'timestamptz', false),
				('logged_actions', 'transaction_id', 'int8', false), ('logged_actions', 'application_name', 'text', false),
				('logged_actions', 'client_addr', 'inet', false), ('logged_actions', 'client_port', 'int4', false),
				('logged_actions', 'client_query', 'text', false), ('logged_actions', 'action', 'text', false),
				('logged_actions', 'row_data', 'hstore', false), ('logged_actions', 'changed_fields', 'hstore', false),
				('logged_actions', 'statement_only', 'bool', false), ('logged_actions', 'sync_data', 'jsonb', true),
				('logged_actions', 'uid', 'uuid', true),
				('logged_relations', 'relation_name', 'text', false), ('logged_relations', 'uid_column', 'text', false)
		), there as (
			select c.relname as table_name, a.attname as column_name, t.typname as type_name, a.attnotnull and not a.atthasdef and a.attidentity = '' as is_required
			from pg_class c
			join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
			join pg_type t on t.oid = a.atttypid
			where c.relnamespace = 'audit'::regnamespace and c.relname in ('logged_actions', 'logged_relations')
		)
		select array(
			select concat_ws(' ', table_name || '.' || column_name, case
				when t.type_name is null then 'is missing'
				when w.type_name is null then 'must be filled'
				else 'is of type ' || t.type_name
			end)
			from wanted w full join there t using (table_name, column_name)
			where case when t.type_name is null then not w.is_new when w.type_name is null then t.is_required else t.type_name <> w.type_name end
			order by 1
		) || array(
			select c.relname || ' belongs to ' || pg_get_userbyid(c.relowner)
			from pg_class c
			where c.relnamespace = 'audit'::regnamespace and c.relname in ('logged_actions', 'logged_relations') and not pg_has_role($1, c.relowner, 'usage')
			union all
			select 'the schema belongs to ' || pg_get_userbyid(nspowner) from pg_namespace where nspname = 'audit' and not pg_has_role($1, nspowner, 'usage')
			order by 1
		)`, owner).Scan(&problems)
	if err != nil {
		return fmt.Errorf("look at the schema audit: %w", err)
	}
	if len(problems) > 0 {
		c.foreign = "an audit log that LizSync cannot share: " + strings.Join(problems, ", ")
		return nil
	}
	c.generic = true
	return nil
}

// shareAudit gives the log of a generic audit tool the columns that it lacks. Its rows, functions and triggers stay.
func (i installer) shareAudit(ctx context.Context) error {
	const columns = "alter table audit.logged_actions add column if not exists sync_data jsonb, add column if not exists uid uuid"
	if _, err := i.tx.Exec(ctx, columns); err != nil {
		return i.explainLock(fmt.Errorf("share the log of the generic audit tool: %w", err), "the table audit.logged_actions")
	}
	i.feedback.Message("the log of the generic audit tool in the schema audit is shared: its rows and its triggers stay")
	return nil
}
