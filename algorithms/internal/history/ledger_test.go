package history

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/clonetest"
	"github.com/lizsync/lizsync/algorithms/internal/exchange"
	"github.com/lizsync/lizsync/internal/pgtest"
)

// cell is a value of a field of a row.
type cell struct{ uid, field, value string }

func (c cell) String() string {
	value := c.value
	if len(value) > 60 {
		value = value[:60] + "…"
	}
	return fmt.Sprintf("%s.%s = %s", rowName(c.uid), c.field, value)
}

// edit is a value that a user has set.
type edit struct {
	db string
	cell
	before string // the value that the user saw there

	gone     bool // with the disk of the clone, maybe before central had it
	repeated bool // sent again from a copy of the clone, maybe
	stood    bool // made in a row that stood still since a deployment, which shows what it is still compared with
}

// transaction is what a user has done in one.
type transaction struct {
	edits             []*edit
	superseded        []cell
	inserted, deleted []string
}

// ledger knows every committed edit.
type ledger struct {
	edits      []*edit
	byCell     map[cell]*edit
	superseded map[cell]bool
	inserted   map[string]bool
	deleted    map[string]string // uid: database
	clocks     map[string]bool   // databases whose clock was changed
	repeated   map[cell]bool     // by copies of clones
	stood      map[string]bool   // rows that stood still over a deployment, as "database uid"
	undone     map[string]bool   // rows of which a delete may be gone with a disk
}

func newLedger() *ledger {
	return &ledger{
		byCell: map[cell]*edit{}, superseded: map[cell]bool{}, inserted: map[string]bool{}, deleted: map[string]string{}, clocks: map[string]bool{},
		repeated: map[cell]bool{}, undone: map[string]bool{}, stood: map[string]bool{},
	}
}

func (l *ledger) add(db string, tx *transaction) {
	l.edits = append(l.edits, tx.edits...)
	for _, e := range tx.edits {
		l.byCell[e.cell] = e
	}
	for _, c := range tx.superseded {
		l.superseded[c] = true
	}
	for _, uid := range tx.inserted {
		l.inserted[uid] = true
	}
	for _, uid := range tx.deleted {
		l.deleted[uid] = db
	}
}

// saw tells whether the author of an edit had seen another one of the same field.
func (l *ledger) saw(author, other *edit) bool {
	for e, n := author, 0; e != nil && n < 100; n++ {
		if e.before == "" || e.before == pgtest.Null {
			return false // many edits set these
		}
		e = l.byCell[cell{author.uid, author.field, e.before}]
		if e == other {
			return true
		}
	}
	return false
}

// final ends the edits, synchronises every clone twice, or some more times while rows are pending, and checks everything.
func (w *world) final() {
	w.settle()
	for _, name := range sorted(w.sides) {
		if s := w.sides[name]; s.shape != "" {
			w.shape(s, op{args: []string{"back"}})
		}
	}
	quiet := false  // the last round has done nothing
	pended := false // something was pending after a round: twice counts from when nothing is
	for round := range 6 {
		quiet = true
		for _, name := range clones {
			s := w.sides[name]
			counts := w.whole(s, op{})
			if s.refused {
				w.readmit(s)
				counts = w.whole(s, op{})
			}
			if s.process != nil || s.refused {
				violate("STUCK", "%s does not get through", name)
			}
			quiet = quiet && counts.ReplayedToCentral+counts.ReplayedToClone+counts.Conflicts == 0
		}
		pended = pended || len(w.pendingRows()) > 0
		if round >= 1 && (w.different() == "" || round == 1 && !pended) {
			break
		}
	}
	if difference := w.different(); difference != "" {
		violate("DIVERGE", "%s", difference)
	}
	w.checkEdits()
	w.checkConflicts()
	w.checkEchoes()
	w.checkParents()
	w.checkRest()
	w.checkHistory()

	pending := map[string]int{}
	for row := range w.pendingRows() {
		clone, _, _ := strings.Cut(row, " ")
		pending[clone]++
	}
	if quiet && len(pending) == 0 {
		return
	}
	before := w.different()
	for _, name := range clones {
		got := w.whole(w.sides[name], op{})
		if w.sides[name].refused { // for pending rows that were purged past
			continue
		}
		if want := (exchange.Counts{Pending: pending[name]}); got != want {
			violate("RESTLESS", "one more synchronisation of %s did %+v, expected %+v", name, got, want)
		}
	}
	if after := w.different(); after != before {
		violate("RESTLESS", "one more synchronisation changed something: %s", after)
	}
}

// pendingRows are the rows that are pending, as "clone uid", with the reason.
func (w *world) pendingRows() map[string]string {
	rows := map[string]string{}
	names := map[string]string{}
	for _, name := range clones {
		names[w.sides[name].clone.ID] = name
	}
	for _, name := range sorted(w.sides) {
		for _, r := range w.sides[name].db.Rows(w.t, "select clone_id, object_uid, error from lizsync.pending_changes") {
			// Those of an identity that a clone had before were carried to the next one.
			if clone := names[r[0]]; clone != "" {
				rows[clone+" "+r[1]] = r[2]
			}
		}
	}
	return rows
}

// different tells how the databases differ, but for the rows that are pending.
func (w *world) different() string {
	pending := w.pendingRows()
	var b strings.Builder
	there := clonetest.Contents(w.t, w.central.DB, w.central.Tables)
	for _, name := range clones {
		here := clonetest.Contents(w.t, w.sides[name].db, w.central.Tables)
		for row, fields := range there {
			if _, ok := pending[name+" "+row.UID]; !ok && here[row] != fields {
				fmt.Fprintf(&b, "%s:\n  C: %s\n  %s: %s\n", rowName(row.UID), shorten(fields), name, shorten(here[row]))
			}
		}
		for row, fields := range here {
			if _, ok := pending[name+" "+row.UID]; !ok && there[row] == "" {
				fmt.Fprintf(&b, "%s:\n  C has none\n  %s: %s\n", rowName(row.UID), name, shorten(fields))
			}
		}
	}
	return b.String()
}

func shorten(s string) string {
	if len(s) > 500 {
		return s[:200] + " … " + s[len(s)-200:]
	}
	return s
}

type conflict struct {
	uid, field, centralValue, cloneValue, rejected, rule, text string
	whole                                                      bool
	row                                                        map[string]string
	timely                                                     bool
	unknown                                                    bool // when central's value was set, after a purge
}

func (w *world) conflicts() []conflict {
	return collect(w, w.monitor, func(r pgx.CollectableRow) (c conflict, err error) {
		var fields []*string
		err = r.Scan(&c.uid, &c.field, &c.whole, &c.centralValue, &c.cloneValue, &c.rejected, &c.rule, &fields, &c.timely, &c.unknown, &c.text)
		c.row = map[string]string{}
		for i := 0; i+1 < len(fields); i += 2 {
			c.row[*fields[i]] = pgtest.Null
			if fields[i+1] != nil {
				c.row[*fields[i]] = *fields[i+1]
			}
		}
		return c, err
	}, `
		select object_uid::text, coalesce(field_name, ''), field_name is null, coalesce(central_value, '<null>'), coalesce(clone_value, '<null>'),
			rejected, rule_applied, public.hstore_to_array(row_data),
			case
				when rule_applied = 'equal times: central wins' then clone_time = central_time and rejected = 'clone'
				when rejected = 'clone' then clone_time < central_time
				else clone_time > central_time
			end is not false,
			central_time is null,
			format('%s %s: central %s (%s), clone %s (%s), rejected %s', object_uid, field_name, left(central_value, 50), central_time, left(clone_value, 50), clone_time, rejected)
		from lizsync.conflicts`)
}

// beaten are the values that central says have lost, and the rows of which a trigger has kept the existence.
func (w *world) beaten() (accounted map[cell]bool, kept map[string]bool) {
	accounted, kept = map[cell]bool{}, map[string]bool{}
	for _, c := range w.conflicts() {
		if c.whole {
			for field, value := range c.row {
				accounted[cell{c.uid, field, canonical(value)}] = true
			}
			continue
		}
		lost := c.centralValue
		if c.rejected == "clone" {
			lost = c.cloneValue
		}
		accounted[cell{c.uid, c.field, canonical(lost)}] = true
	}
	for _, r := range w.central.Rows(w.t, "select uid, field, coalesce(value, '<null>') from ghost.ledger") {
		accounted[cell{r[0], r[1], canonical(r[2])}] = true
		if r[1] == "" {
			kept[r[0]] = true
		}
	}
	return accounted, kept
}

// checkEdits: every edit is in place, or overwritten by somebody who had seen it, or in conflicts, or pending and kept.
func (w *world) checkEdits() {
	central := w.contents(w.monitor)
	accounted := map[cell]bool{}
	for uid, row := range central {
		for field, value := range row {
			accounted[cell{uid, field, canonical(value)}] = true
		}
	}
	beaten, kept := w.beaten()
	maps.Copy(accounted, beaten)
	logged := map[string]map[cell]bool{}
	for _, name := range clones {
		logged[name] = map[cell]bool{}
		for _, r := range w.sides[name].db.Rows(w.t, `
			select l.uid, f.key, coalesce(f.value, '<null>')
			from audit.logged_actions l, public.each(coalesce(l.changed_fields, l.row_data)) as f`) {
			logged[name][cell{r[0], r[1], canonical(r[2])}] = true
		}
	}
	pending := w.pendingRows()
	for _, e := range w.ledger.edits {
		// A row that a copy of a clone has made gets another number; see checkParents.
		if e.field == "id" || e.field == "numéro" {
			continue
		}
		if accounted[e.cell] || w.ledger.superseded[e.cell] || e.gone {
			continue
		}
		if _, still := pending[e.db+" "+e.uid]; still && logged[e.db][e.cell] {
			continue
		}
		// A delete that won keeps the whole row, but a null says nothing there.
		if _, there := central[e.uid]; !there && e.value == pgtest.Null {
			continue
		}
		violate("LOST", "the edit %s, made on %s, is nowhere", e.cell, e.db)
	}
	for uid, db := range w.ledger.deleted {
		if _, there := central[uid]; there && !w.ledger.inserted[uid] && !kept[uid] {
			if _, still := pending[db+" "+uid]; still {
				continue
			}
			if w.givenUp(uid) || w.ledger.undone[uid] {
				continue
			}
			violate("LOST", "the delete of %s, made on %s, is nowhere", rowName(uid), db)
		}
	}
}

func (w *world) givenUp(uid string) bool {
	return w.central.Text(w.t, "select count(*) from lizsync.conflicts where object_uid = $1::text::uuid and rule_applied = 'given up'", uid) != "0"
}

// checkConflicts: the later edit has won, and nobody has lost to what he had seen or won over it.
func (w *world) checkConflicts() {
	// A trigger that puts a value back writes it anew, at the time of the edit that it did not take.
	reverted := map[string]bool{}
	for _, r := range w.central.Rows(w.t, "select distinct uid, field from ghost.ledger") {
		reverted[r[0]+r[1]] = true
	}
	for _, c := range w.conflicts() {
		w.outcomes["conflict: "+c.rule+", rejected "+c.rejected]++
		if c.rule != "last edit wins" && c.rule != "equal times: central wins" || c.unknown {
			continue
		}
		if !c.timely {
			violate("ORDER", "the earlier edit won: %s %s", rowName(c.uid), c.text)
		}
		if c.centralValue == c.cloneValue {
			violate("SPURIOUS", "a value lost to itself: %s %s", rowName(c.uid), c.text)
		}
		ours := w.ledger.byCell[cell{c.uid, c.field, canonical(c.centralValue)}]
		theirs := w.ledger.byCell[cell{c.uid, c.field, canonical(c.cloneValue)}]
		if ours == nil || theirs == nil || !traceable(c) || reverted[c.uid+c.field] {
			continue
		}
		// Nobody can tell that they were sent before; and what is edited in a pending row is compared with all that
		// was done to it since it stands.
		if ours.repeated || theirs.repeated || ours.stood || theirs.stood {
			continue
		}
		if w.ledger.saw(ours, theirs) || w.ledger.saw(theirs, ours) {
			violate("CAUSAL", "one author had seen the other's edit: %s %s", rowName(c.uid), c.text)
		}
	}
}

// traceable tells whether the values of a conflict name the edits that made them.
func traceable(c conflict) bool {
	for _, t := range tables {
		for _, column := range t.columns {
			if plain(column.sql) == c.field && column.shared {
				return false
			}
		}
	}
	return c.centralValue != pgtest.Null && c.cloneValue != pgtest.Null && c.centralValue != "" && c.cloneValue != ""
}

// sentAgain tells whether edits of a field were sent from two copies of a clone, maybe.
func (l *ledger) sentAgain(uid, field string) bool {
	for c := range l.repeated {
		if c.uid == uid && c.field == field {
			return true
		}
	}
	return false
}

// checkEchoes: no edit was written twice on central.
func (w *world) checkEchoes() {
	for _, r := range w.central.Rows(w.t, `
		select uid, field, left(value, 60), count(distinct transaction_id)
		from ghost.written
		where value <> '' and field not in ('id', 'uid', 'rue', 'code', 'double', 'numéro', 'voulue')
		group by uid, field, value
		having count(distinct transaction_id) > 1`) {
		if w.ledger.sentAgain(r[0], r[1]) {
			continue
		}
		violate("ECHO", "the edit %s.%s = %s was written %s times on central", rowName(r[0]), r[1], r[2], r[3])
	}
}

// checkParents: what has the number of a road has that of the one that its editor has chosen, unless that one is no more or one of both is
// pending.
func (w *world) checkParents() {
	pending := w.pendingRows()
	for _, name := range sorted(w.sides) {
		for _, child := range []string{`"Ville d'été".note`, `public."select"`} {
			for _, r := range w.sides[name].db.Rows(w.t, fmt.Sprintf(`
				select c.uid, c.voulue, c.numéro, coalesce(r.uid::text, 'none')
				from %s c
				join "Ville d'été"."Rue.Principale" chosen on chosen.uid = c.voulue
				left join "Ville d'été"."Rue.Principale" r on r.id = c.numéro
				where r.uid is distinct from c.voulue`, child)) {
				if w.ledger.deleted[r[1]] != "" || slices.ContainsFunc(clones, func(clone string) bool {
					return pending[clone+" "+r[0]] != "" || pending[clone+" "+r[1]] != "" || pending[clone+" "+r[3]] != ""
				}) {
					continue
				}
				violate("PARENT", "on %s, %s was given to %s and now has the number %s of %s", name, rowName(r[0]), rowName(r[1]), r[2], rowName(r[3]))
			}
		}
	}
}

// refusal is the state of an error that no row is to blame for: undefined, ambiguous, denied. A row may have the number 42.
var refusal = regexp.MustCompile(`\(42\w{3}\)`)

// checkRest: what a synchronisation leaves behind.
func (w *world) checkRest() {
	pending := w.pendingRows()
	for _, name := range sorted(w.sides) {
		db := w.sides[name].db
		if n := db.Text(w.t, `select (select count(*) from lizsync.exchanges) + (select count(*) from lizsync.incoming)
			+ (select count(*) from lizsync.held_rows) + (select count(*) from lizsync.outgoing) + (select count(*) from lizsync.changeset) + (select count(*) from lizsync.rebased_rows)`); n != "0" {
			violate("REST", "%s rows are left in the work tables of %s", n, name)
		}
		if name == "C" {
			continue
		}
		for _, r := range db.Rows(w.t, "select distinct uid from audit.logged_actions") {
			if _, still := pending[name+" "+r[0]]; !still {
				violate("REST", "%s is left in the log of %s", rowName(r[0]), name)
			}
		}
	}
	for row, text := range pending {
		w.outcomes["pending: "+kind(text)]++
		if refusal.MatchString(text) {
			violate("PENDING", "%s is pending for a reason that is not its own: %s", row, text)
		}
	}
}

// checkTold: the history of both sides says of a synchronisation what its caller was told, and how wrong the clock was.
func (w *world) checkTold(s *side, told exchange.Counts, offset float64) {
	const last = `
		select sync_id, array[number_replayed_to_central, number_replayed_to_clone, number_conflicts, number_pending]
		from lizsync.history where sync_type = 'partial' order by sync_time desc, duration limit 1`
	here := s.db.Rows(w.t, last)[0]
	if want := fmt.Sprintf("{%d,%d,%d,%d}", told.ReplayedToCentral, told.ReplayedToClone, told.Conflicts, told.Pending); here[1] != want {
		violate("HISTORY", "%s was told %s, and its history says %s", s.name, want, here[1])
	}
	there := w.central.Text(w.t, `
		select server_from::text = $2 and abs(extract(epoch from clock_offset) - $3::text::float) < 5
		from lizsync.history where sync_id = $1::text::uuid`, here[0], s.clone.ID, fmt.Sprint(offset))
	if there != "t" {
		violate("HISTORY", "central's history tells another clone or clock for the synchronisation %s of %s", here[0], s.name)
	}
}

// checkHistory: the histories have every synchronisation and deployment, once, and agree with each other and with the
// conflicts.
func (w *world) checkHistory() {
	const items = `
		select sync_id, coalesce(number_replayed_to_central, 0), coalesce(number_conflicts, 0), sync_type, sync_status
		from lizsync.history where server_to <> '{}'`
	central := map[string][]string{}
	deployed := 0
	for _, r := range w.central.Rows(w.t, items) {
		central[r[0]] = r
		if r[3] == "full" {
			deployed++
		}
	}
	if deployed != w.deployed {
		violate("HISTORY", "central's history has %d deployments of %d", deployed, w.deployed)
	}
	for _, name := range clones {
		s := w.sides[name]
		count := map[string]int{}
		for _, r := range s.db.Rows(w.t, items) {
			count[r[3]]++
			if !slices.Equal(r, central[r[0]]) && !w.vanished[r[0]] || r[4] != "done" {
				violate("HISTORY", "%s has %v, central %v", name, r, central[r[0]])
			}
		}
		if count["partial"] != s.syncs || count["full"] != s.deployed {
			violate("HISTORY", "%s has %v, expected %d synchronisations and %d deployments", name, count, s.syncs, s.deployed)
		}
	}
	for _, r := range w.central.Rows(w.t, `
		select h.sync_id, h.number_conflicts, count(c.sync_id)
		from lizsync.history h left join lizsync.conflicts c using (sync_id)
		where h.sync_type = 'partial' group by 1, 2 having h.number_conflicts <> count(c.sync_id)`) {
		violate("HISTORY", "the synchronisation %s counts %s conflicts of %s", r[0], r[1], r[2])
	}
}

// kind is a message without what differs from row to row.
func kind(text string) string {
	text, _, _ = strings.Cut(text, ": Key")
	return text
}
