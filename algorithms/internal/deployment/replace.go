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
	d.serverID = d.target.serverID
	if d.options.RecreateID || d.serverID == "" {
		d.serverID = d.newID
	}
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
	if err := d.number(ctx, tx); err != nil {
		return err
	}
	if err := d.rebase(ctx, tx); err != nil {
		return err
	}
	if err := d.restorer.Audit(ctx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "select lizsync.guard_numbers($1)", d.manifest.PublicationList()); err != nil {
		return fmt.Errorf("watch the numbers of the clone: %w", err)
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
	if _, err := tx.Exec(ctx, "select lizsync.note_numbers("+references+")", d.manifest.References); err != nil {
		return fmt.Errorf("note the numbers of the edits: %w", err)
	}
	if received > 0 {
		d.feedback.Message(fmt.Sprintf("central has received %d of the edits already, in a synchronisation whose answer was lost", received))
	}
	return nil
}

// references is an array of lizsync.key_references, from the first parameter, the references of the manifest.
const references = "array(select r from jsonb_populate_recordset(null::lizsync.key_references, $1) as r)"

// number gives the clone blocks of numbers to draw from. Central has allotted them for good when this returns.
func (d *deployment) number(ctx context.Context, tx pgx.Tx) error {
	sequences, local := []string{}, []string{}
	for _, sequence := range d.manifest.Sequences {
		sequences = append(sequences, sequence.SQL())
	}
	for _, table := range d.manifest.Tables {
		if table.LocalKeys {
			local = append(local, table.SQL())
		}
	}
	var blocks string
	if err := d.central.QueryRow(ctx, "select lizsync.allot_blocks($1, $2)::text", d.serverID, sequences).Scan(&blocks); err != nil {
		return refusal("have central allot numbers", err)
	}
	_, err := tx.Exec(ctx, "select lizsync.adopt_numbers($5, "+references+", $2, $3, $4::text::lizsync.key_block[])",
		d.manifest.References, local, d.manifest.PublicationList(), blocks, d.serverID)
	if err != nil {
		return fmt.Errorf("give the clone its numbers: %w", err)
	}
	return nil
}

// rebase writes the edits that are kept again, in the new tables.
func (d *deployment) rebase(ctx context.Context, tx pgx.Tx) error {
	if d.rows == 0 {
		return nil
	}
	d.feedback.Message(fmt.Sprintf("carrying %d edits of %d rows over to the new tables", d.edits, d.rows))
	var renumbered int
	if err := tx.QueryRow(ctx, "select lizsync.renumber_edits()").Scan(&renumbered); err != nil {
		return fmt.Errorf("number the rows of the clone anew: %w", err)
	}
	if renumbered > 0 {
		d.feedback.Message(fmt.Sprintf("%d rows that the clone has made get new numbers, and what refers to them follows", renumbered))
	}
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
