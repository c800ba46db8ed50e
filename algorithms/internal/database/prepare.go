package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/provider"
)

// Querier is what a connection and a transaction have in common.
type Querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// TableState is how far a table is prepared.
type TableState struct {
	Schema, Name string
	Label        string // both, quoted where SQL needs it
	RowEstimate  int64
	HasUID       bool // a column uid that identifies its rows everywhere
	IsAudited    bool // by triggers that know whether there is a uid
	IsReadable   bool // for the owner of LizSync
	Owner        string
	IsOwner      bool // the current user has the role of the owner
}

// Lacks names what is missing before the table can be synchronised.
func (t TableState) Lacks() []string {
	var lacks []string
	if !t.HasUID {
		lacks = append(lacks, "its uid column")
	}
	if !t.IsAudited {
		lacks = append(lacks, "its audit triggers")
	}
	if t.HasUID && t.IsAudited && !t.IsReadable {
		lacks = append(lacks, "the right of LizSync's owner to read it")
	}
	return lacks
}

// UnsafeTable is one reason why synchronising a table would harm or surprise.
type UnsafeTable struct {
	Schema, Name string
	Label        string
	Problem      string // a code, such as foreign_key_on_local_key
	IsError      bool   // the table cannot be synchronised as it is
	Explanation  string
	Remedy       string
}

func (u UnsafeTable) String() string {
	return fmt.Sprintf("%s: %s. Remedy: %s", u.Label, u.Explanation, u.Remedy)
}

// ReferenceToLocalKey is the problem of a column that holds numbers which each database gives on its own, without a foreign key.
const ReferenceToLocalKey = "reference_to_local_key"

// Reference is a column that holds the key of a table, as something outside of the database says.
type Reference struct {
	ChildSchema  string `json:"child_schema"`
	ChildTable   string `json:"child_table"`
	ChildColumn  string `json:"child_column"`
	ParentSchema string `json:"parent_schema"`
	ParentTable  string `json:"parent_table"`
	ParentColumn string `json:"parent_column"`
	Evidence     string `json:"evidence"` // what says so
}

// TableStates returns the tables of some schemas that can be prepared. No schemas means all, but for public.
func TableStates(ctx context.Context, q Querier, schemas []string) ([]TableState, error) {
	rows, err := q.Query(ctx, `
		select schema_name, table_name, format('%I.%I', schema_name, table_name), row_estimate,
			has_uid, is_audited, is_readable, owner_name, is_owner
		from lizsync.table_states($1)`, schemas)
	if err != nil {
		return nil, fmt.Errorf("look at the tables: %w", err)
	}
	states, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TableState])
	if err != nil {
		return nil, fmt.Errorf("look at the tables: %w", err)
	}
	return states, nil
}

// UnsafeTables returns what is unsafe in some schemas. No schemas means all, but for public.
func UnsafeTables(ctx context.Context, q Querier, schemas []string) ([]UnsafeTable, error) {
	return unsafeTables(ctx, q, `
		select schema_name, table_name, format('%I.%I', schema_name, table_name), problem, severity = 'error', explanation, remedy
		from lizsync.unsafe_tables($1)`, schemas)
}

// UnsafeReferences returns the columns of some tables that hold local keys of these tables and have no foreign key: what the database
// tells of, and what it is told.
func UnsafeReferences(ctx context.Context, q Querier, tables []uint32, told []Reference) ([]UnsafeTable, error) {
	if told == nil {
		told = []Reference{} // and no null
	}
	return unsafeTables(ctx, q, `
		select n.nspname, c.relname, format('%I.%I', n.nspname, c.relname), u.problem, u.severity = 'error', u.explanation, u.remedy
		from lizsync.unsafe_references($1, $2) as u
		join pg_class c on c.oid = u.relid
		join pg_namespace n on n.oid = c.relnamespace
		order by 3, u.explanation`, tables, told)
}

// NoteReferences has central remember which columns of some tables hold numbers of others, so that what refers to a row goes with it.
func NoteReferences(ctx context.Context, conn *pgx.Conn, tables []uint32, told []Reference) error {
	if told == nil {
		told = []Reference{}
	}
	if _, err := conn.Exec(ctx, "select lizsync.note_references($1, $2)", tables, told); err != nil {
		return fmt.Errorf("note the references that nobody declared: %w", err)
	}
	return nil
}

func unsafeTables(ctx context.Context, q Querier, query string, arguments ...any) ([]UnsafeTable, error) {
	rows, err := q.Query(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("look for unsafe tables: %w", err)
	}
	unsafe, err := pgx.CollectRows(rows, pgx.RowToStructByPos[UnsafeTable])
	if err != nil {
		return nil, fmt.Errorf("look for unsafe tables: %w", err)
	}
	return unsafe, nil
}

// Schemas reads a list of schema names separated by commas and returns those names, or all the schemas that can be
// synchronised when it is empty; public must be named. A name with a comma stands in double quotes, and one without quotes
// may be written in other capitals than the schema's, as in SQL.
func Schemas(ctx context.Context, q Querier, list string) ([]string, error) {
	rows, err := q.Query(ctx, "select nspname::text, nspname in (select lizsync.user_schemas()), nspname = 'public' from pg_namespace order by nspname")
	if err != nil {
		return nil, fmt.Errorf("look at the schemas: %w", err)
	}
	type schema struct {
		Name     string
		Ours     bool
		IsPublic bool
	}
	there, err := pgx.CollectRows(rows, pgx.RowToStructByPos[schema])
	if err != nil {
		return nil, fmt.Errorf("look at the schemas: %w", err)
	}
	schemas := []string{}
	names := provider.SplitList(list)
	if len(names) == 0 {
		for _, s := range there {
			if s.Ours {
				schemas = append(schemas, s.Name)
			}
		}
		return schemas, nil
	}
	var unknown, excluded []string
	for _, given := range names {
		name, quoted, ok := provider.Unquote(given)
		if !ok {
			return nil, &provider.Failure{
				Text: given + " is not the name of a schema",
				Hint: `write commas between the names, and one with a comma in it in double quotes: city, "parks, gardens"`,
			}
		}
		named := func(text string) int {
			return slices.IndexFunc(there, func(s schema) bool { return s.Name == text })
		}
		at := named(name)
		if at < 0 && !quoted {
			at = named(strings.ToLower(name))
		}
		switch {
		case at < 0:
			unknown = append(unknown, name)
		case !there[at].Ours && !there[at].IsPublic:
			excluded = append(excluded, there[at].Name)
		case !slices.Contains(schemas, there[at].Name):
			schemas = append(schemas, there[at].Name)
		}
	}
	if len(unknown) > 0 {
		hint := "there is none but public that can be synchronised"
		if all, err := Schemas(ctx, q, ""); err == nil && len(all) > 0 {
			hint = "the schemas that can be synchronised are public and: " + strings.Join(all, ", ")
		}
		return nil, &provider.Failure{Text: "there is no schema " + strings.Join(unknown, ", "), Hint: hint}
	}
	if len(excluded) > 0 {
		return nil, &provider.Failure{
			Text: fmt.Sprintf("the schema %s is never synchronised", strings.Join(excluded, ", ")),
			Hint: "move its tables to a schema of your own: ALTER TABLE … SET SCHEMA …",
		}
	}
	return schemas, nil
}

// SetSerialKeys has each database number the keys of the audited tables of some schemas for itself, or central for all.
func SetSerialKeys(ctx context.Context, q Querier, schemas []string, local bool, feedback provider.Feedback) error {
	rows, err := q.Query(ctx, `
		select label
		from (
			select distinct format('%I.%I', s.schema_name, s.table_name) as label
			from lizsync.table_states($1) as s
			join lizsync.drawn_columns(array(
				select format('%I.%I', w.schema_name, w.table_name)::regclass::oid from lizsync.table_states($1) as w where w.is_audited
			)) as d on d.relid = format('%I.%I', s.schema_name, s.table_name)::regclass
		) as numbered
		where lizsync.set_serial_keys(label::regclass, $2)
		order by 1`, schemas, local)
	if err != nil {
		return fmt.Errorf("set how the keys are numbered: %w", err)
	}
	changed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("set how the keys are numbered: %w", err)
	}
	if len(changed) == 0 {
		return nil
	}
	how := "shared: the numbers are the same everywhere"
	if local {
		how = "local: each database numbers for itself"
	}
	feedback.Warning(fmt.Sprintf("the keys of %s are now %s; make a new package and deploy it to the clones, which are refused until then", strings.Join(changed, ", "), how))
	return nil
}

// PrepareOptions are the choices of Prepare.
type PrepareOptions struct {
	AddUIDs, AddAudit bool
	LockTimeout       time.Duration // how long to wait for each table
}

// Prepared tells what Prepare did.
type Prepared struct {
	UIDs, Audited int // tables that got one
	Left          []Unprepared
}

// Unprepared is a table that could not be prepared.
type Unprepared struct {
	Table  TableState
	Reason string
	Remedy string
}

// Failure is the error of an algorithm that had to leave tables, nil when there are none.
func (p Prepared) Failure() error {
	if len(p.Left) == 0 {
		return nil
	}
	var details, remedies []string
	for _, left := range p.Left {
		details = append(details, left.Table.Label+": "+left.Reason)
		if left.Remedy != "" && !slices.Contains(remedies, left.Remedy) {
			remedies = append(remedies, left.Remedy)
		}
	}
	remedies = append(remedies, "then run this again: what is done stays done")
	return &provider.Failure{
		Text: fmt.Sprintf("%s not prepared: %s", count(len(p.Left), "table is", "tables are"), strings.Join(details, "; ")),
		Hint: strings.Join(remedies, "; "),
	}
}

// Prepare adds what the tables lack, each in a transaction of its own, whole or not at all; a big one that lacks its uid column
// gets that while people work, in steps, and one that was stopped half-way goes on from there. It waits for nobody
// longer than the lock timeout: such a table is left, and so is one that fails; the rest go on. A table that lacks
// nothing is not locked. The error is that of a lost connection or a cancelled context.
func Prepare(ctx context.Context, conn *pgx.Conn, tables []TableState, options PrepareOptions, feedback provider.Feedback) (Prepared, error) {
	var prepared Prepared
	for n, table := range tables {
		feedback.Progress(100 * float64(n) / float64(len(tables)))
		if err := ctx.Err(); err != nil {
			return prepared, err
		}
		work := options.work(table)
		if work == (tableWork{}) {
			continue // what is prepared is not even locked
		}
		err := prepareTable(ctx, conn, table, work, options.LockTimeout, share{feedback, n, len(tables)})
		if err == nil {
			feedback.Message(table.Label + ": " + work.String())
			if work.uid {
				prepared.UIDs++
			}
			if work.audit {
				prepared.Audited++
			}
			continue
		}
		if ctx.Err() != nil || conn.IsClosed() {
			return prepared, fmt.Errorf("prepare %s: %w", table.Label, err)
		}
		left := Unprepared{Table: table}
		if left.Reason, left.Remedy, err = explainUnprepared(ctx, conn, table, work, err); err != nil {
			return prepared, err
		}
		state := "left as it was"
		if work.uid && isUnfinished(ctx, conn, table) {
			state = "left half-way"
		}
		feedback.Warning(fmt.Sprintf("%s is %s: %s", table.Label, state, left.Reason))
		prepared.Left = append(prepared.Left, left)
	}
	feedback.Progress(100)
	return prepared, nil
}

// share shows the progress of one table of several.
type share struct {
	provider.Feedback
	number, of int
}

func (s share) Progress(percent float64) {
	s.Feedback.Progress((100*float64(s.number) + percent) / float64(s.of))
}

// tableWork is what is to be done to a table.
type tableWork struct{ uid, audit, grant bool }

func (o PrepareOptions) work(t TableState) tableWork {
	return tableWork{
		uid:   o.AddUIDs && !t.HasUID,
		audit: o.AddAudit && (!t.IsAudited || o.AddUIDs && !t.HasUID), // the triggers are told whether there is a uid
		grant: (o.AddUIDs || o.AddAudit) && !t.IsReadable,
	}
}

func (w tableWork) String() string {
	var done []string
	if w.uid {
		done = append(done, "uid column added")
	}
	if w.audit {
		done = append(done, "audited from now on")
	}
	if w.grant {
		done = append(done, "readable for the owner of LizSync")
	}
	return strings.Join(done, ", ")
}

// lockMode is the strongest lock that the work takes. It is asked for at the start, so that the work never waits with
// one lock for another.
func (w tableWork) lockMode() string {
	switch {
	case w.uid:
		return "access exclusive"
	case w.audit:
		return "share row exclusive"
	default:
		return ""
	}
}

func prepareTable(ctx context.Context, conn *pgx.Conn, table TableState, work tableWork, timeout time.Duration, feedback provider.Feedback) error {
	if !table.IsOwner {
		return &provider.Failure{
			Text: fmt.Sprintf("it belongs to %s", table.Owner),
			Hint: fmt.Sprintf("connect as %s, or ask an administrator for the role of %s", table.Owner, table.Owner),
		}
	}
	name := pgx.Identifier{table.Schema, table.Name}.Sanitize()
	if work.uid {
		done, err := prepareOnline(ctx, conn, table, work, name, timeout, feedback)
		if err != nil || done {
			return err
		}
	}
	return pgx.BeginTxFunc(ctx, conn, writing, func(tx pgx.Tx) error {
		if err := quiet(ctx, tx, timeout); err != nil {
			return err
		}
		if mode := work.lockMode(); mode != "" {
			if err := exec(ctx, tx, "lock table only %s in %s mode", name, mode); err != nil {
				return err
			}
		}
		if work.uid {
			if _, err := tx.Exec(ctx, "select lizsync.add_uid_columns($1, $2)", table.Schema, table.Name); err != nil {
				return err
			}
		}
		return complete(ctx, tx, table, work, name)
	})
}

// writing is what the transactions are that change a table.
var writing = pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite}

// quiet sets how long a transaction waits for a lock, and keeps it from telling what it does.
func quiet(ctx context.Context, tx pgx.Tx, timeout time.Duration) error {
	const settings = "select set_config('lock_timeout', $1, true), set_config('client_min_messages', 'warning', true)"
	_, err := tx.Exec(ctx, settings, milliseconds(timeout))
	return err
}

// complete does what a table lacks besides its uid column.
func complete(ctx context.Context, tx pgx.Tx, table TableState, work tableWork, name string) error {
	if work.audit {
		// Somebody may have chosen to keep queries or to ignore columns.
		_, err := tx.Exec(ctx, `
			select audit.audit_table(relid, true, coalesce(told[1]::boolean, false), coalesce(told[3]::text[], '{}'))
			from (select $1::regclass) as t (relid), lizsync.audit_arguments(t.relid) as a (told)`, name)
		if err != nil {
			return err
		}
	}
	if work.grant {
		return grantToOwner(ctx, tx, table, name)
	}
	return nil
}

// grantToOwner lets the owner of LizSync, whose functions read the rows that are sent, read the table, and the sequences of
// its columns, whose positions go into packages.
func grantToOwner(ctx context.Context, tx pgx.Tx, table TableState, name string) error {
	var owner, schema string
	const query = "select quote_ident(pg_get_userbyid(nspowner)), quote_ident($1) from pg_namespace where nspname = 'lizsync'"
	if err := tx.QueryRow(ctx, query, table.Schema).Scan(&owner, &schema); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("grant select on table %s to %s", name, owner)); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		select q.oid::regclass::text
		from pg_depend d join pg_class q on q.oid = d.objid
		where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = $1::regclass
			and d.deptype in ('a', 'i') and q.relkind = 'S'`, name)
	if err != nil {
		return err
	}
	sequences, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, sequence := range sequences {
		if _, err := tx.Exec(ctx, fmt.Sprintf("grant select on sequence %s to %s", sequence, owner)); err != nil {
			return err
		}
	}
	var usable bool
	const usage = "select has_schema_privilege(nspowner, $1, 'usage') from pg_namespace where nspname = 'lizsync'"
	if err := tx.QueryRow(ctx, usage, table.Schema).Scan(&usable); err != nil || usable {
		return err
	}
	command := fmt.Sprintf("grant usage on schema %s to %s", schema, owner)
	// Somebody who owns the table and not the schema gets a warning and no grant, or an error.
	_, err = tx.Exec(ctx, command)
	if err == nil {
		if err := tx.QueryRow(ctx, usage, table.Schema).Scan(&usable); err != nil || usable {
			return err
		}
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the owner of LizSync, %s, may not use the schema %s", owner, schema),
		Hint: "ask the owner of the schema for: GRANT USAGE ON SCHEMA " + schema + " TO " + owner,
		Err:  err,
	}
}

// explainUnprepared says why a table was left. Its error is that of a lost connection.
func explainUnprepared(ctx context.Context, conn *pgx.Conn, table TableState, work tableWork, cause error) (reason, remedy string, err error) {
	mode := work.lockMode()
	if errors.Is(cause, errRowsLocked) {
		mode = "row exclusive"
	}
	if SQLState(cause) == pgerrcode.LockNotAvailable || errors.Is(cause, errRowsLocked) {
		holders, err := lockHolders(ctx, conn, table, mode)
		if err != nil {
			return "", "", err
		}
		if len(holders) == 0 {
			holders = []string{"a transaction that has ended meanwhile"}
		}
		return "locked by " + strings.Join(holders, " and by "), "ask them to save their edits or close their sessions", nil
	}
	var failure *provider.Failure
	if !errors.As(Explain(cause), &failure) {
		return cause.Error(), "", nil
	}
	reason, remedy = failure.Text, failure.Hint
	if SQLState(cause) == pgerrcode.InsufficientPrivilege && work.uid {
		// The index of the uid column is made in the schema: since PostgreSQL 15 not everybody may create in public.
		var may bool
		var grant string
		const create = `
			select has_schema_privilege($1, 'create'), format('GRANT CREATE ON SCHEMA %I TO %I', $1, current_user)`
		if err := conn.QueryRow(ctx, create, table.Schema).Scan(&may, &grant); err != nil {
			return "", "", err
		}
		if !may {
			remedy = "ask the owner of the schema, or an administrator, for: " + grant
		}
	}
	if failure.Detail != "" {
		reason += " (" + failure.Detail + ")"
	}
	// add_uid_columns names the table, and so does the caller.
	return strings.TrimPrefix(reason, table.Label+": "), remedy, nil
}

// lockHolders says who holds the locks on a table that stand in the way of a mode. pg_blocking_pids knows them only while
// this session waits, which is over; they hold their locks until they commit.
func lockHolders(ctx context.Context, conn *pgx.Conn, table TableState, mode string) ([]string, error) {
	modes := []string{"RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}
	switch mode {
	case "row exclusive":
		modes = append(modes, "RowShareLock")
	case "access exclusive":
		modes = append(modes, "AccessShareLock", "RowShareLock")
	}
	rows, err := conn.Query(ctx, `
		select coalesce(
			a.usename || coalesce(' in ' || nullif(a.application_name, ''), '') || ' (process ' || l.pid || ')'
				|| coalesce(', in a transaction since ' || to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS'), ''),
			'process ' || l.pid,
			'a prepared transaction'
		)
		from pg_locks l
		left join pg_stat_activity a on a.pid = l.pid
		where l.locktype = 'relation' and l.granted and l.relation = $1::regclass and l.mode = any ($2)
			and l.database = (select oid from pg_database where datname = current_database())
			and l.pid is distinct from pg_backend_pid()
		group by 1
		order by 1`, pgx.Identifier{table.Schema, table.Name}.Sanitize(), modes)
	if err != nil {
		return nil, fmt.Errorf("look who locks %s: %w", table.Label, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func size(bytes int64) string {
	const kB = 1024
	switch {
	case bytes >= 10*kB*kB*kB:
		return fmt.Sprintf("%d GB", bytes/(kB*kB*kB))
	case bytes >= 10*kB*kB:
		return fmt.Sprintf("%d MB", bytes/(kB*kB))
	default:
		return fmt.Sprintf("%d kB", bytes/kB)
	}
}

// thousands writes a number with separators.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
