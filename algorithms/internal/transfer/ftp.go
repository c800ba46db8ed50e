package transfer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"path"
	"sync"
	"time"

	"github.com/jlaffaye/ftp"

	"github.com/lizsync/lizsync/provider"
)

type ftpRemote struct {
	conn     *ftp.ServerConn
	home     string
	timeless bool // the server has refused to set a time
}

func connectFTP(ctx context.Context, server Server, feedback provider.Feedback) (remote, error) {
	encryption, err := tlsConfig(server)
	if err != nil {
		return nil, err
	}
	control := true
	options := []ftp.DialOption{
		// The first connection is the one for commands, which the library encrypts when the server is ready for it; those
		// for data are encrypted at once.
		ftp.DialWithDialFunc(func(_, address string) (net.Conn, error) {
			conn, err := dial(ctx, address)
			switch {
			case err != nil:
				return nil, err
			case control:
				control = false
				return server.greet(conn)
			case encryption != nil:
				return tls.Client(conn, encryption), nil
			}
			return conn, nil
		}),
		ftp.DialWithShutTimeout(patience),
		ftp.DialWithWritingMDTM(true),
	}
	if encryption != nil {
		options = append(options, ftp.DialWithExplicitTLS(encryption))
	} else {
		feedback.Warning(fmt.Sprintf("the password and the files travel readable to %s: encryption is off", server.address()))
	}
	conn, err := ftp.Dial(server.address(), options...)
	if err != nil {
		return nil, server.noFTP(ctx, err)
	}
	if err := conn.Login(server.Login, server.Password); err != nil {
		_ = conn.Quit()
		var answer *textproto.Error
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.As(err, &answer) && answer.Code == ftp.StatusNotLoggedIn:
			return nil, server.refused(err)
		}
		return nil, server.noFTP(ctx, err)
	}
	home, err := conn.CurrentDir()
	if err != nil {
		_ = conn.Quit()
		return nil, fmt.Errorf("ask for the folder of the login: %w", err)
	}
	return &ftpRemote{conn: conn, home: home}, nil
}

// noFTP makes an error of a connection that did not come about.
func (s Server) noFTP(ctx context.Context, err error) error {
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	var failure *provider.Failure
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &certificate):
		return &provider.Failure{
			Text: fmt.Sprintf("the certificate of %s is not trusted: %v", s.address(), certificate.Err),
			Hint: "check the host name; let FTP_CERTIFICATE_FILE name a file with the certificate, or with that of the authority that signed it, which the server's administrator has",
			Err:  err,
		}
	case errors.As(err, &answer) && !s.NoTLS && answer.Code >= 500:
		return &provider.Failure{
			Text: fmt.Sprintf("%s speaks no TLS: %s", s.address(), answer.Msg),
			Hint: "use SFTP where the server has it; or set FTP_ENCRYPTION to none, which sends the password and the files readable to whoever is on the way",
			Err:  err,
		}
	}
	return s.unreachable(err)
}

// tlsConfig is nil when encryption is off.
func tlsConfig(server Server) (*tls.Config, error) {
	if server.NoTLS {
		return nil, nil
	}
	config := &tls.Config{ServerName: server.Host, MinVersion: tls.VersionTLS12, ClientSessionCache: &firstSession{}}
	if server.CertificateFile == "" {
		return config, nil
	}
	content, err := os.ReadFile(server.CertificateFile)
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", err)
	}
	if config.RootCAs, err = x509.SystemCertPool(); err != nil {
		config.RootCAs = x509.NewCertPool()
	}
	if !config.RootCAs.AppendCertsFromPEM(content) {
		return nil, &provider.Failure{
			Text: "there is no certificate in " + server.CertificateFile,
			Hint: "the file has to be in the PEM form, which starts with -----BEGIN CERTIFICATE-----",
		}
	}
	return config, nil
}

// firstSession keeps the TLS session of the connection for commands, for those for data: many servers refuse a data
// connection that does not resume exactly that one.
type firstSession struct {
	mu      sync.Mutex
	session *tls.ClientSessionState
}

func (f *firstSession) Get(string) (*tls.ClientSessionState, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.session, f.session != nil
}

func (f *firstSession) Put(_ string, session *tls.ClientSessionState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.session == nil {
		f.session = session
	}
}

func (r *ftpRemote) absolute(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(r.home, name)
}

// list goes to the folder first: LIST takes brackets and stars in a name for a pattern.
func (r *ftpRemote) list(folder string) (map[string]entry, error) {
	folder = r.absolute(folder)
	if err := r.conn.ChangeDir(folder); err != nil {
		return nil, missing(err)
	}
	found, err := r.conn.List("")
	if err != nil {
		return nil, err
	}
	rough := !r.conn.IsTimePreciseInList()
	entries := make(map[string]entry, len(found))
	for _, e := range found {
		self := e.Name == "." || e.Name == ".." || e.Name == folder || e.Name == path.Dir(folder)
		if self || e.Type == ftp.EntryTypeLink {
			continue
		}
		entries[e.Name] = entry{size: int64(e.Size), time: e.Time, folder: e.Type == ftp.EntryTypeFolder, rough: rough}
	}
	return entries, nil
}

// missing makes the answer of a server about a file that is not there recognisable. It has no code of its own.
func missing(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code == ftp.StatusFileUnavailable {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	return err
}

func (r *ftpRemote) stat(name string) (entry, error) {
	name = r.absolute(name)
	if r.conn.IsTimePreciseInList() {
		if e, err := r.conn.GetEntry(name); err == nil {
			return entry{size: int64(e.Size), time: e.Time, folder: e.Type == ftp.EntryTypeFolder}, nil
		} else if r.lost(err) {
			return entry{}, err
		} else if err = missing(err); errors.Is(err, errMissing) {
			return entry{}, err
		}
	}
	size, err := r.conn.FileSize(name)
	if err != nil {
		return entry{}, missing(err)
	}
	t, err := r.conn.GetTime(name)
	if err != nil && r.lost(err) && r.conn.IsGetTimeSupported() {
		return entry{}, err
	}
	return entry{size: size, time: t}, nil
}

func (r *ftpRemote) put(name string, from io.Reader, size, offset int64) error {
	counted := &io.LimitedReader{R: from, N: size - offset}
	if err := r.conn.StorFrom(r.absolute(name), counted, uint64(offset)); err != nil {
		return err
	}
	if counted.N > 0 {
		return errShrunk
	}
	// A server may take the end of a broken connection for the end of the file.
	arrived, err := r.conn.FileSize(r.absolute(name))
	switch {
	case err != nil && r.lost(err):
		return err
	case err == nil && arrived != size:
		return fmt.Errorf("%d of %d bytes arrived", arrived, size)
	}
	return nil
}

func (r *ftpRemote) whole(size int64) int64 { return size }

func (r *ftpRemote) get(name string, to io.Writer, offset int64) error {
	response, err := r.conn.RetrFrom(r.absolute(name), uint64(offset))
	if err != nil {
		return missing(err)
	}
	_, err = io.Copy(to, response)
	return errors.Join(err, response.Close())
}

func (r *ftpRemote) setTime(name string, t time.Time) error {
	if r.timeless || !r.conn.IsSetTimeSupported() {
		return errors.ErrUnsupported
	}
	err := r.conn.SetTime(r.absolute(name), t)
	r.timeless = err != nil
	return err
}

func (r *ftpRemote) rename(from, to string, replace bool) error {
	from, to = r.absolute(from), r.absolute(to)
	// Most servers replace what has the name already.
	if !replace {
		if _, err := r.stat(to); err == nil {
			return fs.ErrExist
		} else if r.lost(err) {
			return err
		}
	}
	err := r.conn.Rename(from, to)
	if err != nil && replace && !r.lost(err) && r.conn.Delete(to) == nil {
		return r.conn.Rename(from, to)
	}
	return err
}

func (r *ftpRemote) makeFolder(name string) error {
	name = r.absolute(name)
	if r.conn.ChangeDir(name) == nil {
		return nil
	}
	if parent := path.Dir(name); parent != name {
		if err := r.makeFolder(parent); err != nil {
			return err
		}
	}
	return r.conn.MakeDir(name)
}

func (r *ftpRemote) remove(name string) error { return r.conn.Delete(r.absolute(name)) }

// lost: an answer of the server is about the file, but for those that tell of a connection.
func (r *ftpRemote) lost(err error) bool {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		switch answer.Code {
		case ftp.StatusNotAvailable, ftp.StatusCanNotOpenDataConnection, ftp.StatusTransfertAborted:
			return true
		}
		return false
	}
	return !errors.Is(err, fs.ErrExist) && !errors.Is(err, ftp.ErrInvalidCommand)
}

// parallel: one transfer at a time is all that FTP has on a connection.
func (r *ftpRemote) parallel() int { return 1 }

func (r *ftpRemote) close() { _ = r.conn.Quit() }
