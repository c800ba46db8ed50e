package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/provider"
)

// process is a synchronisation made step by step.
type process struct {
	w              *world
	s              *side
	clone, central *pgx.Conn
	next           int // index in steps

	id, snapshot                string
	handshake, columns, pending *string
	batches                     []int64
	early                       *string
	again                       bool // nothing goes early in a second attempt
	late                        bool // the clone writes what came early after central has committed
	answer, token               string
	parts                       int
	counts                      exchange.Counts
	tries                       int
	tick                        int     // the operation that committed on central
	offset                      float64 // of the clone's clock, as central was told
}

// The steps; whatever happens may happen between any two of them.
const (
	stepBegin = iota
	stepOpen
	stepEarly
	stepExchange
	stepCommitCentral
	stepLate
	stepReceive
	stepApply
	stepCommitClone
	stepsDone
)

func (w *world) newProcess(s *side) *process {
	p := &process{w: w, s: s}
	if n := len(s.spare); n > 0 {
		p.clone, p.central = s.spare[n-1][0], s.spare[n-1][1]
		s.spare = s.spare[:n-1]
		return p
	}
	ctx, cancel := w.context()
	defer cancel()
	var err error
	if p.clone, err = pgx.Connect(ctx, s.db.As(w.t, s.clone.Session)); err == nil {
		p.central, err = pgx.Connect(ctx, w.central.As(w.t, s.clone.Role))
	}
	if err != nil {
		violate("ERROR", "connect: %v", err)
	}
	return p
}

// kill rolls back what is under way. The sessions are kept for another process: a new one costs more than the rest.
func (p *process) kill() {
	if p.tick > 0 && p.next < stepsDone {
		p.s.lost = p.tick
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	sessions := [2]*pgx.Conn{p.clone, p.central}
	for _, conn := range sessions {
		if !conn.IsClosed() && conn.PgConn().TxStatus() != 'I' {
			_, _ = conn.Exec(ctx, "rollback")
		}
	}
	if !p.clone.IsClosed() && !p.central.IsClosed() {
		p.s.spare = append(p.s.spare, sessions)
		return
	}
	for _, conn := range sessions {
		_ = conn.Close(ctx)
	}
}

// unblock ends what the process has under way on central, as a client does that was slow or has vanished.
func (p *process) unblock(abort bool) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if p.next == stepCommitCentral && !abort {
		if _, err := p.central.Exec(ctx, "commit"); err != nil {
			violate("ERROR", "commit on central: %v", err)
		}
		p.tick = p.w.tick
		p.next++
		p.skip()
		return
	}
	if p.next == stepEarly || p.next == stepExchange || p.next == stepCommitCentral {
		_, _ = p.central.Exec(ctx, "rollback")
		p.next, p.again = stepOpen, true
	}
}

// step makes the next step.
func (p *process) step() error {
	ctx, cancel := p.w.context()
	defer cancel()
	mode := pgx.QueryExecModeExec
	switch p.next {
	case stepBegin:
		if _, err := p.clone.Exec(ctx, "begin isolation level read committed"); err != nil {
			return err
		}
		err := p.clone.QueryRow(ctx, `
			select (b.handshake).server_id::text, (b.handshake).snapshot::text, b.handshake::text, b.columns::text, b.pending::text, b.batches
			from lizsync.check_functions() as f, lizsync.begin_synchronization(lizsync.current_version(), f.digest, f.program) as b`, mode,
		).Scan(&p.id, &p.snapshot, &p.handshake, &p.columns, &p.pending, &p.batches)
		if err != nil {
			return err
		}
	case stepOpen:
		if _, err := p.central.Exec(ctx, "begin isolation level repeatable read"); err != nil {
			return err
		}
		err := p.central.QueryRow(ctx, `
			select lizsync.open_exchange($1::text::lizsync.handshake, $2::text::lizsync.table_column[], $3::text::lizsync.pending_row[], make_interval(secs => $4), $5)`,
			mode, p.handshake, p.columns, p.pending, p.s.offset+p.s.skew, !p.again).Scan(&p.early)
		if err != nil {
			return err
		}
		p.offset = p.s.offset + p.s.skew
		var sent int64
		for _, last := range p.batches {
			var payload *string
			if err := p.clone.QueryRow(ctx, "select lizsync.outgoing_batch($1::text::pg_snapshot, $2, $3)", mode, p.snapshot, sent, last).Scan(&payload); err != nil {
				return err
			}
			if _, err := p.central.Exec(ctx, "select lizsync.receive_batch($1)", mode, payload); err != nil {
				return err
			}
			sent = last
		}
	case stepEarly, stepLate:
		if p.early != nil {
			if _, err := p.clone.Exec(ctx, "select lizsync.apply_prefetch($1)", mode, p.early); err != nil {
				return err
			}
		}
	case stepExchange:
		if err := p.central.QueryRow(ctx, "select e::text, e.token::text, e.batches from lizsync.exchange() as e", mode).Scan(&p.answer, &p.token, &p.parts); err != nil {
			return err
		}
	case stepCommitCentral:
		if _, err := p.central.Exec(ctx, "commit"); err != nil {
			return err
		}
		p.tick = p.w.tick
	case stepReceive:
		for part := 1; part <= p.parts; part++ {
			var payload string
			if err := p.central.QueryRow(ctx, "select lizsync.reply_batch($1::text::uuid, $2, $3::text::uuid)", mode, p.id, part, p.token).Scan(&payload); err != nil {
				return err
			}
			if _, err := p.clone.Exec(ctx, "select lizsync.receive_batch($1)", mode, payload); err != nil {
				return err
			}
		}
	case stepApply:
		err := p.clone.QueryRow(ctx, "select * from lizsync.apply_reply($1::text::lizsync.acknowledgement)", mode, p.answer).
			Scan(&p.counts.ReplayedToCentral, &p.counts.ReplayedToClone, &p.counts.Conflicts, &p.counts.Pending)
		if err != nil {
			return err
		}
	case stepCommitClone:
		if _, err := p.clone.Exec(ctx, "commit"); err != nil {
			return err
		}
	}
	p.next++
	p.skip()
	return nil
}

// skip passes over the one of two steps that is not made.
func (p *process) skip() {
	if p.next == stepEarly && p.late || p.next == stepLate && !p.late {
		p.next++
	}
}

// stepOn makes a step of a side's process, which it begins when there is none. It is done once the clone has committed.
func (w *world) stepOn(s *side, o op) (done bool) {
	if s.process == nil {
		s.process = w.newProcess(s)
	}
	p := s.process
	p.late = p.late || p.next < stepEarly && slices.Contains(o.args, "late")
	at := p.next
	err := w.guard(o, p.step)
	state := database.SQLState(err)
	switch {
	case err == nil:
	case (at == stepOpen || at == stepExchange || at == stepCommitCentral) && (state == pgerrcode.SerializationFailure || state == pgerrcode.DeadlockDetected):
		p.tries++
		if p.tries > 20 {
			violate("STUCK", "%s: %v", s.name, err)
		}
		ctx, cancel := w.context()
		defer cancel()
		_, _ = p.central.Exec(ctx, "rollback")
		p.next, p.again = stepOpen, true
	case state == pgerrcode.DeadlockDetected || state == pgerrcode.LockNotAvailable:
		// The clone's side goes back; the next synchronisation begins anew.
		p.kill()
		s.process = nil
	case at <= stepExchange && w.refused(s, err):
		p.kill()
		s.process = nil
	case at == stepReceive && state == pgerrcode.NoDataFound && len(w.zombies) == 0 && !s.doubtful && !w.forgotten[s.clone.ID]:
		violate("ERROR", "%s: %v", s.name, full(err))
	case at == stepReceive && state == pgerrcode.NoDataFound, state == pgerrcode.ObjectNotInPrerequisiteState && w.mayBeOvertaken(s):
		p.kill()
		s.process = nil
	default:
		violate("ERROR", "step %d of %s: %v", at, s.name, full(err))
	}
	if p.next == stepsDone {
		w.admitted(s, p.tick)
		w.checkTold(s, p.counts, p.offset)
		p.kill()
		s.process = nil
		return true
	}
	return false
}

// mayBeOvertaken is true while another attempt of the clone's may still commit on central behind this one's back.
func (w *world) mayBeOvertaken(s *side) bool {
	for _, z := range w.zombies {
		if z.s == s {
			return true
		}
	}
	return false
}

func (w *world) synchronise(s *side, o op) {
	switch o.verb {
	case "step":
		w.stepOn(s, o)
	case "crash":
		if s.process != nil {
			s.process.kill()
			s.process = nil
		}
	case "lost":
		for range 40 {
			if w.stepOn(s, o) || s.process == nil || s.process.next >= stepReceive {
				break
			}
		}
		if s.process != nil {
			s.process.kill()
			s.process = nil
		}
	case "zombie":
		// The clone's side has vanished, and central has not noticed.
		if p := s.process; p != nil && (p.next == stepEarly || p.next == stepExchange || p.next == stepCommitCentral) {
			ctx, cancel := w.context()
			defer cancel()
			_ = p.clone.Close(ctx)
			p.next = max(p.next, stepExchange)
			w.zombies = append(w.zombies, p)
			s.process = nil
		}
	case "second":
		// Another synchronisation of the clone is refused while one is running.
		if s.process != nil && s.process.next > stepBegin {
			if _, err := w.transport(s, o); database.SQLState(err) != pgerrcode.LockNotAvailable {
				violate("ERROR", "a second synchronisation of %s: %v", s.name, full(err))
			}
		}
	case "together":
		w.together(s, o)
	case "sync":
		anew := w.idle()
		counts := w.whole(s, o)
		if anew && w.idle() && counts.ReplayedToCentral+counts.ReplayedToClone > 0 && counts.Pending == 0 {
			if again := w.whole(s, op{}); again != (exchange.Counts{}) {
				violate("ECHO", "a synchronisation of %s right after another did %+v", s.name, again)
			}
		}
	}
}

// together makes all clones synchronise at the very same time, and one of them twice.
func (w *world) together(s *side, o op) {
	type run struct {
		s    *side
		sync func() error
		err  error
	}
	var runs []*run
	for _, name := range clones {
		other := w.sides[name]
		if other.process == nil && other.offset == 0 && !w.isCopy(other) {
			runs = append(runs, &run{s: other, sync: func() error { _, err := other.clone.Sync(w.t, clonetest.ViaProgram); return err }})
		}
	}
	if s.process == nil && s.offset == 0 && !w.isCopy(s) {
		second := w.newProcess(s)
		defer second.kill()
		runs = append(runs, &run{s: s, sync: func() error {
			ctx, cancel := w.context()
			defer cancel()
			_, err := exchange.Synchronize(ctx, second.clone, second.central, provider.Silent{})
			return err
		}})
	}
	_ = w.guard(o, func() error {
		var all sync.WaitGroup
		for _, r := range runs {
			all.Go(func() { r.err = r.sync() })
		}
		all.Wait()
		return nil
	})
	for _, r := range runs {
		switch database.SQLState(r.err) {
		case "":
			if r.err != nil {
				violate("ERROR", "%s: %v", r.s.name, full(r.err))
			}
			w.admitted(r.s, w.tick)
		case pgerrcode.SerializationFailure, pgerrcode.DeadlockDetected, pgerrcode.LockNotAvailable:
			w.outcomes["together: "+database.SQLState(r.err)]++
			r.s.lost = w.tick
		default:
			if !w.refused(r.s, r.err) {
				violate("ERROR", "%s: %v", r.s.name, full(r.err))
			}
		}
	}
}

// isCopy tells whether two databases are the same clone.
func (w *world) isCopy(s *side) bool {
	for _, name := range clones {
		if other := w.sides[name]; other != s && other.clone.ID == s.clone.ID {
			return true
		}
	}
	return false
}

// idle tells whether nothing is under way.
func (w *world) idle() bool {
	for _, s := range w.sides {
		if s.process != nil || s.open != [3]*transaction{} {
			return false
		}
	}
	return len(w.zombies) == 0
}

// whole makes a whole synchronisation, or ends the one that is under way, and returns what it counted.
func (w *world) whole(s *side, o op) exchange.Counts {
	if s.offset != 0 && s.process == nil {
		s.process = w.newProcess(s)
	}
	for range 60 {
		p := s.process
		if p == nil {
			break
		}
		if w.stepOn(s, o) {
			return p.counts
		}
		if s.process == nil {
			return exchange.Counts{}
		}
	}
	if s.process != nil {
		violate("STUCK", "%s does not get through", s.name)
	}
	counts, err := w.transport(s, o)
	switch database.SQLState(err) {
	case "":
		if err != nil {
			violate("ERROR", "%s: %v", s.name, full(err))
		}
		w.admitted(s, w.tick)
		w.checkTold(s, counts, s.skew)
	case pgerrcode.SerializationFailure, pgerrcode.DeadlockDetected, pgerrcode.LockNotAvailable:
		s.lost = w.tick
	default:
		if !w.refused(s, err) {
			violate("ERROR", "%s: %v", s.name, full(err))
		}
	}
	return counts
}

func (w *world) transport(s *side, o op) (counts exchange.Counts, err error) {
	via := clonetest.ViaProgram
	if len(o.args) > 0 {
		via = clonetest.ViaSQL
	}
	err = w.guard(o, func() error {
		var err error
		counts, err = s.clone.Sync(w.t, via)
		return err
	})
	return counts, err
}

// full is an error with all that PostgreSQL says about it.
func full(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Sprint(err)
	}
	where, _, _ := strings.Cut(pg.Where, "\n")
	return fmt.Sprintf("%v; %s; %s", err, pg.Detail, where)
}

// settle lets everything under way come to its end.
func (w *world) settle() {
	for _, name := range sorted(w.sides) {
		for i := range w.sides[name].open {
			w.end(w.sides[name], i, true)
		}
	}
	for _, p := range w.zombies {
		if p.next == stepExchange {
			_ = w.guard(op{}, p.step)
		}
		if p.next == stepCommitCentral && p.central.PgConn().TxStatus() == 'T' {
			_ = w.guard(op{}, p.step)
		}
		p.kill()
	}
	w.zombies = nil
	for _, name := range clones {
		s := w.sides[name]
		for range 40 {
			if s.process == nil || w.stepOn(s, op{}) {
				break
			}
		}
		if s.process != nil {
			violate("STUCK", "%s does not come to its end", name)
		}
	}
}
