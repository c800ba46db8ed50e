// Command testcluster runs a command, such as go test, with one throw-away PostgreSQL server for all the tests in
// it. Without a command it keeps the server until it is interrupted, and prints how tests find it: databases of failed
// tests can then be looked at.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/lizsync/lizsync/internal/cluster"
	"github.com/lizsync/lizsync/internal/pgtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed) && failed.Exited():
		os.Exit(failed.ExitCode()) // the command has said why
	case err != nil:
		fmt.Fprintln(os.Stderr, "testcluster:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string) (err error) {
	c, err := cluster.Start(ctx, cluster.Options{Settings: pgtest.Settings()})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := c.Stop(ctx); stopped != nil {
			err = errors.Join(err, stopped)
		}
	}()
	entry := pgtest.Variable + "=" + c.URL("postgres")
	if len(command) == 0 {
		fmt.Printf("export %s\n", entry)
		fmt.Fprintln(os.Stderr, "Serving until Ctrl-C. Type the line above where you run go test.")
		<-ctx.Done()
		return nil
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), entry)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second // for tests that don't end on an interrupt
	return cmd.Run()
}
