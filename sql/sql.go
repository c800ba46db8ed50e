// Package sql holds the structure that LizSync installs in a database, as the scripts that make it. It only reads them;
// algorithms/internal/database runs them.
//
// Tables change by upgrades, which are numbered, run once and are recorded in lizsync.structure_version. Functions are
// code: every install and every upgrade replaces them all, in any order, and records them in lizsync.installed_functions. A
// function of that record which is no longer made, or has other arguments now, is dropped.
//
// A function is in a file of its own, SCHEMA/ROOM/NAME.sql. The room is the stage that it belongs to; README.md beside this
// file lists them. What people call is in the rooms api.
package sql

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed audit lizsync upgrade/*.sql
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

// Function is a file that makes a function, a procedure or an aggregate.
type Function struct {
	Script
}

// Object is the qualified name of what the file makes, as in lizsync.synchronize.
func (f Function) Object() string {
	schema, _, _ := strings.Cut(f.Name, "/")
	return schema + "." + strings.TrimSuffix(path.Base(f.Name), ".sql")
}

// Signatures are the functions that the file makes, with the types of their arguments, as their comments name them. They are
// several where a name is overloaded.
func (f Function) Signatures() []string {
	var signatures []string
	for _, found := range commented.FindAllStringSubmatch(f.Text, -1) {
		signatures = append(signatures, found[1])
	}
	return signatures
}

var commented = regexp.MustCompile(`(?m)^comment on (?:function|procedure|aggregate) (\S.*?\)) is\b`)

// IsPublic tells whether people call it; the other functions are called by these and by the program.
func (f Function) IsPublic() bool { return path.Base(path.Dir(f.Name)) == "api" }

// Upgrade takes the tables of a structure from the version before to Version.
type Upgrade struct {
	Version     int
	Description string
	Script
}

// Structure is what a version of the program installs.
type Structure struct {
	Upgrades  []Upgrade // from version 1 without a gap
	Functions []Function
}

// Version is what a database has after all the upgrades.
func (s Structure) Version() int { return len(s.Upgrades) }

// Digest tells the functions of one version of the program from those of another.
func (s Structure) Digest() string {
	hash := sha256.New()
	for _, f := range s.Functions {
		fmt.Fprintf(hash, "%s %d\n%s", f.Name, len(f.Text), f.Text)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

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
	upgrades, err := scripts(files, "upgrade/*")
	if err != nil {
		return s, err
	}
	for _, script := range upgrades {
		parts := upgradeName.FindStringSubmatch(path.Base(script.Name))
		if parts == nil {
			return s, fmt.Errorf("%s: the name of an upgrade is NNNN_description.sql", script.Name)
		}
		version, err := strconv.Atoi(parts[1])
		if err != nil {
			return s, fmt.Errorf("%s: %w", script.Name, err)
		}
		if version != len(s.Upgrades)+1 {
			return s, fmt.Errorf("%s: upgrade %d is expected here", script.Name, len(s.Upgrades)+1)
		}
		s.Upgrades = append(s.Upgrades, Upgrade{version, strings.ReplaceAll(parts[2], "_", " "), script})
	}
	for _, schema := range []string{"audit", "lizsync"} {
		stray, err := fs.Glob(files, schema+"/*.sql")
		if err != nil {
			return s, err
		}
		if len(stray) > 0 {
			return s, fmt.Errorf("%s: a function belongs in a room, one directory further down", stray[0])
		}
		functions, err := scripts(files, schema+"/*/*.sql")
		if err != nil {
			return s, err
		}
		for _, script := range functions {
			s.Functions = append(s.Functions, Function{script})
		}
	}
	return s, nil
}

// scripts reads the files of a pattern, in the order of their names.
func scripts(files fs.FS, pattern string) ([]Script, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, err
	}
	found := make([]Script, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		found = append(found, Script{name, string(text)})
	}
	return found, nil
}
