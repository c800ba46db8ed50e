// Command lizsync keeps a central PostgreSQL database and its clones in step.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/provider"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // the algorithm failed, or was cancelled
	exitUsage  = 2 // wrong usage or input: nothing was done
)

// memoryGoal is what the program's memory stays near where that is possible: a synchronisation has a few batches of 16 MB at
// a time, and garbage of that size would otherwise wait long to be collected. GOMEMLIMIT sets another.
const memoryGoal = 128 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	os.Exit(execute(algorithms.All(), os.Args[1:]))
}

// execute runs one command line and returns its exit code. The first interruption cancels the work, the second ends
// the program at once.
func execute(all []provider.Algorithm, args []string) int {
	registry, err := provider.NewRegistry(all...)
	if err != nil {
		report(os.Stderr, err)
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := rootCommand(registry)
	root.SetArgs(args)
	root.SetIn(os.Stdin)
	root.SetOut(os.Stdout)
	root.SetErr(os.Stderr)
	err = root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	report(os.Stderr, err)
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func rootCommand(registry *provider.Registry) *cobra.Command {
	root := &cobra.Command{
		Use:                        "lizsync",
		Short:                      "Keep a central PostgreSQL database and its clones in step",
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:                       cobra.ArbitraryArgs, // or cobra itself refuses unknown commands, with an error that looks like a failure
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err, fmt.Sprintf("%s --help shows the options", cmd.CommandPath())}
	})
	root.AddCommand(
		listCommand(registry),
		describeCommand(registry),
		runCommand(registry),
		serveCommand(registry),
		docsCommand(registry),
		demoCommand(registry),
		versionCommand(),
	)
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	hint := root.CommandPath() + " --help lists the commands"
	if near := root.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{fmt.Errorf("there is no command %q", name), hint}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "lizsync", provider.Version())
			return err
		},
	}
}

// usageError is a mistake in the command line or in the input.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }

func (e *usageError) Unwrap() error { return e.err }

// arguments makes a wrong number of arguments a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err, "usage: " + cmd.UseLine()}
		}
		return nil
	}
}

// report writes an error, and what is known about it, for a person to read.
func report(w io.Writer, err error) {
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s: %s\n", label, strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    "))
		}
	}
	var input *provider.InputError
	if errors.As(err, &input) {
		for _, problem := range input.Problems {
			line("error", problem.Text)
		}
	} else {
		line("error", err.Error())
	}
	var failure *provider.Failure
	if errors.As(err, &failure) {
		line("detail", failure.Detail)
		line("object", failure.Object)
		line("hint", failure.Hint)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		line("hint", usage.hint)
	}
}
