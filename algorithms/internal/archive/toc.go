package archive

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
)

// objectID is what PostgreSQL's catalogs and the contents list of a dump both call an object.
type objectID struct{ class, oid uint32 }

// selectEntries filters the contents list that pg_restore --list --verbose prints, and returns the lines of the entries
// that are about the wanted objects, and these objects in that order. Everything has the identity that it has in the catalogs, so that no name has to be
// read, but for comments and the like, which have none: they go with what they depend on.
func selectEntries(contents string, wanted map[objectID]bool) (lines []string, objects []objectID, err error) {
	type entry struct {
		line    string
		id      int
		object  objectID
		kind    string
		parents []int
	}
	var entries []entry
	scanner := bufio.NewScanner(strings.NewReader(contents))
	scanner.Buffer(nil, 64<<20) // a table may have thousands of dependencies
	for scanner.Scan() {
		line := scanner.Text()
		if rest, ok := strings.CutPrefix(line, ";\tdepends on: "); ok && len(entries) > 0 {
			for number := range strings.FieldsSeq(rest) {
				parent, err := strconv.Atoi(number)
				if err != nil {
					return nil, nil, fmt.Errorf("read the contents list of the dump: %q", line)
				}
				entries[len(entries)-1].parents = append(entries[len(entries)-1].parents, parent)
			}
			continue
		}
		if line == "" || line[0] == ';' {
			continue
		}
		e := entry{line: line}
		number, rest, _ := strings.Cut(line, "; ")
		fields := strings.SplitN(rest, " ", 3)
		if len(fields) < 3 {
			return nil, nil, fmt.Errorf("read the contents list of the dump: %q", line)
		}
		id, err1 := strconv.Atoi(number)
		class, err2 := strconv.ParseUint(fields[0], 10, 32)
		oid, err3 := strconv.ParseUint(fields[1], 10, 32)
		if err1 != nil || err2 != nil || err3 != nil {
			return nil, nil, fmt.Errorf("read the contents list of the dump: %q", line)
		}
		e.id, e.object, e.kind = id, objectID{uint32(class), uint32(oid)}, fields[2]
		entries = append(entries, e)
	}
	if err := scanner.Err(); err != nil {
		return nil, nil, fmt.Errorf("read the contents list of the dump: %w", err)
	}
	kept := map[int]bool{}
	for _, e := range entries {
		keep := wanted[e.object]
		if e.object == (objectID{}) && (strings.HasPrefix(e.kind, "COMMENT ") || strings.HasPrefix(e.kind, "SEQUENCE OWNED BY ")) {
			keep = len(e.parents) > 0
			for _, parent := range e.parents {
				keep = keep && kept[parent]
			}
		}
		if keep {
			kept[e.id] = true
			lines = append(lines, e.line)
			if e.object != (objectID{}) {
				objects = append(objects, e.object)
			}
		}
	}
	return lines, objects, nil
}
