package exchange_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

func TestMain(m *testing.M) {
	exchange.KeepAliveInterval = 300 * time.Millisecond // in a test central has less patience
	pgtest.Main(m)
}

var transports = []clonetest.Via{clonetest.ViaProgram, clonetest.ViaSQL}

// overEach runs a test over both transports.
func overEach(t *testing.T, test func(t *testing.T, via clonetest.Via)) {
	t.Helper()
	for _, via := range transports {
		t.Run(via.String(), func(t *testing.T) {
			t.Parallel()
			test(t, via)
		})
	}
}

// city is a central database of streets and trees: a, b, c and d in Park Road. onDelete is what happens to the trees of
// a street that is deleted; triggers are further statements.
func city(t *testing.T, onDelete string, triggers ...string) *clonetest.Central {
	t.Helper()
	return cityOn(t, pgtest.Shared(t), onDelete, triggers...)
}

func cityOn(t *testing.T, server *pgtest.Server, onDelete string, triggers ...string) *clonetest.Central {
	t.Helper()
	return clonetest.NewCentralOn(t, server, `
		create schema city;
		create table city.street (uid uuid primary key default gen_random_uuid(), name text not null);
		create table city.tree (
			id serial primary key,
			uid uuid not null unique default gen_random_uuid(),
			name text not null,
			x integer, y integer, z integer,
			badge integer unique,
			street uuid references city.street (uid) `+onDelete+`,
			constraint not_both_sevens check (x <> 7 or y <> 7)
		);
		insert into city.street (name) values ('Park Road'), ('Quiet Lane');
		insert into city.tree (name, x, y, z, badge, street)
		select name, 0, 0, 0, badge, (select uid from city.street where name = 'Park Road')
		from (values ('a', 1), ('b', 2), ('c', 3), ('d', 4)) as v (name, badge);
		`+strings.Join(triggers, ";\n"))
}

// before is a BEFORE trigger of city.tree for the event given.
func before(event, body string) string {
	return fmt.Sprintf(`
		create function city.before_tree() returns trigger language plpgsql as $$ begin %s end $$;
		create trigger before_tree before %s on city.tree for each row execute function city.before_tree()`, body, event)
}

// trigger makes a trigger on central and ends the sessions of the clones: one that has synchronised writes to no table that
// got a trigger since.
func trigger(t *testing.T, central *clonetest.Central, sql string, clones ...*clonetest.Clone) {
	t.Helper()
	central.Exec(t, sql)
	for _, clone := range clones {
		_, conn := clone.Conns(t)
		require.NoError(t, conn.Close(t.Context()))
	}
}

// tree is what a database has of a tree: x, y and z; empty when it has none of that name.
func tree(t *testing.T, db *pgtest.DB, name string) string {
	t.Helper()
	return db.Text(t, "select coalesce((select concat_ws(' ', coalesce(x::text, '-'), coalesce(y::text, '-'), coalesce(z::text, '-')) from city.tree where name = $1), '')", name)
}

// set edits a tree: set(t, db, "a", "x = 1, y = 2").
func set(t *testing.T, db *pgtest.DB, name, fields string) {
	t.Helper()
	require.Equal(t, "1", db.Text(t, "with u as (update city.tree set "+fields+" where name = $1 returning 1) select count(*) from u", name), "no tree %s", name)
}

// trees requires the same x, y and z of a tree in several databases.
func trees(t *testing.T, name, want string, databases ...*pgtest.DB) {
	t.Helper()
	for _, db := range databases {
		require.Equal(t, want, tree(t, db, name), "tree %s in %s", name, db.Name)
	}
}

// conflicts lists what lost: "a.x: clone 1, central 2: clone rejected by last edit wins"; a whole row has no field.
func conflicts(t *testing.T, central *clonetest.Central) []string {
	t.Helper()
	var lines []string
	for _, row := range central.Rows(t, `
		select format(
			'%s%s: %s rejected, %s',
			coalesce((select name from city.tree where uid = object_uid), row_data operator(public.->) 'name', '?'),
			case when field_name is not null then
				format('.%s: clone %s, central %s', field_name, coalesce(clone_value, 'nothing'), coalesce(central_value, 'nothing'))
			end,
			rejected, rule_applied
		)
		from lizsync.conflicts
		order by id`) {
		lines = append(lines, row[0])
	}
	return lines
}

// pending lists the trees that are held on one side, each with the side that refused it.
func pending(t *testing.T, db *pgtest.DB) []string {
	t.Helper()
	var lines []string
	for _, row := range db.Rows(t, `
		select format('%s refused by %s', coalesce((select name from city.tree where uid = object_uid), replace(object_table, '"', '')), refused_by)
		from lizsync.pending_changes
		order by 1`) {
		lines = append(lines, row[0])
	}
	return lines
}

// events counts the events of central's log: each edit that was applied has one.
func events(t *testing.T, central *clonetest.Central) string {
	t.Helper()
	return central.Text(t, "select count(*) from audit.logged_actions")
}

// begin opens a transaction in a session of its own, to be ended by the test.
func begin(t *testing.T, db *pgtest.DB) *pgx.Conn {
	t.Helper()
	conn := db.Conn(t)
	execute(t, conn, "begin")
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, sql string, arguments ...any) {
	t.Helper()
	_, err := conn.Exec(t.Context(), sql, arguments...)
	require.NoError(t, err, sql)
}

// text is the single value of a query in a session.
func text(t *testing.T, conn *pgx.Conn, sql string, arguments ...any) string {
	t.Helper()
	var value *string
	require.NoError(t, conn.QueryRow(t.Context(), sql, arguments...).Scan(&value), sql)
	if value == nil {
		return ""
	}
	return *value
}

// replaced makes a function of the structure do something else until the test calls what it returns.
func replaced(t *testing.T, db *pgtest.DB, function, body string) (restore func()) {
	t.Helper()
	original := db.Text(t, "select pg_get_functiondef($1::text::regprocedure)", function)
	head := db.Text(t, `
		select format('create or replace function %s(%s) returns %s language plpgsql', $2::text, pg_get_function_arguments(f), pg_get_function_result(f))
		from (select $1::text::regprocedure as f) as f`, function, function[:strings.Index(function, "(")])
	clonetest.Alter(t, db, head+" as $$ begin "+body+" end $$")
	return func() { clonetest.Alter(t, db, original) }
}

// lost synchronises a clone that loses central's reply: central has committed, the clone has not.
func lost(t *testing.T, clone *clonetest.Clone, via clonetest.Via) {
	t.Helper()
	restore := replaced(t, clone.DB, "lizsync.apply_reply(lizsync.acknowledgement)", "raise exception 'the reply is lost';")
	_, err := clone.Sync(t, via)
	restore()
	require.ErrorContains(t, err, "the reply is lost")
}

// during synchronises a clone and does something else after the clone has read its changes and before central decides.
func during(t *testing.T, clone *clonetest.Clone, via clonetest.Via, act func()) (exchange.Counts, error) {
	t.Helper()
	clone.Conns(t) // in this goroutine: they may fail the test
	watch := clone.Central.Conn(t)
	gate := begin(t, clone.Central.DB)
	execute(t, gate, "select from lizsync.clones where server_id = $1::text::uuid for update", clone.ID)
	done := start(t, clone, via)
	blocked(t, watch, gate)
	act()
	execute(t, gate, "rollback")
	end := <-done
	return end.Counts, end.err
}

type outcome struct {
	exchange.Counts
	err error
}

// start synchronises in the background.
func start(t *testing.T, clone *clonetest.Clone, via clonetest.Via) <-chan outcome {
	t.Helper()
	clone.Conns(t)
	done := make(chan outcome, 1)
	go func() {
		counts, err := clone.Sync(t, via)
		done <- outcome{counts, err}
	}()
	return done
}

// blocked waits until somebody waits for a session.
func blocked(t *testing.T, watch, by *pgx.Conn) {
	t.Helper()
	pgtest.WaitFor(t, watch, "select exists (select from pg_stat_activity where $1 = any (pg_blocking_pids(pid)))", by.PgConn().PID())
}

// synchronize is exchange.Synchronize with connections that are opened for it.
func synchronize(t *testing.T, ctx context.Context, clone, central string, feedback provider.Feedback) (exchange.Counts, error) {
	t.Helper()
	a, b := connect(t, clone), connect(t, central)
	defer func() {
		_ = a.Close(context.WithoutCancel(ctx))
		_ = b.Close(context.WithoutCancel(ctx))
	}()
	return exchange.Synchronize(ctx, a, b, feedback)
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := database.Connect(t.Context(), url, provider.Silent{})
	require.NoError(t, err)
	return conn
}
