package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/lizsync/lizsync/provider"
)

// hostKeys decides whether a server is the one that was meant.
type hostKeys struct {
	server   Server
	file     string // where a key is added
	known    ssh.HostKeyCallback
	accepted bool
	refusal  error
	fresh    ssh.PublicKey // a first contact's key that a person has compared
}

func knownKeys(server Server) (*hostKeys, error) {
	keys := &hostKeys{server: server, file: server.KnownHosts}
	files := []string{keys.file}
	if keys.file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("find the known host keys: %w", err)
		}
		keys.file = filepath.Join(home, ".ssh", "known_hosts")
		files = []string{keys.file, "/etc/ssh/ssh_known_hosts"}
	}
	files = slices.DeleteFunc(files, func(name string) bool {
		_, err := os.Stat(name)
		return errors.Is(err, fs.ErrNotExist)
	})
	var err error
	if keys.known, err = knownhosts.New(files...); err != nil {
		return nil, &provider.Failure{Text: fmt.Sprintf("read the known host keys: %v", err), Hint: "correct that line of the file, or remove it", Err: err}
	}
	return keys, nil
}

// algorithms are those of the keys that are known, so that a server shows one of them rather than another that it has.
func (k *hostKeys) algorithms() []string {
	preferred := []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
	var unknown *knownhosts.KeyError
	if err := k.known(k.server.address(), &net.TCPAddr{IP: net.IPv4zero, Port: k.server.Port}, noKey{}); !errors.As(err, &unknown) || len(unknown.Want) == 0 {
		return preferred
	}
	return slices.DeleteFunc(preferred, func(algorithm string) bool {
		return !slices.ContainsFunc(unknown.Want, func(known knownhosts.KnownKey) bool {
			kind := known.Key.Type()
			return kind == algorithm || kind == ssh.KeyAlgoRSA && (algorithm == ssh.KeyAlgoRSASHA512 || algorithm == ssh.KeyAlgoRSASHA256)
		})
	})
}

// noKey is no server's key: asked about it, the known ones are told.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.ErrUnsupported }

func (k *hostKeys) check(address string, from net.Addr, key ssh.PublicKey) error {
	fingerprint := ssh.FingerprintSHA256(key)
	err := k.known(address, from, key)
	var unknown *knownhosts.KeyError
	var revoked *knownhosts.RevokedError
	switch {
	case err == nil:
	case errors.As(err, &revoked):
		k.refusal = &provider.Failure{
			Text: fmt.Sprintf("the host key of %s, %s, is revoked in %s", k.server.address(), fingerprint, revoked.Revoked.Filename),
			Hint: "ask the server's administrator",
			Err:  err,
		}
	case errors.As(err, &unknown) && len(unknown.Want) > 0:
		known := unknown.Want[0]
		k.refusal = &provider.Failure{
			Text: fmt.Sprintf("the host key of %s has changed: it shows %s, and %s:%d has %s", k.server.address(), fingerprint, known.Filename, known.Line, ssh.FingerprintSHA256(known.Key)),
			Hint: "somebody may be intercepting the connection: ask the server's administrator; when the server was set up anew, remove that line",
			Err:  err,
		}
	case errors.As(err, &unknown) && k.server.HostKey == fingerprint:
		k.fresh = key
	case errors.As(err, &unknown) && k.server.HostKey != "":
		k.refusal = &provider.Failure{
			Text: fmt.Sprintf("the host key of %s is %s %s, not %s", k.server.address(), key.Type(), fingerprint, k.server.HostKey),
			Hint: "ask the server's administrator for the fingerprint of that kind of key",
			Err:  err,
		}
	case errors.As(err, &unknown):
		k.refusal = &provider.Failure{
			Text: fmt.Sprintf("the host key of %s is not known yet: %s %s", k.server.address(), key.Type(), fingerprint),
			Hint: fmt.Sprintf("compare it with what the server's administrator says (ssh-keygen -l on the server); when it is the same, set SFTP_HOST_KEY to %s once", fingerprint),
			Err:  err,
		}
	default:
		k.refusal = fmt.Errorf("check the host key of %s: %w", k.server.address(), err)
	}
	k.accepted = k.refusal == nil
	return k.refusal
}

// remember adds the key of a first contact that a person has compared.
func (k *hostKeys) remember(feedback provider.Feedback) error {
	if k.fresh == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o700); err != nil {
		return fmt.Errorf("keep the host key: %w", err)
	}
	file, err := os.OpenFile(k.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("keep the host key: %w", err)
	}
	defer file.Close()
	line := knownhosts.Line([]string{knownhosts.Normalize(k.server.address())}, k.fresh)
	// A last line that somebody left open must not swallow it; an empty line is harmless.
	if _, err := file.WriteString("\n" + line + "\n"); err != nil {
		return fmt.Errorf("keep the host key: %w", err)
	}
	feedback.Message(fmt.Sprintf("the host key %s of %s is kept in %s", ssh.FingerprintSHA256(k.fresh), k.server.address(), k.file))
	return file.Close()
}
