package docs

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// layout is where each table stands, by column and from the top, so that what refers to another stands beside it. Tables that are
// not named make the last column.
var layout = [][]string{
	{"audit.logged_actions", "audit.logged_relations", "lizsync.server_metadata", "lizsync.structure_version", "lizsync.installed_program"},
	{"lizsync.synchronized_tables", "lizsync.pending_changes", "lizsync.reply", "lizsync.central", "lizsync.installed_functions"},
	{"lizsync.clones", "lizsync.history"},
	{"lizsync.conflicts", "lizsync.exchanges", "lizsync.rebased_rows"},
}

// references are by value: column, table and column referred to.
var references = [][3]string{
	{"lizsync.synchronized_tables.server_id", "lizsync.clones", "server_id"},
	{"lizsync.pending_changes.clone_id", "lizsync.clones", "server_id"},
	{"lizsync.conflicts.clone_id", "lizsync.clones", "server_id"},
	{"lizsync.conflicts.sync_id", "lizsync.history", "sync_id"},
	{"lizsync.exchanges.sync_id", "lizsync.history", "sync_id"},
	{"lizsync.reply.clone_id", "lizsync.clones", "server_id"},
	{"lizsync.incoming.exchange", "lizsync.exchanges", "transaction_id"},
	{"lizsync.held_rows.exchange", "lizsync.exchanges", "transaction_id"},
	{"lizsync.changeset.exchange", "lizsync.exchanges", "transaction_id"},
}

const (
	boxWidth, columnGap, rowGap = 250, 70, 26
	lineHeight, titleHeight     = 17, 26
	margin                      = 16
)

// diagram draws the tables with their columns, and what refers to what, as SVG.
func diagram(schemas []schema) ([]byte, error) {
	tables := map[string]table{}
	var left []string
	for _, s := range schemas {
		for _, t := range s.Tables {
			name := t.Schema + "." + t.Name
			tables[name] = t
			if !slices.ContainsFunc(layout, func(column []string) bool { return slices.Contains(column, name) }) {
				left = append(left, name)
			}
		}
	}
	type point struct{ x, y int }
	at := map[string]point{} // of a table, or of a column
	var boxes, arrows strings.Builder
	width, height := margin, 0
	for _, names := range append(slices.Clone(layout), left) {
		y := margin
		for _, name := range names {
			t, there := tables[name]
			if !there {
				return nil, fmt.Errorf("the diagram has a table %s, and the database has not", name)
			}
			at[name] = point{width, y}
			box := titleHeight + lineHeight*len(t.Columns) + 8
			fmt.Fprintf(&boxes, `<g><rect class="box" x="%d" y="%d" width="%d" height="%d" rx="4"/>`+"\n", width, y, boxWidth, box)
			fmt.Fprintf(&boxes, `<path class="%s" d="M%d %d v-18 a4 4 0 0 1 4 -4 h%d a4 4 0 0 1 4 4 v18 z"/>`+"\n", t.Schema, width, y+22, boxWidth-8)
			fmt.Fprintf(&boxes, `<text class="title" x="%d" y="%d">%s</text>`+"\n", width+10, y+16, html.EscapeString(name))
			for i, c := range t.Columns {
				baseline := y + titleHeight + lineHeight*i + 13
				at[name+"."+c.Name] = point{width, baseline - 5}
				class := "column"
				if slices.Contains(t.Key, c.Name) {
					class = "key"
				}
				fmt.Fprintf(&boxes, `<text class="%s" x="%d" y="%d">%s</text><text class="type" x="%d" y="%d">%s</text>`+"\n",
					class, width+10, baseline, html.EscapeString(c.Name), width+boxWidth-10, baseline, html.EscapeString(short(c.Type)))
			}
			boxes.WriteString("</g>\n")
			y += box + rowGap
			height = max(height, y)
		}
		width += boxWidth + columnGap
	}
	for _, r := range references {
		from, ok := at[r[0]]
		to, also := at[r[1]+"."+r[2]]
		if !ok || !also {
			return nil, fmt.Errorf("the diagram has a reference from %s to %s.%s, and the database lacks one of them", r[0], r[1], r[2])
		}
		start, end, bend := from.x, to.x+boxWidth, -columnGap/2
		if to.x > from.x {
			start, end, bend = from.x+boxWidth, to.x, columnGap/2
		} else if to.x == from.x {
			end = to.x
		}
		back := -bend
		if to.x == from.x {
			back = bend
		}
		fmt.Fprintf(&arrows, `<path class="arrow" marker-end="url(#head)" d="M%d %d C%d %d %d %d %d %d"/>`+"\n",
			start, from.y, start+bend, from.y, end+back, to.y, end, to.y)
	}
	width += margin - columnGap
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="The tables of LizSync">
<style>
svg { background: #fff }
text { font: 12px system-ui, sans-serif; fill: #222 }
.box { fill: #fff; stroke: #9aa5a5 } .lizsync { fill: #00897b } .audit { fill: #5d6bb0 }
.title { fill: #fff; font-weight: 600 } .key { font-weight: 600 } .type { fill: #667; text-anchor: end }
.arrow { fill: none; stroke: #b05d2a; stroke-width: 1.3 } #head path { fill: #b05d2a }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
%s%s</svg>
`, width, height, width, height, arrows.String(), boxes.String())
	return []byte(out.String()), nil
}

// short abbreviates the longest names of types.
func short(name string) string {
	return strings.NewReplacer("timestamp with time zone", "timestamptz", "double precision", "float8").Replace(name)
}
