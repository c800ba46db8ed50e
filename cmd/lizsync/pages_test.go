package main

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// The blocks of the pages, by their language:
//
//   - bash is run.
//   - sql is run by psql, where a comment says: -- psql service=central. The service is called like its database. With a time
//     before it, -- 9:30, psql service=central, the edits are given that time.
//   - text is what the block before prints, with … for what is not the same each time. When it tells an error, that
//     block fails.
//   - ini is a file, or an addition to it, whose name the first line tells.
//   - sh cannot be run here, on a phone for instance. Its calls of lizsync and make are checked, as are those of all.
type block struct{ kind, text string }

var fence = regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$")

func blocks(t *testing.T, page string) (all []block) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", page))
	require.NoError(t, err)
	for _, found := range fence.FindAllStringSubmatch(string(content), -1) {
		all = append(all, block{found[2], strings.ReplaceAll("\n"+found[3], "\n"+found[1], "\n")[1:]})
	}
	return all
}

// reader is somebody who follows along a page, with a server and a home directory of his own.
type reader struct {
	server      *pgtest.Server
	home        string
	environment []string
	here        *strings.Replacer // makes what the pages name something that is here
	before      func(b block)     // what happens before a block is run
	ran         int
}

// newReader is where every page begins: there is a database central, empty, and the roles gis, its owner, and anna.
func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{server: pgtest.Cluster(t), home: t.TempDir(), before: func(block) {}}
	r.administer(t, "postgres", "create role gis login password 'secret'", "create role anna login password 'secret'", "create database central owner gis")
	r.administer(t, "central", "create extension postgis")
	super, err := url.Parse(r.server.Cluster.URL("postgres"))
	require.NoError(t, err)
	password, _ := super.User.Password()
	here := fmt.Sprintf("host=127.0.0.1\nport=%s\npassword=secret\n", super.Port())
	r.here = strings.NewReplacer("host=db.example.org\n", here, "host=localhost\n", here, "host=192.168.1.57\n", here, "another secret", "secret", "'db.example.org', 5432", "'127.0.0.1', "+super.Port())
	program, err := exec.LookPath("lizsync")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(r.home, "bin"), 0o755))
	require.NoError(t, os.Symlink(program, filepath.Join(r.home, "bin", "lizsync")))
	r.environment = append(os.Environ(),
		"HOME="+r.home, "XDG_RUNTIME_DIR="+r.home, "PGSERVICEFILE="+filepath.Join(r.home, ".pg_service.conf"),
		"PGHOST=127.0.0.1", "PGPORT="+super.Port(), "PGUSER="+super.User.Username(), "PGPASSWORD="+password,
		"PATH="+filepath.Dir(program)+string(filepath.ListSeparator)+os.Getenv("PATH")+string(filepath.ListSeparator)+r.server.Cluster.BinDir())
	return r
}

// city follows the user guide to the day outside: a tablet has got its package.
func (r *reader) city(t *testing.T) {
	t.Helper()
	guide := blocks(t, "docs/user-guide.md")
	field := slices.IndexFunc(guide, func(b block) bool { return strings.Contains(b.text, "UPDATE city.tree") })
	require.Positive(t, field)
	city := slices.IndexFunc(guide, func(b block) bool { return strings.Contains(b.text, "[central]") })
	require.Positive(t, city)
	r.follow(t, guide[city:field])
}

func (r *reader) administer(t *testing.T, database string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.server.Cluster.URL(database))
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, conn.Close(t.Context()))
}

func (r *reader) follow(t *testing.T, page []block) {
	t.Helper()
	var output string
	for i, b := range page {
		b.text = r.here.Replace(b.text)
		r.before(b)
		fails := i+1 < len(page) && page[i+1].kind == "text" && tellsError.MatchString(page[i+1].text)
		switch b.kind {
		case "text":
			assert.Regexp(t, printed(b.text), plain(output), "%s", output)
		case "ini":
			name, _, found := strings.Cut(strings.TrimPrefix(b.text, "# ~/"), "\n")
			require.True(t, found && strings.HasPrefix(b.text, "# ~/"), "a file has no name:\n%s", b.text)
			path := filepath.Join(r.home, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			before, err := os.ReadFile(path)
			require.True(t, err == nil || os.IsNotExist(err), "%v", err)
			require.NoError(t, os.WriteFile(path, append(before, b.text...), 0o600))
		case "bash":
			output = r.run(t, fails, "", "bash", "-euo", "pipefail", "-c", b.text)
		case "sql":
			output = r.query(t, fails, b.text)
		}
	}
}

var (
	tellsError = regexp.MustCompile(`(?im)^error: `)
	runsAt     = regexp.MustCompile(`(?m)^-- (?:(\d+:\d+), )?psql "?(.*=(\w+))"?\n`)
	counted    = regexp.MustCompile(`^\(\d+ rows?\)$`)
	dashes     = regexp.MustCompile(`-{2,}`)
)

// plain takes the layout away from what was printed: the width of columns, empty lines, and how many rows psql has counted.
func plain(text string) string {
	lines := []string{""}
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" && !counted.MatchString(line) {
			lines = append(lines, dashes.ReplaceAllString(line, "-"))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// printed finds the lines of a text in what was printed.
func printed(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(plain(text)), "…", ".*"))
}

// query runs each part of a block of SQL where it belongs, and returns what they print.
func (r *reader) query(t *testing.T, fails bool, text string) (output string) {
	t.Helper()
	parts := runsAt.FindAllStringSubmatchIndex(text, -1)
	require.True(t, len(parts) > 0 && parts[0][0] == 0, "a block does not say where it runs:\n%s", text)
	for i, part := range parts {
		end := len(text)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		connection, database := text[part[4]:part[5]], text[part[6]:part[7]]
		statements := text[part[1]:end]
		output += r.run(t, fails && end == len(text), statements, "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", connection)
		if part[2] >= 0 {
			require.NotContains(t, statements, "synchronize()", "the edits get their time too late")
			// What was recorded in the last hour was recorded by this part: the others have their times already.
			r.administer(t, database, fmt.Sprintf(`
				update audit.logged_actions set action_tstamp_clk = '2001-05-04 %s'
				where action_tstamp_clk > now() - interval '1 hour' and sync_data ->> 'time' is null`, text[part[2]:part[3]]))
		}
	}
	return output
}

// run runs a command and returns what it prints.
func (r *reader) run(t *testing.T, fails bool, input, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir, command.Env, command.Stdin = r.home, r.environment, strings.NewReader(input)
	output, err := command.CombinedOutput()
	if fails {
		require.Error(t, err, "%s%s\n%s", arguments, input, output)
	} else {
		require.NoError(t, err, "%s%s\n%s", arguments, input, output)
	}
	r.ran++
	return string(output)
}

// TestEveryCommandOfTheUserGuideWorks runs the guide from its first block to its last, as somebody who follows along
// does.
func TestEveryCommandOfTheUserGuideWorks(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	// What the shortest path begins with, as ogr2ogr loads it.
	r.administer(t, "postgres", "create role marie superuser login password 'secret'", "create database survey owner gis")
	r.administer(t, "survey", "create extension postgis", `
		create table public.site (fid serial, geom geometry(Point, 2154), name varchar, primary key (fid));
		create index site_geom_geom_idx on public.site using gist (geom);
		create table public.visit (fid serial, site_id integer, note varchar, primary key (fid));
		insert into public.site (geom, name) values (st_point(770000, 6280000, 2154), 'Écusson'), (st_point(771000, 6281000, 2154), 'Lez');
		insert into public.visit (site_id, note) values (1, 'first'), (2, 'second'), (1, 'third')`,
		"alter table public.site owner to gis", "alter table public.visit owner to gis")
	r.follow(t, blocks(t, "docs/user-guide.md"))
	assert.Greater(t, r.ran, 20)
}

func TestExamplesOfTheConceptsComeOutAsTheyAreShown(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.city(t)
	r.before = func(b block) {
		if b.kind == "sql" && strings.Contains(b.text, "an hour fast") {
			r.administer(t, "central", `
				create schema skewed;
				grant usage on schema skewed to public;
				create function skewed.clock_timestamp() returns timestamptz language sql as $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$;
				alter function lizsync.acquire_slot() set search_path = skewed, pg_catalog, public, pg_temp;
				update lizsync.installed_functions f set digest = d.digest, written = d.written
				from lizsync.function_digests() as d where d.function_oid = f.function_oid and d.digest <> f.digest`)
		}
	}
	r.follow(t, blocks(t, "docs/concepts.md"))
	for _, table := range []string{"tree", "pruning"} {
		assert.Equal(t, "\ncount\n-\n0\n", plain(r.query(t, false, "-- psql service=tablet\nselect count(*) from lizsync.compare_tables('city', '"+table+"')")))
	}
}

// TestCommandsOfThePagesWork follows pages that go on where a tablet was deployed.
func TestCommandsOfThePagesWork(t *testing.T) {
	t.Parallel()
	for page, by := range followed {
		if by != t.Name() {
			continue
		}
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			r := newReader(t)
			r.city(t)
			r.follow(t, blocks(t, page))
			assert.NotZero(t, r.ran)
		})
	}
}

// TestReadmeComesToWhatItShows follows the README, on the city of the user guide and after the edits there.
func TestReadmeComesToWhatItShows(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	guide := func(words ...string) {
		t.Helper()
		for _, word := range words {
			all := blocks(t, "docs/user-guide.md")
			i := slices.IndexFunc(all, func(b block) bool { return strings.Contains(b.text, word) })
			require.GreaterOrEqual(t, i, 0, word)
			r.follow(t, all[i:i+1])
		}
	}
	guide("[central]", "CREATE SCHEMA city", "GRANT USAGE ON SCHEMA city", "createdb")
	before := 0
	r.before = func(b block) {
		if b.kind == "sql" && strings.Contains(b.text, "lizsync.synchronize()") {
			r.before = func(block) {}
			guide("SET height_m = 6", "SET health = 'dead'")
			before = r.ran
		}
	}
	r.follow(t, blocks(t, "README.md"))
	assert.Greater(t, r.ran, before)
	assert.NotZero(t, before)
}

// TestServiceAnswersAsItsPageShows starts the service by the command of the unit on the page.
func TestServiceAnswersAsItsPageShows(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	r.city(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	const shown = "127.0.0.1:8790"
	page := blocks(t, "docs/service.md")
	unit := ""
	for i := range page {
		page[i].text = strings.ReplaceAll(page[i].text, shown, address)
		if page[i].kind == "ini" {
			unit = page[i].text
		}
	}
	editor, err := pgx.Connect(t.Context(), r.server.Cluster.URL("central"))
	require.NoError(t, err)
	started := false
	r.before = func(b block) {
		switch {
		case strings.Contains(b.text, "curl") && !started:
			started = true
			r.serve(t, unit)
		case strings.Contains(b.text, "--request DELETE"):
			// So that the job has something to wait for.
			_, err := editor.Exec(t.Context(), "begin; lock table city.tree")
			require.NoError(t, err)
			r.query(t, false, "-- psql service=tablet\nupdate city.tree set height_m = 1 where id = 1")
		}
	}
	r.follow(t, page)
	require.NoError(t, editor.Close(t.Context()))
	assert.Greater(t, r.ran, 15)
}

// serve checks a unit of systemd and starts what it starts.
func (r *reader) serve(t *testing.T, unit string) {
	t.Helper()
	assert.Empty(t, r.run(t, false, "", "systemd-analyze", "--user", "verify", filepath.Join(r.home, ".config", "systemd", "user", "lizsync.service")))
	_, line, found := strings.Cut(unit, "\nExecStart=")
	require.True(t, found)
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(strings.ReplaceAll(line, "%h", r.home))
	command := exec.CommandContext(t.Context(), words[0], words[1:]...)
	command.Dir, command.Env = r.home, r.environment
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	_, err = bufio.NewReader(output).ReadString('\n') // it is ready
	require.NoError(t, err)
}

// followed are the pages whose blocks are run, and by whom.
var followed = map[string]string{
	"docs/user-guide.md":      "TestEveryCommandOfTheUserGuideWorks",
	"docs/concepts.md":        "TestExamplesOfTheConceptsComeOutAsTheyAreShown",
	"docs/service.md":         "TestServiceAnswersAsItsPageShows",
	"docs/rights.md":          "TestCommandsOfThePagesWork",
	"docs/troubleshooting.md": "TestCommandsOfThePagesWork",
	"docs/termux.md":          "TestCommandsOfThePagesWork",
	"README.md":               "TestReadmeComesToWhatItShows",
	"docs/qgis.md":            "test_qgis_process.py, in a real QGIS",
	// Its databases are made by the original LizSync; the algorithms' own tests take them over.
	"docs/coming-from-lizsync.md": "TestCommandsOfThePagesExist",
}

// TestCommandsOfThePagesExist looks at every command of lizsync and of make that a page shows, and that no block is left
// to nobody.
func TestCommandsOfThePagesExist(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	require.NoError(t, err)
	registry, err := provider.NewRegistry(algorithms.All()...)
	require.NoError(t, err)
	root := rootCommand(registry)
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	checked := 0
	for _, path := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		page, err := filepath.Rel(filepath.Join("..", ".."), path)
		require.NoError(t, err)
		for _, b := range blocks(t, filepath.ToSlash(page)) {
			if b.kind != "bash" && b.kind != "sh" {
				assert.True(t, b.kind == "text" || followed[page] != "" || page == "docs/index.md", "%s: nobody runs\n%s", page, b.text)
				continue
			}
			for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
				words := strings.Fields(line)
				if end := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "#") || word == "|" }); end >= 0 {
					words = words[:end]
				}
				switch {
				case len(words) == 0:
				case words[0] == "lizsync":
					assert.NoError(t, known(root, registry, words[1:]), "%s: %s", page, line)
					checked++
				case words[0] == "make":
					assert.Regexp(t, `(?m)^`+words[1]+`:`, string(makefile), "%s: %s", page, line)
					checked++
				case words[0] == "go":
					assert.DirExists(t, filepath.Join("..", "..", words[2]), "%s: %s", page, line)
				default:
					assert.True(t, b.kind == "sh" || followed[page] != "", "%s: nobody runs %s", page, line)
				}
			}
		}
	}
	assert.Greater(t, checked, 20)
}

// known looks for a command, its flags, and the parameters of an algorithm.
func known(root *cobra.Command, registry *provider.Registry, words []string) error {
	command, rest, err := root.Find(words)
	if err != nil || command == root {
		return fmt.Errorf("there is no command %s", words[0])
	}
	if command.Name() == "run" || command.Name() == "describe" {
		i := slices.IndexFunc(rest, func(word string) bool { return !strings.HasPrefix(word, "-") })
		algorithm, err := registry.Find(rest[i])
		if err != nil {
			return err
		}
		for _, word := range rest[i+1:] {
			name, _, assigned := strings.Cut(word, "=")
			if _, there := algorithm.Info().Inputs.Properties.Get(name); assigned && !strings.HasPrefix(word, "-") && !there && strings.ToUpper(name) == name {
				return fmt.Errorf("%s has no parameter %s", rest[i], name)
			}
		}
	}
	for _, word := range rest {
		if name, long := strings.CutPrefix(word, "--"); long && command.Flags().Lookup(name) == nil {
			return fmt.Errorf("%s has no option %s", command.CommandPath(), word)
		}
	}
	return nil
}

var (
	raised      = regexp.MustCompile(`raise exception '((?:[^']|'')+)'`)
	placeholder = regexp.MustCompile(`(%\.)?%`)
	word        = regexp.MustCompile(`\pL`)
)

// TestTroubleshootingHasEveryError looks for the errors that the databases raise, and those that the algorithms tell of.
func TestTroubleshootingHasEveryError(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "troubleshooting.md"))
	require.NoError(t, err)
	page := strings.ReplaceAll(string(content), "`", "")
	seen := 0
	var scripts []sql.Script
	for _, function := range sql.Current().Functions {
		scripts = append(scripts, function.Script)
	}
	for _, upgrade := range sql.Current().Upgrades {
		scripts = append(scripts, upgrade.Script)
	}
	for _, script := range append(scripts, sql.TakeOver()) {
		for _, found := range raised.FindAllStringSubmatch(script.Text, -1) {
			message := placeholder.ReplaceAllString(strings.ReplaceAll(found[1], "''", "'"), "…")
			if !word.MatchString(message) || message == "write again" { // which is caught where it is raised
				continue
			}
			assert.True(t, strings.Contains(page, message), "%s raises: %s", script.Name, message)
			seen++
		}
	}
	assert.Greater(t, seen, 40)
	for _, algorithm := range algorithms.All() {
		for _, known := range algorithm.Info().Errors {
			assert.True(t, strings.Contains(page, known.When), "%s fails when %s", algorithm.Info().ID, known.When)
			seen++
		}
	}
	assert.Greater(t, seen, 80)
}
