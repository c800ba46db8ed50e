package algorithms

import (
	"context"
	"fmt"

	"github.com/lizsync/lizsync/algorithms/internal/transfer"
	"github.com/lizsync/lizsync/provider"
)

type sendProjectsAndFilesParams struct {
	Folder provider.Folder `json:"LOCAL_QGIS_PROJECT_FOLDER" jsonschema:"required,title=Local QGIS project folder" jsonschema_description:"The folder with the projects and their files."`
	cloneServerParams
}

// cloneServerParams say where the clone's files are, and how they are brought there.
type cloneServerParams struct {
	WinSCP    provider.Folder `json:"WINSCP_BINARY_PATH" jsonschema:"title=WinSCP folder (ignored)" jsonschema_description:"No other program is needed any more; models that pass this go on working." qgis:"advanced"`
	Protocol  string          `json:"CLONE_FTP_PROTOCOL" jsonschema:"required,title=Protocol,enum=SFTP,enum=FTP" jsonschema_description:"SFTP, or FTP with TLS (FTPS); FTP_ENCRYPTION can turn TLS off." qgis:"type=enum,by_index"`
	Host      string          `json:"CLONE_FTP_HOST" jsonschema:"required,title=Clone host,minLength=1" jsonschema_description:"The name or address of the clone's server."`
	Port      int             `json:"CLONE_FTP_PORT" jsonschema:"title=Clone port,minimum=1,maximum=65535,default=2021" jsonschema_description:"The port of the clone's server."`
	Login     string          `json:"CLONE_FTP_LOGIN" jsonschema:"title=Clone login,default=geopoppy" jsonschema_description:"The login on the clone's server."`
	Password  provider.Secret `json:"CLONE_FTP_PASSWORD" jsonschema:"title=Clone password" jsonschema_description:"When empty, that of ~/.netrc; SFTP also takes keys and the SSH agent."`
	RemoteDir string          `json:"CLONE_FTP_REMOTE_DIR" jsonschema:"required,title=Clone folder,minLength=1" jsonschema_description:"The folder on the clone's server, made when it is not there. Without a leading slash it is where the login starts."`
	transferParams
}

// transferParams are common to the algorithms that bring projects and files.
type transferParams struct {
	Exclude   string `json:"FTP_EXCLUDE_REMOTE_SUBDIRS" jsonschema:"title=Excluded subfolders,default=data" jsonschema_description:"Folders to leave alone on both sides, relative to the project folder and separated by commas."`
	Mirror    bool   `json:"MIRROR" jsonschema:"title=Remove what the source does not have,default=false" jsonschema_description:"Remove from the target the files that are not in the source. Never those in media." qgis:"advanced"`
	Overwrite bool   `json:"OVERWRITE" jsonschema:"title=Replace changed files,default=false" jsonschema_description:"Also replace files that were changed or are newer in the target, and photos in media that differ." qgis:"advanced"`
	serverParams
}

// serverParams say how a server proves who it is, and a person to it.
type serverParams struct {
	HostKey         string        `json:"SFTP_HOST_KEY" jsonschema:"title=Host key fingerprint,pattern=^SHA256:[A-Za-z0-9+/]{43}$" jsonschema_description:"SFTP, at the first contact: the fingerprint of the server's key, after you have compared it with what its administrator says. It is then kept with the known host keys." qgis:"advanced"`
	KnownHosts      provider.File `json:"SFTP_KNOWN_HOSTS_FILE" jsonschema:"title=Known host keys" jsonschema_description:"SFTP: the file of known host keys. ~/.ssh/known_hosts when empty." qgis:"advanced"`
	KeyFile         provider.File `json:"SFTP_KEY_FILE" jsonschema:"title=Private key" jsonschema_description:"SFTP: the private key to log in with. Those of the SSH agent and of ~/.ssh when empty." qgis:"advanced"`
	Encryption      string        `json:"FTP_ENCRYPTION" jsonschema:"title=FTP encryption,enum=TLS,enum=none,default=TLS" jsonschema_description:"FTP: none sends the password and the files readable to whoever is on the way, for servers that know no TLS." qgis:"type=enum,advanced"`
	CertificateFile provider.File `json:"FTP_CERTIFICATE_FILE" jsonschema:"title=Trusted certificates" jsonschema_description:"FTP: certificates to trust besides those of the system, in the PEM form; for servers that signed their own." qgis:"advanced"`
}

// server is the one that these parameters and those of the algorithm describe.
func (p serverParams) server(protocol, host string, port int, login string, password provider.Secret) transfer.Server {
	return transfer.Server{
		SFTP: protocol == "SFTP", Host: host, Port: port, Login: login, Password: string(password),
		HostKey: p.HostKey, KnownHosts: string(p.KnownHosts), KeyFile: string(p.KeyFile),
		NoTLS: p.Encryption == "none", CertificateFile: string(p.CertificateFile),
	}
}

// options completes those of a transfer.
func (p transferParams) options(server transfer.Server, local provider.Folder, remote string) transfer.Options {
	return transfer.Options{
		Server: server, LocalFolder: string(local), RemoteFolder: remote,
		Excluded: transfer.ParseExclusions(p.Exclude), Mirror: p.Mirror, Overwrite: p.Overwrite,
	}
}

type transferResult struct {
	provider.Outcome
	brought
}

// brought counts the files of a transfer.
type brought struct {
	Transferred int   `json:"NUMBER_TRANSFERRED" jsonschema:"title=Transferred" jsonschema_description:"Files that were brought."`
	Bytes       int64 `json:"NUMBER_BYTES" jsonschema:"title=Bytes" jsonschema_description:"Bytes that travelled for that."`
	Unchanged   int   `json:"NUMBER_UNCHANGED" jsonschema:"title=Unchanged" jsonschema_description:"Files that were equal already."`
	Kept        int   `json:"NUMBER_KEPT" jsonschema:"title=Kept" jsonschema_description:"Files of the target that differ and were not replaced; a warning names them."`
	Removed     int   `json:"NUMBER_REMOVED" jsonschema:"title=Removed" jsonschema_description:"Files that MIRROR removed."`
}

func transferred(s transfer.Summary) transferResult {
	text := fmt.Sprintf("%d files brought, %d unchanged, %d kept, %d removed", s.Transferred, s.Unchanged, s.Kept, s.Removed)
	return transferResult{provider.Done(text), brought{s.Transferred, s.Bytes, s.Unchanged, s.Kept, s.Removed}}
}

// transferErrors are common to the algorithms that bring files.
var transferErrors = []provider.KnownError{
	{When: "the server does not answer, or speaks another protocol", Remedy: "Check the host, the port and the protocol: SFTP is mostly on port 22, FTP on 21, that of a GeoPoppy on 2021."},
	{When: "the host key of the server is not known yet", Remedy: "Compare the fingerprint in the message with the server's, and pass it in SFTP_HOST_KEY once."},
	{When: "the host key of the server has changed, or is revoked", Remedy: "Ask its administrator. When it was set up anew, remove the old line from known_hosts."},
	{When: "the certificate of the server is not trusted", Remedy: "Name the server as its certificate does; give a certificate that signed itself in FTP_CERTIFICATE_FILE."},
	{When: "the server speaks no TLS", Remedy: "Use SFTP. On a network that you trust, set FTP_ENCRYPTION to none."},
	{When: "the server refuses the login", Remedy: "Check login and password; put the password into ~/.netrc, or let the server know your key."},
	{When: "the remote folder does not exist or cannot be made", Remedy: "Check its name and the rights of the login."},
	{When: "a name would leave its folder, or cannot be written", Remedy: "Rename the file, or exclude its folder."},
	{When: "the folder to mirror is empty", Remedy: "Check its name: mirroring it would remove everything."},
	{When: "some files cannot be read or written", Remedy: "The others were brought. Correct what the message says of each and run it again."},
	{When: "the connection breaks again and again", Remedy: "Run it again where the network is better: it goes on where it was."},
}

func sendProjectsAndFilesToCloneFTP() provider.Algorithm {
	return provider.Define(provider.Definition[sendProjectsAndFilesParams, transferResult]{
		ID:    "send_projects_and_files_to_clone_ftp",
		Group: "03 File synchronization",
		Title: "Send local QGIS projects and files to the clone FTP server",
		Description: `Brings a folder of QGIS projects and their files to the clone, by SFTP or by FTP with TLS. Nothing else has to be installed.

Only what changed travels. A file gets its name on the clone when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one. Files that only the clone has stay there, unless MIRROR is set.

What somebody changed on the clone is not replaced: a warning names these files, and OVERWRITE replaces them. Photos in the folder media are neither replaced nor removed.

FTP means FTP with TLS. A server that knows none, such as that of an old GeoPoppy, is refused until FTP_ENCRYPTION is none, because the password would be readable on the way.`,
		Errors: transferErrors,
		Run:    runSendProjectsAndFilesToCloneFTP,
	})
}

func runSendProjectsAndFilesToCloneFTP(ctx context.Context, p sendProjectsAndFilesParams, feedback provider.Feedback) (transferResult, error) {
	server := p.server(p.Protocol, p.Host, p.Port, p.Login, p.Password)
	summary, err := transfer.Send(ctx, p.options(server, p.Folder, p.RemoteDir), feedback)
	return transferred(summary), err
}
