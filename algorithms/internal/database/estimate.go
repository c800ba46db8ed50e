package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
)

// A table beyond manyRows or manyBytes is big: adding its uid column at once would keep people out for longer than they
// would take for a hiccup.
const (
	manyRows  = 100_000
	manyBytes = 64 << 20
)

// uidWay is how a table gets its uid column.
type uidWay struct {
	label      string
	rows       int64 // about
	bytes      int64
	isBig      bool
	unfinished bool   // its filling has begun
	replica    bool   // this session may keep triggers from firing
	obstacle   string // why a big table is locked for as long as it takes
	takes      time.Duration
}

// remedy is what makes the obstacle go away.
func (w uidWay) remedy() string {
	if w.replica {
		return "disable or drop it, then prepare the table again"
	}
	return "prepare it as a superuser, or as a role that may keep triggers from firing (PostgreSQL 15): GRANT SET ON PARAMETER session_replication_role TO it"
}

// String tells people what to expect.
func (w uidWay) String() string {
	text := fmt.Sprintf("%s has about %s rows and takes %s; ", w.label, thousands(w.rows), size(w.bytes))
	switch {
	case w.obstacle != "":
		return text + fmt.Sprintf("adding its uid column writes it anew, and nobody can read or edit it for about %s, because %s otherwise; %s",
			inWords(w.takes), w.obstacle, w.remedy())
	case w.unfinished:
		return text + fmt.Sprintf("its uid column goes on being filled while people read and edit it, which takes at most about %s", inWords(w.takes))
	default:
		return text + fmt.Sprintf("its uid column is added while people read and edit it, which takes about %s", inWords(w.takes))
	}
}

// Announce tells how a table gets its uid column and how long that takes; "" for a table that has it, or is small.
func Announce(ctx context.Context, conn *pgx.Conn, table TableState) (string, error) {
	if table.HasUID {
		return "", nil
	}
	way, err := chooseWay(ctx, conn, table)
	switch {
	case SQLState(err) == pgerrcode.LockNotAvailable && ctx.Err() == nil: // by somebody who keeps everybody out
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look at %s: %w", table.Label, err)
	case !way.isBig:
		return "", nil
	}
	return way.String(), nil
}

func chooseWay(ctx context.Context, conn *pgx.Conn, table TableState) (uidWay, error) {
	way := uidWay{label: table.Label, rows: table.RowEstimate}
	name := pgx.Identifier{table.Schema, table.Name}.Sanitize()
	err := conn.QueryRow(ctx, "select pg_table_size($1::regclass), lizsync.uid_unfinished($1::regclass)", name).Scan(&way.bytes, &way.unfinished)
	if err != nil {
		return way, err
	}
	way.isBig = way.rows > manyRows || way.bytes > manyBytes
	if !way.isBig && !way.unfinished {
		return way, nil
	}
	if way.replica, err = mayBeReplica(ctx, conn); err != nil {
		return way, err
	}
	const obstacle = "select coalesce(lizsync.uid_filling_obstacle($1::regclass, $2), '')"
	if err := conn.QueryRow(ctx, obstacle, name, way.replica).Scan(&way.obstacle); err != nil {
		return way, err
	}
	if !way.isBig {
		return way, nil
	}
	way.takes, err = probe(ctx, conn, name, way.obstacle == "")
	if err != nil && SQLState(err) != "" && SQLState(err) != pgerrcode.QueryCanceled {
		way.takes, err = guess(way), nil // as without the right to make a temporary table
	}
	return way, err
}

// mayBeReplica tells whether a role may choose that ordinary triggers do not fire in its session.
func mayBeReplica(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var may bool
	err := undone(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "select set_config('session_replication_role', 'replica', true)")
		may = err == nil
		if SQLState(err) == pgerrcode.InsufficientPrivilege {
			return nil
		}
		return err
	})
	return may, err
}

// undone calls do in a transaction of which nothing is left.
func undone(ctx context.Context, conn *pgx.Conn, do func(pgx.Tx) error) error {
	errUndo := errors.New("undo")
	err := pgx.BeginTxFunc(ctx, conn, writing, func(tx pgx.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

// samplePages are those of which a table's work is estimated.
const samplePages = 128

// probe does the work to a copy of some pages, with the table's indexes, and tells how long it would take for all.
func probe(ctx context.Context, conn *pgx.Conn, name string, online bool) (time.Duration, error) {
	var took time.Duration
	err := undone(ctx, conn, func(tx pgx.Tx) error {
		if err := quiet(ctx, tx, lockTry); err != nil {
			return err
		}
		if err := exec(ctx, tx, "create temporary table lizsync_probe (like %s including indexes including storage) on commit drop", name); err != nil {
			return err
		}
		var pages, perPage int64
		if err := tx.QueryRow(ctx, tableSize, name).Scan(&pages, &perPage); err != nil {
			return err
		}
		sampled := min(pages, samplePages)
		if sampled == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, fmt.Sprintf(`
			insert into pg_temp.lizsync_probe
			select * from only %s
			where ctid = any (array(
				select format('(%%s,%%s)', page * $1 / $2, row)::tid
				from generate_series(0::bigint, $2::bigint - 1) as page, generate_series(1, $3::bigint) as row
			))`, name), pages, sampled, perPage)
		if err != nil {
			return err
		}
		commands := []string{
			"alter table pg_temp.lizsync_probe drop column if exists uid cascade",
			"alter table pg_temp.lizsync_probe add column uid uuid not null default pg_catalog.gen_random_uuid(), add unique (uid)",
		}
		if online {
			commands = []string{
				"alter table pg_temp.lizsync_probe drop column if exists uid cascade, add column uid uuid",
				"update pg_temp.lizsync_probe set uid = pg_catalog.gen_random_uuid()",
				"create unique index on pg_temp.lizsync_probe (uid)",
				"alter table pg_temp.lizsync_probe add check (uid is not null)",
			}
		}
		for n, command := range commands {
			began := time.Now()
			if _, err := tx.Exec(ctx, command); err != nil {
				return err
			}
			if n > 0 {
				took += time.Since(began)
			}
		}
		took = time.Duration(float64(took) * logging * float64(pages) / float64(sampled))
		return nil
	})
	return took, err
}

// tableSize is how many pages a table has and how many rows one holds at most: no row takes less than 28 bytes.
const tableSize = `
	select pg_relation_size($1::regclass) / block_size, block_size / 28
	from (select current_setting('block_size')::integer) as b (block_size)`

// logging is how much longer the work takes in a table than in a temporary one, which has no write-ahead log and few pages.
const logging = 2

// guess is about how long it takes on an ordinary server: 8 µs for a row and a second for 100 MB.
func guess(w uidWay) time.Duration {
	return time.Duration(w.rows)*8*time.Microsecond + time.Duration(w.bytes)*10*time.Nanosecond
}

func inWords(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", max(1, int(d.Round(time.Second).Seconds())))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}
