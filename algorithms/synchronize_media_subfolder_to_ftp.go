package algorithms

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/lizsync/lizsync/algorithms/internal/transfer"
	"github.com/lizsync/lizsync/provider"
)

type synchronizeMediaParams struct {
	Folder provider.Folder `json:"LOCAL_QGIS_PROJECT_FOLDER" jsonschema:"required,title=Local QGIS project folder" jsonschema_description:"The folder of the project on the clone; its subfolder media is sent."`
	centralServerParams
	CloneName string `json:"CLONE_NAME" jsonschema:"title=Clone name" jsonschema_description:"Goes into the name of a photo whose own name is taken on the central server. The name of this machine when empty." qgis:"advanced"`
	serverParams
}

func synchronizeMediaSubfolderToFTP() provider.Algorithm {
	return provider.Define(provider.Definition[synchronizeMediaParams, transferResult]{
		ID:    "synchronize_media_subfolder_to_ftp",
		Group: "03 File synchronization",
		Title: "Synchronize the clone media subfolder to the central FTP server",
		Description: `Sends the photos and other attachments of the folder media to the folder media of the project on the central server, by SFTP or by FTP with TLS.

Only what central lacks travels, and nothing there is ever replaced or removed. When central has another photo of the same name, the one from here goes there with the name of the clone in its own: photo.jpg becomes photo_tablet.jpg. A warning says so, because the feature still refers to photo.jpg.

A file gets its name on the server when it is whole, and what a broken connection interrupted goes on where it was, in the same run or the next one.`,
		Errors: transferErrors,
		Run:    runSynchronizeMediaSubfolderToFTP,
	})
}

func runSynchronizeMediaSubfolderToFTP(ctx context.Context, p synchronizeMediaParams, feedback provider.Feedback) (transferResult, error) {
	if p.CloneName == "" {
		host, err := os.Hostname()
		if err != nil {
			return transferResult{}, fmt.Errorf("find the name of this machine: %w", err)
		}
		p.CloneName, _, _ = strings.Cut(host, ".")
	}
	summary, err := transfer.SendMedia(ctx, transfer.Options{
		Server:       p.server(p.Protocol, p.Host, p.Port, p.Login, p.Password),
		LocalFolder:  string(p.Folder),
		RemoteFolder: p.RemoteDir,
		CloneName:    p.CloneName,
	}, feedback)
	return transferred(summary), err
}
