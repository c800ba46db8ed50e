package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lizsync/lizsync/internal/fileserver"
)

// files measures what SFTP takes beside OpenSSH's own program, from and to the same machine.
func files(ctx context.Context, _ servers) ([]row, error) {
	dir, err := os.MkdirTemp("", "lizsync-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	// What a run remembers of the one before.
	if err := os.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache")); err != nil {
		return nil, err
	}
	server, err := fileserver.StartSSH(ctx, filepath.Join(dir, "ssh"))
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	login, err := fileserver.User()
	if err != nil {
		return nil, err
	}
	host, err := os.ReadFile(filepath.Join(server.Dir, "host.pub"))
	if err != nil {
		return nil, err
	}
	known, key := filepath.Join(dir, "known_hosts"), filepath.Join(server.Dir, "id")
	if err := os.WriteFile(known, fmt.Appendf(nil, "[%s]:%d %s", server.Host, server.Port, host), 0o600); err != nil {
		return nil, err
	}
	send := func(from, to string) (time.Duration, error) {
		return timed(func() error {
			return runAlgorithm(ctx, "send_projects_and_files_to_clone_ftp", map[string]any{
				"LOCAL_QGIS_PROJECT_FOLDER": from, "CLONE_FTP_REMOTE_DIR": to, "CLONE_FTP_PROTOCOL": "SFTP",
				"CLONE_FTP_HOST": server.Host, "CLONE_FTP_PORT": server.Port, "CLONE_FTP_LOGIN": login,
				"SFTP_KNOWN_HOSTS_FILE": known, "SFTP_KEY_FILE": key,
			})
		})
	}
	sftp := func(from, to string) (time.Duration, error) {
		command := exec.CommandContext(ctx, "sftp", "-q", "-b", "-", "-i", key, "-o", "UserKnownHostsFile="+known, "-o", "IdentitiesOnly=yes",
			"-P", fmt.Sprint(server.Port), login+"@"+server.Host)
		command.Stdin = strings.NewReader(fmt.Sprintf("mkdir %[2]s\nput -p -r %[1]s/* %[2]s\n", from, to))
		command.Stderr = os.Stderr
		return timed(command.Run)
	}

	var rows []row
	for _, sample := range []struct {
		what        string
		files, size int
	}{{"1000 files of 10 kB", 1000, 10_000}, {"a file of 500 MB", 1, 500_000_000}} {
		from := filepath.Join(dir, fmt.Sprint("from", sample.files))
		if err := someFiles(from, sample.files, sample.size); err != nil {
			return nil, err
		}
		var ours, theirs []time.Duration
		for n := range runs {
			to := filepath.Join(server.Root, fmt.Sprint("ours", n))
			mine, err := send(from, to)
			if err != nil {
				return nil, err
			}
			if err := os.RemoveAll(to); err != nil {
				return nil, err
			}
			to = filepath.Join(server.Root, fmt.Sprint("theirs", n))
			other, err := sftp(from, to)
			if err != nil {
				return nil, fmt.Errorf("sftp: %w", err)
			}
			if err := os.RemoveAll(to); err != nil {
				return nil, err
			}
			ours, theirs = append(ours, mine), append(theirs, other)
		}
		rows = append(rows, row{sample.what + " by SFTP, beside OpenSSH's sftp", show(median(ours)), show(median(theirs)), medianRatio(ours, theirs), "≤ 1.5"})
	}

	from, to := filepath.Join(dir, "from5000"), filepath.Join(server.Root, "unchanged")
	if err := someFiles(from, 5000, 1000); err != nil {
		return nil, err
	}
	if _, err := send(from, to); err != nil {
		return nil, err
	}
	var again, bound []time.Duration
	for range runs {
		took, err := send(from, to)
		if err != nil {
			return nil, err
		}
		again, bound = append(again, took), append(bound, 2*time.Second)
	}
	return append(rows, row{"5000 unchanged files recognised, beside 2 s", show(median(again)), show(median(bound)), medianRatio(again, bound), "< 1"}), nil
}

// someFiles makes files that cannot be compressed, a hundred to a folder.
func someFiles(folder string, number, size int) error {
	random := rand.NewChaCha8([32]byte{1})
	content := make([]byte, size)
	for n := range number {
		name := filepath.Join(folder, fmt.Sprint(n/100), fmt.Sprint(n))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		_, _ = random.Read(content) // it never fails
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
