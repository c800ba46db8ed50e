package transfer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/lizsync/lizsync/provider"
)

// Server says where the files are and who asks for them.
type Server struct {
	SFTP     bool // otherwise FTP
	Host     string
	Port     int
	Login    string // that of ~/.netrc when it is empty
	Password string // ~/.netrc and, for SFTP, keys are asked when it is empty

	HostKey    string // SFTP: the fingerprint of a first contact's key that a person has compared
	KnownHosts string // SFTP: the file of known host keys; OpenSSH's when empty
	KeyFile    string // SFTP: the private key; those of ~/.ssh when empty

	NoTLS           bool   // FTP: everything travels readable
	CertificateFile string // FTP: certificates to trust besides the system's
}

func (s Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// entry is a file or a folder. Times are those of its last change.
type entry struct {
	size   int64
	time   time.Time
	folder bool
	rough  bool // time is not to be trusted before stat was asked
}

// remote is a file system on a server. Paths have slashes and start at the login's folder unless they are absolute.
type remote interface {
	// list maps the names in a folder to what they are. What is neither file nor folder is left out.
	list(folder string) (map[string]entry, error)
	stat(name string) (entry, error)
	// put writes a file of that size from an offset on, which r stands at.
	put(name string, r io.Reader, size, offset int64) error
	get(name string, w io.Writer, offset int64) error
	// whole is how much of a file that was left with that size is certainly as it was sent.
	whole(size int64) int64
	setTime(name string, t time.Time) error
	rename(from, to string, replace bool) error
	makeFolder(name string) error
	remove(name string) error
	// lost tells an error of the connection from one of a file.
	lost(err error) bool
	// parallel is how many calls it bears at a time.
	parallel() int
	close()
}

// patience is how long a server may be silent while it is asked for something.
var patience = 45 * time.Second

func connect(ctx context.Context, server Server, feedback provider.Feedback) (remote, error) {
	if server.SFTP {
		return connectSFTP(ctx, server, feedback)
	}
	return connectFTP(ctx, server, feedback)
}

// impatientConn gives a silent peer up.
type impatientConn struct {
	net.Conn
	forget func() bool // that it is to be closed when its context ends
}

func (c impatientConn) Close() error {
	c.forget()
	return c.Conn.Close()
}

func (c impatientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c impatientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// dial connects; the connection is closed when ctx ends, which stops whatever waits for it.
func dial(ctx context.Context, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 15 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return impatientConn{conn, context.AfterFunc(ctx, func() { _ = conn.Close() })}, nil
}

// greetedConn is a connection of which the first bytes were looked at.
type greetedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *greetedConn) Read(b []byte) (int, error) { return c.reader.Read(b) }

// greet tells from the first bytes whether the server speaks the other protocol: both would wait for each other then.
func (s Server) greet(conn net.Conn) (net.Conn, error) {
	greeted := &greetedConn{conn, bufio.NewReader(conn)}
	first, err := greeted.reader.Peek(4)
	if err != nil || (string(first) == "SSH-") == s.SFTP {
		return greeted, nil // whoever reads on meets the error
	}
	_ = conn.Close()
	failure := &provider.Failure{
		Text: s.address() + " does not speak SFTP",
		Hint: "choose the protocol FTP, or the port of SFTP, which is mostly 22",
	}
	if !s.SFTP {
		failure.Text, failure.Hint = s.address()+" speaks SFTP, not FTP", "choose the protocol SFTP, or the port of FTP, which is mostly 21"
	}
	return nil, failure
}

// unreachable makes an error of a failed connection.
func (s Server) unreachable(err error) error {
	failure := &provider.Failure{Text: "connect to " + s.address(), Err: err}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		failure.Text += fmt.Sprintf(": the host name %s is not known", dns.Name)
		failure.Hint = "check the name and the network"
	case errors.As(err, &timeout) && timeout.Timeout():
		failure.Text += ": it did not answer in time"
		failure.Hint = "check the host, the port, the network and firewalls"
	case errors.Is(err, syscall.ECONNREFUSED):
		failure.Text += ": no server listens there"
		failure.Hint = "check the host and the port, and that the server is running"
	default:
		failure.Text += ": " + err.Error()
		failure.Hint = "check the host, the port and the protocol: SFTP is mostly on port 22, FTP on 21"
	}
	return failure
}

// refused makes an error of a login that the server did not take. A password is needed when there was none.
func (s Server) refused(err error) error {
	text := fmt.Sprintf("%s refused the login of %s", s.address(), s.Login)
	hint := "check the login and the password"
	if s.SFTP {
		hint += ", or that the server knows the public key"
	}
	if s.Password == "" {
		text += "; there was no password"
		hint = fmt.Sprintf("give the password, or put it into ~/.netrc (mode 600) as: machine %s login %s password …", s.Host, s.Login)
		if s.SFTP {
			hint += "; or let the server know a key of ~/.ssh or of the agent"
		}
	}
	return &provider.Failure{Text: text, Hint: hint, Err: err}
}

var (
	// errMissing is that of a file that is not there.
	errMissing = fs.ErrNotExist
	errShrunk  = errors.New("it became shorter while it was sent; run it again when nobody writes it")
)
