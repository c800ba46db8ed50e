// Package exchange synchronises a clone with central over two connections of its own, for when the clone cannot reach
// central or must not hold its password. It carries texts between the SQL functions of the two sides, as
// lizsync.synchronize() does in the clone itself; every rule is in those functions.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

const (
	// endPatience bounds the statements that end a transaction, which a cancelled context does not stop.
	endPatience = 30 * time.Second
)

// KeepAliveInterval is how often central hears of a clone that is at work. It ends a session that it does not hear of for 30 seconds.
var KeepAliveInterval = 10 * time.Second

// Counts says what a synchronisation did.
type Counts struct {
	ReplayedToCentral int // rows of the clone written on central
	ReplayedToClone   int // rows of central written on the clone
	Conflicts         int // values that lost
	Pending           int // rows that are held because they could not be applied
}

// slot is leave to synchronise, and what central says of itself with it.
type slot struct {
	version   int     // of central's structure
	functions string  // their digest
	program   string  // the version of the program that installed them
	maxTries  int     // how often an exchange may be begun, because others were writing the same rows
	offset    float64 // how far the clone's clock is ahead of central's, in seconds
}

// handshake is what the clone says at the start; its composite values, in their text form, are for central.
type handshake struct {
	cloneID, snapshot           []byte
	handshake, columns, pending []byte
	batches                     []int64
}

// acknowledgement is what central says at the end of the exchange.
type acknowledgement struct {
	text    []byte
	token   []byte
	batches int
}

// Synchronize makes the databases behind two connections exchange their changes. Neither session may be in a
// transaction. An error leaves both as they were, unless it says that central is done, or may be: then the clone receives its
// part with the next synchronisation.
func Synchronize(ctx context.Context, clone, central *pgx.Conn, feedback provider.Feedback) (Counts, error) {
	s, err := acquireSlot(ctx, clone, central)
	if err != nil {
		return Counts{}, err
	}

	// From here to its end, one transaction on the clone: it holds the lock, and the cursor moves with the data.
	if _, err := clone.Exec(ctx, "begin isolation level read committed"); err != nil {
		return Counts{}, fmt.Errorf("begin on the clone: %w", err)
	}
	defer rollback(ctx, clone)
	h, err := begin(ctx, clone, s)
	if err != nil {
		return Counts{}, err
	}
	feedback.Progress(5)

	a, err := exchange(ctx, clone, central, s, h, feedback)
	if err != nil {
		return Counts{}, err
	}
	feedback.Progress(60)

	counts, err := receive(ctx, clone, central, h, a, feedback)
	if err != nil {
		return Counts{}, centralIsDone(err)
	}
	feedback.Progress(100)
	return counts, nil
}

func centralIsDone(err error) error {
	return leftToTheNext("central is done; the clone receives it with the next synchronisation", err)
}

func centralMayBeDone(err error) error {
	return leftToTheNext("central may be done; then the clone receives it with the next synchronisation", err)
}

func leftToTheNext(what string, err error) error {
	return &provider.Failure{Text: fmt.Sprintf("%s: %v", what, err), Hint: "synchronise again", Err: err}
}

// acquireSlot waits until central has not too many others to synchronise with. The clocks are compared as NTP does it: what the
// answer took on central does not count.
func acquireSlot(ctx context.Context, clone, central *pgx.Conn) (slot, error) {
	const clock = "select extract(epoch from clock_timestamp())::double precision"
	var s slot
	var before, asked, given, after float64
	if err := query(ctx, clone, clock).Scan(&before); err != nil {
		return s, fmt.Errorf("read the clone's clock: %w", err)
	}
	// By their names: another version's slot may have more.
	const wait = "select version, functions, program, max_tries, asked_at, given_at from lizsync.acquire_slot()"
	if err := query(ctx, central, wait).Scan(&s.version, &s.functions, &s.program, &s.maxTries, &asked, &given); err != nil {
		return s, fmt.Errorf("wait for central: %w", err)
	}
	if err := query(ctx, clone, clock).Scan(&after); err != nil {
		return s, fmt.Errorf("read the clone's clock: %w", err)
	}
	s.offset = (before - asked + after - given) / 2
	return s, nil
}

func begin(ctx context.Context, clone *pgx.Conn, s slot) (handshake, error) {
	var h handshake
	err := query(ctx, clone, `
		select (b.handshake).server_id::text, (b.handshake).snapshot::text, b.handshake::text, b.columns::text, b.pending::text, b.batches
		from lizsync.begin_synchronization($1, $2, $3) as b`, s.version, s.functions, s.program,
	).Scan(&h.cloneID, &h.snapshot, &h.handshake, &h.columns, &h.pending, &h.batches)
	if err != nil {
		return handshake{}, fmt.Errorf("begin the synchronisation on the clone: %w", err)
	}
	return h, nil
}

// exchange has central apply the clone's changes and commit. It begins again, a bounded number of times, when users who are
// writing the same rows made central fail.
func exchange(ctx context.Context, clone, central *pgx.Conn, s slot, h handshake, feedback provider.Feedback) (acknowledgement, error) {
	for try := 1; ; try++ {
		a, err := tryExchange(ctx, clone, central, s.offset, h, try == 1, feedback)
		if err == nil {
			return a, nil
		}
		centralFailed := central.PgConn().TxStatus() == 'E' && clone.PgConn().TxStatus() == 'T'
		rollback(ctx, central)
		state := database.SQLState(err)
		if ended := endedByCentral(central, err); ended != nil && ctx.Err() == nil {
			return acknowledgement{}, ended
		}
		if try == s.maxTries || !centralFailed || state != pgerrcode.SerializationFailure && state != pgerrcode.DeadlockDetected {
			return acknowledgement{}, err
		}
		feedback.Message("others are writing the same rows on central; trying again")
	}
}

// endedByCentral says which limit may have ended the session on central, which the server's own words do not, or nil when it goes on.
func endedByCentral(central *pgx.Conn, err error) error {
	if !central.IsClosed() {
		return nil
	}
	hint := "the network has ended the connection, or central, which does so when its network hears nothing of the clone for 25 seconds (tcp_keepalives_idle, tcp_user_timeout); see to the link, then synchronise again"
	switch database.SQLState(err) {
	case "":
	case pgerrcode.IdleInTransactionSessionTimeout:
		hint = "central has heard nothing of the clone for 30 seconds (idle_in_transaction_session_timeout), which it allows so that a clone that has vanished holds no locks; see to the link, then synchronise again"
	default:
		return nil
	}
	return &provider.Failure{Text: err.Error(), Hint: hint, Err: err}
}

// tryExchange keeps both sides at work: while central prepares the prefetch, the clone reads its changes;
// while central applies those, the clone writes the prefetch. Central does not wait for it to commit.
func tryExchange(
	ctx context.Context, clone, central *pgx.Conn, offset float64, h handshake, prefetch bool, feedback provider.Feedback,
) (acknowledgement, error) {
	var prefetched, payload []byte
	read := func(i int) error {
		var after int64
		if i > 0 {
			after = h.batches[i-1]
		}
		var err error
		payload, err = call(ctx, clone, "select lizsync.outgoing_batch($1, $2, $3)", h.snapshot, text(after), text(h.batches[i]))
		if err != nil {
			return fmt.Errorf("read the clone's changes: %w", err)
		}
		return nil
	}

	there, here := atOnce(ctx, central, func() error {
		var m message
		m.add(0, "begin isolation level repeatable read")
		m.add(1, "select lizsync.open_exchange($1, $2, $3, make_interval(secs => $4), $5)", h.handshake, h.columns, h.pending, text(offset), text(prefetch))
		opened, err := m.send(ctx, central)
		if err != nil {
			return fmt.Errorf("open the exchange with central: %w", err)
		}
		prefetched = opened[1][0]
		return nil
	}, func() error {
		if len(h.batches) == 0 {
			return nil
		}
		return read(0)
	})
	if err := errors.Join(there, here); err != nil {
		return acknowledgement{}, err
	}
	const send = "select lizsync.receive_batch($1)"
	for i := 1; i < len(h.batches); i++ {
		before := payload
		there, here := atOnce(ctx, central, func() error {
			if _, err := call(ctx, central, send, before); err != nil {
				return fmt.Errorf("send the clone's changes to central: %w", err)
			}
			return nil
		}, func() error { return read(i) })
		if err := errors.Join(there, here); err != nil {
			return acknowledgement{}, err
		}
		feedback.Progress(5 + 25*float64(i)/float64(len(h.batches)))
	}

	feedback.Progress(30)
	var a acknowledgement
	there, here = atOnce(ctx, central, func() error {
		var m message
		m.add(1, send, payload)
		m.add(3, "select e, e.token, e.batches from lizsync.exchange() as e")
		m.add(0, "commit")
		answered, err := m.send(ctx, central)
		if err != nil {
			err = fmt.Errorf("apply the clone's changes on central: %w", err)
			known := database.SQLState(err) == pgerrcode.IdleInTransactionSessionTimeout // before it got the commit
			if central.PgConn().TxStatus() != 'E' && !pgconn.SafeToRetry(err) && !known {
				return centralMayBeDone(err)
			}
			return err
		}
		a.text, a.token = answered[1][0], answered[1][1]
		a.batches, err = strconv.Atoi(string(answered[1][2]))
		if err != nil {
			return centralIsDone(fmt.Errorf("understand its answer: %w", err))
		}
		return nil
	}, func() error {
		if prefetched == nil {
			return nil
		}
		if _, err := call(ctx, clone, "select lizsync.apply_prefetch($1)", prefetched); err != nil {
			return fmt.Errorf("apply central's first changes on the clone: %w", err)
		}
		return nil
	})
	if there == nil && here != nil {
		here = centralIsDone(here)
	}
	return a, errors.Join(there, here)
}

// atOnce does one thing on each side and waits for both. Central, when it is done first, hears from time to time that the clone still
// works.
func atOnce(ctx context.Context, central *pgx.Conn, there, here func() error) (errThere, errHere error) {
	done := make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		if err := there(); err != nil {
			return err
		}
		ticker := time.NewTicker(KeepAliveInterval)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return nil
			case <-ticker.C:
				if err := central.Ping(ctx); err != nil {
					return fmt.Errorf("keep the session on central: %w", err)
				}
			}
		}
	})
	errHere = here()
	close(done)
	return group.Wait(), errHere
}

// receive fetches central's reply, applies it on the clone and commits there.
func receive(ctx context.Context, clone, central *pgx.Conn, h handshake, a acknowledgement, feedback provider.Feedback) (Counts, error) {
	for batch := 1; batch <= a.batches; batch++ {
		payload, err := call(ctx, central, "select lizsync.reply_batch($1, $2, $3)", h.cloneID, text(batch), a.token)
		if err != nil {
			return Counts{}, fmt.Errorf("fetch central's changes: %w", err)
		}
		if _, err := call(ctx, clone, "select lizsync.receive_batch($1)", payload); err != nil {
			return Counts{}, fmt.Errorf("take in central's changes: %w", err)
		}
		feedback.Progress(60 + 20*float64(batch)/float64(a.batches))
	}
	var c Counts
	err := query(ctx, clone, "select * from lizsync.apply_reply($1::text::lizsync.acknowledgement)", string(a.text)).
		Scan(&c.ReplayedToCentral, &c.ReplayedToClone, &c.Conflicts, &c.Pending)
	if err != nil {
		return Counts{}, fmt.Errorf("apply central's changes on the clone: %w", err)
	}
	// Not stopped half-way: nobody could tell what it did.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	if _, err := clone.Exec(ctx, "commit"); err != nil {
		return Counts{}, fmt.Errorf("commit on the clone: %w", err)
	}
	return c, nil
}

// rollback leaves a session whose transaction has ended as it is. It needs no error: when it fails the session is
// lost, and the server rolls back.
func rollback(ctx context.Context, conn *pgx.Conn) {
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	_, _ = conn.Exec(ctx, "rollback")
}

// message is several statements that go to a server in one round trip. When one fails, the rest is not executed. Values are in
// their text form, nil is null: nothing is prepared, and megabytes are not converted.
type message struct {
	batch      pgconn.Batch
	statements []string
	columns    []int
}

// add adds a statement with a number of columns: 0 for one that returns nothing, or else it has one row.
func (m *message) add(columns int, sql string, arguments ...[]byte) {
	m.batch.ExecParams(sql, arguments, nil, nil, nil)
	m.statements = append(m.statements, sql)
	m.columns = append(m.columns, columns)
}

// send returns the row of each statement.
func (m *message) send(ctx context.Context, conn *pgx.Conn) ([][][]byte, error) {
	done := database.Trace(ctx, conn, strings.Join(m.statements, "; "))
	results, err := conn.PgConn().ExecBatch(ctx, &m.batch).ReadAll()
	done(pgconn.CommandTag{}, err)
	if err != nil {
		return nil, err
	}
	rows := make([][][]byte, len(m.columns))
	for i, columns := range m.columns {
		if columns == 0 {
			continue
		}
		if i >= len(results) || len(results[i].Rows) != 1 || len(results[i].Rows[0]) != columns {
			return nil, errors.New("the server has answered something else than was asked")
		}
		rows[i] = results[i].Rows[0]
	}
	return rows, nil
}

// call is a message of one statement, which has one value.
func call(ctx context.Context, conn *pgx.Conn, sql string, arguments ...[]byte) ([]byte, error) {
	var m message
	m.add(1, sql, arguments...)
	rows, err := m.send(ctx, conn)
	if err != nil {
		return nil, err
	}
	return rows[0][0], nil
}

func text(value any) []byte { return fmt.Append(nil, value) }

// query costs one round trip: nothing is prepared.
func query(ctx context.Context, conn *pgx.Conn, sql string, arguments ...any) pgx.Row {
	return conn.QueryRow(ctx, sql, append([]any{pgx.QueryExecModeExec}, arguments...)...)
}
