package deployment

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/provider"
)

// checkRole finds the role that is to speak for the clone on central, and warns of rights that it lacks or should not have.
func (d *deployment) checkRole(ctx context.Context) error {
	if d.options.CreateRole {
		return d.checkNewRole(ctx)
	}
	var warnings []string
	err := d.central.QueryRow(ctx, "select role_name, warnings from lizsync.check_clone_role($1, $2)", d.options.CentralRole, d.manifest.PublicationList()).
		Scan(&d.role, &warnings)
	for _, warning := range warnings {
		d.feedback.Warning(warning)
	}
	return refusal("look at the role of the clone on central", err)
}

// checkNewRole makes sure that a role can be made when its time has come.
func (d *deployment) checkNewRole(ctx context.Context) error {
	if d.options.CentralRole != "" {
		return &provider.Failure{
			Text: "CREATE_CENTRAL_ROLE makes a role, and CENTRAL_ROLE names one that is there",
			Hint: "leave one of them out",
		}
	}
	if !d.options.StoreConnection {
		return &provider.Failure{
			Text: "the password of the role that CREATE_CENTRAL_ROLE makes would be known to nobody",
			Hint: "let STORE_CENTRAL_CONNECTION be true, or make the role yourself and name it in CENTRAL_ROLE",
		}
	}
	var user string
	var may bool
	if err := d.central.QueryRow(ctx, "select rolname, rolsuper or rolcreaterole from pg_roles where rolname = current_user").Scan(&user, &may); err != nil {
		return fmt.Errorf("look at the rights on central: %w", err)
	}
	if !may {
		return &provider.Failure{
			Text: fmt.Sprintf("the role %s may not create roles on central", user),
			Hint: "ask an administrator to create one for the clone, and name it in CENTRAL_ROLE",
		}
	}
	return nil
}

// chooseRole names the role that is to be made, and decides on its password. The role of an earlier deployment is kept, with
// the password that the clone has: a new one would lock the clone out if its commit failed.
func (d *deployment) chooseRole(ctx context.Context, tx pgx.Tx) error {
	if !d.options.CreateRole {
		return nil
	}
	d.role = "lizsync_" + strings.ReplaceAll(d.serverID, "-", "")
	if err := d.central.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", d.role).Scan(&d.roleThere); err != nil {
		return fmt.Errorf("look for the role of the clone on central: %w", err)
	}
	// Whether anybody on the clone connects to central as its role there. The connections of others are hidden from all but
	// superusers; they are taken for the role's, because a new one would take them away.
	var connected bool
	err := tx.QueryRow(ctx, `
		select coalesce(bool_or(coalesce('user=' || $1 = any (umoptions), true)), false) from pg_user_mappings where srvname = 'central_server'`,
		d.role).Scan(&connected)
	if err != nil {
		return fmt.Errorf("look at the connection to central that the clone has: %w", err)
	}
	if !d.roleThere || !connected {
		d.newPassword = rand.Text()
	}
	return nil
}

// createRole makes the role that speaks for the clone, unless it is there, with the rights on the tables that this needs.
func (d *deployment) createRole(ctx context.Context, tx pgx.Tx) error {
	if d.newPassword != "" {
		command := "create"
		if d.roleThere {
			command = "alter"
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf("%s role %s login password '%s'", command, pgx.Identifier{d.role}.Sanitize(), d.newPassword)); err != nil {
			return fmt.Errorf("%s the role %s: %w", command, d.role, err)
		}
	}
	found, err := tx.Query(ctx, "select lizsync.clone_role_grants($1, $2)", d.role, d.manifest.PublicationList())
	if err != nil {
		return fmt.Errorf("look at the rights of %s on central: %w", d.role, err)
	}
	grants, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look at the rights of %s on central: %w", d.role, err)
	}
	for _, grant := range grants {
		if _, err := tx.Exec(ctx, grant); err != nil {
			return fmt.Errorf("%s: %w", grant, err)
		}
	}
	switch {
	case !d.roleThere:
		d.feedback.Message(fmt.Sprintf("the role %s was made on central, and may edit the tables of the package", d.role))
	case d.newPassword != "":
		d.feedback.Message(fmt.Sprintf("the role %s of central got a new password, because the clone had no connection with it", d.role))
	}
	return nil
}
