package database

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// WithoutValues is how a statement is written to the log.
var WithoutValues = withoutValues

// Installer installs another structure than the program's, as another version of it, with another patience.
type Installer struct {
	Structure sql.Structure
	Version   string
	Patience  time.Duration
}

func (i Installer) Install(ctx context.Context, tx pgx.Tx, options InstallOptions, feedback provider.Feedback) (int, error) {
	return installer{tx, i.Structure, i.Version, i.Patience, feedback}.install(ctx, options)
}

func (i Installer) Upgrade(ctx context.Context, tx pgx.Tx, run bool, feedback provider.Feedback) (Upgraded, error) {
	return installer{tx, i.Structure, i.Version, i.Patience, feedback}.upgrade(ctx, run)
}
