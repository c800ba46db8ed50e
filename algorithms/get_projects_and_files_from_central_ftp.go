package algorithms

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/database"
	"github.com/lizsync/lizsync/algorithms/internal/project"
	"github.com/lizsync/lizsync/algorithms/internal/transfer"
	"github.com/lizsync/lizsync/provider"
)

type getProjectsAndFilesParams struct {
	Central provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"title=Central database" jsonschema_description:"The central database that the projects show, needed to replace it. Nothing is asked of it."`
	centralServerParams
	Folder  provider.Folder `json:"CLONE_QGIS_PROJECT_FOLDER" jsonschema:"required,title=Clone QGIS project folder" jsonschema_description:"The local folder for the projects and their files, made when it is not there."`
	Replace bool            `json:"REPLACE_DATASOURCE_IN_QGIS_PROJECT" jsonschema:"title=Let the projects show the clone,default=true" jsonschema_description:"Let the layers of the central database show the clone instead, in the projects that are fetched."`
	transferParams
	mobileParams
}

// centralServerParams say where central's files are.
type centralServerParams struct {
	Protocol  string          `json:"CENTRAL_FTP_PROTOCOL" jsonschema:"title=Protocol,enum=SFTP,enum=FTP,default=FTP" jsonschema_description:"SFTP, or FTP with TLS (FTPS); FTP_ENCRYPTION can turn TLS off. SFTP is mostly on port 22." qgis:"type=enum,by_index"`
	Host      string          `json:"CENTRAL_FTP_HOST" jsonschema:"required,title=Central host,minLength=1" jsonschema_description:"The name or address of the central server."`
	Port      int             `json:"CENTRAL_FTP_PORT" jsonschema:"title=Central port,minimum=1,maximum=65535,default=21" jsonschema_description:"The port of the central server."`
	Login     string          `json:"CENTRAL_FTP_LOGIN" jsonschema:"title=Central login" jsonschema_description:"The login on the central server. When empty, that of ~/.netrc for the host; in QGIS, that of the authentication configuration."`
	Password  provider.Secret `json:"CENTRAL_FTP_PASSWORD" jsonschema:"title=Central password" jsonschema_description:"When empty, that of ~/.netrc; SFTP also takes keys and the SSH agent."`
	RemoteDir string          `json:"CENTRAL_FTP_REMOTE_DIR" jsonschema:"required,title=Central folder,minLength=1" jsonschema_description:"The folder of the projects on the central server. Without a leading slash it is where the login starts."`
}

func getProjectsAndFilesFromCentralFTP() provider.Algorithm {
	return provider.Define(provider.Definition[getProjectsAndFilesParams, transferResult]{
		ID:    "get_projects_and_files_from_central_ftp",
		Group: "03 File synchronization",
		Title: "Get projects and files from the central FTP server",
		Description: `Brings the folder of QGIS projects and their files from the central server to this machine, by SFTP or by FTP with TLS. Nothing else has to be installed.

Only what changed travels. A file gets its name here when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one. Files that are only here stay, unless MIRROR is set.

What somebody changed here is not replaced: a warning names these files, and OVERWRITE replaces them. Photos in the folder media are neither replaced nor removed.

In the projects, the layers that show the central database show the clone from then on, and passwords of the central database are removed, unless that is turned off. Nothing else in them is altered. Projects that were changed here are left alone.

FTP means FTP with TLS. A server that knows none is refused until FTP_ENCRYPTION is none, because the password would be readable on the way.`,
		Errors: append([]provider.KnownError{
			{When: "the projects are to show the clone, and CONNECTION_NAME_CENTRAL is missing", Remedy: "Give the connection that they use, or let REPLACE_DATASOURCE_IN_QGIS_PROJECT be false."},
		}, transferErrors...),
		Run: runGetProjectsAndFilesFromCentralFTP,
	})
}

func runGetProjectsAndFilesFromCentralFTP(ctx context.Context, p getProjectsAndFilesParams, feedback provider.Feedback) (transferResult, error) {
	from := p.centralServerParams
	options := p.options(p.server(from.Protocol, from.Host, from.Port, from.Login, from.Password), p.Folder, from.RemoteDir)
	if p.Replace {
		if p.Central == "" {
			return transferResult{}, &provider.Failure{
				Text: "it is not known which layers of the projects are to show the clone: CONNECTION_NAME_CENTRAL is missing",
				Hint: "give the connection that the projects use, or let REPLACE_DATASOURCE_IN_QGIS_PROJECT be false",
			}
		}
		central, err := database.Resolve(string(p.Central))
		if err != nil {
			return transferResult{}, err
		}
		options.Adapt = func(path string) error { return showClone(path, central, p.connection(), feedback) }
	}
	if err := os.MkdirAll(string(p.Folder), 0o777); err != nil {
		return transferResult{}, fmt.Errorf("make the local folder: %w", err)
	}
	summary, err := transfer.Get(ctx, options, feedback)
	return transferred(summary), err
}

// showClone lets all layers of central show the clone, if the file is a project.
func showClone(path string, central *database.Target, clone project.Connection, feedback provider.Feedback) error {
	if !project.IsProject(path) {
		return nil
	}
	p, err := project.Open(path)
	if err != nil {
		feedback.Warning(fmt.Sprintf("left as it came: %v", err))
		return nil
	}
	redirection := project.Redirection{Central: central, Clone: clone}
	adapted, unknown := database.Resolve(clone.String()) // a service may be known on another device only
	var others []string
	for _, layer := range p.Layers() {
		switch {
		case layer.Shows(central):
			redirection.Layers = append(redirection.Layers, layer.ID)
		case layer.Provider == "postgres" && (unknown != nil || !layer.Shows(adapted)):
			others = append(others, fmt.Sprintf("%q (%s)", layer.Name, layer.Place()))
		}
	}
	for _, warning := range p.Redirect(redirection) {
		feedback.Warning(filepath.Base(path) + ": " + warning)
	}
	if others != nil {
		feedback.Warning(fmt.Sprintf("%s: these layers show another database than the central one, and still do: %s", filepath.Base(path), strings.Join(others, ", ")))
	}
	if !p.Changed() {
		return nil // an earlier run has adapted it
	}
	feedback.Message(fmt.Sprintf("%s: %d layers show the clone now", filepath.Base(path), len(redirection.Layers)))
	return p.Write(path)
}
