package algorithms

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lizsync/lizsync/algorithms/internal/archive"
	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/deployment"
	"github.com/lizsync/lizsync/provider"
)

type deployDatabaseServerPackageParams struct {
	deploymentConnections
	ZipFile provider.File `json:"ZIP_FILE" jsonschema:"title=Package" jsonschema_description:"The package. central_database_package.zip in the temporary folder when empty." qgis:"extension=zip,temporary=central_database_package.zip"`
	deploymentOptions
}

// deploymentConnections say from where to where a package is deployed.
type deploymentConnections struct {
	Central    provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"required,title=Central database" jsonschema_description:"The central database that the package was made from, with the role that owns LizSync there."`
	Clone      provider.Connection `json:"CONNECTION_NAME_CLONE" jsonschema:"required,title=Clone" jsonschema_description:"The database that becomes a clone, with the role that is to own its tables. It is created when there is none."`
	BinaryPath provider.Folder     `json:"POSTGRESQL_BINARY_PATH" jsonschema:"title=PostgreSQL binary folder" jsonschema_description:"Accepted for old scripts; a deployment needs no programs of PostgreSQL's." qgis:"advanced"`
}

// deploymentOptions say how.
type deploymentOptions struct {
	RecreateID      bool   `json:"RECREATE_CLONE_SERVER_ID" jsonschema:"title=Give the clone a new server id,default=false" jsonschema_description:"Make it another clone than it was: for a database that was copied from a clone together with its identity."`
	CloneName       string `json:"CLONE_NAME" jsonschema:"title=Name of the clone" jsonschema_description:"A name for people, such as the laptop's. The one that it has when empty, clone_ and eight characters for a new clone." qgis:"advanced"`
	CentralRole     string `json:"CENTRAL_ROLE" jsonschema:"title=Role of the clone on central" jsonschema_description:"The role of the central database that may synchronise this clone, with its own rights. The role of the connection to central when empty." qgis:"advanced"`
	CreateRole      bool   `json:"CREATE_CENTRAL_ROLE" jsonschema:"title=Make a role for the clone on central,default=false" jsonschema_description:"Make a role for this clone alone that may edit the tables of the package and nothing else, and store its connection in the clone. The role of the connection to central must be allowed to create roles." qgis:"advanced"`
	StoreConnection bool   `json:"STORE_CENTRAL_CONNECTION" jsonschema:"title=Store the connection to central in the clone,default=true" jsonschema_description:"Let lizsync.synchronize() in the clone connect to central as this connection does, with its password." qgis:"advanced"`
	KeepUnsent      bool   `json:"KEEP_UNSENT_CHANGES" jsonschema:"title=Keep the edits that were not synchronised,default=false" jsonschema_description:"Carry the edits that central has not received over to the new tables. The next synchronisation compares them with all that central did meanwhile; a row that no longer fits is given up, and its values go to lizsync.conflicts."`
	AfterTriggers   bool   `json:"ENABLE_AFTER_TRIGGERS" jsonschema:"title=Leave AFTER triggers enabled,default=false" jsonschema_description:"What an AFTER trigger does to other tables must happen once, on central, so that those of the tables are disabled on the clone unless this is true." qgis:"advanced"`
}

type deployDatabaseServerPackageResult struct {
	provider.Outcome
	deployed
}

// deployed is what is known of a clone after its deployment.
type deployed struct {
	ServerID   string `json:"SERVER_ID" jsonschema:"title=Server id" jsonschema_description:"The identity of the clone."`
	ServerName string `json:"SERVER_NAME" jsonschema:"title=Name" jsonschema_description:"The name of the clone."`
	Tables     int    `json:"NUMBER_TABLES" jsonschema:"title=Tables" jsonschema_description:"Tables that were deployed."`
	Rows       int64  `json:"NUMBER_ROWS" jsonschema:"title=Rows" jsonschema_description:"Rows in these tables."`
	Rebased    int    `json:"NUMBER_CARRIED" jsonschema:"title=Edits carried over" jsonschema_description:"Edits that central has not received and that were kept."`
}

func deployDatabaseServerPackage() provider.Algorithm {
	return provider.Define(provider.Definition[deployDatabaseServerPackageParams, deployDatabaseServerPackageResult]{
		ID:    "deploy_database_server_package",
		Group: "02 PostgreSQL synchronization",
		Title: "Deploy a database package to the clone",
		Description: `Makes a database a clone, or brings a clone up to date, from a package that package_central_database has made: LizSync is installed when it is missing, the tables of the package replace those that were deployed before, and central learns of the clone.

All that happens in one transaction: a deployment that fails, is stopped or loses its connection leaves both databases as they were, and so does a package that is damaged anywhere. A clone keeps its identity, and other tables, views and styles that were made there are left alone. The rights that others have on the tables, and the places of the tables in publications, are given back; a warning names what cannot be, and the indexes, triggers, columns and the like that were made on the tables and go with them.

A database that is missing is created, and stays when the deployment fails; extensions are created too. What the role of the connection may not do, one message tells as the commands that a superuser runs.

A clone with edits that central has not received yet is refused: synchronise it first, or let them be carried over.`,
		Errors: []provider.KnownError{
			{When: "the role of the connection to central does not own LizSync there", Remedy: "Connect with the owner; CENTRAL_ROLE names the role that is to synchronise."},
			{When: "the package is damaged, has another format, or was made from another central database or for another version of LizSync", Remedy: "Make a new package and copy it again."},
			{When: "the package has what the PostgreSQL of the clone reads otherwise or not at all", Remedy: "Deploy to a server of the version in the message, or change what it names on central and make a new package."},
			{When: "the clone is the central database itself, has clones of its own, or is the clone of another central database", Remedy: "Check CONNECTION_NAME_CLONE."},
			{When: "the clone has edits that were not synchronised", Remedy: "Run synchronize_database first, or let KEEP_UNSENT_CHANGES be true."},
			{When: "the clone to keep edits of is an older copy of itself, or central was restored from a dump older than its last synchronisation", Remedy: "Let RECREATE_CLONE_SERVER_ID be true as well, so that its edits are told from those of the other copy."},
			{When: "the clone has synchronised since the package was made, even if the answer was lost", Remedy: "Make a new package."},
			{When: "central has no numbers left for another clone", Remedy: "Do what the message says on central for the sequence that it names, then make a new package."},
			{When: "the database has tables of its own under names of the package", Remedy: "Deploy to another database, or rename them."},
			{When: "objects that were made on the clone, or that an earlier package brought, depend on the tables to be replaced", Remedy: "Drop the objects that the message names on the clone, deploy, and make those again that were made there."},
			{When: "rows break a check of their table or domain, or a function that computes with them does not find what it names", Remedy: "Do what the message says on central for the check or the function that it names, then make a new package."},
			{When: "the database, PostGIS or another extension is missing, or its schema is closed, and this role may not create what is needed", Remedy: "A superuser runs the commands of the message, where it says."},
			{When: "somebody uses the tables on the clone", Remedy: "Close the layers and sessions there, then run it again."},
		},
		Run: runDeployDatabaseServerPackage,
	})
}

func runDeployDatabaseServerPackage(ctx context.Context, p deployDatabaseServerPackageParams, feedback provider.Feedback) (deployDatabaseServerPackageResult, error) {
	var result deployDatabaseServerPackageResult
	path := string(p.ZipFile)
	if path == "" {
		path = defaultPackage()
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return result, fmt.Errorf("find the package: %w", err)
	}
	pack, err := archive.Open(path)
	if err != nil {
		return result, err
	}
	defer func() { _ = pack.Close() }()
	if err := pack.Verify(ctx); err != nil {
		return result, err
	}

	central, err := database.Connect(ctx, string(p.Central), feedback)
	if err != nil {
		return result, fmt.Errorf("central: %w", err)
	}
	defer database.Close(ctx, central)
	if err := database.CheckStructure(ctx, central); err != nil {
		return result, fmt.Errorf("central: %w", err)
	}
	target, err := database.Resolve(string(p.Clone))
	if err != nil {
		return result, fmt.Errorf("clone: %w", err)
	}
	// The fields are those of the options, tags aside.
	options := deployment.Options(p.deploymentOptions)
	clone, err := deployment.Connect(ctx, target, pack, options, feedback)
	if err != nil {
		return result, fmt.Errorf("clone: %w", err)
	}
	defer database.Close(ctx, clone)

	done, err := deployment.Deploy(ctx, central, clone, pack, options, feedback)
	if err != nil {
		return result, err
	}
	result.ServerID, result.ServerName, result.Rebased = done.ServerID, done.ServerName, done.Rebased
	result.Tables, result.Rows = len(pack.Manifest.Tables), pack.Manifest.RowCount()
	text := fmt.Sprintf("%d tables with %d rows are deployed to the clone %s", result.Tables, result.Rows, result.ServerName)
	if result.Rebased > 0 {
		text += fmt.Sprintf("; %d edits were carried over, synchronise to send them", result.Rebased)
	}
	result.Outcome = provider.Done(text)
	return result, nil
}
