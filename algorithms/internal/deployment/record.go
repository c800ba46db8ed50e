package deployment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// identify gives the clone its id and its name.
func (d *deployment) identify(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, "select server_name from lizsync.identify_clone($1, $2)", d.serverID, d.options.CloneName).Scan(&d.serverName)
	if err != nil {
		return fmt.Errorf("give the clone its server id: %w", err)
	}
	return nil
}

// record writes down on the clone what it was deployed from.
func (d *deployment) record(ctx context.Context, tx pgx.Tx) error {
	m := d.manifest
	_, err := tx.Exec(ctx, "select lizsync.record_deployment($1, $2, $3::text::pg_snapshot, $4, $5, $6)",
		m.Central.ServerID, m.Central.SystemIdentifier, m.Central.Snapshot, d.token, m.PackageID, m.PublicationList())
	if err != nil {
		return fmt.Errorf("record the deployment on the clone: %w", err)
	}
	return d.recordHistory(ctx, tx)
}

func (d *deployment) recordHistory(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		insert into lizsync.history (sync_id, server_from, server_to, sync_type, sync_status) values ($1, $2, array[$3::text], 'full', 'done')`,
		d.historyID, d.manifest.Central.ServerID, d.serverID)
	if err != nil {
		return fmt.Errorf("record the deployment in the history: %w", err)
	}
	return nil
}

// register makes the clone known on central.
func (d *deployment) register(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, d.central, func(tx pgx.Tx) error {
		if d.options.CreateRole {
			if err := d.createRole(ctx, tx); err != nil {
				return err
			}
		}
		if d.entry != nil {
			if _, err := tx.Exec(ctx, "select lizsync.check_entry($1, $2::text::lizsync.clone_entry)", d.target.serverID, d.entry); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "select lizsync.register_clone($1, $2, $3, $4, $5::text::pg_snapshot, $6, $7::text::pg_snapshot, $8)",
			d.serverID, d.serverName, d.role, d.manifest.PublicationList(), d.manifest.Central.Snapshot, d.token, d.snapshot, d.target.systemIdentifier)
		if err != nil {
			return err
		}
		return d.recordHistory(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("register the clone on central: %w", err)
	}
	return nil
}
