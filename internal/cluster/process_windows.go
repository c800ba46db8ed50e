package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// shutdown is a way to end the server: the signal that pg_ctl sends.
type shutdown string

const (
	fast      shutdown = "INT"
	immediate shutdown = "QUIT"
)

// account is the user that runs the server: always this program's own here.
type account struct{}

func serverAccount() (*account, error) { return &account{}, nil }

// apply keeps Ctrl-C in a console for this program, which then stops the server.
func (*account) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func (*account) own(string) error { return nil }

// socketDirectory is none: not every Windows that PostgreSQL runs on has Unix sockets.
func (*account) socketDirectory(string) string { return "" }

func (*account) shutDown(ctx context.Context, bin string, p *process, how shutdown) error {
	pid := strconv.Itoa(p.cmd.Process.Pid)
	output, err := exec.CommandContext(ctx, filepath.Join(bin, "pg_ctl"), "kill", string(how), pid).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl kill: %w: %s", err, output)
	}
	return nil
}

// killAll ends the postmaster; its children notice at their next wait.
func killAll(p *process) error { return p.cmd.Process.Kill() }

// releaseMemory has nothing to do: Windows frees shared memory with the last process that uses it.
func (*account) releaseMemory(context.Context, string) error { return nil }

func temporaryDirectories() []string { return []string{os.TempDir()} }

// keeper does nothing here: a server outlives the program if that is killed, until somebody ends it.
type keeper struct{}

func (*account) startKeeper(string) (*keeper, error) { return &keeper{}, nil }
func (*keeper) watch(int)                            {}
func (*keeper) dismiss() error                       { return nil }
