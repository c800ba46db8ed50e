package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/provider"
)

// A big table gets its uid column while people read and edit it. Every step is committed on its own and can be seen in the
// catalog, so that a preparation that was killed goes on from there:
//
//	the column, its default and the trigger lizsync_fill_uid   exclusive lock, for a moment
//	the rows that were there, some at a time                   locks of rows that nobody else has
//	a unique index, CONCURRENTLY                               no lock that an edit would notice
//	the check lizsync_uid_filled, NOT VALID                    exclusive lock, for a moment
//	its validation                                             no lock that an edit would notice
//	NOT NULL, the constraint, what else the table lacks        exclusive lock, for a moment
//
// Whatever is written after the first step has a uid, by the default or the trigger.

const (
	// lockTry is how long the exclusive lock is asked for at a time: whoever comes meanwhile waits behind.
	lockTry = 500 * time.Millisecond

	// batchTime is what a batch of rows should take: they are locked until its end.
	batchTime = 200 * time.Millisecond

	// firstBatch and lastBatch are the pages of the first batch and of the greatest.
	firstBatch, lastBatch = 32, 2048
)

// prepareOnline prepares a table that lacks its uid column while people work. It is false for one that is prepared at once: a
// small one, and one with something that the filling would set off.
func prepareOnline(ctx context.Context, conn *pgx.Conn, table TableState, work tableWork, name string, patience time.Duration, feedback provider.Feedback) (bool, error) {
	way, err := chooseWay(ctx, conn, table)
	if err != nil {
		return false, err
	}
	if way.isBig {
		feedback.Message(way.String())
	}
	switch {
	case !way.isBig && !way.unfinished, way.obstacle != "" && !way.unfinished:
		return false, nil
	case way.obstacle != "":
		return false, &provider.Failure{Text: "its column uid cannot be filled any further: " + way.obstacle, Hint: way.remedy()}
	}
	var claimed bool
	const claim = "select pg_try_advisory_lock(hashtextextended('lizsync.prepare ' || $1::regclass::oid, 0))"
	if err := conn.QueryRow(ctx, claim, name).Scan(&claimed); err != nil {
		return false, err
	}
	if !claimed {
		return false, &provider.Failure{Text: "it is being prepared by somebody else", Hint: "wait until they are done"}
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelPatience)
		defer cancel()
		const release = "select pg_advisory_unlock(hashtextextended('lizsync.prepare ' || $1::regclass::oid, 0))"
		_, _ = conn.Exec(ctx, release, name) // a session that is lost has released it
	}()
	var has bool
	if err := conn.QueryRow(ctx, "select lizsync.has_uid_column($1::regclass)", name).Scan(&has); err != nil {
		return false, err
	}
	if has { // from somebody else, just now
		return false, nil
	}
	o := onlineUID{conn, table, name, way.replica, patience, feedback}
	if err := o.fill(ctx); err != nil {
		return false, err
	}
	return true, o.exclusively(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := o.finish(ctx, tx); err != nil {
			return err
		}
		return complete(ctx, tx, table, work, name)
	})
}

// isUnfinished tells whether a table has a uid column that is not filled yet.
func isUnfinished(ctx context.Context, conn *pgx.Conn, table TableState) (unfinished bool) {
	name := pgx.Identifier{table.Schema, table.Name}.Sanitize()
	err := conn.QueryRow(ctx, "select lizsync.uid_unfinished($1::regclass)", name).Scan(&unfinished)
	return err == nil && unfinished
}

// onlineUID adds the column uid to one table.
type onlineUID struct {
	conn     *pgx.Conn
	table    TableState
	name     string        // as SQL has it
	replica  bool          // the session may keep triggers from firing
	patience time.Duration // for whoever is in the way
	feedback provider.Feedback
}

// fill does all but the last step. What it locks is free when it returns.
func (o *onlineUID) fill(ctx context.Context) error {
	var has, checked, valid bool
	err := o.conn.QueryRow(ctx, `
		select
			exists (select from pg_attribute where attrelid = c.oid and attname = 'uid' and not attisdropped),
			k.convalidated is not null, coalesce(k.convalidated, false)
		from pg_class c
		left join pg_constraint k on k.conrelid = c.oid and k.conname = 'lizsync_uid_filled'
		where c.oid = $1::regclass`, o.name).Scan(&has, &checked, &valid)
	if err != nil {
		return err
	}
	if !has {
		if err := o.exclusively(ctx, o.begin); err != nil {
			return err
		}
	}
	if !checked {
		if err := o.fillRows(ctx); err != nil {
			return err
		}
	}
	o.feedback.Progress(70)
	if err := o.index(ctx); err != nil {
		return err
	}
	o.feedback.Progress(90)
	if !checked {
		if err := o.exclusively(ctx, func(ctx context.Context, tx pgx.Tx) error {
			return exec(ctx, tx, "alter table only %s add constraint lizsync_uid_filled check (uid is not null) not valid", o.name)
		}); err != nil {
			return err
		}
	}
	if valid {
		return nil
	}
	return exec(ctx, o.conn, "alter table only %s validate constraint lizsync_uid_filled", o.name)
}

func (o *onlineUID) begin(ctx context.Context, tx pgx.Tx) error {
	for _, command := range []string{
		"alter table only %s add column uid uuid",
		"alter table only %s alter column uid set default pg_catalog.gen_random_uuid()",
		"create trigger lizsync_fill_uid before insert or update on %s for each row when (new.uid is null) execute function lizsync.fill_uid()",
		// In sessions of a replica too.
		"alter table only %s enable always trigger lizsync_fill_uid",
	} {
		if err := exec(ctx, tx, command, o.name); err != nil {
			return err
		}
	}
	return nil
}

// finish is the last step, in a transaction that has locked the table.
func (o *onlineUID) finish(ctx context.Context, tx pgx.Tx) error {
	index, _, err := o.indexName(ctx, tx)
	if err != nil {
		return err
	}
	if index == "" { // as when somebody has taken it into a constraint
		return &provider.Failure{Text: "the unique index of its column uid is gone"}
	}
	if err := exec(ctx, tx, "alter table only %s add unique using index %s", o.name, index); err != nil {
		return err
	}
	for _, command := range []string{
		"alter table only %s alter column uid set not null", // the valid check saves it from looking at the rows
		"alter table only %s drop constraint lizsync_uid_filled",
		"drop trigger lizsync_fill_uid on %s",
		"comment on column %s.uid is 'Identity of the row in every database that LizSync synchronises.'",
	} {
		if err := exec(ctx, tx, command, o.name); err != nil {
			return err
		}
	}
	return nil
}

// fillRows gives a uid to the rows that were there before the column was. It goes round rows that somebody has locked, and
// comes back for them.
func (o *onlineUID) fillRows(ctx context.Context) error {
	var deadline time.Time // of those rows
	for {
		filled, err := o.fillOnce(ctx)
		if err != nil {
			return err
		}
		var left bool
		if err := o.conn.QueryRow(ctx, fmt.Sprintf("select exists (select from only %s where uid is null)", o.name)).Scan(&left); err != nil || !left {
			return err
		}
		switch now := time.Now(); {
		case filled > 0 || deadline.IsZero():
			deadline = now.Add(o.patience)
		case now.After(deadline):
			return errRowsLocked
		}
		if err := pause(ctx, lockTry); err != nil {
			return err
		}
	}
}

// errRowsLocked is the error of rows that others keep locked.
var errRowsLocked = errors.New("rows of it are locked")

// fillOnce goes through the table once.
func (o *onlineUID) fillOnce(ctx context.Context) (filled int64, err error) {
	var pages, perPage int64
	if err := o.conn.QueryRow(ctx, tableSize, o.name).Scan(&pages, &perPage); err != nil {
		return 0, err
	}
	command := fmt.Sprintf(`
		with free as materialized (
			select ctid from only %[1]s
			where uid is null and ctid = any (array(
				select format('(%%s,%%s)', page, row)::tid
				from generate_series($1::bigint, $2::bigint - 1) as page, generate_series(1, $3::bigint) as row
			))
			for no key update skip locked
		)
		update only %[1]s set uid = pg_catalog.gen_random_uuid() where ctid = any (array(select ctid from free))`, o.name)
	batch := int64(firstBatch)
	for from := int64(0); from < pages; {
		o.feedback.Progress(70 * float64(from) / float64(pages))
		began := time.Now()
		err := pgx.BeginTxFunc(ctx, o.conn, writing, func(tx pgx.Tx) error {
			if o.replica {
				if _, err := tx.Exec(ctx, "select set_config('session_replication_role', 'replica', true), set_config('lizsync.replaying', 'on', true)"); err != nil {
					return err
				}
			}
			tag, err := tx.Exec(ctx, command, from, from+batch, perPage)
			filled += tag.RowsAffected()
			return err
		})
		if err != nil {
			return filled, err
		}
		from += batch
		switch took := time.Since(began); {
		case took < batchTime/2:
			batch = min(2*batch, lastBatch)
		case took > 2*batchTime:
			batch = max(batch/2, 1)
		}
	}
	return filled, nil
}

// index builds the unique index, unless it is there. One that a killed preparation has left is not valid, and not used.
func (o *onlineUID) index(ctx context.Context) error {
	name, valid, err := o.indexName(ctx, o.conn)
	if err != nil || valid {
		return err
	}
	// It waits for the transactions that are open, and nobody waits for it.
	return o.unbounded(ctx, func() error {
		if name != "" {
			if err := exec(ctx, o.conn, "drop index concurrently %s.%s", pgx.Identifier{o.table.Schema}.Sanitize(), name); err != nil {
				return err
			}
		}
		return exec(ctx, o.conn, "create unique index concurrently on %s (uid)", o.name)
	})
}

// indexName is the index of uid alone that no constraint has, quoted; "" for none.
func (o *onlineUID) indexName(ctx context.Context, q Querier) (name string, valid bool, err error) {
	err = q.QueryRow(ctx, `
		select quote_ident(c.relname), i.indisvalid
		from pg_index i
		join pg_class c on c.oid = i.indexrelid
		join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
		where i.indrelid = $1::regclass and a.attname = 'uid' and i.indisunique and i.indpred is null and i.indnatts = 1
			and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
		order by i.indisvalid desc, 1
		limit 1`, o.name).Scan(&name, &valid)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return name, valid, err
}

// unbounded calls do in a session that waits for locks without a limit.
func (o *onlineUID) unbounded(ctx context.Context, do func() error) error {
	var before string
	const set = "select current_setting('lock_timeout'), set_config('lock_timeout', '0', false)"
	if err := o.conn.QueryRow(ctx, set).Scan(&before, nil); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err // and the next preparation sets it again
	}
	_, err := o.conn.Exec(ctx, "select set_config('lock_timeout', $1, false)", before)
	return err
}

// exclusively calls do in a transaction that has locked the table. It asks for the lock again and again, so that nobody waits
// behind it for long.
func (o *onlineUID) exclusively(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	deadline := time.Now().Add(o.patience)
	for {
		err := pgx.BeginTxFunc(ctx, o.conn, writing, func(tx pgx.Tx) error {
			if err := quiet(ctx, tx, min(lockTry, o.patience)); err != nil {
				return err
			}
			if err := exec(ctx, tx, "lock table only %s in access exclusive mode", o.name); err != nil {
				return err
			}
			return do(ctx, tx)
		})
		if SQLState(err) != pgerrcode.LockNotAvailable || !time.Now().Before(deadline) {
			return err
		}
		if err := pause(ctx, lockTry); err != nil {
			return err
		}
	}
}

// exec runs a command with names in it.
func exec(ctx context.Context, to executor, command string, names ...any) error {
	_, err := to.Exec(ctx, fmt.Sprintf(command, names...))
	return err
}

// executor is what runs commands: a connection or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
