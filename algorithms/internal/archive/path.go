package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// usersPath asks for the search path of those who use a database: what was set for it, and otherwise what its server gives to this
// session.
const usersPath = `
	select coalesce(
		(
			select substr(c.setting, length('search_path=') + 1)
			from pg_catalog.pg_db_role_setting s cross join unnest(s.setconfig) as c (setting)
			where s.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database()) and s.setrole = 0
				and c.setting like 'search\_path=%'
		),
		(select reset_val from pg_catalog.pg_settings where name = 'search_path')
	)`

// AsUsers does what makes the functions of the tables run, under the search path of central's users: such a function may call another
// one, or read a table, without its schema. Otherwise the path is empty, so that each name means what the package means by it.
func (r *Restorer) AsUsers(ctx context.Context, do func() error) error {
	if err := r.setPath(ctx, r.Package.Manifest.Central.SearchPath); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return r.setPath(ctx, "")
}

func (r *Restorer) setPath(ctx context.Context, path string) error {
	if _, err := r.Tx.Exec(ctx, "select pg_catalog.set_config('search_path', $1, true)", path); err != nil {
		return fmt.Errorf("set the search path %q: %w", path, err)
	}
	return nil
}

// ComparePaths warns of a clone whose users do not find what those of central find.
func (r *Restorer) ComparePaths(ctx context.Context) error {
	var here, dbname string
	if err := r.Tx.QueryRow(ctx, "select path, current_database() from ("+usersPath+") as p (path)").Scan(&here, &dbname); err != nil {
		return fmt.Errorf("ask for the search path of the clone: %w", err)
	}
	if there := r.Package.Manifest.Central.SearchPath; here != there {
		r.Feedback.Warning(fmt.Sprintf("the search path of the clone is %s, and that of central %s: functions that leave out a schema may fail on the clone; "+
			"the owner of the database runs there: ALTER DATABASE %s SET search_path = %[2]s", shown(here), shown(there), pgx.Identifier{dbname}.Sanitize()))
	}
	return nil
}

// shown is a search path as SET takes it.
func shown(path string) string {
	if path == "" {
		return "''"
	}
	return path
}

// computing is an error of what makes the functions of the tables run: it names the function that has failed.
func (r *Restorer) computing(what string, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Errorf("%s: %w", what, err)
	}
	failure := &provider.Failure{Text: what + ": " + pg.Message, Err: err}
	switch {
	case missing[pg.Code]:
		failure.Hint = fmt.Sprintf("the functions of the tables run under the search path of central's users, %s; on central, give the function its own, "+
			"ALTER FUNCTION … SET search_path = …, or write the schema before the name; package what is named there; then make the package again",
			shown(r.Package.Manifest.Central.SearchPath))
	case pg.Code == pgerrcode.CheckViolation:
		failure.Hint = brokenHint
	case !strings.HasPrefix(pg.Code, "P0"): // what a function raises
		return fmt.Errorf("%s: %w", what, err)
	}
	if where, _, _ := strings.Cut(pg.Where, "\n"); where != "" {
		failure.Text += " (" + where + ")"
	}
	return failure
}

// missing are the codes of what is not found by its name.
var missing = map[string]bool{
	pgerrcode.UndefinedFunction: true, pgerrcode.UndefinedTable: true, pgerrcode.UndefinedObject: true, pgerrcode.UndefinedColumn: true,
	pgerrcode.InvalidSchemaName: true,
}

// definitions runs a member with the definitions that pg_dump has written. Their names are read under an empty search path, but for
// those that run functions of the tables at once.
func (r *Restorer) definitions(ctx context.Context, member string) error {
	script, err := r.Package.text(ctx, member)
	if err != nil {
		return err
	}
	var sent []string // each has one result
	send := func(sql string) { sent = append(sent, sql+"\n") }
	path := ""
	for _, s := range statements(script) {
		wanted := ""
		if s.computes() {
			wanted = r.Package.Manifest.Central.SearchPath
		}
		if wanted != path {
			send("select pg_catalog.set_config('search_path'," + literal(wanted) + ", true);")
			path = wanted
		}
		send(script[s.start:s.end])
	}
	send("select pg_catalog.set_config('search_path', '', true);")

	done := database.Trace(ctx, r.Tx.Conn(), "run "+member)
	results := r.Tx.Conn().PgConn().Exec(ctx, strings.Join(sent, ""))
	finished := 0
	for results.NextResult() {
		if _, err := results.ResultReader().Close(); err != nil {
			break
		}
		finished++
	}
	err = results.Close()
	done(pgconn.CommandTag{}, err)
	if err == nil {
		return nil
	}
	return r.computing(summary(failed(sent, finished, err))+" on the clone", err)
}

// failed is the statement that an error is about, of several that were sent together: all are parsed before the first one runs.
func failed(sent []string, finished int, err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Position > 0 {
		left := int(pg.Position)
		for _, s := range sent {
			if left -= utf8.RuneCountInString(s); left <= 0 {
				return s
			}
		}
	}
	return sent[min(finished, len(sent)-1)]
}

// summary is the beginning of a statement, in one line.
func summary(sql string) string {
	line := strings.Join(strings.Fields(sql), " ")
	if runes := []rune(line); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return strings.TrimSuffix(line, ";")
}

// computes tells whether a statement runs functions of the tables: for the rows of an index or a constraint, or, because they are
// inlined, for a generated column.
func (s statement) computes() bool {
	return s.begins("create", "index") || s.begins("create", "unique", "index") ||
		s.begins("alter", "table") && slices.Contains(s.words, "constraint") || s.begins("create") && slices.Contains(s.words, "table") && s.generated
}
