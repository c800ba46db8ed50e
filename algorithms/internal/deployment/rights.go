package deployment

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/provider"
)

// connecting are the extensions with which the clone connects to central by itself.
var connecting = []archive.Extension{{Name: "dblink", Schema: "public"}, {Name: "postgres_fdw", Schema: "public"}}

// structural is the extension that LizSync itself needs, where it may be created.
var structural = archive.Extension{Name: "hstore", Schema: "public"}

// obtain creates the extensions, and looks for what else this role may not do, so that one message tells all that a superuser has to
// do. It is tried, rather than guessed from the role's rights: some hosts let ordinary roles create what only a superuser may elsewhere.
func (d *deployment) obtain(ctx context.Context, tx pgx.Tx) error {
	var dbname, role string
	var grants []string
	err := tx.QueryRow(ctx, `
		with needed (name) as (
			select unnest($1::text[])
			union
			select unnest(array['audit', 'lizsync']) where not $2
		)
		select quote_ident(current_database()), quote_ident(current_user),
			array(
				select format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user)
				where not has_database_privilege(current_database(), 'create')
					and exists (select from needed where pg_catalog.to_regnamespace(quote_ident(name)) is null)
			) || array(
				select format('GRANT CREATE, USAGE ON SCHEMA %I TO %I', n.nspname, current_user)
				from needed join pg_catalog.pg_namespace n on n.nspname = name and name not in ('audit', 'lizsync')
				where not (has_schema_privilege(n.oid, 'create') and has_schema_privilege(n.oid, 'usage'))
				order by n.nspname
			)`, d.manifest.Schemas, d.target.installed).Scan(&dbname, &role, &grants)
	if err != nil {
		return fmt.Errorf("look at the rights on the clone: %w", err)
	}
	denied, err := d.restorer.CreateExtensions(ctx)
	if err != nil {
		return err
	}
	if !d.target.installed {
		err := d.ensure(ctx, tx, structural)
		switch {
		case database.SQLState(err) == pgerrcode.InsufficientPrivilege:
			denied = append(denied, structural)
		case err != nil && !isUnavailable(err): // the installation says what to do about that
			return err
		}
	}
	if d.options.StoreConnection {
		if err := d.obtainConnection(ctx, tx); err != nil {
			return err
		}
	}
	if len(grants)+len(denied) == 0 {
		return nil
	}
	var commands []string
	for _, extension := range denied {
		commands = append(commands, creation(extension, role)...)
	}
	commands = append(append(commands, grants...), d.unstored...)
	return &provider.Failure{
		Text: fmt.Sprintf("the role %s may not create in the database %s what the package needs", role, dbname),
		Hint: fmt.Sprintf("a superuser runs in the database %s: %s; then deploy again", dbname, strings.Join(commands, "; ")),
	}
}

// obtainConnection creates what synchronize() needs on the clone, as far as that can be.
func (d *deployment) obtainConnection(ctx context.Context, tx pgx.Tx) error {
	var role string
	var usable bool
	for _, extension := range connecting {
		err := d.ensure(ctx, tx, extension)
		switch {
		case database.SQLState(err) == pgerrcode.InsufficientPrivilege:
			d.unstored = append(d.unstored, extension.Create())
		case isUnavailable(err):
			d.unstored = append(d.unstored, fmt.Sprintf("%s, once it is installed on the server (%v)", extension.Create(), err))
		case err != nil:
			return err
		}
	}
	err := tx.QueryRow(ctx, `
		select quote_ident(current_user), coalesce((
			select has_foreign_data_wrapper_privilege(oid, 'usage') from pg_catalog.pg_foreign_data_wrapper where fdwname = 'postgres_fdw'
		), false)`).Scan(&role, &usable)
	if err != nil {
		return fmt.Errorf("look at the rights on the clone: %w", err)
	}
	if !usable {
		d.unstored = append(d.unstored, "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO "+role)
	}
	return nil
}

// ensure creates an extension unless the database has it, in whatever schema.
func (d *deployment) ensure(ctx context.Context, tx pgx.Tx, extension archive.Extension) error {
	var there bool
	if err := tx.QueryRow(ctx, "select exists (select from pg_catalog.pg_extension where extname = $1)", extension.Name).Scan(&there); err != nil {
		return fmt.Errorf("look for the extension %s: %w", extension.Name, err)
	}
	if there {
		return nil
	}
	if err := d.restorer.TryExtension(ctx, extension); err != nil {
		return fmt.Errorf("create the extension %s: %w", extension.Name, err)
	}
	return nil
}

// creation are the commands with which a superuser creates an extension for a role.
func creation(extension archive.Extension, role string) []string {
	if extension.Schema == "public" {
		return []string{extension.Create()}
	}
	return []string{fmt.Sprintf("CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s", pgx.Identifier{extension.Schema}.Sanitize(), role), extension.Create()}
}
