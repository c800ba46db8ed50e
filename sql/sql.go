// Package sql holds the structure that LizSync installs in a database, as the scripts that make it. It only reads them;
// algorithms/internal/database runs them.
//
// Tables change by upgrades, which are numbered, run once and are recorded in lizsync.structure_version. Functions are
// code: every install and every upgrade replaces them all, in any order. A function that goes away, or whose arguments
// change, is dropped by the upgrade that comes with the change.
package sql

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed audit/*.sql lizsync/*.sql upgrade/*.sql
var files embed.FS

//go:embed original/take_over.sql
var takeOver string

// TakeOver fills a structure that was just made with what a database of the original LizSync holds.
func TakeOver() Script { return Script{"original/take_over.sql", takeOver} }

// Script is a file of statements.
type Script struct {
	Name string // its path in this directory
	Text string
}

// Upgrade takes the tables of a structure from the version before to Version.
type Upgrade struct {
	Version     int
	Description string
	Script
}

// Structure is what a version of the program installs.
type Structure struct {
	Upgrades  []Upgrade // from version 1 without a gap
	Functions []Script
}

// Version is what a database has after all the upgrades.
func (s Structure) Version() int { return len(s.Upgrades) }

// After returns the upgrades that a database at a version still needs.
func (s Structure) After(version int) []Upgrade {
	return s.Upgrades[min(max(version, 0), len(s.Upgrades)):]
}

// Current returns the structure of this program.
var Current = sync.OnceValue(func() Structure {
	s, err := load(files)
	if err != nil {
		panic(err) // a file in this directory has a wrong name: the tests see it before anybody else
	}
	return s
})

var upgradeName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.sql$`)

func load(files fs.FS) (Structure, error) {
	var s Structure
	for _, directory := range []string{"upgrade", "audit", "lizsync"} {
		entries, err := fs.ReadDir(files, directory) // sorted by name
		if err != nil {
			return s, err
		}
		for _, entry := range entries {
			name := directory + "/" + entry.Name()
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return s, err
			}
			script := Script{Name: name, Text: string(text)}
			if directory != "upgrade" {
				s.Functions = append(s.Functions, script)
				continue
			}
			parts := upgradeName.FindStringSubmatch(entry.Name())
			if parts == nil {
				return s, fmt.Errorf("%s: the name of an upgrade is NNNN_description.sql", name)
			}
			version, err := strconv.Atoi(parts[1])
			if err != nil {
				return s, fmt.Errorf("%s: %w", name, err)
			}
			if version != len(s.Upgrades)+1 {
				return s, fmt.Errorf("%s: upgrade %d is expected here", name, len(s.Upgrades)+1)
			}
			s.Upgrades = append(s.Upgrades, Upgrade{version, strings.ReplaceAll(parts[2], "_", " "), script})
		}
	}
	return s, nil
}
