package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"
)

// op is one operation of a history.
type op struct {
	db   string // C, A, B or D
	slot int    // 0: a transaction of its own; 1, 2: one that stays open
	verb string
	args []string
	// set holds the values to write, by column.
	set map[string]string
	// tie makes the edit at the very time of the previous one.
	tie bool
	// abort rolls back a transaction that is in the way, instead of committing it.
	abort bool
}

func (o op) String() string {
	var b strings.Builder
	b.WriteString(o.db)
	if o.slot > 0 {
		fmt.Fprintf(&b, "/%d", o.slot)
	}
	b.WriteString(" " + o.verb)
	for _, a := range o.args {
		b.WriteString(" " + a)
	}
	for _, c := range o.columns() {
		fmt.Fprintf(&b, " %s=%s", c, o.set[c])
	}
	if o.tie {
		b.WriteString(" tie")
	}
	if o.abort {
		b.WriteString(" abort!")
	}
	return b.String()
}

func (o op) columns() []string {
	var names []string
	for c := range o.set {
		names = append(names, c)
	}
	sort.Strings(names)
	return names
}

func format(ops []op) string {
	var b strings.Builder
	for _, o := range ops {
		b.WriteString(o.String() + "\n")
	}
	return b.String()
}

// parse reads a history as format writes it; # begins a comment.
func parse(text string) ([]op, error) {
	var ops []op
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 2 {
			return nil, fmt.Errorf("%q: a database and a verb are expected", line)
		}
		o := op{verb: words[1]}
		var slot string
		o.db, slot, _ = strings.Cut(words[0], "/")
		if slot != "" {
			o.slot = int(slot[0] - '0')
		}
		if !strings.Contains("CABD", o.db) || o.slot < 0 || o.slot > 2 {
			return nil, fmt.Errorf("%q: no such database or transaction", line)
		}
		for _, word := range words[2:] {
			name, value, isSet := strings.Cut(word, "=")
			switch {
			case word == "tie":
				o.tie = true
			case word == "abort!":
				o.abort = true
			case isSet:
				if o.set == nil {
					o.set = map[string]string{}
				}
				o.set[name] = value
			default:
				o.args = append(o.args, word)
			}
		}
		ops = append(ops, o)
	}
	return ops, nil
}

var clones = []string{"A", "B", "D"}

// generate makes the history of a seed.
func generate(seed uint64) []op {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	sometimes := func(p float64) bool { return r.Float64() < p }
	// Each history has a temper, so that some are dense in what others hardly have.
	editWeight := 0.35 + 0.3*r.Float64()
	stepWeight := 0.5 * r.Float64()
	openWeight := 0.5 * r.Float64()
	tieWeight := pickFloat(r, 0, 0, 0.3)
	names := []string{"C", "A", "B", "D"}[:2+r.IntN(3)]
	some := slices.DeleteFunc(slices.Clone(tables), func(t *table) bool { return t.untracked })
	upheavalWeight := 0.0
	if sometimes(0.1) {
		upheavalWeight = 0.4
	}
	duel := sometimes(0.5) // all after the same few fields
	if duel {
		some = []*table{tables[0], tables[0], tables[r.IntN(len(some))]}
	}
	rows := rowNames[:1+r.IntN(len(rowNames))]
	if duel {
		rows = rowNames[:1]
	}
	columns := map[*table][]column{}
	for _, t := range tables {
		columns[t] = t.columns
		if n := len(t.columns); n > 0 && (duel || sometimes(0.5)) {
			first := r.IntN(n)
			columns[t] = t.columns[first:min(first+1+r.IntN(2), n)]
		}
	}

	var ops []op
	for range 4 + r.IntN(26) {
		o := op{db: pick(names), tie: sometimes(tieWeight), abort: sometimes(0.2)}
		if sometimes(openWeight) {
			o.slot = 1 + r.IntN(2)
		}
		t := some[r.IntN(len(some))]
		w := r.Float64()
		switch {
		case w < editWeight:
			o.args = []string{t.name, pick(rows)}
			e := r.Float64()
			if duel && sometimes(0.6) {
				e = 0
			}
			switch {
			case e < 0.62:
				o.verb = "set"
				o.set = map[string]string{}
				for range 1 + r.IntN(2) {
					c := columns[t][r.IntN(len(columns[t]))]
					o.set[c.name] = pick(c.kinds)
				}
			case e < 0.80:
				o.verb = "ins"
				o.set = map[string]string{}
				for _, c := range t.columns {
					if sometimes(0.6) || t.name == "key" {
						o.set[c.name] = pick(c.kinds)
					}
				}
			case e < 0.93:
				o.verb = "del"
			case e < 0.97:
				o.verb = "bulk"
				c := columns[t][r.IntN(len(columns[t]))]
				o.args = []string{t.name}
				o.set = map[string]string{c.name: pick(c.kinds)}
			case e < 0.98:
				o.verb = "truncate"
				o.args = []string{t.name}
			case e < 0.99:
				o.verb = "rewrite"
				o.args = []string{t.name}
			default:
				o.verb = "hold"
				o.args, o.slot = []string{t.name}, 1+r.IntN(2)
			}
		case w < editWeight+0.1:
			o.verb = pick([]string{"commit", "commit", "commit", "abort"})
			o.slot = 1 + r.IntN(2)
		default:
			if len(names) > 1 {
				o.db = names[1+r.IntN(len(names)-1)]
			}
			o.slot, o.tie = 0, false
			if sometimes(upheavalWeight) {
				upheave(&o, r)
				break
			}
			switch e := r.Float64(); {
			case e < stepWeight:
				o.verb = "step"
				if sometimes(0.3) {
					o.args = []string{"late"}
				}
			case e < stepWeight+0.06:
				o.verb = "crash"
			case e < stepWeight+0.12:
				o.verb = "lost"
			case e < stepWeight+0.15:
				o.verb = "zombie"
			case e < stepWeight+0.17:
				o.verb = "giveup"
				if sometimes(0.5) {
					o.args = []string{t.name, pick(rows)}
				}
			case e < stepWeight+0.20:
				o.verb = "clock"
				o.args = []string{pick([]string{"0", "1", "3600", "-3600"})}
			case e < stepWeight+0.22:
				o.verb = "second"
			case e < stepWeight+0.24:
				o.verb = "together"
			case e < stepWeight+0.29:
				o.verb = "sync"
				o.args = []string{"sql"}
			default:
				o.verb = "sync"
			}
		}
		ops = append(ops, o)
	}
	return ops
}

// upheave makes an operation one that is about a whole database.
func upheave(o *op, r *rand.Rand) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	switch e := r.Float64(); {
	case e < 0.12:
		o.db, o.verb = "C", "purge"
		o.args = [][]string{nil, {"absent"}}[r.IntN(2)]
	case e < 0.22:
		o.db, o.verb = "C", "pack"
	case e < 0.52:
		o.verb = "deploy"
		for _, choice := range []struct {
			word        string
			probability float64
		}{{"old", 0.4}, {"keep", 0.7}, {"renew", 0.15}} {
			if r.Float64() < choice.probability {
				o.args = append(o.args, choice.word)
			}
		}
	case e < 0.57:
		o.verb = "forget"
	case e < 0.70:
		o.verb = "backup"
	case e < 0.82:
		o.verb = "restore"
	case e < 0.90:
		o.verb, o.args = "copy", []string{pick(clones)}
	default:
		o.verb, o.args = "shape", []string{pick([]string{"add", "default", "retype", "back"})}
		switch r.IntN(3) {
		case 0:
			o.db = "C"
		case 1:
			o.args = append(o.args, "everywhere")
		}
	}
}

func pickFloat(r *rand.Rand, from ...float64) float64 { return from[r.IntN(len(from))] }

// shrink looks for a shorter history that fails in the same way, until the time is over.
func shrink(ops []op, code string, limit time.Duration, play func([]op) *Violation) ([]op, *Violation) {
	end := time.Now().Add(limit)
	var last *Violation
	same := func(candidate []op) bool {
		if time.Now().After(end) {
			return false
		}
		v := play(candidate)
		if v != nil && v.Code == code {
			last = v
			return true
		}
		return false
	}
	for changed := true; changed && time.Now().Before(end); {
		changed = false
		for n := max(len(ops)/2, 1); n >= 1; n /= 2 {
			for i := 0; i < len(ops); {
				candidate := append(append([]op(nil), ops[:i]...), ops[min(i+n, len(ops)):]...)
				if same(candidate) {
					ops, changed = candidate, true
				} else {
					i += n
				}
			}
		}
		for i, o := range ops {
			for _, simpler := range simplify(o) {
				candidate := append([]op(nil), ops...)
				candidate[i] = simpler
				if same(candidate) {
					ops, changed = candidate, true
					break
				}
			}
		}
	}
	return ops, last
}

// simplify returns operations that say less than one.
func simplify(o op) []op {
	var out []op
	for c := range o.set {
		if len(o.set) > 1 || o.verb == "ins" {
			s := o
			s.set = map[string]string{}
			for other, kind := range o.set {
				if other != c {
					s.set[other] = kind
				}
			}
			out = append(out, s)
		}
	}
	plain := o
	if o.tie || o.abort {
		plain.tie, plain.abort = false, false
		out = append(out, plain)
	}
	if o.slot > 0 && o.verb != "commit" && o.verb != "abort" {
		s := o
		s.slot = 0
		out = append(out, s)
	}
	if o.verb == "deploy" && len(o.args) > 0 {
		for i := range o.args {
			s := o
			s.args = slices.Delete(slices.Clone(o.args), i, i+1)
			out = append(out, s)
		}
	}
	if o.verb == "step" || o.verb == "lost" || o.verb == "sync" && len(o.args) > 0 {
		s := o
		s.verb, s.args = "sync", nil
		out = append(out, s)
	}
	return out
}
