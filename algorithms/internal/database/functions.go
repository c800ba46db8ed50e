package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/mod/semver"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/sql"
)

// Functions is what a database tells of the functions of LizSync in it.
type Functions struct {
	Digest  string   // of those that were installed: two databases with the same one understand each other
	Version string   // of the program that installed them
	Altered []string // what was done to them since, each for a person; empty for nothing

	database string
	program  string // digest of the functions that the program has
}

// CheckIntact returns a *provider.Failure when functions were altered or dropped since they were installed.
func (f Functions) CheckIntact() error {
	if len(f.Altered) == 0 {
		return nil
	}
	return &provider.Failure{
		Text: fmt.Sprintf("the functions of LizSync in the database %s are not as they were installed: %s", f.database, f.alterations()),
		Hint: "run upgrade_database_structure on it",
	}
}

// alterations names the first of them.
func (f Functions) alterations() string {
	const most = 10
	if len(f.Altered) > most {
		return strings.Join(f.Altered[:most], ", ") + ", …"
	}
	return strings.Join(f.Altered, ", ")
}

// CheckProgram returns a *provider.Failure when another version of the program installed the functions, and has others.
func (f Functions) CheckProgram() error {
	if f.isOf(sql.Current()) {
		return nil
	}
	if isNewer(f.Version, provider.Version()) {
		return &provider.Failure{
			Text: fmt.Sprintf("the functions of LizSync in the database %s are of the program %s, newer than this one, %s", f.database, f.Version, provider.Version()),
			Hint: "use a newer version of LizSync",
		}
	}
	text := fmt.Sprintf("the functions of LizSync in the database %s are not those of this program", f.database)
	if f.Version != provider.Version() { // what was built from no commit has no version of its own
		text += fmt.Sprintf(", %s, but of %s", provider.Version(), cmp.Or(f.Version, "an unknown one"))
	}
	return &provider.Failure{Text: text, Hint: "run upgrade_database_structure on it"}
}

func (f Functions) isOf(structure sql.Structure) bool { return f.program == structure.Digest() }

// isNewer compares two versions of the program. One that was built from no commit is neither newer nor older.
func isNewer(version, than string) bool {
	return semver.IsValid(version) && semver.IsValid(than) && semver.Compare(version, than) > 0
}

// readFunctions asks the database itself: what is recorded is not for everybody to read. Functions that cannot be asked are
// altered too.
func readFunctions(ctx context.Context, q Querier, database string) (Functions, error) {
	f := Functions{database: database}
	const state = `
		select coalesce(digest, ''), coalesce(program_version, ''), coalesce(program_digest, ''), altered
		from lizsync.functions_state()`
	err := q.QueryRow(ctx, state).Scan(&f.Digest, &f.Version, &f.program, &f.Altered)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, "42") && pg.Code != pgerrcode.InsufficientPrivilege {
		return Functions{database: database, Altered: []string{pg.Message}}, nil
	}
	if err != nil {
		return f, fmt.Errorf("look at the functions of LizSync: %w", err)
	}
	return f, nil
}

// readFunctions leaves the transaction usable.
func (i installer) readFunctions(ctx context.Context, database string) (f Functions, err error) {
	nested, err := i.tx.Begin(ctx)
	if err != nil {
		return f, fmt.Errorf("look at the functions of LizSync: %w", err)
	}
	f, err = readFunctions(ctx, nested, database)
	if ended := nested.Rollback(ctx); err == nil && ended != nil {
		err = fmt.Errorf("look at the functions of LizSync: %w", ended)
	}
	return f, err
}

// installFunctions replaces all the functions, drops those that the program has no more, and records what it did.
func (i installer) installFunctions(ctx context.Context) error {
	var signatures []string
	for _, function := range i.structure.Functions {
		signatures = append(signatures, function.Signatures()...)
		if err := i.installFunction(ctx, function); err != nil {
			return err
		}
	}
	former, err := i.recorded(ctx, "p.oid not in (select to_regprocedure(s) from unnest($1::text[]) as s)", signatures)
	if err != nil {
		return err
	}
	for _, signature := range former {
		if err := i.dropFunction(ctx, signature, "no longer part of LizSync"); err != nil {
			return err
		}
		i.feedback.Message("dropped, because it is no longer part of LizSync: " + signature)
	}
	const grants = `
		select lizsync.grant_exchange(rolname)
		from pg_catalog.pg_roles
		where rolname in (select unnest(role_name || former_roles) from lizsync.clones where not revoked)`
	if _, err := i.tx.Exec(ctx, grants); err != nil {
		return fmt.Errorf("grant the roles of the clones what they need: %w", err)
	}
	if _, err := i.tx.Exec(ctx, "select lizsync.record_functions($1, $2, $3)", signatures, i.version, i.structure.Digest()); err != nil {
		return fmt.Errorf("record the functions: %w", err)
	}
	return nil
}

// installFunction makes or replaces a function. One that stands there with another result or with other names of its
// arguments cannot be replaced: it is dropped first, when LizSync has installed it.
func (i installer) installFunction(ctx context.Context, function sql.Function) error {
	const savepoint = "savepoint function; "
	err := i.exec(ctx, function.Name, savepoint+function.Text+"release savepoint function")
	var pg *pgconn.PgError
	if err == nil || !errors.As(err, &pg) || pg.Code != pgerrcode.InvalidFunctionDefinition && pg.Code != pgerrcode.WrongObjectType {
		return i.explainScript(err, function.Script, len(savepoint))
	}
	if _, err := i.tx.Exec(ctx, "rollback to savepoint function"); err != nil {
		return fmt.Errorf("install %s again: %w", function.Object(), err)
	}
	ours, again := i.recorded(ctx, "p.oid in (select to_regprocedure(s) from unnest($1::text[]) as s)", function.Signatures())
	if again != nil {
		return again
	}
	if len(ours) == 0 {
		return i.explainScript(err, function.Script, len(savepoint))
	}
	for _, signature := range ours {
		if err := i.dropFunction(ctx, signature, "to be made anew"); err != nil {
			return err
		}
	}
	return i.script(ctx, function.Script)
}

// recorded lists the signatures of functions that are there and that LizSync has installed.
func (i installer) recorded(ctx context.Context, condition string, signatures []string) ([]string, error) {
	rows, err := i.tx.Query(ctx, `
		select f.signature
		from pg_proc p
		join lizsync.installed_functions f on f.signature = p.oid::regprocedure::text
		where p.pronamespace in ('audit'::regnamespace, 'lizsync'::regnamespace) and `+condition, signatures)
	if err != nil {
		return nil, fmt.Errorf("look for the functions that were installed: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for the functions that were installed: %w", err)
	}
	return found, nil
}

func (i installer) dropFunction(ctx context.Context, signature, why string) error {
	_, err := i.tx.Exec(ctx, "drop routine "+signature)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.DependentObjectsStillExist {
		return &provider.Failure{
			Text: fmt.Sprintf("the function %s is %s, and other objects depend on it: %s", signature, why, pg.Detail),
			Hint: "drop them yourself if nobody needs them, then run this again",
			Err:  err,
		}
	}
	if err != nil {
		return i.explainLock(fmt.Errorf("drop the function %s: %w", signature, err), signature)
	}
	return nil
}
