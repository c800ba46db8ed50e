package transfer

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/lizsync/lizsync/internal/fileserver"
	"github.com/lizsync/lizsync/provider"
)

func fingerprint(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	key, _, _, _, err := ssh.ParseAuthorizedKey(content)
	require.NoError(t, err)
	return ssh.FingerprintSHA256(key)
}

func TestHostKeyOfAFirstContactIsNeverAcceptedSilently(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "SFTP with a password"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
			known, right := o.Server.KnownHosts, fingerprint(t, filepath.Join(server.Dir, "host.pub"))
			require.NoError(t, os.WriteFile(known, []byte("# no end of line"), 0o600))
			_, err := Send(t.Context(), o, &told{})
			require.ErrorContains(t, err, "is not known yet")
			assert.ErrorContains(t, err, right)
			var failure *provider.Failure
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, failure.Hint, "SFTP_HOST_KEY")

			o.Server.HostKey = "SHA256:" + strings.Repeat("A", 43)
			_, err = Send(t.Context(), o, &told{})
			require.ErrorContains(t, err, right+", not SHA256:AAA")
			assert.Empty(t, read(t, server.Root))

			o.Server.HostKey = right
			_, f := transfer(t, send, o)
			assert.Contains(t, f.all(), "is kept in "+known)
			o.Server.HostKey = ""
			_, f = transfer(t, send, o)
			assert.NotContains(t, f.all(), "is kept in")

			// Another key than the one that is known; a fingerprint does not help then.
			other := t.TempDir()
			another, err := fileserver.StartSSH(t.Context(), other)
			require.NoError(t, err)
			t.Cleanup(another.Stop)
			knowHost(t, o.Server, filepath.Join(other, "host.pub"))
			o.Server.HostKey = right
			_, err = Send(t.Context(), o, &told{})
			if kind == "OpenSSH" {
				require.ErrorContains(t, err, "has changed: it shows "+right)
			} else { // it has no key of the kind that is known
				require.Error(t, err)
			}
			content, err := os.ReadFile(known)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(known, []byte("@revoked * "+strings.SplitN(string(content), " ", 2)[1]), 0o600))
			o.Server.Host, o.Server.Port = another.Host, another.Port
			_, err = Send(t.Context(), o, &told{})
			require.ErrorContains(t, err, "is revoked")
		})
	}
}

// Of several keys the server shows the one that is known.
func TestAnyKnownKeyOfAServerDoes(t *testing.T) {
	t.Parallel()
	server, o := start(t, "OpenSSH")
	write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
	knowHost(t, o.Server, filepath.Join(server.Dir, "host_rsa.pub"))
	transfer(t, send, o)
}

func TestCertificateIsChecked(t *testing.T) {
	t.Parallel()
	server, o := start(t, "FTPS")
	write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
	trusted := o.Server.CertificateFile
	o.Server.CertificateFile = ""
	_, err := Send(t.Context(), o, &told{})
	require.ErrorContains(t, err, "is not trusted")
	o.Server.CertificateFile, o.Server.Host = trusted, "127.0.0.1"
	_, err = Send(t.Context(), o, &told{})
	require.ErrorContains(t, err, "is not trusted")
	o.Server.CertificateFile, o.Server.Host = filepath.Join(server.Dir, "key.pem"), "localhost"
	_, err = Send(t.Context(), o, &told{})
	require.ErrorContains(t, err, "there is no certificate in")
	assert.Empty(t, read(t, server.Root))
	o.Server.CertificateFile = trusted
	transfer(t, send, o)
}

// The password goes to no server that does not encrypt, unless somebody chose that, who is warned.
func TestPlainFTPIsAnExplicitChoice(t *testing.T) {
	t.Parallel()
	_, o := start(t, "plain FTP")
	write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
	o.Server.NoTLS = false
	_, err := Send(t.Context(), o, &told{})
	require.ErrorContains(t, err, "speaks no TLS")
	var failure *provider.Failure
	require.ErrorAs(t, err, &failure)
	assert.Contains(t, failure.Hint, "FTP_ENCRYPTION")
	o.Server.NoTLS = true
	_, f := transfer(t, send, o)
	assert.Contains(t, strings.Join(f.warnings, "\n"), "travel readable")
}

func TestPasswordsAreFoundAndNeverTold(t *testing.T) {
	for _, kind := range kinds[1:] {
		t.Run(kind, func(t *testing.T) {
			_, o := start(t, kind)
			write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
			heard := &told{}
			try := func() error {
				_, err := Send(t.Context(), o, heard)
				if err != nil {
					heard.Message(fmt.Sprintf("%v %+v %#v", err, err, err))
				}
				return err
			}
			netrc := filepath.Join(t.TempDir(), "netrc")
			t.Setenv("NETRC", netrc)
			require.NoError(t, try())
			o.Server.Password = ""
			err := try()
			require.ErrorContains(t, err, "refused the login of anna; there was no password")

			require.NoError(t, os.WriteFile(netrc, []byte(fmt.Sprintf("machine %s login anna password %s\n", o.Server.Host, fileserver.Password)), 0o644))
			require.ErrorContains(t, try(), "there was no password")
			assert.Contains(t, heard.all(), "is ignored because others may read it")
			require.NoError(t, os.Chmod(netrc, 0o600))
			require.NoError(t, try())
			o.Server.Login = ""
			require.NoError(t, try())
			t.Setenv("NETRC", netrc+"-none")
			require.ErrorContains(t, try(), "no login is given for "+o.Server.address())
			t.Setenv("NETRC", netrc)
			o.Server.Login = fileserver.Login

			o.Server.Password = "wrong-" + fileserver.Password
			require.ErrorContains(t, try(), "refused the login of anna")
			assert.NotContains(t, heard.all(), fileserver.Password)
		})
	}
}

func TestPasswordFileIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	const content = `# machine a.org login anna password comment
machine a.org login bob password bobs
machine A.org
	login anna account x
	password annas
macdef init
machine a.org login carl password macro

machine b.org password anyones
default login anna password fallback
`
	for _, c := range []struct{ host, login, want string }{
		{"a.org", "bob", "bobs"}, {"a.org", "anna", "annas"}, {"a.org", "carl", ""}, {"b.org", "carl", "anyones"},
		{"c.org", "anna", "fallback"}, {"c.org", "bob", ""},
	} {
		_, password := netrcEntry(content, c.host, c.login)
		assert.Equal(t, c.want, password, "%s at %s", c.login, c.host)
	}
	_, password := netrcEntry("machine a.org login anna password", "a.org", "anna")
	assert.Empty(t, password)
	login, password := netrcEntry(content, "a.org", "")
	assert.Equal(t, []string{"bob", "bobs"}, []string{login, password})
	login, _ = netrcEntry(content, "b.org", "")
	assert.Equal(t, "anna", login)
}

func TestKeysOfTheHomeAndOfTheAgentLogIn(t *testing.T) {
	server, o := start(t, "OpenSSH")
	write(t, o.LocalFolder, map[string]string{"a.qgs": "1"})
	key, err := os.ReadFile(o.Server.KeyFile)
	require.NoError(t, err)
	try := func() error {
		_, err := Send(t.Context(), o, &told{})
		return err
	}
	o.Server.KeyFile = ""
	home := t.TempDir()
	t.Setenv("HOME", home)
	require.ErrorContains(t, try(), "there was no password")

	private, err := ssh.ParseRawPrivateKey(key)
	require.NoError(t, err)
	ring := agent.NewKeyring()
	require.NoError(t, ring.Add(agent.AddedKey{PrivateKey: private}))
	socket := filepath.Join(home, "agent")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, conn) }()
		}
	}()
	t.Setenv("SSH_AUTH_SOCK", socket)
	require.NoError(t, try())

	t.Setenv("SSH_AUTH_SOCK", "")
	write(t, home, map[string]string{".ssh/id_ed25519": string(key)})
	require.NoError(t, try())

	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("phrase"))
	require.NoError(t, err)
	o.Server.KeyFile = filepath.Join(server.Dir, "locked")
	write(t, server.Dir, map[string]string{"locked": string(pem.EncodeToMemory(block))})
	require.ErrorContains(t, try(), "is locked with a passphrase")
}

func TestServerThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"OpenSSH", "FTPS"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			server, o := start(t, kind)
			wrong := o
			wrong.Server.SFTP = !o.Server.SFTP
			_, err := Send(t.Context(), wrong, &told{})
			require.ErrorContains(t, err, map[string]string{"OpenSSH": "speaks SFTP, not FTP", "FTPS": "does not speak SFTP"}[kind])
			server.Stop()
			_, err = Send(t.Context(), o, &told{})
			require.ErrorContains(t, err, "no server listens there")
			o.Server.Host = "no.such.host.invalid"
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err = Send(ctx, o, &told{})
			require.ErrorContains(t, err, "no.such.host.invalid")
		})
	}
}
