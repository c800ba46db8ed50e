package history

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// Violation is what a history has broken. Code says which promise, so that a shrunk history fails in the same way.
type Violation struct{ Code, Text string }

func (v *Violation) Error() string { return v.Code + ": " + v.Text }

func violate(code, text string, arguments ...any) {
	panic(&Violation{code, fmt.Sprintf(text, arguments...)})
}

const limit = 30 * time.Second

// world is the databases of the histories, which are played one after the other.
type world struct {
	t       testing.TB
	central *clonetest.Central
	sides   map[string]*side
	monitor *pgx.Conn
	// monitors are sessions to look after those who wait, one on each server.
	monitors map[*pgtest.Server]*pgx.Conn
	// elsewhere is a server with the roles of central's, on which central can be restored from a dump; nil for none.
	elsewhere *pgtest.Server
	names     []string // of the databases, in PostgreSQL

	folder string // of packages
	pack   *pack  // the last one that was kept
	tick   int    // number of the operation, from 1
	purged int    // the operation that purged last
	dump   *dump  // the last one of central that was kept
	// Of identities of clones: those that central has forgotten, and how often each has synchronised.
	forgotten map[string]bool
	exchanges map[string]int
	deployed  int             // how many deployments there were
	vanished  map[string]bool // items of histories that central has no more

	zombies  []*process
	ledger   *ledger
	lastTime time.Time
	outcomes map[string]int // how many conflicts and pending rows of each kind there were, over all histories
}

// side is one of the databases.
type side struct {
	name    string
	db      *pgtest.DB
	clone   *clonetest.Clone // nil for central
	users   [3]*pgx.Conn
	open    [3]*transaction
	offset  float64        // seconds that its clock is said to be ahead of central's
	skew    float64        // seconds that it truly is
	process *process       // the synchronisation that is made step by step
	spare   [][2]*pgx.Conn // sessions for others, on the clone and on central

	session, role   pgtest.Login // of the clone, before it was made a copy of another one
	events          map[int64]event
	image           *image // the last backup
	hasImage        bool
	shape           string      // what was done to its tables
	received        int         // the operation up to which it has received what central did
	syncs, deployed int         // how often it has synchronised, and was deployed
	overtaken       int         // how often another copy of it has synchronised since
	moved           bool        // central was restored from a dump since it was deployed
	lost            int         // the operation in which central has, maybe, committed a synchronisation of it whose end was lost
	doubtful        bool        // it may be refused as another copy of itself
	refused         bool        // it was, for a reason
	unspent         *deployment // the last one, which it has not synchronised since
}

// newWorld makes the databases. Those of server are on another one, whose clock is ahead by so many seconds.
func newWorld(t testing.TB, server *pgtest.Server, ahead float64) *world {
	w := &world{t: t, folder: t.TempDir(), sides: map[string]*side{}, outcomes: map[string]int{}}
	w.central = clonetest.NewCentral(t, ddl, tablesOfHistories()...)
	// A database that was copied or restored belongs to nobody who deploys.
	w.central.Exec(t, "grant create on schema public to "+w.central.Owner.Name)
	w.central.Exec(t, `insert into lizsync.key_references values ('"public"."select"', 'numéro', '"Ville d''été"."Rue.Principale"', 'id', 'a test')`)
	options := map[string][]clonetest.Option{
		"A": nil, "B": {clonetest.SuperuserOnClone}, "D": {clonetest.SuperuserOnCentral},
	}
	w.sides["C"] = &side{name: "C", db: w.central.DB}
	for _, name := range clones {
		if name == "D" && server != nil {
			clone := w.central.Elsewhere(t, server)
			clone.Exec(t, fmt.Sprintf("set role %s; create schema ghost; %s; update ghost.side set central = false; reset role", w.central.Owner.Name, ghost))
			w.sides[name] = &side{name: name, db: clone.DB, clone: clone, session: clone.Session, role: clone.Role, skew: ahead}
			continue
		}
		clone := w.central.Clone(t, options[name]...)
		clone.Exec(t, "update ghost.side set central = false")
		w.sides[name] = &side{name: name, db: clone.DB, clone: clone, session: clone.Session, role: clone.Role}
	}
	// Whoever synchronises has settings of his own, on both sides, under which values look otherwise.
	for i, name := range clones {
		for _, who := range []struct {
			db   *pgtest.DB
			role pgtest.Login
		}{{w.central.DB, w.sides[name].role}, {w.sides[name].db, w.sides[name].session}} {
			for _, setting := range settings[i] {
				who.db.Exec(t, fmt.Sprintf("alter role %s in database %s set %s", who.role.Name, who.db.Name, setting))
			}
		}
		w.sides[name].clone.Disconnect()
	}
	w.monitor = w.central.Conn(t)
	w.must(w.monitor, "set timezone = 'UTC'")
	w.monitors = map[*pgtest.Server]*pgx.Conn{w.central.Server: w.monitor}
	w.forgotten, w.exchanges = map[string]bool{}, map[string]int{}
	for _, name := range sorted(w.sides) {
		s := w.sides[name]
		w.names = append(w.names, s.db.Name)
		w.connect(s)
		if w.monitors[s.db.Server] == nil {
			w.monitors[s.db.Server] = s.db.Conn(t)
		}
	}
	if s := w.sides["D"]; s.skew != 0 {
		if done, _ := w.deploy(s, op{verb: "deploy"}); !done {
			t.Fatal("D could not be deployed")
		}
		s.clone.Connect(t)
	}
	return w
}

// settings are those of who synchronises each clone.
var settings = [][]string{
	{"timezone = 'Europe/Paris'", "datestyle = 'German'", `search_path = "Ville d'été", public`, "extra_float_digits = -3"},
	{"timezone = 'Asia/Kathmandu'", "intervalstyle = 'sql_standard'", "bytea_output = 'escape'", "search_path = ''", "standard_conforming_strings = off"},
	{"datestyle = 'SQL, MDY'", "lc_monetary = 'C'", "quote_all_identifiers = on", "array_nulls = off", "enable_hashjoin = off", "jit = on"},
}

// smallBatches makes an edit or two a batch, on both sides.
func (w *world) smallBatches() {
	for _, name := range sorted(w.sides) {
		db := w.sides[name].db
		clonetest.Alter(w.t, db, strings.Replace(
			db.Text(w.t, "select pg_get_functiondef('lizsync.batch_size()'::regprocedure)"), "16 * 1024 * 1024", "300", 1))
	}
}

func tablesOfHistories() []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.sql)
	}
	return names
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (w *world) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), limit)
}

// must runs statements without arguments.
func (w *world) must(conn *pgx.Conn, sql string) {
	if err := w.exec(conn, sql); err != nil {
		violate("ERROR", "%v\n%s", err, sql)
	}
}

func (w *world) exec(conn *pgx.Conn, sql string) error {
	ctx, cancel := w.context()
	defer cancel()
	_, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

func collect[T any](w *world, conn *pgx.Conn, f pgx.RowToFunc[T], sql string, arguments ...any) []T {
	ctx, cancel := w.context()
	defer cancel()
	rows, err := conn.Query(ctx, sql, arguments...)
	if err == nil {
		var out []T
		if out, err = pgx.CollectRows(rows, f); err == nil {
			return out
		}
	}
	violate("ERROR", "%v\n%s", err, sql)
	return nil
}

// reset makes all the databases as they were at first.
func (w *world) reset() {
	for _, s := range w.sides {
		for i, conn := range s.users {
			s.open[i] = nil
			w.must(conn, "rollback")
		}
		s.offset = 0
	}
	w.restoreSides()
	for _, name := range sorted(w.sides) {
		var b strings.Builder
		b.WriteString("begin; set local session_replication_role = replica;")
		for _, t := range slices.Backward(tables) {
			fmt.Fprintf(&b, "delete from %s;", t.sql)
		}
		for _, t := range tables {
			for i := range t.start {
				names, values := []string{"uid"}, []string{"'" + uid(t, rowNames[i]) + "'"}
				if t.numbered {
					names, values = append(names, "id"), append(values, fmt.Sprint(i+1))
				}
				for _, c := range t.columns {
					kind := c.kinds[0]
					switch {
					case c.insertOnly:
						continue
					case c.name == "road":
						// So that a may be deleted, until something refers to it that forbids it.
						kind = map[string]string{"tree": "a", "link": "a", "note": "b"}[t.name]
					case c.name == "hi":
						kind = "3"
					}
					names = append(names, c.sql)
					values = append(values, literal(t, &c, kind, i+1))
				}
				if t.untracked {
					names, values = append(names, "n"), append(values, "0")
				}
				fmt.Fprintf(&b, "insert into %s (%s) overriding system value values (%s);", t.sql, strings.Join(names, ", "), strings.Join(values, ", "))
			}
		}
		for _, table := range []string{
			"audit.logged_actions", "lizsync.conflicts", "lizsync.history", "lizsync.pending_changes", "lizsync.central",
			"lizsync.clones", "lizsync.synchronized_tables", "lizsync.exchanges", "lizsync.incoming", "lizsync.held_rows", "lizsync.outgoing",
			"lizsync.changeset", "lizsync.reply", "lizsync.purges", "ghost.ledger", "ghost.written",
		} {
			b.WriteString("delete from " + table + ";")
		}
		b.WriteString("commit")
		w.must(w.sides[name].users[0], b.String())
	}
	for _, name := range clones {
		w.sides[name].clone.Deploy(w.t)
	}
	w.ledger = newLedger()
	w.lastTime = time.Time{}
}

// Play plays a history from the start to its end and tells what it has broken, nil for nothing.
func (w *world) Play(ops []op) (v *Violation) {
	defer func() {
		if r := recover(); r != nil {
			var ok bool
			if v, ok = r.(*Violation); !ok {
				panic(r)
			}
			w.abandon()
		}
	}()
	w.abandon()
	w.reset()
	for i, o := range ops {
		w.do(i, o)
	}
	w.final()
	return nil
}

// abandon ends whatever is under way.
func (w *world) abandon() {
	for _, p := range w.zombies {
		p.kill()
	}
	w.zombies = nil
	for _, s := range w.sides {
		if s.process != nil {
			s.process.kill()
			s.process = nil
		}
		for i, conn := range s.users {
			if conn.IsClosed() {
				s.users[i] = s.db.Conn(w.t)
				w.must(s.users[i], `set timezone = 'UTC'; set lock_timeout = '25ms'`)
			}
			_ = w.exec(s.users[i], "rollback")
			s.open[i] = nil
		}
	}
}

func (w *world) do(number int, o op) {
	s := w.sides[o.db]
	w.tick = number + 1
	switch o.verb {
	case "purge", "pack", "shape", "forget", "deploy", "backup", "restore", "copy", "dump":
		w.upheave(s, o)
	case "set", "ins", "del", "bulk", "truncate", "hold":
		w.edit(s, o, number)
	case "rewrite":
		if err := w.exec(s.users[0], "vacuum full "+tableNamed(o.args[0]).sql); err != nil && database.SQLState(err) != pgerrcode.LockNotAvailable {
			violate("ERROR", "rewrite: %v", err)
		}
	case "commit", "abort":
		w.end(s, o.slot, o.verb == "commit")
	case "clock":
		if s.clone != nil {
			_, _ = fmt.Sscan(o.args[0], &s.offset)
			w.ledger.clocks[s.name] = true
		}
	case "drain":
		if s.clone != nil {
			w.must(s.users[0], "select setval(sequence::regclass, upper(range) - 2) from lizsync.key_blocks where sequence ~ 'Rue' order by id desc limit 1")
		}
	case "later":
		// Longer than the error of a measured clock, which can be half of a round trip on a machine with much to do.
		later := collect(w, w.monitor, pgx.RowTo[time.Time], "select clock_timestamp() + interval '0.5 s'")[0]
		pgtest.WaitFor(w.t, w.monitor, "select clock_timestamp() > $1", later)
	case "giveup":
		if s.clone != nil {
			command := "select lizsync.give_up(object_table, object_uid) from lizsync.pending_changes"
			if len(o.args) > 0 {
				t := tableNamed(o.args[0])
				command = fmt.Sprintf("select lizsync.give_up('%s', '%s')", strings.ReplaceAll(t.sql, "'", "''"), uid(t, o.args[1]))
			}
			err := w.exec(s.users[0], command)
			if err != nil && !slices.Contains([]string{pgerrcode.NoDataFound, pgerrcode.NoData, pgerrcode.LockNotAvailable}, database.SQLState(err)) {
				violate("ERROR", "give up: %v", err)
			}
		}
	default:
		if s.clone != nil {
			w.synchronise(s, o)
		}
	}
}

// edit makes a user's edit and takes down what it did.
func (w *world) edit(s *side, o op, number int) {
	t := tableNamed(o.args[0])
	statement := sql(t, o, number)
	if statement == "" {
		return
	}
	conn := s.users[o.slot]
	if s.open[o.slot] == nil {
		w.must(conn, "begin")
		s.open[o.slot] = &transaction{}
	}
	tx := s.open[o.slot]
	w.must(conn, "savepoint s")
	// A truncated table can't even be read while the transaction is open.
	if err := w.exec(conn, contentsQuery); database.SQLState(err) == pgerrcode.LockNotAvailable {
		w.must(conn, "rollback to savepoint s")
		if o.slot == 0 {
			w.end(s, 0, false)
		}
		return
	}
	before := w.contents(conn)
	last := collect(w, conn, pgx.RowTo[int64], "select coalesce(max(event_id), 0) from audit.logged_actions")[0]
	if err := w.exec(conn, statement); err != nil {
		// A constraint, or somebody holds the row.
		drained := s.clone != nil && database.SQLState(err) == pgerrcode.SequenceGeneratorLimitExceeded
		if !pgerrcode.IsIntegrityConstraintViolation(database.SQLState(err)) && database.SQLState(err) != pgerrcode.LockNotAvailable && !drained {
			violate("ERROR", "%v\n%s", err, statement)
		}
		w.must(conn, "rollback to savepoint s")
	} else {
		w.take(s, tx, before, w.contents(conn), last, o.tie)
	}
	if o.slot == 0 {
		w.end(s, 0, true)
	}
}

func sql(t *table, o op, number int) string {
	var names, values, sets []string
	for _, c := range o.columns() {
		column := t.column(c)
		value := literal(t, column, o.set[c], 100*(number+1)+len(names))
		names, values = append(names, column.sql), append(values, value)
		sets = append(sets, column.sql+" = "+value)
	}
	// Through the view one time in three.
	into := t.sql
	if t.view != "" && number%3 == 0 && o.set["number"] == "" {
		into = t.view
	}
	switch o.verb {
	case "set":
		return fmt.Sprintf("update %s set %s where uid = '%s'", into, strings.Join(sets, ", "), uid(t, o.args[1]))
	case "bulk":
		return fmt.Sprintf("update %s set %s", t.sql, strings.Join(sets, ", "))
	case "ins":
		names, values = append(names, "uid"), append(values, "'"+uid(t, o.args[1])+"'")
		return fmt.Sprintf("insert into %s (%s) values (%s)", into, strings.Join(names, ", "), strings.Join(values, ", "))
	case "del":
		return fmt.Sprintf("delete from %s where uid = '%s'", into, uid(t, o.args[1]))
	case "truncate":
		return fmt.Sprintf("truncate %s cascade", t.sql)
	case "hold":
		return fmt.Sprintf("lock table %s in %s mode", t.sql, []string{"share", "exclusive", "access exclusive"}[number%3])
	}
	return ""
}

// take compares the database before and after a statement, and gives its events the time that the database's clock shows.
func (w *world) take(s *side, tx *transaction, before, after contents, last int64, tie bool) {
	conn := s.users[slices.Index(s.open[:], tx)]
	seconds := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	now := collect(w, conn, pgx.RowTo[time.Time], "select clock_timestamp()")[0].Add(-seconds(s.skew))
	if tie && !w.lastTime.IsZero() {
		now = w.lastTime
	}
	w.lastTime = now
	raw := now.Add(seconds(s.offset + s.skew))
	if tie || s.offset != 0 {
		w.must(conn, fmt.Sprintf(`update audit.logged_actions set action_tstamp_clk = '%s'
			where transaction_id = pg_current_xact_id()::text::bigint and event_id > %d`, raw.UTC().Format(time.RFC3339Nano), last))
	}
	for uid, row := range before {
		other, kept := after[uid]
		if !kept {
			tx.deleted = append(tx.deleted, uid)
		}
		for field, value := range row {
			if !kept || other[field] != value {
				tx.superseded = append(tx.superseded, cell{uid, field, canonical(value)})
			}
		}
	}
	for uid, row := range after {
		old, was := before[uid]
		if !was {
			tx.inserted = append(tx.inserted, uid)
		}
		for field, value := range row {
			if was && old[field] == value || !was && value == pgtest.Null {
				continue
			}
			e := &edit{db: s.name, cell: cell{uid, field, canonical(value)}, stood: w.ledger.stood[s.name+" "+uid]}
			if was {
				e.before = canonical(old[field])
			}
			tx.edits = append(tx.edits, e)
		}
	}
}

func (w *world) end(s *side, slot int, commit bool) {
	tx := s.open[slot]
	if tx == nil {
		return
	}
	s.open[slot] = nil
	if !commit {
		w.must(s.users[slot], "rollback")
		return
	}
	if s.clone != nil {
		for _, e := range collect(w, s.users[slot], pgx.RowToStructByPos[struct {
			ID  int64
			UID string
		}], "select event_id, uid::text from audit.logged_actions where transaction_id = pg_current_xact_id()::text::bigint and uid is not null") {
			s.events[e.ID] = event{tx, e.UID}
		}
	}
	w.must(s.users[slot], "commit")
	w.ledger.add(s.name, tx)
}

// contents are the tracked fields of all rows, by uid.
type contents map[string]map[string]string

func (w *world) contents(conn *pgx.Conn) contents {
	type record struct {
		uid    string
		fields []*string
	}
	rows := collect(w, conn, func(row pgx.CollectableRow) (r record, err error) {
		err = row.Scan(&r.uid, &r.fields)
		return r, err
	}, contentsQuery)
	out := contents{}
	for _, r := range rows {
		fields := map[string]string{}
		for i := 0; i < len(r.fields); i += 2 {
			value := pgtest.Null
			if r.fields[i+1] != nil {
				value = *r.fields[i+1]
			}
			fields[*r.fields[i]] = value
		}
		out[r.uid] = fields
	}
	return out
}

var contentsQuery = func() string {
	var parts []string
	for _, t := range tables {
		if t.untracked {
			continue
		}
		var fields []string
		for _, c := range t.columns {
			fields = append(fields, "'"+plain(c.sql)+"'")
		}
		parts = append(parts, fmt.Sprintf(
			"select uid::text, public.hstore_to_array(public.slice(public.hstore(t.*), array[%s])) from %s as t", strings.Join(fields, ", "), t.sql))
	}
	return strings.Join(parts, "\nunion all\n")
}()

// plain is a name without its quotes.
func plain(name string) string {
	text, _, _ := provider.Unquote(name)
	return text
}

// guard runs something that may wait for a transaction of the history, and ends what it waits for.
func (w *world) guard(o op, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	wait := 40 * time.Millisecond
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(wait):
			wait = 15 * time.Millisecond
		}
		for server, monitor := range w.monitors {
			for _, pid := range collect(w, monitor, pgx.RowTo[uint32], `
				select distinct b::bigint from pg_stat_activity a, unnest(pg_blocking_pids(a.pid)) as b
				where a.datname = any ($1) and a.wait_event_type = 'Lock'`, w.names) {
				w.unblock(server, pid, o.abort)
			}
		}
	}
}

// unblock ends the transaction of a session that is in the way.
func (w *world) unblock(server *pgtest.Server, pid uint32, abort bool) {
	for _, s := range w.sides {
		for i, conn := range s.users {
			if s.db.Server == server && conn.PgConn().PID() == pid {
				w.end(s, i, !abort)
			}
		}
		if p := s.process; p != nil && server == w.central.Server && p.central.PgConn().PID() == pid {
			p.unblock(abort)
		}
	}
	w.zombies = slices.DeleteFunc(w.zombies, func(p *process) bool {
		if server != w.central.Server || p.central.PgConn().PID() != pid {
			return false
		}
		p.unblock(abort)
		p.kill()
		return true
	})
}
