package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/lizsync/lizsync/provider"
)

// segment is how much of a file is sent before all of it must have been confirmed. Within one, pieces may arrive in any
// order, and a file that was cut there may have holes; what lies before is whole.
const segment = 16 << 20

type sftpRemote struct {
	client *sftp.Client
	ssh    *ssh.Client
}

func connectSFTP(ctx context.Context, server Server, feedback provider.Feedback) (remote, error) {
	keys, err := knownKeys(server)
	if err != nil {
		return nil, err
	}
	signers, err := privateKeys(server, feedback)
	if err != nil {
		return nil, err
	}
	defer signers.close()
	conn, err := dial(ctx, server.address())
	if err != nil {
		return nil, server.unreachable(err)
	}
	greeted, err := server.greet(conn)
	if err != nil {
		return nil, err
	}
	config := &ssh.ClientConfig{
		User:              server.Login,
		Auth:              methods(server, signers),
		HostKeyCallback:   keys.check,
		HostKeyAlgorithms: keys.algorithms(),
	}
	transport, channels, requests, err := ssh.NewClientConn(greeted, server.address(), config)
	if err != nil {
		_ = conn.Close()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case keys.refusal != nil:
			return nil, keys.refusal
		case keys.accepted:
			return nil, server.refused(err)
		}
		return nil, server.unreachable(err)
	}
	if err := keys.remember(feedback); err != nil {
		_ = transport.Close()
		return nil, err
	}
	client := ssh.NewClient(transport, channels, requests)
	go keepAlive(client)
	files, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		_ = client.Close()
		return nil, &provider.Failure{
			Text: fmt.Sprintf("%s has no SFTP: %v", server.address(), err),
			Hint: "ask its administrator for the subsystem sftp",
			Err:  err,
		}
	}
	return &sftpRemote{client: files, ssh: client}, nil
}

// keepAlive makes the server speak now and then until the connection ends, so that silence means that it is lost.
func keepAlive(client *ssh.Client) {
	ended := make(chan struct{})
	go func() {
		_ = client.Wait()
		close(ended)
	}()
	ticker := time.NewTicker(patience / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ticker.C:
			if _, _, err := client.SendRequest("keepalive@openssh.com", true, nil); err != nil {
				return
			}
		}
	}
}

func (r *sftpRemote) list(folder string) (map[string]entry, error) {
	infos, err := r.client.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]entry, len(infos))
	for _, info := range infos {
		if info.IsDir() || info.Mode().IsRegular() {
			entries[info.Name()] = entryOf(info)
		}
	}
	return entries, nil
}

func entryOf(info fs.FileInfo) entry {
	return entry{size: info.Size(), time: info.ModTime(), folder: info.IsDir()}
}

func (r *sftpRemote) stat(name string) (entry, error) {
	info, err := r.client.Stat(name)
	if err != nil {
		return entry{}, err
	}
	return entryOf(info), nil
}

func (r *sftpRemote) put(name string, from io.Reader, size, offset int64) error {
	flags := os.O_WRONLY | os.O_CREATE
	if offset == 0 {
		flags |= os.O_TRUNC
	}
	file, err := r.client.OpenFile(name, flags)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	for offset < size {
		n := min(size-offset, segment)
		written, err := file.ReadFrom(&io.LimitedReader{R: from, N: n})
		if err != nil {
			return err
		}
		if written < n {
			return errShrunk
		}
		offset += n
	}
	return file.Close()
}

func (r *sftpRemote) whole(size int64) int64 {
	return max(0, (size-1)/segment*segment)
}

func (r *sftpRemote) get(name string, to io.Writer, offset int64) error {
	file, err := r.client.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	_, err = file.WriteTo(to)
	return err
}

func (r *sftpRemote) setTime(name string, t time.Time) error { return r.client.Chtimes(name, t, t) }

func (r *sftpRemote) rename(from, to string, replace bool) error {
	if !replace {
		return r.client.Rename(from, to) // which refuses an existing name
	}
	if _, known := r.client.HasExtension("posix-rename@openssh.com"); known {
		return r.client.PosixRename(from, to)
	}
	if err := r.client.Remove(to); err != nil && !errors.Is(err, errMissing) {
		return err
	}
	return r.client.Rename(from, to)
}

func (r *sftpRemote) makeFolder(name string) error { return r.client.MkdirAll(name) }

func (r *sftpRemote) remove(name string) error { return r.client.Remove(name) }

func (r *sftpRemote) lost(err error) bool {
	var status *sftp.StatusError
	if errors.Is(err, sftp.ErrSSHFxConnectionLost) || errors.Is(err, sftp.ErrSSHFxNoConnection) {
		return true
	}
	return !errors.As(err, &status) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission)
}

func (r *sftpRemote) parallel() int { return 8 }

func (r *sftpRemote) close() {
	_ = r.client.Close()
	_ = r.ssh.Close()
}
