package deployment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// Connect connects to the clone, whose database it creates when there is none. One that it has created stays when the deployment
// fails: a superuser may have something to do in it.
func Connect(ctx context.Context, clone *database.Target, pack *archive.Package, options Options, feedback provider.Feedback) (*pgx.Conn, error) {
	conn, err := clone.Connect(ctx, feedback)
	if database.SQLState(err) != pgerrcode.InvalidCatalogName {
		return conn, err
	}
	if err := createDatabase(ctx, clone, pack.Manifest, options, feedback, err); err != nil {
		return nil, err
	}
	return clone.Connect(ctx, feedback)
}

// createDatabase creates a database from another one of the server. missing is the error that says that there is none.
func createDatabase(ctx context.Context, clone *database.Target, m *archive.Manifest, options Options, feedback provider.Feedback, missing error) error {
	conn, err := connectBeside(ctx, clone, feedback)
	if err != nil {
		return err
	}
	if conn == nil {
		return &provider.Failure{
			Text: missing.Error() + ", and neither postgres nor template1 lets this role in to create it",
			Hint: "create it: CREATE DATABASE " + pgx.Identifier{clone.Database()}.Sanitize(), Err: missing,
		}
	}
	defer database.Close(ctx, conn)
	name := pgx.Identifier{clone.Database()}.Sanitize()
	command := "CREATE DATABASE " + name
	var encoding string
	if err := conn.QueryRow(ctx, "select pg_encoding_to_char(encoding) from pg_database where datname = 'template1'").Scan(&encoding); err != nil {
		return fmt.Errorf("look at the databases of %s: %w", clone.Servers(), err)
	}
	if encoding != "UTF8" { // what central has may have no place in another one
		command += " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	}
	_, err = conn.Exec(ctx, command)
	switch database.SQLState(err) {
	case pgerrcode.DuplicateDatabase:
		return nil // somebody else was faster
	case pgerrcode.InsufficientPrivilege:
		return askForDatabase(ctx, conn, clone, command, m, options, err)
	}
	if err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	feedback.Message(fmt.Sprintf("the database %s did not exist on %s, and was created", name, clone.Servers()))
	return nil
}

// connectBeside connects to a database that every server has; nil when none lets this role in.
func connectBeside(ctx context.Context, clone *database.Target, feedback provider.Feedback) (*pgx.Conn, error) {
	for _, name := range []string{"postgres", "template1"} {
		target, err := clone.Beside(name)
		if err != nil {
			return nil, err
		}
		conn, err := target.Connect(ctx, feedback)
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
	}
	return nil, nil
}

// askForDatabase tells all that a superuser has to do for a role that may not create the database. There is none to try what the role
// may do there, so that the extensions are those that say that a superuser is needed.
func askForDatabase(ctx context.Context, conn *pgx.Conn, clone *database.Target, command string, m *archive.Manifest, options Options, denied error) error {
	wanted := append(slices.Clone(m.Extensions), structural)
	if options.StoreConnection {
		wanted = append(wanted, connecting...)
	}
	var role string
	if err := conn.QueryRow(ctx, "select quote_ident(current_user)").Scan(&role); err != nil {
		return fmt.Errorf("ask for the name of the role: %w", err)
	}
	var commands []string
	for _, extension := range wanted {
		var super bool
		const query = `
			select coalesce(bool_or(v.superuser and not v.trusted), false)
			from pg_available_extensions e join pg_available_extension_versions v on v.name = e.name and v.version = e.default_version
			where e.name = $1`
		if err := conn.QueryRow(ctx, query, extension.Name).Scan(&super); err != nil {
			return fmt.Errorf("look for the extension %s: %w", extension.Name, err)
		}
		if super {
			commands = append(commands, creation(extension, role)...)
		}
	}
	if options.StoreConnection {
		commands = append(commands, "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO "+role)
	}
	name := pgx.Identifier{clone.Database()}.Sanitize()
	hint := fmt.Sprintf("a superuser runs there: %s OWNER %s", command, role)
	if commands != nil {
		hint += fmt.Sprintf("; and in the database %s: %s", name, strings.Join(commands, "; "))
	}
	return &provider.Failure{
		Text: fmt.Sprintf("there is no database %s on %s, and the role %s may not create one", name, clone.Servers(), role),
		Hint: hint + "; then deploy again", Err: denied,
	}
}
