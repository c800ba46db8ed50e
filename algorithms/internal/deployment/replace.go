package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// replace puts the package's tables in the place of those that were deployed before.
func (d *deployment) replace(ctx context.Context, tx pgx.Tx) error {
	if d.target.installed {
		// Again, now that nobody else can change it.
		if err := d.restorer.Lock(ctx, d.target.tables); err != nil {
			return err
		}
		if err := d.readTarget(ctx, tx); err != nil {
			return err
		}
	}
	var ours []string
	if d.target.isClone {
		for _, name := range d.target.tables {
			ours = append(ours, name.SQL())
		}
		if err := d.keepOrRefuseUnsent(ctx, tx); err != nil {
			return err
		}
	}
	if err := d.restorer.CheckFree(ctx, ours, d.target.isClone); err != nil {
		return err
	}
	kept, err := d.restorer.Keep(ctx, d.target.tables)
	if err != nil {
		return err
	}
	if err := d.restorer.Drop(ctx, d.target.tables); err != nil {
		return err
	}
	if err := d.restorer.Restore(ctx); err != nil {
		return err
	}
	if err := d.rebase(ctx, tx); err != nil {
		return err
	}
	if err := d.restorer.Audit(ctx); err != nil {
		return err
	}
	if !d.options.AfterTriggers {
		disabled, err := d.restorer.DisableAfterTriggers(ctx)
		if err != nil {
			return err
		}
		if len(disabled) > 0 {
			d.feedback.Message("disabled on the clone, because what they do comes from central: the AFTER triggers " + strings.Join(disabled, ", "))
		}
	}
	if err := kept.GiveBack(ctx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "select lizsync.forget_edits($1)", slices.Concat(ours, d.manifest.PublicationList())); err != nil {
		return fmt.Errorf("empty the log of the clone: %w", err)
	}
	return nil
}

// keepOrRefuseUnsent deals with the edits that central has not received.
func (d *deployment) keepOrRefuseUnsent(ctx context.Context, tx pgx.Tx) error {
	if !d.options.KeepUnsent {
		_, err := tx.Exec(ctx, "select lizsync.refuse_unsent_edits()")
		return refusal("look for edits that were not synchronised", err)
	}
	of := d.manifest.Central
	err := d.central.QueryRow(ctx, "select lizsync.deployment_entry($1, $2, $3, $4::text::pg_snapshot, $5::text::pg_snapshot)::text",
		d.target.serverID, d.target.token, d.target.systemIdentifier, d.snapshot, of.Snapshot).Scan(&d.entry)
	if err != nil {
		return fmt.Errorf("look at the clone's entry on central: %w", err)
	}
	var received int
	err = tx.QueryRow(ctx, "select edits, rows, received from lizsync.stage_unsent_edits($1::text::lizsync.clone_entry, $2, $3::text::pg_snapshot, $4, $5)",
		d.entry, of.SystemIdentifier, of.Snapshot, d.manifest.PublicationList(), d.options.RecreateID).Scan(&d.edits, &d.rows, &received)
	if err != nil {
		return refusal("keep the edits of the clone", err)
	}
	if received > 0 {
		d.feedback.Message(fmt.Sprintf("central has received %d of the edits already, in a synchronisation whose answer was lost", received))
	}
	return nil
}

// rebase writes the edits that are kept again, in the new tables.
func (d *deployment) rebase(ctx context.Context, tx pgx.Tx) error {
	if d.rows == 0 {
		return nil
	}
	d.feedback.Message(fmt.Sprintf("carrying %d edits of %d rows over to the new tables", d.edits, d.rows))
	found, err := tx.Query(ctx, "select lizsync.rebase_edits($1)", d.manifest.PublicationList())
	if err != nil {
		return fmt.Errorf("rebase the edits of the clone: %w", err)
	}
	refused, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("rebase the edits of the clone: %w", err)
	}
	for _, row := range refused {
		d.feedback.Warning("given up, because it no longer fits, the edits of " + row + "; the next synchronisation puts them into lizsync.conflicts on central")
	}
	return nil
}
