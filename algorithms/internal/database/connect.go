// Package database opens connections to PostgreSQL as libpq does and makes errors of them that a person can act upon.
package database

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/lizsync/lizsync/provider"
)

const (
	// defaultConnectTimeout bounds the connection to each host unless the connection value says otherwise. libpq would
	// wait for as long as the system does, which is minutes.
	defaultConnectTimeout = 5 * time.Second

	// cancelPatience is how long a cancelled statement may take to end on the server before the connection is dropped.
	cancelPatience = 5 * time.Second
)

// Target is a connection value resolved as libpq does it: with the service file, the password file and the PG*
// variables. It is formatted without its secrets.
type Target struct {
	settings map[string]string
	config   *pgx.ConnConfig
	warnings []string
}

// Connect opens a connection. Its value is a libpq conninfo string, a URI or service=NAME. What the server says on the
// way (NOTICE, WARNING, …) goes to feedback for as long as the connection lives, and its statements, without their values, to
// the log of the context. A statement whose context is cancelled is cancelled on the server as well.
func Connect(ctx context.Context, value string, feedback provider.Feedback) (*pgx.Conn, error) {
	target, err := Resolve(value)
	if err != nil {
		return nil, err
	}
	return target.Connect(ctx, feedback)
}

// Resolve reads a connection value and everything it refers to, without connecting.
func Resolve(value string) (*Target, error) {
	merged, err := settings(value)
	if err != nil {
		return nil, err
	}
	target := &Target{settings: merged}
	if err := target.configure(); err != nil {
		return nil, err
	}
	return target, nil
}

// Connect opens a connection; see [Connect].
func (t *Target) Connect(ctx context.Context, feedback provider.Feedback) (*pgx.Conn, error) {
	for _, warning := range t.warnings {
		feedback.Warning(warning)
	}
	config := t.config.Copy()
	config.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) {
		tell(feedback, notice)
	}
	config.Tracer = newTracer(provider.Log(ctx).WithField("database", t.String()))
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, t.explain(ctx, err)
	}
	return conn, nil
}

// tell passes on what the server said, by its severity. The localised one cannot be compared.
func tell(feedback provider.Feedback, notice *pgconn.Notice) {
	text := notice.Message
	for _, more := range []string{notice.Detail, notice.Hint} {
		if more != "" {
			text += "; " + more
		}
	}
	switch notice.SeverityUnlocalized {
	case "WARNING":
		feedback.Warning(text)
	case "NOTICE", "INFO":
		feedback.Message(text)
	}
}

// String names the database without any secret, as user@host:port/dbname.
func (t *Target) String() string {
	return fmt.Sprintf("%s@%s/%s", t.settings["user"], t.servers(), t.settings["dbname"])
}

// servers names the host and its port, or all of them when several were given: pgx does not say which one an error is
// about.
func (t *Target) servers() string {
	hosts, ports := strings.Split(t.settings["host"], ","), strings.Split(t.settings["port"], ",")
	for i, host := range hosts {
		port := ports[0]
		if i < len(ports) {
			port = ports[i]
		}
		hosts[i] = net.JoinHostPort(host, first(port, "5432"))
	}
	return strings.Join(hosts, ",")
}

// SameDatabase tells whether two connections name the same server and database, without asking them. This machine is one
// server, whatever leads there.
func (t *Target) SameDatabase(other *Target) bool {
	return t.place() == other.place()
}

func (t *Target) place() [3]string {
	host := strings.ToLower(t.settings["host"])
	if slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host) || strings.HasPrefix(host, "/") {
		host = ""
	}
	return [3]string{host, t.settings["port"], t.settings["dbname"]}
}

// Database is the name of the database.
func (t *Target) Database() string { return t.config.Database }

// Servers names the host and its port, or all of them.
func (t *Target) Servers() string { return t.servers() }

// Beside is the same connection to another database of the server. The password file may have a password for each database; the one
// of this database is as good.
func (t *Target) Beside(dbname string) (*Target, error) {
	other := &Target{settings: maps.Clone(t.settings)}
	other.settings["dbname"] = dbname
	if err := other.configure(); err != nil {
		return nil, err
	}
	other.config.Password, other.warnings = first(other.config.Password, t.config.Password), nil
	return other, nil
}

// GoString keeps %#v from showing the settings.
func (t *Target) GoString() string { return t.String() }

// Command returns the same connection for a program of PostgreSQL's, such as pg_dump: the text for its option
// --dbname, and what to add to its environment. Everybody on the machine can read command lines, so that the password
// is in the environment. The passphrase of a client key has no variable; that program asks for it, or fails.
func (t *Target) Command() (dbname string, env []string) {
	arguments := maps.Clone(t.settings)
	for _, name := range []string{"password", "sslpassword", "passfile", "service", "servicefile", "fallback_application_name"} {
		delete(arguments, name)
	}
	arguments["client_encoding"] = "UTF8"
	if password := t.config.Password; password != "" {
		env = append(env, "PGPASSWORD="+password)
	}
	return conninfo(arguments), env
}

// configure makes the pgx configuration. pgx reads the environment and the service file as well; each value that
// matters is given to it explicitly, so that this package's reading of them wins. It never sees a secret before it has
// parsed the rest: its errors quote what it was given.
func (t *Target) configure() error {
	explicit := map[string]string{}
	for name, v := range t.settings {
		if keywords[name].use == byPgx {
			explicit[name] = v
		}
	}
	if t.settings["service"] != "" {
		explicit["service"], explicit["servicefile"] = t.settings["service"], t.settings["servicefile"]
	}
	timeout, err := t.number("connect_timeout", int(defaultConnectTimeout/time.Second))
	if err != nil {
		return err
	}
	timeout = max(timeout, 0) // libpq: zero and less wait for ever
	t.settings["connect_timeout"] = strconv.Itoa(timeout)

	given := conninfo(explicit) + " passfile='' connect_timeout=" + strconv.Itoa(timeout)
	var options pgx.ParseConfigOptions
	options.GetSSLPassword = func(context.Context) string { return t.settings["sslpassword"] }
	config, err := pgx.ParseConfigWithOptions(given, options)
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "cannot parse `"+given+"`: ")
		return &provider.Failure{Text: "the connection is not valid: " + text, Hint: valueHint, Err: err}
	}
	t.config = config
	t.settings["host"] = first(t.settings["host"], config.Host)
	t.settings["port"] = first(t.settings["port"], strconv.Itoa(int(config.Port)))

	config.RuntimeParams = map[string]string{
		"application_name": t.settings["application_name"],
		"client_encoding":  "UTF8",
	}
	if options := t.settings["options"]; options != "" {
		config.RuntimeParams["options"] = options
	}
	maps.Copy(config.RuntimeParams, sessionSettings())

	if err := t.configurePassword(); err != nil {
		return err
	}
	if err := t.configureNetwork(time.Duration(timeout) * time.Second); err != nil {
		return err
	}
	config.AfterConnect = t.pin
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelPatience}
	}
	return t.configureTLS()
}

// pinned are settings that a database or a role may have of its own (ALTER DATABASE, ALTER ROLE), and what the work here needs
// instead: it writes, takes its time, and compares names and types as the catalog has them. The time limit is the first: it is one
// for the rest.
var pinned = [][2]string{
	{"statement_timeout", "0"},
	{"lock_timeout", "0"},
	{"idle_in_transaction_session_timeout", "0"},
	{"default_transaction_read_only", "off"},
	{"default_transaction_isolation", "'read committed'"},
	{"default_transaction_deferrable", "off"},
	{"standard_conforming_strings", "on"},
	{"quote_all_identifiers", "off"},
	{"array_nulls", "on"}, // a null in an array that is read would become the text NULL
}

// pin sets them, but for those that the connection itself chooses. It does not give them as startup parameters, which a
// connection pool may refuse.
func (t *Target) pin(ctx context.Context, conn *pgconn.PgConn) error {
	var commands strings.Builder
	for _, setting := range pinned {
		if !strings.Contains(t.settings["options"], setting[0]) {
			fmt.Fprintf(&commands, "set %s = %s;", setting[0], setting[1])
		}
	}
	return conn.Exec(ctx, commands.String()).Close()
}

// number reads a keyword whose value is a whole number.
func (t *Target) number(name string, absent int) (int, error) {
	text := strings.Trim(t.settings[name], space)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, &provider.Failure{Text: fmt.Sprintf("the connection is not valid: %s must be a whole number, not %q", name, text), Err: err}
	}
	return n, nil
}

func (t *Target) configurePassword() error {
	t.config.Password = t.settings["password"]
	if t.config.Password != "" {
		return nil
	}
	file := first(t.settings["passfile"], homeFile(".pgpass", "pgpass.conf"))
	host := t.config.Host
	if filepath.Clean(host) == "/var/run/postgresql" || host == "/tmp" {
		host = "localhost" // the socket directories that libpq is compiled with, so that entries for them say localhost
	}
	password, unsafe, err := passfilePassword(file, host, strconv.Itoa(int(t.config.Port)), t.config.Database, t.config.User)
	if err != nil {
		return &provider.Failure{Text: fmt.Sprintf("the password file %s cannot be read: %v", file, err), Err: err}
	}
	if unsafe {
		t.warnings = append(t.warnings, fmt.Sprintf("the password file %s is ignored because others may read it; chmod 600 %s", file, file))
	}
	t.config.Password = password
	return nil
}

// configureNetwork sets up how a host is dialled. The dialer resolves the name itself: it tries IPv6 and IPv4 side by
// side, so that one timeout bounds them all.
func (t *Target) configureNetwork(timeout time.Duration) error {
	on, err := t.number("keepalives", 1)
	if err != nil {
		return err
	}
	idle, err := t.number("keepalives_idle", 0)
	if err != nil {
		return err
	}
	interval, err := t.number("keepalives_interval", 0)
	if err != nil {
		return err
	}
	count, err := t.number("keepalives_count", 0)
	if err != nil {
		return err
	}
	userTimeout, err := t.number("tcp_user_timeout", 0)
	if err != nil {
		return err
	}
	dialer := &net.Dialer{Timeout: timeout, Control: controlUserTimeout(time.Duration(userTimeout) * time.Millisecond)}
	if on == 0 {
		dialer.KeepAlive = -1
	} else {
		dialer.KeepAliveConfig = net.KeepAliveConfig{
			Enable:   true,
			Idle:     time.Duration(idle) * time.Second,
			Interval: time.Duration(interval) * time.Second,
			Count:    count,
		}
	}
	t.config.DialFunc = dialer.DialContext

	address := map[string]string{}
	if list := t.settings["hostaddr"]; list != "" {
		hosts, addresses := strings.Split(t.settings["host"], ","), strings.Split(list, ",")
		if len(hosts) != len(addresses) || slices.ContainsFunc(hosts, filepath.IsAbs) {
			return &provider.Failure{
				Text: "the connection is not valid: hostaddr must have one address for each host",
				Hint: "leave hostaddr out, or give as many host names as addresses, and no socket directory",
			}
		}
		for i, host := range hosts {
			address[host] = first(addresses[i], host)
		}
	}
	t.config.LookupFunc = func(_ context.Context, host string) ([]string, error) {
		return []string{first(address[host], host)}, nil
	}
	return nil
}

func (t *Target) configureTLS() error {
	versions := map[string]uint16{"": 0, "TLSv1": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}
	bound := func(name string) (uint16, error) {
		version, ok := versions[t.settings[name]]
		if !ok {
			return 0, &provider.Failure{Text: fmt.Sprintf("the connection is not valid: %s must be TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3, not %q", name, t.settings[name])}
		}
		return version, nil
	}
	low, err := bound("ssl_min_protocol_version")
	if err != nil {
		return err
	}
	high, err := bound("ssl_max_protocol_version")
	if err != nil {
		return err
	}
	configs := []*tls.Config{t.config.TLSConfig}
	for _, fallback := range t.config.Fallbacks {
		configs = append(configs, fallback.TLSConfig)
	}
	for _, config := range configs {
		if config != nil {
			config.MinVersion, config.MaxVersion = low, high
		}
	}
	return nil
}
