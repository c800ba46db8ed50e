package algorithms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

type synchronizationStatusParams struct {
	Central provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Connection to central" jsonschema_description:"The central database, with the role that speaks for the clone."`
	Clone   provider.Connection `json:"CONNECTION_NAME_CLONE" jsonschema:"required,title=Connection to the clone" jsonschema_description:"The clone, with the role that owns its tables."`
	Most    int                 `json:"MAXIMUM_ROWS" jsonschema:"title=Conflicts and pending rows to list,minimum=0,maximum=10000,default=200" jsonschema_description:"How many of the last conflicts, and of the pending rows, are listed one by one." qgis:"advanced"`
}

type synchronizationStatusResult struct {
	provider.Outcome
	CentralName      string       `json:"CENTRAL_NAME" jsonschema:"title=Name of central" jsonschema_description:"The server name of the central database."`
	CloneName        string       `json:"CLONE_NAME" jsonschema:"title=Name of the clone" jsonschema_description:"The server name of the clone."`
	LastSynchronized string       `json:"LAST_SYNCHRONIZED" jsonschema:"title=Last synchronisation" jsonschema_description:"When the clone last synchronised, by central's clock (RFC 3339); empty when it never did."`
	WaitingOnClone   int          `json:"NUMBER_WAITING_ON_CLONE" jsonschema:"title=Rows to send" jsonschema_description:"Rows edited on the clone that central has not received."`
	WaitingOnCentral int          `json:"NUMBER_WAITING_ON_CENTRAL" jsonschema:"title=Rows to receive" jsonschema_description:"Rows edited on central, or on other clones, that this clone has not received."`
	Conflicts        int          `json:"NUMBER_CONFLICTS" jsonschema:"title=Conflicts" jsonschema_description:"Values that have lost in all synchronisations of this clone."`
	Pending          int          `json:"NUMBER_PENDING" jsonschema:"title=Pending rows" jsonschema_description:"Rows that could not be applied and are tried again next time."`
	Functions        []string     `json:"FUNCTIONS" jsonschema:"title=What is wrong with LizSync's functions" jsonschema_description:"Functions of LizSync that were altered or dropped, are of another version of the program, or differ between the two databases, with what to run; empty when nothing is wrong."`
	Numbers          []string     `json:"NUMBERS" jsonschema:"title=Numbers that run short" jsonschema_description:"Sequences of which the clone has drawn most of the numbers that central has given it, or of which central has few left, with what to do; empty when there are enough."`
	LastConflicts    []conflict   `json:"CONFLICTS" jsonschema:"title=Last conflicts" jsonschema_description:"The last values that lost, the newest first."`
	PendingRows      []pendingRow `json:"PENDING" jsonschema:"title=Pending rows" jsonschema_description:"The pending rows, the oldest first."`
}

// conflict is a value that lost. Values are in PostgreSQL's text form; null is absent.
type conflict struct {
	Time         time.Time  `json:"time" db:"conflict_time"`
	Table        string     `json:"table" db:"object_table"`
	UID          string     `json:"uid" db:"object_uid"`
	Field        *string    `json:"field,omitempty" db:"field_name"`
	CentralValue *string    `json:"central_value,omitempty"`
	CloneValue   *string    `json:"clone_value,omitempty"`
	CentralTime  *time.Time `json:"central_time,omitempty"`
	CloneTime    *time.Time `json:"clone_time,omitempty"`
	CentralBy    *string    `json:"central_author,omitempty" db:"central_author"`
	CloneBy      *string    `json:"clone_author,omitempty" db:"clone_author"`
	Rejected     string     `json:"rejected"`
	Rule         string     `json:"rule" db:"rule_applied"`
}

// pendingRow is a pending row.
type pendingRow struct {
	Since     time.Time `json:"since" db:"pending_since"`
	Table     string    `json:"table" db:"object_table"`
	UID       string    `json:"uid" db:"object_uid"`
	RefusedBy string    `json:"refused_by"`
	Error     string    `json:"error"`
}

func showSynchronizationStatus() provider.Algorithm {
	return provider.Define(provider.Definition[synchronizationStatusParams, synchronizationStatusResult]{
		ID:    "show_synchronization_status",
		Group: "02 PostgreSQL synchronization",
		Title: "Status of a clone",
		Description: `Tells when the clone last synchronised, how many rows wait on each side, which values have lost, which rows are pending and why, and which numbers run short; and whether the functions of LizSync on both sides are as they should be.

It changes nothing, waits for nobody and may run at any time, also while the clone synchronises.`,
		Errors: []provider.KnownError{
			{When: "the clone was never deployed from this central, or was revoked", Remedy: "Check both connections; deploy a package to the clone with deploy_database_server_package."},
			{When: "the structure of LizSync is older than this program", Remedy: "Run upgrade_database_structure on that database."},
		},
		Run: runShowSynchronizationStatus,
	})
}

func runShowSynchronizationStatus(ctx context.Context, p synchronizationStatusParams, feedback provider.Feedback) (r synchronizationStatusResult, err error) {
	clone, functionsOfClone, err := connectStructured(ctx, p.Clone, feedback)
	if err != nil {
		return r, fmt.Errorf("clone: %w", err)
	}
	defer database.Close(ctx, clone)
	central, functionsOfCentral, err := connectStructured(ctx, p.Central, feedback)
	if err != nil {
		return r, fmt.Errorf("central: %w", err)
	}
	defer database.Close(ctx, central)

	problems := wrongFunctions(functionsOfCentral, functionsOfClone)
	for _, problem := range problems {
		feedback.Warning(problem)
	}
	r, err = readStatus(ctx, clone, central, p.Most)
	if err != nil {
		// It may be for want of the functions that are missing.
		return r, cmp.Or(functionsOfCentral.CheckIntact(), functionsOfClone.CheckIntact(), err)
	}
	r.Functions = problems
	for _, short := range r.Numbers {
		feedback.Warning(short)
	}
	return r, nil
}

// wrongFunctions says what is wrong with the functions of each side, or between them, and what to run.
func wrongFunctions(central, clone database.Functions) []string {
	problems := []string{}
	for _, side := range []struct {
		name      string
		functions database.Functions
	}{{"central", central}, {"clone", clone}} {
		var failure *provider.Failure
		if errors.As(cmp.Or(side.functions.CheckIntact(), side.functions.CheckProgram()), &failure) {
			problems = append(problems, fmt.Sprintf("%s: %s; %s", side.name, failure.Text, failure.Hint))
		}
	}
	if len(central.Altered)+len(clone.Altered) == 0 && central.Digest != clone.Digest {
		problems = append(problems, "the two databases have different functions of LizSync and refuse to synchronise; run upgrade_database_structure of the newer program on both")
	}
	return problems
}

func readStatus(ctx context.Context, clone, central *pgx.Conn, most int) (r synchronizationStatusResult, err error) {
	var id, cursor string
	err = clone.QueryRow(ctx, `
		select m.server_id::text, m.server_name, c.cursor::text, (select count(*) from lizsync.pending_changes),
			(
				select count(distinct (l.relid, l.uid))
				from audit.logged_actions l
				where l.uid is not null and l.relid in (select w.relid from lizsync.publication_list(m.server_id) as w)
			)
		from lizsync.server_metadata m cross join lizsync.central c`,
	).Scan(&id, &r.CloneName, &cursor, &r.Pending, &r.WaitingOnClone)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, &provider.Failure{
			Text: "this database is not a clone: no package was deployed to it",
			Hint: "check the connection to the clone, or deploy a package with deploy_database_server_package",
		}
	}
	if err != nil {
		return r, fmt.Errorf("look at the clone: %w", err)
	}
	if r.Numbers, err = shortBlocks(ctx, clone); err != nil {
		return r, err
	}
	var last *time.Time
	var short []string
	err = central.QueryRow(ctx, "select server_name, last_synchronized, number_waiting, number_conflicts, short_numbers from lizsync.clone_status($1, $2::text::pg_snapshot)", id, cursor).
		Scan(&r.CentralName, &last, &r.WaitingOnCentral, &r.Conflicts, &short)
	if err != nil {
		return r, fmt.Errorf("ask central about the clone: %w", err)
	}
	r.Numbers = append(r.Numbers, short...)
	when := "has not synchronised with " + r.CentralName + " yet"
	if last != nil {
		r.LastSynchronized = last.UTC().Format(time.RFC3339)
		when = "last synchronised with " + r.CentralName + " at " + r.LastSynchronized
	}
	r.LastConflicts, err = collect[conflict](ctx, central, `
		select conflict_time, object_table, object_uid::text, field_name, central_value, clone_value,
			case when isfinite(central_time) then central_time end as central_time,
			case when isfinite(clone_time) then clone_time end as clone_time,
			central_author, clone_author, rejected, rule_applied
		from lizsync.clone_conflicts($1, $2)
		order by id desc`, id, most)
	if err != nil {
		return r, fmt.Errorf("read the conflicts: %w", err)
	}
	r.PendingRows, err = collect[pendingRow](ctx, clone, `
		select pending_since, object_table, object_uid::text, refused_by, error
		from lizsync.pending_changes
		order by pending_since, object_table, object_uid
		limit $1`, most)
	if err != nil {
		return r, fmt.Errorf("read the pending changes: %w", err)
	}
	r.Outcome = provider.Done(fmt.Sprintf("%s %s: %d rows to send, %d to receive, %d conflicts, %d pending",
		r.CloneName, when, r.WaitingOnClone, r.WaitingOnCentral, r.Conflicts, r.Pending))
	return r, nil
}

func shortBlocks(ctx context.Context, clone *pgx.Conn) ([]string, error) {
	rows, err := clone.Query(ctx, "select lizsync.short_blocks()")
	if err != nil {
		return nil, fmt.Errorf("look at the numbers of the clone: %w", err)
	}
	short, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look at the numbers of the clone: %w", err)
	}
	return append([]string{}, short...), nil
}

// collect reads rows into structs; there is a list even when there is no row.
func collect[T any](ctx context.Context, conn *pgx.Conn, query string, arguments ...any) ([]T, error) {
	rows, err := conn.Query(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if all == nil {
		all = []T{}
	}
	return all, err
}
