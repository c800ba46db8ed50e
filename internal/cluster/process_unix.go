//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// shutdown is a way to end the server, as PostgreSQL's postmaster knows them.
type shutdown = syscall.Signal

const (
	fast      shutdown = syscall.SIGINT
	immediate shutdown = syscall.SIGQUIT
)

// account is the user that runs the server: PostgreSQL refuses to run as root. A nil credential is this
// program's own user.
type account struct {
	credential *syscall.Credential
}

func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return &account{}, nil
	}
	var errs []error
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, fmt.Errorf("find a user to run the server, which root may not: %w", errors.Join(errs...))
}

// apply makes a command run as the account, in a process group of its own: Ctrl-C in a terminal is for this program,
// which then stops the server.
func (a *account) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential}
}

func (a *account) own(name string) error {
	if a.credential == nil {
		return nil
	}
	return os.Chown(name, int(a.credential.Uid), int(a.credential.Gid))
}

func (*account) socketDirectory(dir string) string { return dir }

func (*account) shutDown(_ context.Context, _ string, p *process, how shutdown) error {
	return p.cmd.Process.Signal(how)
}

// killAll ends the postmaster and its children. The postmaster is held first, so that it neither starts another
// child nor reaps one, whose number could then belong to a stranger. Where the system doesn't list children, they
// notice the end of the postmaster by themselves at their next wait.
func killAll(p *process) error {
	postmaster := p.cmd.Process
	if err := postmaster.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	list, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", postmaster.Pid))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, postmaster.Kill())
	}
	for _, field := range strings.Fields(string(list)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return errors.Join(err, postmaster.Kill())
		}
		if err := syscall.Kill(child, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return errors.Join(err, postmaster.Kill())
		}
	}
	return postmaster.Kill()
}

// releaseMemory removes the few bytes of System V shared memory that a killed postmaster leaves behind: its lock
// file names them. A server that stopped in order has removed both.
func (a *account) releaseMemory(ctx context.Context, data string) error {
	lock, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	const keyAndID = 6 // LOCK_FILE_LINE_SHMEM_KEY in PostgreSQL's miscadmin.h, which counts from 1
	lines := strings.Split(string(lock), "\n")
	if len(lines) <= keyAndID {
		return nil
	}
	numbers := strings.Fields(lines[keyAndID])
	if len(numbers) != 2 {
		return nil
	}
	cmd := exec.CommandContext(ctx, "ipcrm", "-m", numbers[1])
	a.apply(cmd)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("release the server's shared memory: %w: %s", err, output)
	}
	return nil
}

func temporaryDirectories() []string {
	return slices.Compact([]string{os.TempDir(), "/tmp", "/var/tmp"})
}

// keeper cleans up after this program. It reads, a line each, the number of the process to end (0: none), and
// acts when the pipe closes.
type keeper struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// The lock file tells when the postmaster has ended: its number may stay for ever as a zombie's, in a container
// whose first process does not wait for orphans. Removal is tried again because initdb has no lock file and may still write.
const keeperScript = `
pid=0
while read -r line; do pid=$line; done
if [ "$pid" -ne 0 ]; then
    kill -QUIT "$pid"
    while [ -e data/postmaster.pid ] && kill -0 "$pid"; do sleep 0.1; done
fi
cd /
for attempt in 1 2 3 4 5; do
    rm -rf "$1" && break
    sleep 1
done
`

func (a *account) startKeeper(dir string) (*keeper, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", keeperScript, "lizsync-keeper", dir)
	cmd.Dir = dir
	cmd.Stdin = r
	a.apply(cmd)
	if err := errors.Join(cmd.Start(), r.Close()); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &keeper{cmd, w}, nil
}

// watch tells which process to end. A keeper that somebody killed is no reason to stop working.
func (k *keeper) watch(pid int) {
	_, _ = fmt.Fprintln(k.pipe, pid)
}

func (k *keeper) dismiss() error {
	return errors.Join(k.pipe.Close(), k.cmd.Wait())
}
