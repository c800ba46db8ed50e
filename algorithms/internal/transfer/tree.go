package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lizsync/lizsync/provider"
)

// tree maps the paths of files and folders below the one that is brought, with slashes, to what they are.
type tree map[string]entry

// The names of files that have not arrived yet. No dot stands before them: there are servers that hide such names, and
// some that refuse them.
const (
	partPrefix = "lizsync-"
	partSuffix = ".part"
)

func isPart(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, partPrefix) && strings.HasSuffix(base, partSuffix)
}

// exclusions are paths of folders that are left alone on both sides.
type exclusions []string

// ParseExclusions reads a comma separated list of folders, relative to the one that is brought.
func ParseExclusions(list string) []string {
	var folders []string
	for part := range strings.SplitSeq(list, ",") {
		part = strings.Trim(path.Clean(strings.ReplaceAll(strings.TrimSpace(part), `\`, "/")), "/")
		if part != "" && part != "." {
			folders = append(folders, part)
		}
	}
	return folders
}

func (x exclusions) has(name string) bool {
	return slices.ContainsFunc(x, func(folder string) bool {
		return name == folder || strings.HasPrefix(name, folder+"/")
	})
}

// checkName refuses a name that could lead out of its folder, or that a protocol would take for something else.
func checkName(name string) error {
	bad := name == "" || name == "." || name == ".." || strings.ContainsRune(name, '/') || strings.ContainsRune(name, os.PathSeparator) ||
		!utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) || !filepath.IsLocal(name)
	if !bad {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the name %q is refused: it would leave its folder, or cannot be written", name),
		Hint: "rename that file, or exclude its folder",
	}
}

// localTree walks a folder. Links are left out, with a warning: they may lead anywhere.
func localTree(root *os.Root, below string, excluded exclusions, feedback provider.Feedback) (tree, error) {
	found := tree{}
	var links []string
	err := fs.WalkDir(root.FS(), below, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // it has just been removed, or there is no such folder
			return nil
		case err != nil:
			return err
		case name == ".":
			return nil
		case excluded.has(name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case isPart(name):
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			links = append(links, name)
			return nil
		case !d.IsDir() && !d.Type().IsRegular():
			return nil
		}
		if err := checkName(d.Name()); err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			found[name] = entryOf(info)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", root.Name(), err)
	}
	if links != nil {
		feedback.Warning("links are left out: " + some(links))
	}
	return found, nil
}

// remoteTree walks a folder on the server; there is nothing in one that does not exist.
func remoteTree(r remote, base, below string, excluded exclusions) (tree, error) {
	found := tree{}
	folders := []string{below}
	for len(folders) > 0 {
		folder := folders[len(folders)-1]
		folders = folders[:len(folders)-1]
		entries, err := r.list(path.Join(base, folder))
		if errors.Is(err, errMissing) && folder == below {
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("list %s on the server: %w", path.Join(base, folder), err)
		}
		for _, base := range slices.Sorted(maps.Keys(entries)) {
			if base == "." || base == ".." {
				continue
			}
			if err := checkName(base); err != nil {
				return nil, err
			}
			name := path.Join(folder, base)
			if excluded.has(name) || isPart(name) {
				continue
			}
			found[name] = entries[base]
			if entries[base].folder {
				folders = append(folders, name)
			}
		}
	}
	return found, nil
}

// files are the paths of the files alone, sorted.
func (t tree) files() []string {
	var names []string
	for name, e := range t {
		if !e.folder {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// some names the first of many.
func some(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
