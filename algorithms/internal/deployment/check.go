package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// target is what the clone is before the deployment.
type target struct {
	systemIdentifier int64  // of its cluster
	oid              uint32 // of the database in it
	installed        bool   // it has the structure; nothing below is known otherwise

	serverID, serverName string
	isClone              bool    // of this central
	token                *string // that it presents next; nil when it is no clone
	tables               []archive.Name
}

// lookAtClone reads what every database has. A server that cannot read the package is refused before anything is begun.
func (d *deployment) lookAtClone(ctx context.Context) error {
	var version int
	err := d.clone.QueryRow(ctx, `
		select s.system_identifier, d.oid, to_regclass('lizsync.structure_version') is not null, current_setting('server_version_num')::integer / 10000
		from pg_control_system() s, pg_database d where d.datname = current_database()`,
	).Scan(&d.target.systemIdentifier, &d.target.oid, &d.target.installed, &version)
	if err != nil {
		return fmt.Errorf("look at the clone: %w", err)
	}
	return d.manifest.CheckServer(version)
}

// checkPackage has central refuse a package that it has not made, or cannot honour any more.
func (d *deployment) checkPackage(ctx context.Context) error {
	m, of := d.manifest, d.manifest.Central
	_, err := d.central.Exec(ctx, "select lizsync.check_deployment($1, $2, $3, $4, $5, $6, $7)",
		m.PackageID, m.StructureVersion, of.ServerID, of.ServerName, of.SystemIdentifier, d.target.systemIdentifier, d.target.oid)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege {
		return &provider.Failure{
			Text: "this role may not deploy from the central database: " + pg.Message,
			Hint: "connect to central with the role that owns LizSync there; CENTRAL_ROLE names the one that is to synchronise", Err: err,
		}
	}
	return refusal("check the package on central", err)
}

// checkTarget has a database with the structure refuse to become a clone that it must not become.
func (d *deployment) checkTarget(ctx context.Context) error {
	if !d.target.installed {
		return nil
	}
	if err := database.CheckStructure(ctx, d.clone); err != nil {
		return fmt.Errorf("clone: %w", err)
	}
	return d.readTarget(ctx, d.clone)
}

func (d *deployment) readTarget(ctx context.Context, q database.Querier) error {
	var tables []string
	err := q.QueryRow(ctx, `
		select coalesce(server_id::text, ''), coalesce(server_name, ''), is_clone, token::text, tables
		from lizsync.check_target($1, $2, $3::text::pg_snapshot)`,
		d.manifest.Central.ServerID, d.manifest.Central.SystemIdentifier, d.manifest.Central.Snapshot,
	).Scan(&d.target.serverID, &d.target.serverName, &d.target.isClone, &d.target.token, &tables)
	if err != nil {
		return refusal("look at the clone", err)
	}
	d.target.tables = nil
	if len(tables) > 0 {
		d.target.tables, err = archive.ParseNames(tables)
	}
	return err
}
