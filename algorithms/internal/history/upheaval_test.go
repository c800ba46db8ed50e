package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

// What happens to a clone between synchronisations: it is deployed again, copied, restored from a backup, forgotten or left
// behind by a purge; its tables are altered.

// pack is a package of central.
type pack struct {
	path  string
	tick  int    // the operation that made it
	shape string // of the tables
}

// image is what is remembered of a clone's disk.
type image struct {
	db       *pgtest.DB
	id       string
	session  pgtest.Login
	role     pgtest.Login
	received int
	shape    string
	events   map[int64]event
	// How often it had synchronised and was deployed; how often another copy had synchronised, and the identity altogether.
	syncs, deployed, overtaken, exchanges int
	unspent                               *deployment
}

// deployment is one of a clone, and of its copies.
type deployment struct {
	spent bool // one of them has synchronised with it
}

// event is what the log of a clone has of a transaction.
type event struct {
	tx  *transaction
	uid string
}

// edits are those of its row.
func (e event) edits() (edits []*edit) {
	if e.tx == nil {
		return nil
	}
	for _, one := range e.tx.edits {
		if one.uid == e.uid {
			edits = append(edits, one)
		}
	}
	return edits
}

// shapes are what is done to a table on one side, and undone.
var shapes = map[string][2]string{
	"add":     {`alter table public."select" add extra integer`, `alter table public."select" drop extra`},
	"default": {`alter table public."select" add extra integer default 7`, `alter table public."select" drop extra`},
	"retype":  {`alter table "Ville d'été"."créneau" alter objet type varchar(2000)`, `alter table "Ville d'été"."créneau" alter objet type text`},
}

func (w *world) upheave(s *side, o op) {
	has := func(word string) bool { return slices.Contains(o.args, word) }
	switch o.verb {
	case "purge":
		absent := "null"
		if has("absent") {
			absent = "'0'"
		}
		err := w.exec(w.sides["C"].users[0], "call lizsync.purge('0', "+absent+")")
		if err != nil && database.SQLState(err) != pgerrcode.LockNotAvailable {
			violate("ERROR", "purge: %v", err)
		}
		w.purged = w.tick
	case "pack":
		w.pack = w.makePackage(o)
	case "shape":
		if w.running() {
			return
		}
		if !has("everywhere") {
			w.shape(s, o)
			return
		}
		for _, name := range sorted(w.sides) {
			w.shape(w.sides[name], o)
		}
	case "forget":
		if s.clone != nil && w.central.Text(w.t, "select count(*) from lizsync.clones where server_id = $1::text::uuid", s.clone.ID) != "0" {
			err := w.guard(o, func() error {
				return w.exec(w.sides["C"].users[0], fmt.Sprintf("set lock_timeout = '30s'; select lizsync.forget_clone('%s'); set lock_timeout = '25ms'", s.clone.ID))
			})
			if err != nil {
				violate("ERROR", "forget: %v", err)
			}
			w.forgotten[s.clone.ID] = true
		}
	case "deploy":
		if s.clone != nil {
			w.deploy(s, o)
		}
	case "backup":
		if s.clone != nil {
			w.disconnect(s, o)
			if s.image == nil {
				s.image = &image{db: s.db.Copy(w.t)}
			} else {
				s.image.db.Replace(w.t, s.db)
			}
			*s.image = w.image(s, s.image.db)
			s.hasImage = true
			w.connect(s)
		}
	case "dump":
		if s.clone == nil && w.elsewhere != nil {
			w.dump = w.dumpCentral(o)
		}
	case "restore":
		if s.clone == nil && w.elsewhere != nil {
			w.restoreCentral(o)
		}
		if s.clone != nil && s.hasImage {
			w.disconnect(s, o)
			now, then := w.log(s.db), w.log(s.image.db)
			w.ledger.lose(s.events, now, then)
			s.db.Replace(w.t, s.image.db)
			w.become(s, *s.image)
			s.doubtful = true
			w.connect(s)
		}
	case "copy":
		if from := w.sides[o.args[0]]; s.clone != nil && from != nil && from.clone != nil && from != s && from.db.Server == s.db.Server {
			w.disconnect(s, o)
			w.disconnect(from, o)
			w.ledger.lose(s.events, w.log(s.db), nil)
			w.ledger.lose(from.events, nil, w.log(from.db)) // both copies have them
			s.db.Replace(w.t, from.db)
			w.become(s, w.image(from, nil))
			s.doubtful, from.doubtful = true, true
			w.connect(s)
			w.connect(from)
		}
	}
}

// dump is one of central.
type dump struct {
	file    string
	shape   string
	edits   int             // of the ledger, that were made before it
	deleted map[string]bool // rows that had been
	waiting map[*edit]bool  // edits of clones that central, maybe, had not received
}

// dumpCentral dumps central as it is, with whatever is under way there.
func (w *world) dumpCentral(o op) *dump {
	c := w.sides["C"]
	d := &dump{filepath.Join(w.folder, "central.dump"), c.shape, len(w.ledger.edits), map[string]bool{}, map[*edit]bool{}}
	for uid := range w.ledger.deleted {
		d.deleted[uid] = true
	}
	for e := range w.held() {
		d.waiting[e] = true
	}
	w.runProgram(o, "pg_dump", "--format=custom", "--file="+d.file, c.db.URL)
	return d
}

// held are the edits in the logs of the clones.
func (w *world) held() map[*edit]bool {
	edits := map[*edit]bool{}
	for _, name := range clones {
		s := w.sides[name]
		for id := range w.log(s.db) {
			for _, e := range s.events[id].edits() {
				edits[e] = true
			}
		}
	}
	return edits
}

func (w *world) runProgram(o op, name string, arguments ...string) {
	err := w.guard(o, func() error {
		ctx, cancel := w.context()
		defer cancel()
		output, err := exec.CommandContext(ctx, filepath.Join(w.elsewhere.Cluster.BinDir(), name), arguments...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w\n%s", err, output)
		}
		return nil
	})
	if err != nil {
		violate("ERROR", "%s: %v", name, err)
	}
}

// goneWith notes what a dump does not have, and no clone has still. It may be more than that is truly gone.
func (w *world) goneWith(d *dump) {
	held := w.held()
	beaten, _ := w.beaten() // by edits that may be gone themselves, with the conflicts that said so
	for i, e := range w.ledger.edits {
		e.gone = e.gone || !held[e] && (i >= d.edits || d.waiting[e] || beaten[e.cell])
	}
	waiting := map[string]bool{}
	for _, name := range clones {
		s := w.sides[name]
		for id := range w.log(s.db) {
			waiting[s.events[id].uid] = true
		}
	}
	for uid, db := range w.ledger.deleted {
		if !waiting[uid] && (!d.deleted[uid] || db != "C") {
			w.ledger.undone[uid] = true
		}
	}
}

// restoreCentral restores central on another server, where transaction ids start again: from a dump that is made now, or from
// an older one, which lacks what was done since.
func (w *world) restoreCentral(o op) {
	c := w.sides["C"]
	for _, p := range w.zombies {
		p.kill()
	}
	w.zombies = nil
	for _, name := range sorted(w.sides) {
		w.disconnect(w.sides[name], o)
	}
	db := w.elsewhere.EmptyDatabase(w.t)
	db.Exec(w.t, fmt.Sprintf("alter database %s owner to %s", db.Name, w.central.Owner.Name))
	from := w.dump
	older := from != nil && slices.Contains(o.args, "old")
	if older {
		w.goneWith(from)
	} else {
		from = w.dumpCentral(o)
	}
	w.runProgram(o, "pg_restore", "--exit-on-error", "--dbname="+db.URL, from.file)
	c.db, c.shape, w.central.DB, w.pack = db, from.shape, db, nil
	w.monitor = db.Conn(w.t)
	w.must(w.monitor, "set timezone = 'UTC'")
	w.monitors[db.Server] = w.monitor
	w.names = append(w.names, db.Name)
	for _, name := range sorted(w.sides) {
		s := w.sides[name]
		if s.clone != nil {
			s.moved = true
			s.db.Exec(w.t, "drop server if exists central_server cascade")
			s.clone.Connect(w.t)
		}
		w.connect(s)
	}
	if older {
		w.goBack()
	}
}

// goBack makes of what central is known to know what a restored one does: it may take any clone for another copy.
func (w *world) goBack() {
	w.deployed = 0
	there := map[string]bool{}
	for _, r := range w.central.Rows(w.t, "select sync_id, sync_type from lizsync.history where server_to <> '{}'") {
		there[r[0]] = true
		if r[1] == "full" {
			w.deployed++
		}
	}
	for _, name := range clones {
		s := w.sides[name]
		s.doubtful = true
		for _, r := range s.db.Rows(w.t, "select sync_id from lizsync.history") {
			if !there[r[0]] {
				w.vanished[r[0]] = true
			}
		}
		w.forgotten[s.clone.ID] = w.central.Text(w.t, "select count(*) from lizsync.clones where server_id = $1::text::uuid", s.clone.ID) == "0"
	}
}

// image remembers a clone as it is.
func (w *world) image(s *side, db *pgtest.DB) image {
	events := map[int64]event{}
	for id, e := range s.events {
		events[id] = e
	}
	return image{
		db, s.clone.ID, s.clone.Session, s.clone.Role, s.received, s.shape, events,
		s.syncs, s.deployed, s.overtaken, w.exchanges[s.clone.ID], s.unspent,
	}
}

// become makes a side what an image says; its database is replaced already.
func (w *world) become(s *side, i image) {
	s.clone.ID, s.clone.Session, s.clone.Role = i.id, i.session, i.role
	s.received, s.shape, s.syncs, s.deployed = i.received, i.shape, i.syncs, i.deployed
	s.overtaken = i.overtaken + w.exchanges[i.id] - i.exchanges
	s.unspent = i.unspent
	s.events = map[int64]event{}
	for id, e := range i.events {
		s.events[id] = e
	}
	w.notePending(s)
}

// log is the events of a clone's log.
func (w *world) log(db *pgtest.DB) map[int64]bool {
	ids := map[int64]bool{}
	for _, r := range db.Rows(w.t, "select event_id from audit.logged_actions") {
		var id int64
		_, _ = fmt.Sscan(r[0], &id)
		ids[id] = true
	}
	return ids
}

// lose notes that the log of a clone becomes another one: edits that only the old one has are gone with the disk, but for
// those that were sent unnoticed; those that only the other one has may be sent a second time.
func (l *ledger) lose(events map[int64]event, now, then map[int64]bool) {
	for id, e := range events {
		gone, repeated := now[id] && !then[id], then[id] && !now[id]
		for _, edit := range e.edits() {
			edit.gone, edit.repeated = edit.gone || gone, edit.repeated || repeated
			if repeated {
				l.repeated[edit.cell] = true
			}
		}
		if gone {
			l.undone[e.uid] = true
		}
	}
}

// disconnect ends all sessions of a clone, and what they have under way.
func (w *world) disconnect(s *side, o op) {
	for i, conn := range s.users {
		w.end(s, i, !o.abort)
		w.close(conn)
	}
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
	for _, spare := range s.spare {
		w.close(spare[0])
		w.close(spare[1])
	}
	s.spare = nil
	if s.clone != nil {
		s.clone.Disconnect()
	}
}

func (w *world) close(conn *pgx.Conn) {
	ctx, cancel := w.context()
	defer cancel()
	_ = conn.Close(ctx)
}

// connect opens the sessions of the users of a side.
func (w *world) connect(s *side) {
	for i := range s.users {
		s.users[i] = s.db.Conn(w.t)
		w.must(s.users[i], `set timezone = 'UTC'; set lock_timeout = '25ms'`)
	}
}

// running tells whether a synchronisation is under way anywhere.
func (w *world) running() bool {
	for _, s := range w.sides {
		if s.process != nil {
			return true
		}
	}
	return len(w.zombies) > 0
}

// shape alters a table on one side, or puts it back.
func (w *world) shape(s *side, o op) {
	var commands []string
	if s.shape != "" {
		commands = append(commands, shapes[s.shape][1])
	}
	s.shape = o.args[0]
	if s.shape == "back" {
		s.shape = ""
	} else {
		commands = append(commands, shapes[s.shape][0])
	}
	for _, command := range commands {
		err := w.guard(o, func() error {
			return w.exec(s.users[0], "set lock_timeout = '30s'; "+command+"; set lock_timeout = '25ms'")
		})
		if err != nil {
			violate("ERROR", "%v\n%s", err, command)
		}
	}
}

// run runs an algorithm as the program does.
func (w *world) run(o op, id string, input map[string]any, result any) error {
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
	return w.guard(o, func() error {
		ctx, cancel := w.context()
		defer cancel()
		out, err := task(ctx, provider.Silent{})
		if err != nil {
			return err
		}
		text, err := json.Marshal(out)
		return errors.Join(err, json.Unmarshal(text, result))
	})
}

func (w *world) makePackage(o op) *pack {
	p := &pack{filepath.Join(w.folder, o.verb+".zip"), w.tick, w.sides["C"].shape}
	var layers []any
	for _, name := range w.central.Tables {
		layers = append(layers, name)
	}
	for _, t := range tables {
		if t.view != "" {
			layers = append(layers, t.view)
		}
	}
	err := w.run(o, "package_central_database", map[string]any{
		"CONNECTION_NAME_CENTRAL": w.central.As(w.t, w.central.Owner), "PG_LAYERS": layers, "ZIP_FILE": p.path,
	}, &struct{}{})
	if err != nil {
		violate("ERROR", "package: %v", err)
	}
	return p
}

// deploy deploys a package to a clone: the one that was made last, or a new one. It tells whether that was done, and
// whether a refusal asks for another identity.
func (w *world) deploy(s *side, o op) (done, renew bool) {
	p := w.pack
	if p == nil || !slices.Contains(o.args, "old") {
		p = w.makePackage(o)
	}
	keep, recreate := slices.Contains(o.args, "keep"), slices.Contains(o.args, "renew")
	var result struct {
		ID string `json:"SERVER_ID"`
	}
	err := w.run(o, "deploy_database_server_package", map[string]any{
		"CONNECTION_NAME_CENTRAL": w.central.As(w.t, w.central.Owner), "CONNECTION_NAME_CLONE": s.db.As(w.t, w.central.Owner), "ZIP_FILE": p.path,
		"CENTRAL_ROLE": s.clone.Role.Name, "STORE_CENTRAL_CONNECTION": false, "KEEP_UNSENT_CHANGES": keep, "RECREATE_CLONE_SERVER_ID": recreate,
	}, &result)
	fresh := s.received <= p.tick
	if err == nil {
		if !fresh {
			violate("ACCEPTED", "%s was deployed from a package that is older than what it has received", s.name)
		}
		if s.lost > 0 && (s.doubtful || s.overtaken > 0) {
			// Nobody can tell the edits of this copy that central has from the others, and all are sent again.
			w.ledger.lose(s.events, nil, w.log(s.db))
		}
		w.notePending(s)
		s.clone.ID, s.lost, s.moved = result.ID, 0, false
		s.received, s.shape, s.overtaken, s.doubtful = p.tick, p.shape, 0, false
		s.deployed++
		s.unspent = &deployment{}
		w.deployed++
		delete(w.forgotten, s.clone.ID)
		for _, other := range w.sides {
			other.doubtful = other.doubtful || other != s && other.clone != nil && other.clone.ID == s.clone.ID
		}
		return true, false
	}
	for _, refusal := range []struct {
		text     string
		expected bool
	}{
		{"that were not synchronised, and they would be lost", !keep && s.db.Text(w.t, "select count(*) from audit.logged_actions") != "0"},
		{"has synchronised, or was deployed, since the package was made", !fresh},
		{"a synchronisation or deployment of the clone", s.process != nil},
		{"central has purged edits that were made since the package", w.purged >= p.tick},
		{"since the package was made, which are not in it", keep && s.lost >= p.tick},
		{"has ended on central meanwhile", keep && s.lost == w.tick},
		{"is an older copy of itself", s.overtaken > 0 || s.doubtful},
	} {
		if strings.Contains(err.Error(), refusal.text) && refusal.expected {
			w.outcomes["deployment refused: "+refusal.text]++
			return false, refusal.text == "is an older copy of itself"
		}
	}
	violate("ERROR", "deploy to %s: %v", s.name, full(err))
	return false, false
}

// notePending notes the pending rows of a clone.
func (w *world) notePending(s *side) {
	for _, r := range s.db.Rows(w.t, "select object_uid from lizsync.pending_changes") {
		w.ledger.stood[s.name+" "+r[0]] = true
	}
}

// refused tells whether central had a reason to refuse a clone.
func (w *world) refused(s *side, err error) bool {
	reason := map[string]bool{
		pgerrcode.InsufficientPrivilege:        w.forgotten[s.clone.ID],
		pgerrcode.UndefinedTable:               s.moved, // restored within one server
		pgerrcode.DatatypeMismatch:             s.shape != w.sides["C"].shape,
		pgerrcode.ObjectNotInPrerequisiteState: w.purged > 0 || s.moved || s.doubtful || s.overtaken > 0,
	}
	state := database.SQLState(err)
	if !reason[state] {
		return false
	}
	w.outcomes["refused: "+state]++
	s.refused = true
	return true
}

// admitted notes that a clone has synchronised.
func (w *world) admitted(s *side, tick int) {
	// What another copy did with this one's own deployment is taken for an exchange of this one, whose answer was lost.
	overtaken := s.overtaken >= 2 || s.overtaken == 1 && s.unspent != nil && !s.unspent.spent
	if w.forgotten[s.clone.ID] || s.shape != w.sides["C"].shape || overtaken || s.moved {
		violate("ACCEPTED", "%s synchronised; forgotten: %v, tables: %q, overtaken %d times, central moved: %v", s.name, w.forgotten[s.clone.ID], s.shape, s.overtaken, s.moved)
	}
	s.received = tick
	s.syncs++
	w.exchanges[s.clone.ID]++
	if s.unspent != nil {
		s.unspent.spent = true
	}
	s.refused, s.unspent, s.lost = false, nil, 0
	for _, other := range w.sides {
		if other != s && other.clone != nil && other.clone.ID == s.clone.ID {
			other.overtaken++
		}
	}
}

// readmit deploys a clone again that was refused, as the messages say.
func (w *world) readmit(s *side) {
	args := []string{"keep"}
	if w.isCopy(s) {
		args = append(args, "renew")
	}
	done, renew := w.deploy(s, op{verb: "deploy", args: args})
	if !done && renew {
		done, _ = w.deploy(s, op{verb: "deploy", args: append(args, "renew")})
	}
	if !done {
		violate("STUCK", "%s cannot be deployed again", s.name)
	}
	s.refused = false
}

// restoreSides undoes what an earlier history has done to the structure and to who is who.
func (w *world) restoreSides() {
	w.pack, w.dump, w.purged, w.tick, w.deployed = nil, nil, 0, 0, 0
	w.vanished = map[string]bool{}
	w.forgotten, w.exchanges = map[string]bool{}, map[string]int{}
	for _, name := range sorted(w.sides) {
		s := w.sides[name]
		if s.shape != "" {
			w.shape(s, op{args: []string{"back"}})
		}
		s.received, s.syncs, s.deployed, s.overtaken = 0, 0, 0, 0
		s.doubtful, s.refused, s.hasImage, s.unspent, s.lost, s.moved = false, false, false, nil, 0, false
		s.events = map[int64]event{}
		if s.clone == nil || s.clone.Session == s.session && s.clone.Role == s.role {
			continue
		}
		s.clone.Disconnect()
		for _, spare := range s.spare {
			w.close(spare[0])
			w.close(spare[1])
		}
		s.spare = nil
		s.clone.Session, s.clone.Role = s.session, s.role
		s.db.Exec(w.t, "drop server if exists central_server cascade") // it may be another owner's
		s.clone.Connect(w.t)
	}
}
