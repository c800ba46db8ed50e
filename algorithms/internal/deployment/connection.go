package deployment

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// storeConnection lets the clone find central by itself. Without it, synchronize_database does the same work.
func (d *deployment) storeConnection(ctx context.Context, tx pgx.Tx) error {
	if !d.options.StoreConnection {
		return nil
	}
	const otherwise = "; lizsync.synchronize() on the clone does not work without, synchronize_database does"
	if len(d.unstored) > 0 {
		return d.notStored(fmt.Sprintf("the clone is not told how to reach central%s; for it, a superuser runs on the clone: %s; then deploy again",
			otherwise, strings.Join(d.unstored, "; ")))
	}
	config := d.central.Config()
	user, password := config.User, config.Password
	switch {
	case d.newPassword != "":
		user, password = d.role, d.newPassword
	case d.options.CreateRole:
		d.feedback.Message(fmt.Sprintf("the clone has its role %s on central already, and keeps its connection", d.role))
		return nil
	case d.role != user:
		d.feedback.Message(fmt.Sprintf("the connection to central is not stored in the clone: the password of %s is not known here; "+
			"run there: SELECT lizsync.create_central_server_fdw(host, port, dbname, user, password)%s", d.role, otherwise))
		return nil
	}
	err := pgx.BeginFunc(ctx, tx, func(nested pgx.Tx) error {
		_, err := nested.Exec(ctx, "select lizsync.create_central_server_fdw($1, $2, $3, $4, $5)", config.Host, int(config.Port), config.Database, user, password)
		return err
	})
	if isUnavailable(err) {
		return d.notStored(fmt.Sprintf("the connection to central could not be stored in the clone (%v)%s", err, otherwise))
	}
	if err != nil {
		return fmt.Errorf("store the connection to central: %w", err)
	}
	if isLocal(config.Host) && !isLocal(d.clone.Config().Host) {
		d.feedback.Warning(fmt.Sprintf("the clone will look for central on %s, which is another machine as seen from there; "+
			"deploy with a connection to central that names its host%s", config.Host, otherwise))
	}
	return nil
}

// notStored tells that the clone does not know how to reach central, which only matters when nobody else does.
func (d *deployment) notStored(text string) error {
	if d.newPassword != "" {
		return &provider.Failure{Text: text, Hint: "make a role for the clone yourself and name it in CENTRAL_ROLE: nobody would know the password of the one made here"}
	}
	d.feedback.Message(text)
	return nil
}

// isLocal tells whether a host is the machine that asks.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

// isUnavailable tells whether something failed for want of rights or of files on the server.
func isUnavailable(err error) bool {
	return slices.Contains([]string{pgerrcode.InsufficientPrivilege, pgerrcode.FeatureNotSupported, pgerrcode.UndefinedFile}, database.SQLState(err))
}
