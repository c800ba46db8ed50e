// Package exchange synchronises a clone with central over two connections of its own, for when the clone cannot reach
// central or must not hold its password. It carries texts between the SQL functions of the two sides, as
// lizsync.synchronize() does in the clone itself; every rule is in those functions.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/lizsync/lizsync/provider"
)

const (
	// maxTries bounds how often an exchange is begun again because others were writing the same rows.
	maxTries = 5
	// endPatience bounds the statements that end a transaction, which a cancelled context does not stop.
	endPatience = 30 * time.Second
)

// Counts says what a synchronisation did.
type Counts struct {
	ReplayedToCentral int // rows of the clone written on central
	ReplayedToClone   int // rows of central written on the clone
	Conflicts         int // values that lost
	Pending           int // rows that stand still because they could not be applied
}

// greeting is what the clone says at the start; the texts are composite values for central.
type greeting struct {
	cloneID, snapshot          string
	greeting, columns, pending *string
	batches                    []int64
}

// answer is what central says at the end of the exchange.
type answer struct {
	text    string
	token   string
	batches int
}

// Synchronize makes the databases behind two connections exchange their changes. Neither session may be in a
// transaction. An error leaves both as they were, unless it says that central is done: then the clone receives its
// part with the next synchronisation.
func Synchronize(ctx context.Context, clone, central *pgx.Conn, feedback provider.Feedback) (Counts, error) {
	version, offset, err := takeTurn(ctx, clone, central)
	if err != nil {
		return Counts{}, err
	}

	// From here to its end, one transaction on the clone: it holds the lock, and the cursor moves with the data.
	if _, err := clone.Exec(ctx, "begin isolation level read committed"); err != nil {
		return Counts{}, fmt.Errorf("begin on the clone: %w", err)
	}
	defer rollback(ctx, clone)
	g, err := begin(ctx, clone, version)
	if err != nil {
		return Counts{}, err
	}
	feedback.Progress(5)

	a, err := exchange(ctx, clone, central, g, offset, feedback)
	if err != nil {
		return Counts{}, err
	}
	feedback.Progress(60)

	counts, err := receive(ctx, clone, central, g, a, feedback)
	if err != nil {
		return Counts{}, &provider.Failure{
			Text: fmt.Sprintf("central is done; the clone receives it with the next synchronisation: %v", err),
			Hint: "synchronise again",
			Err:  err,
		}
	}
	feedback.Progress(100)
	return counts, nil
}

// takeTurn waits until central has not too many others to synchronise with. It learns the version of central's structure, and
// how far the clone's clock is ahead of central's, in seconds: as NTP does, without what the answer took on central.
func takeTurn(ctx context.Context, clone, central *pgx.Conn) (version int, offset float64, err error) {
	const clock = "select extract(epoch from clock_timestamp())::double precision"
	var before, asked, given, after float64
	if err := query(ctx, clone, clock).Scan(&before); err != nil {
		return 0, 0, fmt.Errorf("read the clone's clock: %w", err)
	}
	if err := query(ctx, central, "select * from lizsync.take_turn()").Scan(&version, &asked, &given); err != nil {
		return 0, 0, fmt.Errorf("wait for central: %w", err)
	}
	if err := query(ctx, clone, clock).Scan(&after); err != nil {
		return 0, 0, fmt.Errorf("read the clone's clock: %w", err)
	}
	return version, (before - asked + after - given) / 2, nil
}

func begin(ctx context.Context, clone *pgx.Conn, centralVersion int) (greeting, error) {
	var g greeting
	err := query(ctx, clone, `
		select (b.greeting).server_id::text, (b.greeting).snapshot::text, b.greeting::text, b.columns::text, b.pending::text, b.batches
		from lizsync.begin_synchronization($1) as b`, centralVersion,
	).Scan(&g.cloneID, &g.snapshot, &g.greeting, &g.columns, &g.pending, &g.batches)
	if err != nil {
		return greeting{}, fmt.Errorf("begin the synchronisation on the clone: %w", err)
	}
	return g, nil
}

// exchange has central apply the clone's changes and commits there. It begins again, a bounded number of times, when
// users who are writing the same rows made it fail.
func exchange(ctx context.Context, clone, central *pgx.Conn, g greeting, offset float64, feedback provider.Feedback) (answer, error) {
	for try := 1; ; try++ {
		a, err := tryExchange(ctx, clone, central, g, offset, try == 1, feedback)
		if err == nil {
			return a, nil
		}
		rollback(ctx, central)
		var pg *pgconn.PgError
		if try == maxTries || !errors.As(err, &pg) || pg.Code != "40001" && pg.Code != "40P01" {
			return answer{}, err
		}
		feedback.Message("others are writing the same rows on central; trying again")
	}
}

// tryExchange keeps both sides at work: while central prepares what the clone can write early, the clone reads its changes;
// while central applies those, the clone writes that.
func tryExchange(
	ctx context.Context, clone, central *pgx.Conn, g greeting, offset float64, early bool, feedback provider.Feedback,
) (answer, error) {
	if _, err := central.Exec(ctx, "begin isolation level repeatable read"); err != nil {
		return answer{}, fmt.Errorf("begin on central: %w", err)
	}
	var first, payload *string
	read := func(i int) error {
		var after int64
		if i > 0 {
			after = g.batches[i-1]
		}
		err := query(ctx, clone, "select lizsync.outgoing_batch($1::text::pg_snapshot, $2, $3)", g.snapshot, after, g.batches[i]).Scan(&payload)
		if err != nil {
			return fmt.Errorf("read the clone's changes: %w", err)
		}
		return nil
	}
	send := func(payload *string) error {
		if _, err := exec(ctx, central, "select lizsync.receive_batch($1)", payload); err != nil {
			return fmt.Errorf("send the clone's changes to central: %w", err)
		}
		return nil
	}

	err := atOnce(func() error {
		err := query(ctx, central, `
			select lizsync.open_exchange(
				$1::text::lizsync.greeting, $2::text::lizsync.table_column[], $3::text::lizsync.pending_row[], make_interval(secs => $4), $5)`,
			g.greeting, g.columns, g.pending, offset, early,
		).Scan(&first)
		if err != nil {
			return fmt.Errorf("open the exchange with central: %w", err)
		}
		return nil
	}, func() error {
		if len(g.batches) == 0 {
			return nil
		}
		return read(0)
	})
	if err != nil {
		return answer{}, err
	}
	for i := 1; i < len(g.batches); i++ {
		before := payload
		if err := atOnce(func() error { return send(before) }, func() error { return read(i) }); err != nil {
			return answer{}, err
		}
		feedback.Progress(5 + 25*float64(i)/float64(len(g.batches)))
	}
	var a answer
	err = atOnce(func() error {
		if err := send(payload); err != nil {
			return err
		}
		feedback.Progress(30)
		err := query(ctx, central, "select e::text, e.token::text, e.batches from lizsync.exchange() as e").Scan(&a.text, &a.token, &a.batches)
		if err != nil {
			return fmt.Errorf("apply the clone's changes on central: %w", err)
		}
		return nil
	}, func() error {
		if first == nil {
			return nil
		}
		if _, err := exec(ctx, clone, "select lizsync.apply_early($1)", first); err != nil {
			return fmt.Errorf("apply central's first changes on the clone: %w", err)
		}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	return a, commit(ctx, central, "central")
}

// atOnce does one thing on each side and waits for both: what failed on one may be tried again.
func atOnce(there, here func() error) error {
	var group errgroup.Group
	group.Go(there)
	group.Go(here)
	return group.Wait()
}

// receive fetches central's reply, applies it on the clone and commits there.
func receive(ctx context.Context, clone, central *pgx.Conn, g greeting, a answer, feedback provider.Feedback) (Counts, error) {
	for batch := 1; batch <= a.batches; batch++ {
		var payload string
		err := query(ctx, central, "select lizsync.reply_batch($1::text::uuid, $2, $3::text::uuid)", g.cloneID, batch, a.token).Scan(&payload)
		if err != nil {
			return Counts{}, fmt.Errorf("fetch central's changes: %w", err)
		}
		if _, err := exec(ctx, clone, "select lizsync.receive_batch($1)", payload); err != nil {
			return Counts{}, fmt.Errorf("take in central's changes: %w", err)
		}
		feedback.Progress(60 + 20*float64(batch)/float64(a.batches))
	}
	var c Counts
	err := query(ctx, clone, "select * from lizsync.apply_reply($1::text::lizsync.answer)", a.text).
		Scan(&c.ReplayedToCentral, &c.ReplayedToClone, &c.Conflicts, &c.Pending)
	if err != nil {
		return Counts{}, fmt.Errorf("apply central's changes on the clone: %w", err)
	}
	return c, commit(ctx, clone, "the clone")
}

// commit is not stopped half-way: nobody could tell what it did.
func commit(ctx context.Context, conn *pgx.Conn, where string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	if _, err := conn.Exec(ctx, "commit"); err != nil {
		return fmt.Errorf("commit on %s: %w", where, err)
	}
	return nil
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

// query and exec cost one round trip each: nothing is prepared.
func query(ctx context.Context, conn *pgx.Conn, sql string, arguments ...any) pgx.Row {
	return conn.QueryRow(ctx, sql, append([]any{pgx.QueryExecModeExec}, arguments...)...)
}

func exec(ctx context.Context, conn *pgx.Conn, sql string, arguments ...any) (pgconn.CommandTag, error) {
	return conn.Exec(ctx, sql, append([]any{pgx.QueryExecModeExec}, arguments...)...)
}
