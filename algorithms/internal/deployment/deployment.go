// Package deployment puts a package into a clone and makes the clone known on central. What is allowed, which edits are kept
// and how they are rebased on the new tables is decided by the functions of sql/lizsync/deployment; this package calls
// them in their order, in one transaction on the clone.
package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Options say how a package is deployed. Their names are those of the parameters.
type Options struct {
	RecreateID      bool   // make it another clone than it was
	CloneName       string // the one that it has when empty
	CentralRole     string // that of the connection to central when empty
	CreateRole      bool   // make a role for this clone alone
	StoreConnection bool   // let the clone find central by itself
	KeepUnsent      bool   // rebase the edits that central has not received
	AfterTriggers   bool   // leave the AFTER triggers enabled
}

// Result is what is known of a clone after its deployment.
type Result struct {
	ServerID, ServerName string
	Rebased              int // edits that central has not received and that were kept
}

// Deploy puts a package, which was verified, into a clone. A deployment that fails leaves both databases as they were, but
// for numbers that central has allotted, which nobody gets then; unless it is the commit on the clone that fails: central has committed
// then, and knows the clone as it was until this speaks with the new token.
func Deploy(ctx context.Context, central, clone *pgx.Conn, pack *archive.Package, options Options, feedback provider.Feedback) (Result, error) {
	d := &deployment{
		options: options, feedback: feedback, central: central, clone: clone, manifest: pack.Manifest,
		restorer: &archive.Restorer{Package: pack, Feedback: feedback},
	}
	for _, step := range []func(context.Context) error{d.lookAtClone, d.checkPackage, d.checkRole, d.checkTarget, d.run} {
		if err := step(ctx); err != nil {
			return Result{}, err
		}
	}
	return Result{d.serverID, d.serverName, d.edits}, nil
}

// deployment is one run of Deploy.
type deployment struct {
	options        Options
	feedback       provider.Feedback
	central, clone *pgx.Conn
	manifest       *archive.Manifest
	restorer       *archive.Restorer
	target         target

	role        string // that speaks for the clone on central
	roleThere   bool   // the role that CreateRole asks for was made before
	newPassword string // of that role, when it is to be made, or the clone does not know the one that it has

	serverID, serverName string
	newID                string  // an id for a clone that has none, or is to get another
	token                string  // that the clone presents first
	historyID            string  // of the deployment, the same on both sides
	snapshot             string  // the clone's before the deployment, which is not in it
	entry                *string // the clone's on central, by which the edits to keep were chosen; nil for none
	edits, rows          int     // that are rebased

	unstored []string // what a superuser runs on the clone before it can be told where central is; empty for nothing
}

// run is the deployment's transaction. Central commits first: until the clone speaks with the new token, its previous
// state holds there.
func (d *deployment) run(ctx context.Context) error {
	tx, err := d.clone.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin the deployment: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = tx.Rollback(ctx) // a connection that is gone has taken its transaction along
	}()
	d.restorer.Tx = tx
	steps := []func(context.Context, pgx.Tx) error{
		d.begin, d.install, d.replace, d.identify, d.chooseRole, d.record, d.storeConnection,
		func(ctx context.Context, _ pgx.Tx) error { return d.restorer.Additional(ctx) },
		func(ctx context.Context, tx pgx.Tx) error {
			// What may still fail must not wait for the commit.
			return d.restorer.AsUsers(ctx, func() error {
				_, err := tx.Exec(ctx, "set constraints all immediate")
				return err
			})
		},
	}
	for _, step := range steps {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	if err := d.register(ctx); err != nil {
		return err
	}
	// Cancelling now would leave nobody better off.
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := tx.Commit(ctx); err != nil {
		hint := "run this again; central still knows the clone as it was"
		if d.serverID != d.target.serverID {
			// The next run makes it a clone with yet another id, and the purge would wait for this one.
			hint = fmt.Sprintf("run this again; unless the clone has the server id %[1]s then, run on central: SELECT lizsync.forget_clone('%[1]s')", d.serverID)
		}
		return &provider.Failure{
			Text: fmt.Sprintf("the clone %s may or may not have got the package: its connection failed during the commit (%v)", d.serverName, err),
			Hint: hint, Err: err,
		}
	}
	d.feedback.Progress(100)
	return nil
}

// begin takes the clone's snapshot, which the deployment itself is not in, and keeps synchronisations out.
func (d *deployment) begin(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, "select pg_current_snapshot()::text, gen_random_uuid()::text, gen_random_uuid()::text, gen_random_uuid()::text").
		Scan(&d.snapshot, &d.token, &d.historyID, &d.newID)
	if err != nil {
		return fmt.Errorf("take a snapshot of the clone: %w", err)
	}
	if err := d.restorer.Pin(ctx); err != nil {
		return err
	}
	if err := d.restorer.ComparePaths(ctx); err != nil {
		return err
	}
	if !d.target.installed {
		return nil
	}
	_, err = tx.Exec(ctx, "select lizsync.begin_deployment()")
	return refusal("keep synchronisations out", err)
}

// install brings the extensions and the structure.
func (d *deployment) install(ctx context.Context, tx pgx.Tx) error {
	if err := d.obtain(ctx, tx); err != nil {
		return err
	}
	if d.target.installed {
		return nil
	}
	d.feedback.Message("installing LizSync in the clone")
	if _, err := database.Install(ctx, tx, database.InstallOptions{}, d.feedback); err != nil {
		return fmt.Errorf("clone: %w", err)
	}
	return nil
}

// refusal is the error of a function that may refuse the deployment, which then says all; of another error it is told what was
// being done. It is nil when err is.
func refusal(what string, err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && pg.Code == pgerrcode.ObjectNotInPrerequisiteState:
		return &provider.Failure{Text: pg.Message, Hint: pg.Hint, Err: err}
	}
	return fmt.Errorf("%s: %w", what, err)
}
