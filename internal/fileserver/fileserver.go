// Package fileserver runs throw-away SFTP and FTP servers of Debian's packages, for tests and measurements: OpenSSH and
// ProFTPD, as processes of the caller on free ports of the loopback network. Nothing of the system's own services is touched.
package fileserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/lizsync/lizsync/internal/freeport"
)

// Login and Password are what the FTP servers take. OpenSSH takes the user that runs the tests, by key.
const (
	Login    = "anna"
	Password = "s3cret-word"
)

// Server is one that runs.
type Server struct {
	Host string
	Port int
	Dir  string // its own files: keys, logs
	Root string // a folder for the files that it serves; by FTP it is where the login starts

	command *exec.Cmd
	ended   chan struct{}
	output  *bytes.Buffer
}

// Address is host:port.
func (s *Server) Address() string { return fmt.Sprintf("%s:%d", s.Host, s.Port) }

// User is the login of OpenSSH.
func User() (string, error) { return id("--user") }

// id is the name of the user that runs this, or of the group.
func id(which string) (string, error) {
	output, err := exec.Command("id", which, "--name").Output()
	if err != nil {
		return "", fmt.Errorf("id %s --name: %w", which, err)
	}
	return strings.TrimSpace(string(output)), nil
}

// StartSSH runs OpenSSH in a folder. It takes the key Dir/id, has the host keys Dir/host and Dir/host_rsa, and serves the whole
// machine.
func StartSSH(ctx context.Context, dir string) (*Server, error) {
	program, err := find("sshd", "openssh-server")
	if err != nil {
		return nil, err
	}
	s, err := prepare(dir, "127.0.0.1")
	if err != nil {
		return nil, err
	}
	for name, kind := range map[string]string{"host": "ed25519", "host_rsa": "rsa", "id": "ed25519"} {
		if err := call(ctx, "ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	if os.Geteuid() == 0 {
		// Run by root it wants this folder for its separated processes, which the service makes otherwise.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			return nil, err
		}
	}
	config := fmt.Sprintf(`
ListenAddress 127.0.0.1
Port %d
HostKey %[2]s/host
HostKey %[2]s/host_rsa
AuthorizedKeysFile %[2]s/id.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
Subsystem sftp /usr/lib/openssh/sftp-server
`, s.Port, dir)
	if err := os.WriteFile(filepath.Join(dir, "sshd_config"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return s, s.start(ctx, program, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
}

// FTP says what an FTP server is like.
type FTP struct {
	Host     string // of the loopback network; 127.0.0.1 when empty
	Plain    bool   // without TLS; otherwise TLS is required, and every data connection has to resume the session
	SFTP     bool   // SFTP with passwords instead of FTP
	Old      bool   // without MLSD and MFMT
	DataPort int    // data connections are on it or the next one; anywhere when 0
}

// StartFTP runs ProFTPD in a folder, with the certificate Dir/cert.pem for localhost and the SFTP host key Dir/host.
func StartFTP(ctx context.Context, dir string, kind FTP) (*Server, error) {
	program, err := find("proftpd", "proftpd-core proftpd-mod-crypto")
	if err != nil {
		return nil, err
	}
	if kind.Host == "" {
		kind.Host = "127.0.0.1"
	}
	s, err := prepare(dir, kind.Host)
	if err != nil {
		return nil, err
	}
	hash, err := exec.CommandContext(ctx, "openssl", "passwd", "-5", Password).Output()
	if err != nil {
		return nil, fmt.Errorf("openssl passwd: %w; install openssl", err)
	}
	user := fmt.Sprintf("%s:%s:%d:%d::%s:/bin/sh\n", Login, strings.TrimSpace(string(hash)), os.Geteuid(), os.Getegid(), s.Root)
	if err := os.WriteFile(filepath.Join(dir, "passwd"), []byte(user), 0o600); err != nil {
		return nil, err
	}
	owner, err := User()
	if err != nil {
		return nil, err
	}
	group, err := id("--group")
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
LoadModule mod_sftp.c
ServerType standalone
DefaultAddress %s
Port %d
SocketBindTight on
UseIPv6 off
UseReverseDNS off
ControlsEngine off
DelayEngine off
WtmpLog off
TransferLog none
SystemLog %[3]s/system.log
PidFile %[3]s/pid
ScoreboardFile %[3]s/scoreboard
MaxInstances 100
User %s
Group %s
RootLogin on
RequireValidShell off
AuthOrder mod_auth_file.c
AuthUserFile %[3]s/passwd
AllowOverwrite on
AllowStoreRestart on
AllowRetrieveRestart on
`, kind.Host, s.Port, dir, owner, group)
	if kind.DataPort != 0 {
		config += fmt.Sprintf("PassivePorts %d %d\n", kind.DataPort, kind.DataPort+1)
	}
	if kind.Old {
		config += "FactsAdvertise off\n<Limit MFMT MLSD MLST>\n  DenyAll\n</Limit>\n"
	}
	switch {
	case kind.SFTP:
		if err := call(ctx, "ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", filepath.Join(dir, "host")); err != nil {
			return nil, err
		}
		config += fmt.Sprintf("SFTPEngine on\nSFTPHostKey %s/host\nSFTPAuthMethods password\n", dir)
	case !kind.Plain:
		if err := call(ctx, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
			"-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
			"-keyout", filepath.Join(dir, "key.pem"), "-out", filepath.Join(dir, "cert.pem")); err != nil {
			return nil, err
		}
		config += fmt.Sprintf("TLSEngine on\nTLSRequired on\nTLSLog %[1]s/tls.log\nTLSECCertificateFile %[1]s/cert.pem\nTLSECCertificateKeyFile %[1]s/key.pem\n", dir)
	}
	if err := os.WriteFile(filepath.Join(dir, "proftpd.conf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return s, s.start(ctx, program, "--nodaemon", "--quiet", "--config", filepath.Join(dir, "proftpd.conf"))
}

func find(program, packages string) (string, error) {
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} {
		if name := filepath.Join(folder, program); isProgram(name) {
			return name, nil
		}
	}
	name, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is missing: scripts/setup test installs it (Debian: apt-get install %s)", program, packages)
	}
	return name, nil
}

func isProgram(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&0o111 != 0
}

func prepare(dir, host string) (*Server, error) {
	s := &Server{Host: host, Dir: dir, Root: filepath.Join(dir, "files"), ended: make(chan struct{}), output: &bytes.Buffer{}}
	if err := os.MkdirAll(s.Root, 0o700); err != nil {
		return nil, err
	}
	var err error
	s.Port, err = freeport.Find(1, host)
	return s, err
}

func call(ctx context.Context, program string, arguments ...string) error {
	output, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return nil
}

// start runs the program until it answers.
func (s *Server) start(ctx context.Context, program string, arguments ...string) error {
	s.command = exec.Command(program, arguments...)
	s.command.Stdout, s.command.Stderr = s.output, s.output
	// A group of its own, so that the processes of its sessions end with it.
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.command.Start(); err != nil {
		return err
	}
	go func() {
		_ = s.command.Wait()
		close(s.ended)
	}()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		if conn, err := net.Dial("tcp", s.Address()); err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended: %s", program, s.output)
		case <-ctx.Done():
			s.Stop()
			return errors.Join(fmt.Errorf("%s does not answer: %s", program, s.output), ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends it, with the sessions that ProFTPD has; those of OpenSSH end with their connections.
func (s *Server) Stop() {
	_ = syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
	<-s.ended
}
