package algorithms

import (
	"context"
	"fmt"
	"os"

	"github.com/lizsync/lizsync/algorithms/internal/transfer"
	"github.com/lizsync/lizsync/provider"
)

type getProjectsAndFilesParams struct {
	Central provider.Connection `json:"CONNECTION_NAME_CENTRAL" jsonschema:"title=Central database" jsonschema_description:"The central database that the projects show. It is not asked for anything yet." qgis:"advanced"`
	centralServerParams
	Folder  provider.Folder `json:"CLONE_QGIS_PROJECT_FOLDER" jsonschema:"required,title=Clone QGIS project folder" jsonschema_description:"The local folder for the projects and their files, made when it is not there."`
	Replace bool            `json:"REPLACE_DATASOURCE_IN_QGIS_PROJECT" jsonschema:"title=Let the projects show the clone,default=true" jsonschema_description:"Replace the central database in the projects by the clone. This version does not, and warns."`
	transferParams
}

// centralServerParams say where central's files are.
type centralServerParams struct {
	Protocol  string          `json:"CENTRAL_FTP_PROTOCOL" jsonschema:"title=Protocol,enum=SFTP,enum=FTP,default=FTP" jsonschema_description:"SFTP, or FTP with TLS (FTPS); FTP_ENCRYPTION can turn TLS off. SFTP is mostly on port 22." qgis:"type=enum,by_index"`
	Host      string          `json:"CENTRAL_FTP_HOST" jsonschema:"required,title=Central host,minLength=1" jsonschema_description:"The name or address of the central server."`
	Port      int             `json:"CENTRAL_FTP_PORT" jsonschema:"title=Central port,minimum=1,maximum=65535,default=21" jsonschema_description:"The port of the central server."`
	Login     string          `json:"CENTRAL_FTP_LOGIN" jsonschema:"required,title=Central login,minLength=1" jsonschema_description:"The login on the central server."`
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

FTP means FTP with TLS. A server that knows none is refused until FTP_ENCRYPTION is none, because the password would be readable on the way.`,
		Errors: transferErrors,
		Run:    runGetProjectsAndFilesFromCentralFTP,
	})
}

func runGetProjectsAndFilesFromCentralFTP(ctx context.Context, p getProjectsAndFilesParams, feedback provider.Feedback) (transferResult, error) {
	if err := os.MkdirAll(string(p.Folder), 0o777); err != nil {
		return transferResult{}, fmt.Errorf("make the local folder: %w", err)
	}
	server := p.server(p.Protocol, p.Host, p.Port, p.Login, p.Password)
	summary, err := transfer.Get(ctx, p.options(server, p.Folder, p.RemoteDir), feedback)
	if err == nil && p.Replace {
		feedback.Warning("the projects still show the central database: this version does not replace their data sources")
	}
	return transferred(summary), err
}
