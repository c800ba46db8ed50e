package algorithms

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/provider"
)

type synchronizeDatabaseParams struct {
	Central provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Connection to central" jsonschema_description:"The central database, with the role that speaks for the clone."`
	Clone   provider.Connection `json:"CONNECTION_NAME_CLONE" jsonschema:"required,title=Connection to the clone" jsonschema_description:"The clone, with the role that owns its tables."`
}

type synchronizeDatabaseResult struct {
	provider.Outcome
	ReplayedToCentral int `json:"NUMBER_REPLAYED_TO_CENTRAL" jsonschema:"title=Rows written on central" jsonschema_description:"Rows of the clone that were written on central."`
	ReplayedToClone   int `json:"NUMBER_REPLAYED_TO_CLONE" jsonschema:"title=Rows written on the clone" jsonschema_description:"Rows of central that were written on the clone."`
	Conflicts         int `json:"NUMBER_CONFLICTS" jsonschema:"title=Conflicts" jsonschema_description:"Values that lost; they are in lizsync.conflicts on central."`
	Pending           int `json:"NUMBER_PENDING" jsonschema:"title=Pending rows" jsonschema_description:"Rows that could not be applied and are tried again next time; they are in lizsync.pending_changes on the clone."`
}

func synchronizeDatabase() provider.Algorithm {
	return provider.Define(provider.Definition[synchronizeDatabaseParams, synchronizeDatabaseResult]{
		ID:    "synchronize_database",
		Group: "02 PostgreSQL synchronization",
		Title: "Two-way database synchronization",
		Description: `Sends the edits made on the clone to the central database and brings back what was edited there and on the other clones.

Edits are compared field by field: different fields of one feature both survive, and for the same field the last edit wins. A delete wins over an edit. Every value that loses is kept in lizsync.conflicts on central. A row that cannot be applied stays where it was edited, is reported with the reason and is tried again next time; it never holds up the others.

The program talks to both databases itself, so the clone needs no connection to central and no password of it. It may be stopped at any moment and run again: nothing is lost and nothing is applied twice.`,
		Errors: []provider.KnownError{
			{When: "this database is not a clone", Remedy: "Check CONNECTION_NAME_CLONE, or deploy a package to it."},
			{When: "this is not the central database of the clone", Remedy: "Check CONNECTION_NAME_CENTRAL: the clone was deployed from another database."},
			{When: "the structures differ", Remedy: "Make the same change on both sides, or deploy a new package; only data is synchronised."},
			{When: "central has changed how the keys of these tables are numbered", Remedy: "Make a new package and deploy it to the clone, asking to keep its unsent changes."},
			{When: "another synchronisation of this clone is running", Remedy: "Wait until it has ended."},
			{When: "central refuses the clone", Remedy: "It was revoked, or another role speaks for it: connect to central with that role, name yours there with lizsync.entrust_clone, or deploy again."},
			{When: "another copy of the clone has synchronised since", Remedy: "Two clones were made from one disk image, or this one was restored from a backup: deploy a package to it, asking to keep its unsent changes."},
			{When: "central was moved to another cluster or restored from a dump", Remedy: "Deploy a new package to the clone, asking to keep its unsent changes."},
			{When: "the LizSync structures have different versions", Remedy: "Run upgrade_database_structure on the older one."},
			{When: "the functions of LizSync on one side were altered or dropped", Remedy: "Run upgrade_database_structure on it."},
			{When: "the two databases have different functions of LizSync", Remedy: "Run upgrade_database_structure of the newer program on both."},
			{When: "central is done; the clone receives it with the next synchronisation", Remedy: "Synchronise again."},
			{When: "central may be done; then the clone receives it with the next synchronisation", Remedy: "Synchronise again."},
		},
		Run: runSynchronizeDatabase,
	})
}

func runSynchronizeDatabase(ctx context.Context, p synchronizeDatabaseParams, feedback provider.Feedback) (synchronizeDatabaseResult, error) {
	clone, err := connectPrepared(ctx, p.Clone, feedback)
	if err != nil {
		return synchronizeDatabaseResult{}, fmt.Errorf("clone: %w", err)
	}
	defer clone.Close(context.WithoutCancel(ctx))
	central, err := connectPrepared(ctx, p.Central, feedback)
	if err != nil {
		return synchronizeDatabaseResult{}, fmt.Errorf("central: %w", err)
	}
	defer central.Close(context.WithoutCancel(ctx))

	counts, err := exchange.Synchronize(ctx, clone, central, feedback)
	if err != nil {
		return synchronizeDatabaseResult{}, err
	}
	if counts.Pending > 0 {
		if err := tellPending(ctx, clone, feedback); err != nil {
			return synchronizeDatabaseResult{}, err
		}
	}
	return synchronizeDatabaseResult{
		Outcome: provider.Done(fmt.Sprintf(
			"%d rows written on central, %d on the clone, %d conflicts, %d pending",
			counts.ReplayedToCentral, counts.ReplayedToClone, counts.Conflicts, counts.Pending,
		)),
		ReplayedToCentral: counts.ReplayedToCentral,
		ReplayedToClone:   counts.ReplayedToClone,
		Conflicts:         counts.Conflicts,
		Pending:           counts.Pending,
	}, nil
}

// connectPrepared opens a connection to a database that has the structure of this program, with its functions as they were
// installed. They may be of another version of the program: the two databases tell each other whether they differ.
func connectPrepared(ctx context.Context, connection provider.Connection, feedback provider.Feedback) (*pgx.Conn, error) {
	conn, functions, err := connectStructured(ctx, connection, feedback)
	if err != nil {
		return nil, err
	}
	if err := functions.CheckIntact(); err != nil {
		database.Close(ctx, conn)
		return nil, err
	}
	return conn, nil
}

// connectStructured is connectPrepared whatever became of the functions.
func connectStructured(ctx context.Context, connection provider.Connection, feedback provider.Feedback) (*pgx.Conn, database.Functions, error) {
	conn, err := database.Connect(ctx, string(connection), feedback)
	if err != nil {
		return nil, database.Functions{}, err
	}
	functions, err := database.CheckVersion(ctx, conn)
	if err != nil {
		database.Close(ctx, conn)
		return nil, database.Functions{}, err
	}
	return conn, functions, nil
}

// tellPending warns of the pending rows: where and why.
func tellPending(ctx context.Context, clone *pgx.Conn, feedback provider.Feedback) error {
	const shown = 20
	rows, err := clone.Query(ctx, `
		select format('%s %s is pending since %s, refused by %s: %s', object_table, object_uid, pending_since::timestamp(0), refused_by, error)
		from lizsync.pending_changes
		order by pending_since, object_table, object_uid
		limit $1`, shown)
	if err != nil {
		return fmt.Errorf("read the pending changes: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the pending changes: %w", err)
	}
	for _, line := range lines {
		feedback.Warning(line)
	}
	return nil
}
