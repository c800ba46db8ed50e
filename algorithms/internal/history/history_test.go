package history

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

var (
	histories  = flag.Int("histories", 200, "how many random histories are played, at the most")
	duration   = flag.Duration("for", 0, "for how long they are played; 0 for all of them")
	seed       = flag.Uint64("seed", 1, "seed of the first one")
	failures   = flag.Int("failures", 1, "after how many failed ones to stop")
	script     = flag.String("play", "testdata/written.txt", "a file with histories to play, --- between them")
	restores   = flag.Uint64("restores", 2, "how many in which central is restored from an older dump")
	shrinkTime = flag.Duration("shrink", time.Minute, "time for shortening a failed one")
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestRandomHistoriesLoseNothing(t *testing.T) {
	var next, failed atomic.Int64
	begun := time.Now()
	for worker := range 2 {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, 0)
			if worker == 1 {
				w.smallBatches()
			}
			for {
				n := next.Add(1) - 1
				if n >= int64(*histories) || failed.Load() >= int64(*failures) || *duration > 0 && time.Since(begun) > *duration {
					break
				}
				s := *seed + uint64(n)
				ops := generate(s)
				v := w.Play(ops)
				if n%50 == 49 {
					t.Logf("%d histories", n+1)
				}
				if v == nil {
					continue
				}
				failed.Add(1)
				short, last := shrink(ops, v.Code, *shrinkTime, w.Play)
				if last == nil {
					last = v
				}
				t.Errorf("seed %d: %v\nThe shortest history found that fails like this: %v\n%s", s, v, last, format(short))
			}
			for _, text := range sorted(w.outcomes) {
				t.Logf("%5d %s", w.outcomes[text], text)
			}
		})
	}
}

// kept are histories that once failed, as the shrinking left them.
var kept = []struct{ name, text string }{
	{"a row inserted on the clone while the same one arrives from central", `
		A/2 ins tree x
		C ins tree x species=plain
		A sync
	`},
	{"a foreign key that changes a row which the clone has sent too", `
		B ins note b
		C ins note b key=k
		B set key a code=l
	`},
	{"a row deleted and made again under another key, to which others refer", `
		C set note a key=k
		D del key a
		D ins key a code=l
	`},
	{"tables with columns that are called as the queries of LizSync call the table", `
		A ins link x t=plain
		A ins tree x
		A sync
		A truncate road
	`},
	{"a clone that a purge has left behind deletes what it has not seen", `
		B set tree a planted=time
		B sync
		A del road a
		C purge absent
		A deploy keep
	`},
	{"the same with edits", `
		B set road a name=plain remark=plain
		B sync
		A set road a name=quote
		C purge absent
	`},
	{"rows that are pending while a purge passes them", `
		C set road a code=p
		A set road b code=p
		A sync
		C set road b name=plain
		A sync
		B sync
		D sync
		C purge absent
		C set road a code=q
	`},
	{"an edit of a row that central has deleted is kept by a deployment, and the row made again", `
		B set link a t=plain
		C del link a
		B deploy keep
		B ins link a road=a from=plain
		B sync
	`},
	{"the same by both", `
		B set link a t=plain
		C del link a
		B deploy keep
		C ins link a road=a from=plain
		B ins link a road=b from=quote
		B sync
	`},
	{"an edit of a row that is not in the package is kept by a deployment, and central has made the row again before the edit", `
		C del link a
		C pack
		C ins link a road=a from=plain
		B set link a t=plain
		B deploy old keep
		B sync
	`},
	{"a deployment that keeps edits which central has, the answer lost, and others of the same field", `
		A set road a name=plain
		A lost
		A set road a lo=1
		C set road a name=quote
		A deploy keep
	`},
	{"a package from before the synchronisation whose answer was lost", `
		C pack
		A set road a name=plain
		A lost
		A deploy old keep
	`},
	{"a deployment that keeps edits of a row which central refused, the answer lost", `
		C set road a code=p
		A set road b code=p name=plain
		A lost
		C set road b name=quote
		A set road b remark=plain
		A deploy keep
		C set road a code=q
	`},
	{"a copy that is deployed under the identity that the other one goes on with", `
		B copy A
		B deploy keep
		A set road a name=plain
		A sync
		B sync
	`},
	{"two copies with one deployment and nothing to send", `
		B deploy
		A copy B
	`},
	{"two copies with one deployment, the second one with an edit", `
		B deploy
		A copy B
		B sync
		A set road a name=plain
		A sync
		B set road a name=quote
	`},
	{"two copies with one deployment, both with edits of one field", `
		B deploy
		A copy B
		B set road a name=plain
		A set road a name=quote
		C set road b name=plain
		A sync
		B sync
	`},
	{"two copies with one deployment that do nothing at first", `
		B deploy
		A copy B
		C set road b name=plain
		A sync
		B sync
		B set road a name=plain
		A set road a name=quote
		B sync
		A sync
	`},
	{"a backup of a deployment that has synchronised since", `
		A deploy
		A backup
		A sync
		C set road b name=plain
		A restore
		A sync
		A set road a name=plain
	`},
	{"a backup of a deployment that has sent edits since", `
		A deploy
		A backup
		A set road a name=plain
		A sync
		A restore
		A set road a name=quote
		A sync
	`},
}

// TestWrittenHistories plays those, and those that somebody has thought of.
func TestWrittenHistories(t *testing.T) {
	t.Parallel()
	all := kept
	text, err := os.ReadFile(*script)
	require.NoError(t, err)
	for i, part := range strings.Split(string(text), "---\n") {
		all = append(all, struct{ name, text string }{fmt.Sprintf("%s, history %d", *script, i+1), part})
	}
	w := newWorld(t, nil, 0)
	for _, history := range all {
		ops, err := parse(history.text)
		require.NoError(t, err)
		if v := w.Play(ops); v != nil {
			t.Errorf("%s: %v\n%s", history.name, v, history.text)
		}
	}
}

// TestHistoriesOfAServerWhoseClockIsWrong: D's server is truly an hour ahead, or behind; the other clocks that are wrong are said to
// be.
func TestHistoriesOfAServerWhoseClockIsWrong(t *testing.T) {
	t.Parallel()
	for _, ahead := range []int{3600, -3600} {
		w := newWorld(t, pgtest.ClusterWithClock(t, ahead), float64(ahead))
		apart := w.sides["D"].db.Text(t, "select round(extract(epoch from clock_timestamp() - $1::text::timestamptz) / 100)", w.central.Text(t, "select clock_timestamp()"))
		require.Equal(t, fmt.Sprint(ahead/100), apart)
		ops, err := parse(`
			D set road a name=plain
			A later
			A set road a name=plain
			A sync
			D sync
			A set road b name=plain
			D later
			D set road b name=plain
			D sync sql
			A sync
		`)
		require.NoError(t, err)
		played := [][]op{ops}
		for s := range uint64(2) {
			played = append(played, generate(*seed+s))
		}
		for i, ops := range played {
			if v := w.Play(ops); v != nil {
				t.Errorf("%d s ahead: %v\n%s", ahead, v, format(ops))
			}
			if i == 0 {
				// A's edit, the third operation of the history, and D's, the eighth.
				require.Equal(t, "plain #300, plain #800", w.central.Text(t, `
					select string_agg("Nom ""usuel""", ', ' order by uid) from "Ville d'été"."Rue.Principale"`), "the later edit wins")
			}
		}
	}
}

// TestHistoriesInWhichCentralIsRestoredFromADump: on another server, whose transaction ids are lower than those that everybody
// has seen. Every clone is refused, and deployed again with its edits.
func TestHistoriesInWhichCentralIsRestoredFromADump(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, 0)
	w.elsewhere = pgtest.Cluster(t)
	w.elsewhere.Make(t, w.central.Owner)
	for _, name := range clones {
		w.elsewhere.Make(t, w.sides[name].role, map[string]string{"D": "superuser"}[name])
	}
	written, err := parse(`
		A set road a name=plain
		B set road a name=quote
		A sync
		B set road b name=plain
		A set tree a species=plain
		C restore
		A sync
		C set tree a species=quote
		A deploy keep
		A set road b lo=1
		A sync sql
		B sync
	`)
	require.NoError(t, err)
	// From a dump that is older than what everybody has: A's first edit is gone with it, and its second one is not; B still has
	// both of its own.
	older, err := parse(`
		B set road b name=plain
		B lost
		C dump
		A set road a name=plain
		A sync
		C set road b remark=plain
		D sync
		C restore old
		A set tree a species=plain
		B set road b remark=quote
		C set tree a species=quote
		A sync
		B sync sql
		D sync
		B deploy keep
	`)
	require.NoError(t, err)
	// From the second one on, central is restored within one server: the transaction ids go on, the tables have other object ids.
	within, err := parse(`
		C set link a t=plain
		C restore
		B set link a t=plain
	`)
	require.NoError(t, err)
	played := [][]op{written, older, within}
	for s := range uint64(1) {
		ops := generate(*seed + s)
		played = append(played, slices.Insert(ops, len(ops)/2, op{db: "C", verb: "restore"}))
	}
	for s := range *restores {
		ops := generate(*seed + 1000 + s)
		ops = slices.Insert(ops, 2*len(ops)/3, op{db: "C", verb: "restore", args: []string{"old"}})
		played = append(played, slices.Insert(ops, len(ops)/3, op{db: "C", verb: "dump"}))
	}
	for _, ops := range played {
		if v := w.Play(ops); v != nil {
			t.Errorf("%v\n%s", v, format(ops))
		}
	}
}

func TestHistoryIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		text := format(generate(seed))
		ops, err := parse(text)
		require.NoError(t, err)
		require.Equal(t, text, format(ops))
	}
}
