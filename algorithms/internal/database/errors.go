package database

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/provider"
)

// Explain makes an error that holds a PostgreSQL error readable for a person: the server's sentence without its code
// in the text, and code, detail, hint and object beside it. Other errors are returned as they are. The result still
// wraps err.
func Explain(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	explained := &provider.Failure{
		Text:     strings.ReplaceAll(err.Error(), pg.Error(), pg.Message),
		Detail:   pg.Detail,
		Hint:     pg.Hint,
		SQLState: pg.Code,
		Object:   object(pg),
		Err:      err,
	}
	var failure *provider.Failure
	if errors.As(err, &failure) {
		explained.Detail = first(failure.Detail, explained.Detail)
		explained.Hint = first(failure.Hint, explained.Hint)
		explained.Object = first(failure.Object, explained.Object)
	}
	explained.Hint = first(explained.Hint, remedies[pg.Code])
	return explained
}

// SQLState is the code of a PostgreSQL error, empty for another one.
func SQLState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// remedies say what to do about errors for which the server itself has no hint.
var remedies = map[string]string{
	pgerrcode.ReadOnlySQLTransaction:     "this server takes no writes, a standby for instance; connect to the primary",
	pgerrcode.SerializationFailure:       "somebody else was writing the same rows; run it again",
	pgerrcode.DeadlockDetected:           "somebody else was writing the same rows; run it again",
	pgerrcode.InsufficientPrivilege:      "ask the owner of the object, or an administrator, for the right, or connect with another role",
	pgerrcode.DiskFull:                   "free some disk space on the server",
	pgerrcode.ConfigurationLimitExceeded: "the server, the database or the role has this limit: an administrator raises it, for example with ALTER DATABASE ... SET temp_file_limit = -1",
	pgerrcode.OutOfMemory:                "the server is out of memory; try again when it is less busy",
	pgerrcode.TooManyConnections:         "close other connections to the server, or raise max_connections",
	pgerrcode.LockNotAvailable:           "somebody holds a lock on it, an open edit session for instance; close it and run it again",
	pgerrcode.AdminShutdown:              "the server was shut down or the session ended by an administrator; run it again",
	pgerrcode.CrashShutdown:              "the server crashed; run it again when it is back",
	pgerrcode.CannotConnectNow:           "the server is starting or stopping; try again in a moment",
	pgerrcode.UndefinedFile:              "ask an administrator to install the missing file on the server; an extension comes with a package of the system",
}

// object names what a PostgreSQL error is about, as far as the server said.
func object(pg *pgconn.PgError) string {
	var named []string
	for _, part := range []string{pg.SchemaName, pg.TableName, pg.ColumnName} {
		if part != "" {
			named = append(named, part)
		}
	}
	text := strings.Join(named, ".")
	for _, part := range []struct{ kind, name string }{{"constraint", pg.ConstraintName}, {"type", pg.DataTypeName}} {
		if part.name != "" {
			text = strings.TrimSpace(text + " " + part.kind + " " + part.name)
		}
	}
	return text
}

// explain makes an error of a failed connection: what happened, to which database, what to do.
func (t *Target) explain(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("connect to %s: %w", t, cause)
	}
	user, database, server := t.config.User, t.config.Database, t.servers()
	failure := &provider.Failure{Text: fmt.Sprintf("connect to %s", t), Err: err}

	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		failure.SQLState, failure.Detail, failure.Hint = pg.Code, pg.Detail, pg.Hint
		var what, hint string
		switch pg.Code {
		case pgerrcode.InvalidPassword:
			what = fmt.Sprintf("%s refused the password of %s", server, user)
			hint = "check the name of the role and its password; correct it in the connection, in the password file or in PGPASSWORD"
			if t.config.Password == "" {
				what = fmt.Sprintf("%s wants a password for %s and none was found", server, user)
				hint = fmt.Sprintf("put it into the password file (~/.pgpass, mode 600) as %s:%d:%s:%s:PASSWORD, or into the connection", t.config.Host, t.config.Port, database, user)
			}
		case pgerrcode.InvalidAuthorizationSpecification: // no entry in pg_hba.conf, or no such role
			what = fmt.Sprintf("%s does not let %s in: %s", server, user, pg.Message)
			hint = fmt.Sprintf("check that the role %s exists and may log in, and that pg_hba.conf on the server has an entry for it, the database %s and this machine", user, database)
		case pgerrcode.InvalidCatalogName:
			what = fmt.Sprintf("there is no database %s on %s", database, server)
			hint = "check the name, or create the database"
		case pgerrcode.InsufficientPrivilege:
			what = fmt.Sprintf("%s may not connect to the database %s on %s", user, database, server)
			hint = fmt.Sprintf("ask its owner for: GRANT CONNECT ON DATABASE %s TO %s", database, user)
		default:
			what, hint = fmt.Sprintf("%s refused: %s", server, pg.Message), remedies[pg.Code]
		}
		failure.Text += ": " + what
		failure.Hint = first(failure.Hint, hint)
		return failure
	}

	var dns *net.DNSError
	var timeout net.Error
	socket := strings.HasPrefix(t.config.Host, "/")
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		failure.Text += fmt.Sprintf(": the host name %s is not known", dns.Name)
		failure.Hint = "check the name and the network"
	case pgconn.Timeout(err), errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		failure.Text += fmt.Sprintf(": %s did not answer within %s", server, t.config.ConnectTimeout)
		failure.Hint = "check the host, the port, the network and firewalls; connect_timeout in the connection allows more seconds"
	case errors.Is(err, os.ErrNotExist) && socket, errors.Is(err, syscall.ECONNREFUSED):
		failure.Text += fmt.Sprintf(": no server listens on %s", server)
		failure.Hint = "check the host and the port, and that PostgreSQL is running there and accepts connections from other machines (listen_addresses)"
		if socket {
			failure.Hint = "check the port and that PostgreSQL is running on this machine; to reach it over the network, give a host name"
		}
	case errors.Is(err, os.ErrPermission) && socket:
		failure.Text += fmt.Sprintf(": this user may not use the socket of %s", server)
		failure.Hint = "give a host name to connect over the network"
	default:
		failure.Text += ": " + innermost(err).Error()
		failure.Hint = "check the host, the port, sslmode and the network"
	}
	return failure
}

// innermost strips the layers that pgx puts around a cause: they repeat user, database and address.
func innermost(err error) error {
	for {
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			err = e.Unwrap()[0]
		case interface{ Unwrap() error }:
			inner := e.Unwrap()
			if inner == nil {
				return err
			}
			err = inner
		default:
			return err
		}
	}
}
