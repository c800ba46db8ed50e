package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/lizsync/lizsync/provider"
)

// complete adds the login and the password of ~/.netrc to a server that lacks them. Without a password it may do with a key.
func complete(server Server, feedback provider.Feedback) (Server, error) {
	if server.Login != "" && server.Password != "" {
		return server, nil
	}
	content, err := readNetrc(feedback)
	if err != nil {
		return server, err
	}
	login, password := netrcEntry(content, server.Host, server.Login)
	if server.Login == "" && login == "" {
		return server, &provider.Failure{
			Text: fmt.Sprintf("no login is given for %s", server.address()),
			Hint: fmt.Sprintf("give the login, or put it into ~/.netrc (mode 600) as: machine %s login … password …", server.Host),
		}
	}
	if server.Login == "" {
		server.Login = login
	}
	if server.Password == "" {
		server.Password = password
	}
	return server, nil
}

// readNetrc is what the file says; nothing when it is not there.
func readNetrc(feedback provider.Feedback) (string, error) {
	file := os.Getenv("NETRC")
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", nil
		}
		file = filepath.Join(home, ".netrc")
		if runtime.GOOS == "windows" {
			file = filepath.Join(home, "_netrc")
		}
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the passwords: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		feedback.Warning(fmt.Sprintf("the password file %s is ignored because others may read it; chmod 600 %s", file, file))
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the passwords: %w", err)
	}
	return string(content), nil
}

// netrcEntry is the first entry for the host and the login, or the default's. Without a login, the first that has one is meant.
func netrcEntry(content, host, login string) (whose, password string) {
	var words []string
	macro := false
	for line := range strings.Lines(content) {
		fields := strings.Fields(line)
		switch {
		case macro: // it ends with an empty line
			macro = len(fields) > 0
		case len(fields) > 0 && fields[0] == "macdef":
			macro = true
		case len(fields) > 0 && !strings.HasPrefix(fields[0], "#"):
			words = append(words, fields...)
		}
	}
	matches := false
	found := func() bool {
		if login == "" {
			return matches && whose != ""
		}
		return matches && password != "" && (whose == "" || whose == login)
	}
	for i := 0; i < len(words); i++ {
		value := ""
		if i+1 < len(words) {
			value = words[i+1]
		}
		switch words[i] {
		case "machine", "default":
			if found() {
				return whose, password
			}
			whose, password = "", ""
			matches = words[i] == "default" || strings.EqualFold(value, host)
			if words[i] == "default" {
				continue
			}
		case "login":
			whose = value
		case "password":
			password = value
		case "account":
		default:
			continue
		}
		i++
	}
	if found() {
		return whose, password
	}
	return "", ""
}

// signers are the private keys of this person: those of the agent first, which may be the same.
type signers struct {
	agent net.Conn
	files []ssh.Signer
}

func privateKeys(server Server, feedback provider.Feedback) (*signers, error) {
	s := &signers{}
	if socket := os.Getenv("SSH_AUTH_SOCK"); socket != "" {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			feedback.Message(fmt.Sprintf("the SSH agent is not there: %v", err))
		} else {
			s.agent = conn
		}
	}
	files := []string{server.KeyFile}
	if server.KeyFile == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return s, nil
		}
		files = nil
		for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			files = append(files, filepath.Join(home, ".ssh", name))
		}
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) && server.KeyFile == "" {
			continue
		}
		var signer ssh.Signer
		if err == nil {
			signer, err = ssh.ParsePrivateKey(content)
		}
		var locked *ssh.PassphraseMissingError
		switch {
		case err == nil:
			s.files = append(s.files, signer)
		case errors.As(err, &locked) && s.agent != nil:
			// The agent has it unlocked, where its owner wants that.
		case errors.As(err, &locked) && server.KeyFile != "":
			s.close()
			return nil, &provider.Failure{
				Text: fmt.Sprintf("the key %s is locked with a passphrase", file),
				Hint: "add it to the SSH agent: ssh-add " + file,
				Err:  err,
			}
		case server.KeyFile != "":
			s.close()
			return nil, fmt.Errorf("read the key %s: %w", file, err)
		}
	}
	return s, nil
}

func (s *signers) all() ([]ssh.Signer, error) {
	if s.agent == nil {
		return s.files, nil
	}
	held, err := agent.NewClient(s.agent).Signers()
	if err != nil {
		return s.files, nil // an agent without an answer must not keep the files from being tried
	}
	return append(held, s.files...), nil
}

func (s *signers) close() {
	if s.agent != nil {
		_ = s.agent.Close()
	}
}

// methods are the ways to log in: first what was given for this, because servers allow few attempts.
func methods(server Server, s *signers) []ssh.AuthMethod {
	keys := []ssh.AuthMethod{ssh.PublicKeysCallback(s.all)}
	if server.Password == "" {
		return keys
	}
	word := []ssh.AuthMethod{
		ssh.Password(server.Password),
		ssh.KeyboardInteractive(func(_, _ string, questions []string, echo []bool) ([]string, error) {
			answers := make([]string, len(questions))
			for i := range questions {
				if !echo[i] { // what is shown as it is typed is no password
					answers[i] = server.Password
				}
			}
			return answers, nil
		}),
	}
	if server.Password != "" {
		return append(word, keys...)
	}
	return append(keys, word...)
}
