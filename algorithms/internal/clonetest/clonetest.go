// Package clonetest gives tests of synchronisation a central database and clones of it, on real PostgreSQL.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestEditReachesTheOtherClone(t *testing.T) {
//		central := clonetest.NewCentral(t, `
//			create schema city;
//			create table city.tree (id serial primary key, species text);
//			insert into city.tree (species) values ('oak')`)
//		a, b := central.Clone(t), central.Clone(t)
//		a.Exec(t, "update city.tree set species = 'elm'")
//		a.MustSync(t, clonetest.ViaProgram)
//		b.MustSync(t, clonetest.ViaSQL)
//		clonetest.RequireEqual(t, central, a, b)
//	}
//
// Nobody is a superuser unless asked: central and its clones belong to one ordinary role, and each clone speaks to central
// as a role of its own that may edit the tables.
package clonetest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

const patience = 60 * time.Second

// Central is a central database. Its helpers Exec, Text and Rows run as the superuser: user triggers fire all the same.
type Central struct {
	*pgtest.DB
	// Owner owns everything in it, and in its clones.
	Owner pgtest.Login
	// Tables is the publication list of its clones.
	Tables []string
}

// NewCentral makes a central database: installs the structure, runs the DDL (data too, if one likes), adds the columns
// uid that are missing and the audit triggers to the tables named as in SQL, or to all outside public, and gives it its
// identity.
func NewCentral(t testing.TB, ddl string, tables ...string) *Central {
	t.Helper()
	return NewCentralOn(t, pgtest.Shared(t), ddl, tables...)
}

// NewCentralOn is [NewCentral] on another server than the one that tests share.
func NewCentralOn(t testing.TB, server *pgtest.Server, ddl string, tables ...string) *Central {
	t.Helper()
	c := &Central{Owner: server.Role(t)}
	c.DB = server.Database(t)
	c.Exec(t, fmt.Sprintf("alter database %s owner to %s", c.Name, c.Owner.Name))

	conn := open(t, c.As(t, c.Owner))
	defer conn.Close(context.WithoutCancel(t.Context()))
	err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		_, err := database.Install(t.Context(), tx, database.InstallOptions{}, provider.Silent{})
		return err
	})
	if err != nil {
		t.Fatalf("install the structure: %v", err)
	}
	run(t, conn, ddl)
	if len(tables) == 0 {
		tables = column(t, conn, `
			select format('%I.%I', n.nspname, c.relname)
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.relkind = 'r' and n.nspname not in ('public', 'audit', 'lizsync') and n.nspname !~ '^(pg_|information_schema)'
			order by n.nspname, c.relname`)
	}
	for _, table := range tables {
		run(t, conn, `
			select lizsync.add_uid_columns(n.nspname, c.relname), audit.audit_table(c.oid::regclass)
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.oid = $1::regclass`, table)
	}
	c.Tables = column(t, conn, "select lizsync.relation_name(t::regclass) from unnest($1::text[]) as t", tables)
	run(t, conn, "insert into lizsync.server_metadata (server_name) values ('central')")
	return c
}

// Alter alters functions of LizSync, which then pass for those that were installed.
func Alter(t testing.TB, db *pgtest.DB, statements string) {
	t.Helper()
	db.Exec(t, statements)
	db.Exec(t, `
		update lizsync.installed_functions f set digest = d.digest, function_oid = d.function_oid, written = d.written
		from lizsync.function_digests() as d
		where d.signature = f.signature and d.digest <> f.digest`)
}

// Clone is a clone of a central database, and the connections over which it synchronises.
type Clone struct {
	*pgtest.DB
	Central *Central
	// ID is its server id.
	ID string
	// Role speaks for it on central.
	Role pgtest.Login
	// Session is who synchronises on the clone: the owner of the tables or a superuser.
	Session pgtest.Login

	conn    *pgx.Conn // of Session, on the clone
	central *pgx.Conn // of Role, on central
}

// Option is a choice of Clone.
type Option int

const (
	// SuperuserOnClone synchronises on the clone as a superuser, who may set session_replication_role.
	SuperuserOnClone Option = iota
	// ReplicaRoleOnClone synchronises as the owner of the tables, who may set session_replication_role (PostgreSQL 15).
	ReplicaRoleOnClone
	// SuperuserOnCentral speaks to central as a superuser.
	SuperuserOnCentral
)

// Clone makes a clone of what central holds and registers it, as deploying a package does but for the package. The test
// has closed its own sessions on central by then, such as those of DB.Conn.
func (c *Central) Clone(t testing.TB, options ...Option) *Clone {
	t.Helper()
	return c.clone(t, c.Copy(t), options)
}

// CloneOn is [Central.Clone] on another server, a private one.
func (c *Central) CloneOn(t testing.TB, server *pgtest.Server, options ...Option) *Clone {
	t.Helper()
	return c.clone(t, c.CopyTo(t, server, c.Owner), options)
}

func (c *Central) clone(t testing.TB, db *pgtest.DB, options []Option) *Clone {
	t.Helper()
	clone := &Clone{DB: db, Central: c, Session: c.Owner}
	var rights []string
	for _, option := range options {
		switch option {
		case SuperuserOnClone:
			clone.Session = db.Role(t, "superuser")
		case SuperuserOnCentral:
			rights = append(rights, "superuser")
		}
	}
	clone.Role = c.Role(t, rights...)
	c.grant(t, clone.Role)
	t.Cleanup(clone.Disconnect)
	clone.Exec(t, fmt.Sprintf(`
		truncate audit.logged_actions, lizsync.key_blocks, lizsync.key_sequences, lizsync.clones, lizsync.history, lizsync.conflicts, lizsync.pending_changes,
			lizsync.synchronized_tables, lizsync.reply;
		alter database %[1]s owner to %[2]s;
		create extension dblink schema public;
		create extension postgres_fdw schema public;
		grant usage on foreign data wrapper postgres_fdw to %[2]s`, clone.Name, c.Owner.Name))
	// What an AFTER trigger does to other rows happens on central.
	clone.Exec(t, `
		do $$
		declare
			v_trigger record;
		begin
			for v_trigger in
				select t.tgrelid::regclass as relation, t.tgname as name
				from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
				where not t.tgisinternal and t.tgtype & 66 = 0 and n.nspname not in ('audit', 'lizsync')
					and t.tgfoid not in (select oid from pg_proc where pronamespace = 'audit'::regnamespace)
			loop
				execute format('alter table %s disable trigger %I', v_trigger.relation, v_trigger.name);
			end loop;
		end
		$$`)
	if slices.Contains(options, ReplicaRoleOnClone) {
		clone.Exec(t, "grant set on parameter session_replication_role to "+c.Owner.Name)
	}
	clone.Deploy(t)
	clone.Connect(t)
	return clone
}

// Elsewhere makes what becomes a clone on another server once a package is deployed to it.
func (c *Central) Elsewhere(t testing.TB, server *pgtest.Server) *Clone {
	t.Helper()
	server.Make(t, c.Owner)
	clone := &Clone{Central: c, DB: server.Database(t), Session: c.Owner, Role: pgtest.Role(t)}
	t.Cleanup(clone.Disconnect)
	c.grant(t, clone.Role)
	clone.Exec(t, fmt.Sprintf(`
		alter database %[1]s owner to %[2]s;
		create extension dblink schema public;
		create extension postgres_fdw schema public;
		grant usage on foreign data wrapper postgres_fdw to %[2]s`, clone.Name, c.Owner.Name))
	return clone
}

// Connect stores the connection of its role to central in the clone, for who synchronises there.
func (c *Clone) Connect(t testing.TB) {
	t.Helper()
	u, err := url.Parse(c.Central.URL)
	if err != nil {
		t.Fatal(err)
	}
	session := open(t, c.As(t, c.Session))
	defer session.Close(context.WithoutCancel(t.Context()))
	run(t, session, "select lizsync.create_central_server_fdw($1, $2, $3, $4, $5)",
		u.Hostname(), u.Port(), c.Central.Name, c.Role.Name, c.Role.Password)
}

// Deploy gives the clone a new identity and registers it, its data being central's of this moment: nobody has edited
// either since.
func (c *Clone) Deploy(t testing.TB) {
	t.Helper()
	var token, snapshot, system, central string
	central = c.Central.Text(t, "select lizsync.server_id()")
	presented := c.Central.Text(t, "select pg_current_snapshot()")
	system = c.Central.Text(t, "select lizsync.system_identifier()")
	token = c.Central.Text(t, "select gen_random_uuid()")
	c.ID = c.Text(t, "update lizsync.server_metadata set server_id = gen_random_uuid(), server_name = $1 returning server_id", c.Name)
	c.Exec(t, "select lizsync.record_deployment($1::text::uuid, $2::text::bigint, $3::text::pg_snapshot, $4::text::uuid, gen_random_uuid(), $5)",
		central, system, presented, token, c.Central.Tables)
	c.number(t)
	snapshot = c.Text(t, "select pg_current_snapshot()")
	c.Central.Exec(t, `
		select lizsync.register_clone($1::text::uuid, $2, $3::text::name, $4, $5::text::pg_snapshot, $6::text::uuid, $7::text::pg_snapshot, $8::text::bigint)`,
		c.ID, c.Name, c.Role.Name, c.Central.Tables, presented, token, snapshot, c.Text(t, "select lizsync.system_identifier()"))
}

// number has the clone's sequences draw from blocks that central allots.
func (c *Clone) number(t testing.TB) {
	t.Helper()
	const (
		sequences = "array(select format('%I.%I', schemaname, sequencename) from pg_sequences where schemaname not in ('audit', 'lizsync') and schemaname !~ '^pg_')"
		tables    = "array(select t::regclass::oid from unnest($1::text[]) as t)"
	)
	blocks := c.Central.Text(t, "select lizsync.allot_blocks($1::text::uuid, "+sequences+")", c.ID)
	local := c.Central.Text(t, "select array(select lizsync.relation_name(relid) from lizsync.local_keys)")
	known := c.Central.Text(t, "select array(select r from lizsync.number_references("+tables+") as r)", c.Central.Tables)
	c.Exec(t, "select lizsync.adopt_numbers($5::text::uuid, $1::text::lizsync.key_references[], $2::text::text[], $3, $4::text::lizsync.key_block[])",
		known, local, c.Central.Tables, blocks, c.ID)
	c.Exec(t, "select lizsync.guard_numbers($1)", c.Central.Tables)
}

func (c *Central) grant(t testing.TB, role pgtest.Login) {
	t.Helper()
	for _, table := range c.Tables {
		c.Exec(t, fmt.Sprintf("grant select, insert, update, delete on %s to %s", table, role.Name))
	}
	for _, schema := range c.schemas(t) {
		c.Exec(t, fmt.Sprintf("grant usage on schema %[1]s to %[2]s; grant usage on all sequences in schema %[1]s to %[2]s", schema, role.Name))
	}
}

func (c *Central) schemas(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, row := range c.Rows(t, `
		select distinct quote_ident(n.nspname)
		from unnest($1::text[]) as t join pg_class c on c.oid = t::regclass join pg_namespace n on n.oid = c.relnamespace`, c.Tables) {
		names = append(names, row[0])
	}
	return names
}

// Via is a transport.
type Via int

const (
	// ViaProgram carries the synchronisation over two connections, as the algorithm synchronize_database does.
	ViaProgram Via = iota
	// ViaSQL calls lizsync.synchronize() on the clone.
	ViaSQL
)

func (v Via) String() string { return [...]string{"the program", "synchronize()"}[v] }

// Sync synchronises the clone with central.
func (c *Clone) Sync(t testing.TB, via Via) (exchange.Counts, error) {
	t.Helper()
	conn, central := c.Conns(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if via == ViaProgram {
		return exchange.Synchronize(ctx, conn, central, provider.Silent{})
	}
	var n exchange.Counts
	err := conn.QueryRow(ctx, "select * from lizsync.synchronize()").Scan(&n.ReplayedToCentral, &n.ReplayedToClone, &n.Conflicts, &n.Pending)
	return n, err
}

// MustSync is Sync where an error fails the test.
func (c *Clone) MustSync(t testing.TB, via Via) exchange.Counts {
	t.Helper()
	n, err := c.Sync(t, via)
	if err != nil {
		t.Fatalf("synchronise %s via %s: %v", c.Name, via, database.Explain(err))
	}
	return n
}

// Conns returns the sessions over which Sync works, to drive the functions of a synchronisation one by one: who
// synchronises on the clone, and the clone's role on central. They are opened anew when they were closed or killed.
func (c *Clone) Conns(t testing.TB) (clone, central *pgx.Conn) {
	t.Helper()
	if c.conn == nil || c.conn.Ping(t.Context()) != nil {
		c.conn = open(t, c.As(t, c.Session))
	}
	if c.central == nil || c.central.Ping(t.Context()) != nil {
		c.central = open(t, c.Central.As(t, c.Role))
	}
	return c.conn, c.central
}

// Disconnect closes these sessions.
func (c *Clone) Disconnect() {
	for _, conn := range []*pgx.Conn{c.conn, c.central} {
		if conn != nil {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			_ = conn.Close(ctx) // as good as closed when the server was killed
			cancel()
		}
	}
	c.conn, c.central = nil, nil
}

// RequireEqual fails the test unless the clones hold what central holds: every column that is synchronised, of every
// table, in PostgreSQL's text form.
func RequireEqual(t testing.TB, central *Central, clones ...*Clone) {
	t.Helper()
	for _, clone := range clones {
		if differences := Differences(t, central, clone); len(differences) > 0 {
			t.Fatalf("central and %s differ:\n%s", clone.Name, strings.Join(differences, "\n"))
		}
	}
}

// Differences tells the rows in which a clone differs from central, each in a line.
func Differences(t testing.TB, central *Central, clone *Clone) []string {
	t.Helper()
	there, here := Contents(t, central.DB, central.Tables), Contents(t, clone.DB, central.Tables)
	var lines []string
	for row, fields := range there {
		if other, ok := here[row]; !ok {
			lines = append(lines, fmt.Sprintf("%s only on central: %s", row, fields))
		} else if other != fields {
			lines = append(lines, fmt.Sprintf("%s\n  central: %s\n  clone:   %s", row, fields, other))
		}
	}
	for row, fields := range here {
		if _, ok := there[row]; !ok {
			lines = append(lines, fmt.Sprintf("%s only on the clone: %s", row, fields))
		}
	}
	sort.Strings(lines)
	return lines
}

// Row names a row of a database.
type Row struct{ Table, UID string }

func (r Row) String() string { return r.Table + " " + r.UID }

// Contents reads the rows of tables, each as a list of its synchronised fields.
func Contents(t testing.TB, db *pgtest.DB, tables []string) map[Row]string {
	t.Helper()
	parts := make([]string, len(tables))
	for i, table := range tables {
		literal := "'" + strings.ReplaceAll(table, "'", "''") + "'"
		parts[i] = fmt.Sprintf("select %s, t.uid::text, public.slice(public.hstore(t.*), (select lizsync.sent_columns(%s::regclass)))::text from %s as t",
			literal, literal, table)
	}
	rows := map[Row]string{}
	for _, row := range db.Rows(t, strings.Join(parts, "\nunion all\n")) {
		rows[Row{row[0], row[1]}] = row[2]
	}
	return rows
}

func open(t testing.TB, value string) *pgx.Conn {
	t.Helper()
	conn, err := database.Connect(t.Context(), value, provider.Silent{})
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return conn
}

// run runs one statement with arguments, or several without.
func run(t testing.TB, conn *pgx.Conn, sql string, arguments ...any) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql, append([]any{mode(arguments)}, arguments...)...); err != nil {
		t.Fatalf("%v\n%s", database.Explain(err), sql)
	}
}

func mode(arguments []any) pgx.QueryExecMode {
	if len(arguments) == 0 {
		return pgx.QueryExecModeSimpleProtocol
	}
	return pgx.QueryExecModeExec
}

func column(t testing.TB, conn *pgx.Conn, sql string, arguments ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, append([]any{mode(arguments)}, arguments...)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return values
}
