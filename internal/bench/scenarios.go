package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/internal/cluster"
	"github.com/lizsync/lizsync/internal/link"
	"github.com/lizsync/lizsync/provider"
)

// runs is how often a thing is measured; the slowest ones half as often.
var runs int

// program is the built lizsync, run as a process of its own where its memory is measured.
var program string

// tableSQL makes the table of the benchmarks: 100,000 rows of 8 columns.
const tableSQL = `
	create schema bench;
	create table bench.feature (
		id serial primary key, uid uuid not null unique default gen_random_uuid(),
		a text, b text, c integer, d double precision, e timestamptz default now(), f date
	);
	insert into bench.feature (a, b, c, d, f)
	select md5(i::text), md5((i + 1)::text), i, i / 3.0, current_date from generate_series(1, 100000) i;`

// The rows that n edits change on each side: a tenth of them, or as many as there must be, are edited on both.
const (
	centralRows = `id <= %[1]d`
	cloneRows   = `id > least(%[1]d * 9 / 10, 100000 - %[1]d) and id <= least(%[1]d * 9 / 10, 100000 - %[1]d) + %[1]d`
)

// pair is a central database and a clone of it, or two plain copies of the same table.
type pair struct {
	centralURL, cloneURL string
	central, clone       *pgx.Conn
	keys                 string // SERIAL_KEYS
}

func (p *pair) close(ctx context.Context) {
	for _, conn := range []*pgx.Conn{p.central, p.clone} {
		if conn != nil {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}
}

// newPair makes two databases of a name.
func newPair(ctx context.Context, on servers, name string) (*pair, error) {
	var urls []string
	for _, server := range []*cluster.Cluster{on.central, on.clones} {
		admin, err := pgx.Connect(ctx, server.URL("postgres"))
		if err != nil {
			return nil, err
		}
		defer admin.Close(context.WithoutCancel(ctx))
		if _, err := admin.Exec(ctx, "create database "+name); err != nil {
			return nil, err
		}
		urls = append(urls, server.URL(name))
	}
	p, err := connectPair(ctx, urls[0], urls[1])
	if err != nil {
		return nil, err
	}
	_, err = p.central.Exec(ctx, tableSQL)
	return p, err
}

func connectPair(ctx context.Context, centralURL, cloneURL string) (*pair, error) {
	p := &pair{centralURL: centralURL, cloneURL: cloneURL}
	var err error
	if p.central, err = pgx.Connect(ctx, p.centralURL); err != nil {
		return nil, err
	}
	if p.clone, err = pgx.Connect(ctx, p.cloneURL); err != nil {
		p.close(ctx)
		return nil, err
	}
	return p, nil
}

// synchronisedPair takes a pair through the workflow: install, prepare, package, deploy.
func synchronisedPair(ctx context.Context, on servers, name string) (*pair, error) {
	p, err := newPair(ctx, on, name)
	if err != nil {
		return nil, err
	}
	if err := p.deploy(ctx, p.cloneURL); err != nil {
		return nil, err
	}
	return p, p.settle(ctx)
}

// deploy installs, prepares and packages central, and makes clones from that.
func (p *pair) deploy(ctx context.Context, cloneURLs ...string) error {
	dir, err := os.MkdirTemp("", "lizsync-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	zip := filepath.Join(dir, "package.zip")
	type step struct {
		id    string
		input map[string]any
	}
	prepare := map[string]any{"CONNECTION_NAME_CENTRAL": p.centralURL, "ADD_AUDIT_TRIGGERS": true, "SCHEMAS": "bench"}
	if p.keys != "" {
		prepare["SERIAL_KEYS"] = p.keys
	}
	steps := []step{
		{"create_database_structure", map[string]any{"CONNECTION_NAME": p.centralURL}},
		{"initialize_central_database", prepare},
		{"package_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": p.centralURL, "PG_LAYERS": []any{"bench.feature"}, "ZIP_FILE": zip}},
	}
	for _, url := range cloneURLs {
		steps = append(steps, step{"deploy_database_server_package", map[string]any{
			"CONNECTION_NAME_CENTRAL": p.centralURL, "CONNECTION_NAME_CLONE": url, "ZIP_FILE": zip,
		}})
	}
	for _, step := range steps {
		if err := runAlgorithm(ctx, step.id, step.input); err != nil {
			return fmt.Errorf("%s: %w", step.id, err)
		}
	}
	return nil
}

func runAlgorithm(ctx context.Context, id string, input map[string]any) error {
	registry, err := provider.NewRegistry(algorithms.All()...)
	if err != nil {
		return err
	}
	algorithm, err := registry.Find(id)
	if err != nil {
		return err
	}
	task, err := algorithm.Bind(input)
	if err != nil {
		return err
	}
	_, err = task(ctx, provider.Silent{})
	return err
}

// edit makes n edits of one field on each side.
func (p *pair) edit(ctx context.Context, n int) error {
	if _, err := p.central.Exec(ctx, fmt.Sprintf("update bench.feature set a = md5(a) where "+centralRows, n)); err != nil {
		return err
	}
	_, err := p.clone.Exec(ctx, fmt.Sprintf("update bench.feature set b = md5(b) where "+cloneRows, n))
	return err
}

// transports are the two of them.
var transports = []struct {
	name string
	sync func(context.Context, *pair) error
}{{"lizsync.synchronize()", bySQL}, {"synchronize_database", byProgram}}

// bySQL and byProgram are the two transports, each from no connection at all, as a user's button begins.
func bySQL(ctx context.Context, p *pair) error {
	clone, err := pgx.Connect(ctx, p.cloneURL)
	if err != nil {
		return err
	}
	defer clone.Close(context.WithoutCancel(ctx))
	_, err = clone.Exec(ctx, "select * from lizsync.synchronize()")
	return err
}

func byProgram(ctx context.Context, p *pair) error {
	return runAlgorithm(ctx, "synchronize_database", map[string]any{
		"CONNECTION_NAME_CENTRAL": p.centralURL, "CONNECTION_NAME_CLONE": p.cloneURL,
	})
}

// limit is what a hand-written program could do at best, knowing which rows and field changed on each side: connect, copy
// the pairs of uid and value over, and update, both ways. Nothing is compared, recorded or resumable.
func limit(ctx context.Context, databases *pair, n int) error {
	p, err := connectPair(ctx, databases.centralURL, databases.cloneURL)
	if err != nil {
		return err
	}
	defer p.close(ctx)
	for _, way := range []struct {
		from, to     *pgx.Conn
		field, where string
	}{
		{p.clone, p.central, "b", fmt.Sprintf(cloneRows, n)},
		{p.central, p.clone, "a", fmt.Sprintf(centralRows, n)},
	} {
		tx, err := way.to.Begin(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if _, err := tx.Exec(ctx, "create temporary table change (uid uuid, value text) on commit drop"); err != nil {
			return err
		}
		reader, writer := io.Pipe()
		var group errgroup.Group
		group.Go(func() error {
			_, err := way.from.PgConn().CopyTo(ctx, writer, "copy (select uid, "+way.field+" from bench.feature where "+way.where+") to stdout")
			writer.CloseWithError(err)
			return err
		})
		if _, err := way.to.PgConn().CopyFrom(ctx, reader, "copy change from stdin"); err != nil {
			return err
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "analyze change"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update bench.feature as t set "+way.field+" = c.value from change c where t.uid = c.uid"); err != nil {
			return err
		}
		if err := tx.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

func timed(do func() error) (time.Duration, error) {
	start := time.Now()
	err := do()
	return time.Since(start), err
}

// settle lets no measure pay for the dirt of another.
func (p *pair) settle(ctx context.Context) error {
	for _, statement := range []string{"vacuum analyze", "checkpoint"} {
		for _, conn := range []*pgx.Conn{p.central, p.clone} {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

func synchronise(ctx context.Context, on servers) ([]row, error) {
	p, err := synchronisedPair(ctx, on, "sync")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	plain, err := newPair(ctx, on, "plain")
	if err != nil {
		return nil, err
	}
	defer plain.close(ctx)
	if err := copyTable(ctx, plain); err != nil {
		return nil, err
	}

	var rows []row
	for _, transport := range transports {
		taken := map[int]time.Duration{}
		for _, scale := range []struct {
			edits, runs int
			bound       string
		}{{1000, runs, ""}, {10000, runs, "≤ 2"}, {50000, (runs + 1) / 2, "≤ 2"}, {100000, (runs + 1) / 2, ""}} {
			var ours, theirs []time.Duration
			for range scale.runs {
				if err := p.edit(ctx, scale.edits); err != nil {
					return nil, err
				}
				if err := plain.edit(ctx, scale.edits); err != nil {
					return nil, err
				}
				if err := plain.settle(ctx); err != nil {
					return nil, err
				}
				t, err := timed(func() error { return limit(ctx, plain, scale.edits) })
				if err != nil {
					return nil, err
				}
				theirs = append(theirs, t)
				if err := p.settle(ctx); err != nil {
					return nil, err
				}
				if t, err = timed(func() error { return transport.sync(ctx, p) }); err != nil {
					return nil, err
				}
				ours = append(ours, t)
			}
			taken[scale.edits] = median(ours)
			rows = append(rows, row{
				fmt.Sprintf("%d edits a side, %s, beside the hand-written limit", scale.edits, transport.name),
				show(median(ours)), show(median(theirs)), medianRatio(ours, theirs), scale.bound,
			})
		}
		rows = append(rows, row{
			"100000 edits a side beside 10000, " + transport.name,
			show(taken[100000]), show(taken[10000]), float64(taken[100000]) / float64(taken[10000]), "≤ 12",
		})
	}
	return rows, nil
}

// misled synchronises where the planner knows nothing, or the wrong thing: tables that were not analysed after they had been edited, and
// working tables that a vacuum has found empty but could not truncate, as happens while others synchronise.
func misled(ctx context.Context, on servers) ([]row, error) {
	const edits = 10000
	p, err := newPair(ctx, on, "misled")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	if err := p.deploy(ctx, p.cloneURL); err != nil {
		return nil, err
	}
	measure := func(before func() error) (time.Duration, error) {
		var times []time.Duration
		for range runs {
			if err := p.edit(ctx, edits); err != nil {
				return 0, err
			}
			if err := before(); err != nil {
				return 0, err
			}
			t, err := timed(func() error { return bySQL(ctx, p) })
			if err != nil {
				return 0, err
			}
			times = append(times, t)
		}
		return median(times), nil
	}
	never, err := measure(func() error { return nil })
	if err != nil {
		return nil, err
	}
	known, err := measure(func() error { return p.settle(ctx) })
	if err != nil {
		return nil, err
	}
	for _, conn := range []*pgx.Conn{p.central, p.clone} {
		_, err := conn.Exec(ctx, `
			alter table lizsync.incoming set (vacuum_truncate = false);
			alter table lizsync.changeset set (vacuum_truncate = false)`)
		if err != nil {
			return nil, err
		}
	}
	wrong, err := measure(func() error { return p.settle(ctx) })
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, m := range []struct {
		what  string
		taken time.Duration
	}{{"not analysed since they were made", never}, {"whose working tables seem empty", wrong}} {
		rows = append(rows, row{
			fmt.Sprintf("%d edits a side in databases %s, beside analysed ones", edits, m.what),
			show(m.taken), show(known), float64(m.taken) / float64(known), "≤ 1.5",
		})
	}
	return rows, nil
}

// copyTable gives the second database of a plain pair the same table as the first.
func copyTable(ctx context.Context, p *pair) error {
	if _, err := p.clone.Exec(ctx, tableSQL+"truncate bench.feature"); err != nil {
		return err
	}
	reader, writer := io.Pipe()
	var group errgroup.Group
	group.Go(func() error {
		_, err := p.central.PgConn().CopyTo(ctx, writer, "copy bench.feature to stdout")
		writer.CloseWithError(err)
		return err
	})
	if _, err := p.clone.PgConn().CopyFrom(ctx, reader, "copy bench.feature from stdin"); err != nil {
		return err
	}
	return group.Wait()
}

// overLink measures what the way to central costs, and counts how often it is gone.
func overLink(ctx context.Context, on servers) ([]row, error) {
	const edits = 10000
	p, err := synchronisedPair(ctx, on, "link")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	var rows []row
	for _, transport := range transports {
		measure := func(delay time.Duration, edits int) (time.Duration, int64, error) {
			far, l, err := p.over(ctx, on.central, delay)
			if err != nil {
				return 0, 0, err
			}
			defer l.Close()
			if err := p.edit(ctx, edits); err != nil {
				return 0, 0, err
			}
			if err := p.settle(ctx); err != nil {
				return 0, 0, err
			}
			taken, err := timed(func() error { return transport.sync(ctx, far) })
			return taken, l.RoundTrips(), err
		}
		_, few, err := measure(0, 10)
		if err != nil {
			return nil, err
		}
		near, many, err := measure(0, edits)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			fmt.Sprintf("round trips for %d edits a side beside 10, %s", edits, transport.name),
			fmt.Sprint(many), fmt.Sprint(few), float64(many) / float64(few), "≤ 1",
		})
		for _, roundTrip := range []time.Duration{50 * time.Millisecond, 300 * time.Millisecond} {
			taken, _, err := measure(roundTrip/2, edits)
			if err != nil {
				return nil, err
			}
			bound := ""
			if roundTrip == 50*time.Millisecond {
				bound = "+ 1 s"
			}
			rows = append(rows, row{
				fmt.Sprintf("%d edits a side, %v of round-trip time beside none, %s", edits, roundTrip, transport.name),
				show(taken), show(near), float64(taken) / float64(near), bound,
			})
		}
	}
	return rows, nil
}

// over is the pair with a link between the clone and central, for both transports.
func (p *pair) over(ctx context.Context, server *cluster.Cluster, delay time.Duration) (*pair, *link.Link, error) {
	config, err := pgx.ParseConfig(p.centralURL)
	if err != nil {
		return nil, nil, err
	}
	l, err := link.New("127.0.0.1:0", net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Port())))
	if err != nil {
		return nil, nil, err
	}
	l.Spoil(link.Up, link.Fault{Delay: delay})
	l.Spoil(link.Down, link.Fault{Delay: delay})
	_, port, err := net.SplitHostPort(l.Address())
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	_, err = p.clone.Exec(ctx, "select lizsync.create_central_server_fdw('127.0.0.1', $1, $2, $3, $4)",
		port, config.Database, config.User, config.Password)
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	far := *p
	far.centralURL = strings.Replace(p.centralURL, ":"+strconv.Itoa(server.Port())+"/", ":"+port+"/", 1)
	return &far, l, nil
}

func nothingToDo(ctx context.Context, on servers) ([]row, error) {
	const oldEvents = 10000000
	p, err := synchronisedPair(ctx, on, "idle")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	measure := func() ([]time.Duration, error) {
		var times []time.Duration
		for range 2 * runs {
			t, err := timed(func() error { return bySQL(ctx, p) })
			if err != nil {
				return nil, err
			}
			times = append(times, t)
		}
		return times, nil
	}
	empty, err := measure()
	if err != nil {
		return nil, err
	}
	_, err = p.central.Exec(ctx, `
		insert into audit.logged_actions (
			schema_name, table_name, relid, session_user_name, action_tstamp_tx, action_tstamp_stm, action_tstamp_clk,
			transaction_id, action, row_data, changed_fields, statement_only, uid
		)
		select 'bench', 'feature', 'bench.feature'::regclass, 'somebody', now(), now(), now(),
			100, 'U', hstore('a', t.a), hstore('a', n::text), false, t.uid
		from bench.feature as t, generate_series(1, $1 / 100000) as n`, oldEvents)
	if err != nil {
		return nil, err
	}
	if err := p.settle(ctx); err != nil {
		return nil, err
	}
	full, err := measure()
	if err != nil {
		return nil, err
	}
	return []row{{
		fmt.Sprintf("nothing to do, %d old events in the log, beside an empty log", oldEvents),
		show(median(full)), show(median(empty)), float64(median(full)) / float64(median(empty)), "≤ 2",
	}}, nil
}

// manyClones lets clones synchronise all at once, while somebody edits other rows of central one after the other.
func manyClones(ctx context.Context, on servers) ([]row, error) {
	const most, patience = 200, 100 * time.Millisecond
	// A server of their own, whose processes leave the processors to central, as clones on other machines do.
	tablets, err := cluster.Start(ctx, cluster.Options{Settings: map[string]string{"max_connections": "500", "fsync": "off"}})
	if err != nil {
		return nil, err
	}
	defer tablets.Stop(context.WithoutCancel(ctx))
	admin, err := pgx.Connect(ctx, tablets.URL("postgres"))
	if err != nil {
		return nil, err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	p, err := newPair(ctx, on, "many")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	if _, err := p.central.Exec(ctx, "delete from bench.feature where id > 4000"); err != nil {
		return nil, err
	}
	var urls []string
	for n := range most {
		name := fmt.Sprintf("many_%d", n)
		if _, err := admin.Exec(ctx, "create database "+name); err != nil {
			return nil, err
		}
		urls = append(urls, tablets.URL(name))
	}
	if err := p.deploy(ctx, urls...); err != nil {
		return nil, err
	}

	// together has some clones edit ten rows each, then synchronise at the same time; it returns how long the slowest took,
	// and the longest edit of the other rows meanwhile.
	together := func(number int) (slowest, edit time.Duration, err error) {
		// Connected before: two hundred logins by this program would keep it from looking at the clock of the editor's.
		conns := make([]*pgx.Conn, number)
		for n, url := range urls[:number] {
			if conns[n], err = pgx.Connect(ctx, url); err != nil {
				return 0, 0, err
			}
			defer conns[n].Close(context.WithoutCancel(ctx))
			if err = yieldProcessors(conns[n].PgConn().PID()); err != nil {
				return 0, 0, err
			}
			if _, err = conns[n].Exec(ctx, "update bench.feature set b = md5(b) where id <= 2000 and id % 200 = $1", n); err != nil {
				return 0, 0, err
			}
		}
		// What making the clones has left to be written is no business of central's disk; and WAL is recycled, as a server
		// does that has run for a while, so that nobody has to make a file of it.
		if _, err := p.central.Exec(ctx, "checkpoint"); err != nil {
			return 0, 0, err
		}
		syscall.Sync()
		done := make(chan struct{})
		var clones, editor errgroup.Group
		editor.Go(func() error {
			for id := 2001; ; id++ {
				select {
				case <-done:
					return nil
				case <-time.After(5 * time.Millisecond): // a person's program at its fastest; it leaves room for the clones
				}
				t, err := timed(func() error {
					_, err := p.central.Exec(ctx, "update bench.feature set a = md5(a) where id = $1", 2001+id%2000)
					return err
				})
				if err != nil {
					return err
				}
				edit = max(edit, t)
			}
		})
		slowest, err = timed(func() error {
			for _, conn := range conns {
				clones.Go(func() error {
					_, err := conn.Exec(ctx, "select * from lizsync.synchronize()")
					return err
				})
			}
			return clones.Wait()
		})
		close(done)
		return slowest, edit, errors.Join(err, editor.Wait())
	}

	var rows []row
	var alone time.Duration
	for _, number := range []int{1, 10, 50, most} {
		slowest, edit, err := together(number)
		if err != nil {
			return nil, err
		}
		if number == 1 {
			alone = slowest
		} else {
			rows = append(rows, row{
				fmt.Sprintf("%d clones at once, the slowest, beside one alone", number),
				show(slowest), show(alone), float64(slowest) / float64(alone), "",
			})
		}
		rows = append(rows, row{
			fmt.Sprintf("%d clones at once: the longest edit of another row on central, beside 100 ms", number),
			show(edit), show(patience), float64(edit) / float64(patience), "≤ 1",
		})
	}
	return rows, nil
}

// yieldProcessors gives a server process of a clone the lowest priority. Linux shares the processors between sessions, in the sense of
// setsid(2), first, and each server process is one: their priority is what counts then (sched(7), the autogroup feature).
func yieldProcessors(pid uint32) error {
	err := os.WriteFile(fmt.Sprintf("/proc/%d/autogroup", pid), []byte("19"), 0)
	if errors.Is(err, os.ErrNotExist) {
		err = nil // no such kernel
	}
	return errors.Join(err, syscall.Setpriority(syscall.PRIO_PROCESS, int(pid), 19))
}

// memory runs the program as a process of its own and reads the peak of its resident memory.
func memory(ctx context.Context, on servers) ([]row, error) {
	p, err := synchronisedPair(ctx, on, "memory")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	if err := p.edit(ctx, 100000); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, program, "run", "--quiet", "synchronize_database",
		"CONNECTION_NAME_CENTRAL="+p.centralURL, "CONNECTION_NAME_CLONE="+p.cloneURL)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	peak := command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	return []row{{
		"memory of the program, 100000 edits a side, beside 200 MB",
		fmt.Sprintf("%d MB", peak), "200 MB", float64(peak) / 200, "≤ 1",
	}}, nil
}

// capture compares edits of an audited table with the same edits of a table without triggers.
func capture(ctx context.Context, on servers) ([]row, error) {
	const bulk, single = 50000, 2000
	p, err := synchronisedPair(ctx, on, "capture")
	if err != nil {
		return nil, err
	}
	defer p.close(ctx)
	_, err = p.central.Exec(ctx, `
		create table bench.plain (like bench.feature including all);
		insert into bench.plain select * from bench.feature`)
	if err != nil {
		return nil, err
	}
	// Each time on a packed table, as it is after loading: free space left by the update before would make both faster,
	// and the one without triggers more so.
	inBulk := func(table string) (time.Duration, error) {
		if _, err := p.central.Exec(ctx, "vacuum full analyze bench."+table); err != nil {
			return 0, err
		}
		if err := p.settle(ctx); err != nil {
			return 0, err
		}
		return timed(func() error {
			_, err := p.central.Exec(ctx, fmt.Sprintf("update bench.%s set a = md5(a) where id <= %d", table, bulk))
			return err
		})
	}
	oneByOne := func(table string) (time.Duration, error) {
		return timed(func() error {
			for id := range single {
				if _, err := p.central.Exec(ctx, "update bench."+table+" set a = md5(a) where id = $1", id+1); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var rows []row
	for _, measure := range []struct {
		what  string
		time  func(string) (time.Duration, error)
		bound string
	}{
		{fmt.Sprintf("an UPDATE of %d rows, audited, beside the same without triggers", bulk), inBulk, "≤ 3.5"},
		{fmt.Sprintf("%d single-row UPDATEs, audited, beside the same without triggers", single), oneByOne, "≤ 2"},
	} {
		var audited, plain []time.Duration
		for range runs {
			a, err := measure.time("feature")
			if err != nil {
				return nil, err
			}
			b, err := measure.time("plain")
			if err != nil {
				return nil, err
			}
			audited, plain = append(audited, a), append(plain, b)
		}
		rows = append(rows, row{measure.what, show(median(audited)), show(median(plain)), medianRatio(audited, plain), measure.bound})
	}
	return rows, nil
}
