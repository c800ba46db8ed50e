package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lizsync/lizsync/provider"
)

func runCommand(registry *provider.Registry) *cobra.Command {
	var file, level string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "run ALGORITHM [KEY=VALUE…]",
		Short: "Run an algorithm and print its result as JSON",
		Long: `Run an algorithm and print its result as one JSON object on standard output.
Progress, messages and warnings go to standard error. With --log-level debug so does each
SQL statement, with the time that it took and without any value.

A connection is a libpq conninfo string, a URI or service=NAME. Tables are written
schema.table, several of them with commas or by repeating the parameter.

Exit code: 0 done, 1 the algorithm failed or was cancelled, 2 wrong usage or input.`,
		Example: "  lizsync run synchronize_database CONNECTION_NAME_CENTRAL=service=central CONNECTION_NAME_CLONE=service=clone",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			logged, err := logLevel(level)
			if err != nil {
				return err
			}
			algorithm, err := find(registry, args[0])
			if err != nil {
				return err
			}
			input, err := readInput(cmd.InOrStdin(), file, algorithm.Info(), args[1:])
			if err != nil {
				return err
			}
			task, err := algorithm.Bind(input)
			if err != nil {
				return &usageError{err, parametersHint(algorithm.Info())}
			}
			feedback := newConsole(cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr()), quiet)
			noted := context.AfterFunc(cmd.Context(), func() {
				feedback.line("cancelling; interrupt again to stop at once")
			})
			defer noted()
			log := &logrus.Logger{Out: feedback, Formatter: &logrus.TextFormatter{DisableColors: true, FullTimestamp: true}, Level: logged}
			result, err := task(provider.WithLog(cmd.Context(), log), feedback)
			feedback.close()
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), result)
		},
	}
	cmd.Flags().StringVar(&file, "input", "", "read the parameters from a JSON `file`, or - for standard input; KEY=VALUE wins over it")
	cmd.Flags().StringVar(&level, "log-level", "info", "debug, info, warning or error")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no progress and no messages, only warnings and errors")
	return cmd
}

func parametersHint(info provider.Info) string {
	return fmt.Sprintf("lizsync describe %s shows the parameters", info.ID)
}

// readInput puts together the parameters of the input file and of the command line.
func readInput(stdin io.Reader, file string, info provider.Info, args []string) (map[string]any, error) {
	input := map[string]any{}
	if file != "" {
		if err := readJSON(stdin, file, &input); err != nil {
			return nil, &usageError{err, "the input is one JSON object with the parameters as keys"}
		}
	}
	typed, err := parseArguments(args)
	if err != nil {
		return nil, &usageError{err, parametersHint(info)}
	}
	coerced, err := provider.Coerce(info.Inputs, typed)
	if err != nil {
		return nil, &usageError{err, parametersHint(info)}
	}
	maps.Copy(input, coerced)
	return input, nil
}

// readJSON reads exactly one JSON object.
func readJSON(stdin io.Reader, file string, input *map[string]any) error {
	var text []byte
	var err error
	if file == "-" {
		file = "standard input"
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return fmt.Errorf("read the input: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(input); err != nil || *input == nil {
		return fmt.Errorf("%s is not a JSON object", file)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s has something after its JSON object", file)
	}
	return nil
}

var key = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseArguments reads KEY=VALUE. It does not repeat what it cannot read, which may be a connection with its password.
func parseArguments(args []string) (map[string][]string, error) {
	typed := map[string][]string{}
	for i, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || !key.MatchString(name) {
			return nil, fmt.Errorf("argument %d after the algorithm is not written KEY=VALUE", i+1)
		}
		typed[name] = append(typed[name], value)
	}
	return typed, nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// console shows the progress of a run: a bar on a terminal, otherwise a line for every tenth of the way.
type console struct {
	mutex sync.Mutex
	w     io.Writer
	bar   *progressbar.ProgressBar // nil when there is none
	quiet bool
	tenth int // the last one that was printed
}

var _ provider.Feedback = (*console)(nil)
var _ io.Writer = (*console)(nil)

func newConsole(w io.Writer, terminal, quiet bool) *console {
	c := &console{w: w, quiet: quiet}
	if terminal && !quiet {
		c.bar = progressbar.NewOptions(1000,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSetWidth(40),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	return c
}

func (c *console) Progress(percent float64) {
	percent = min(max(percent, 0), 100)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.quiet {
		return
	}
	if c.bar != nil {
		c.bar.Set(int(percent * 10))
		return
	}
	if tenth := int(percent / 10); tenth > c.tenth {
		c.tenth = tenth
		fmt.Fprintf(c.w, "progress: %d %%\n", tenth*10)
	}
}

func (c *console) Message(text string) {
	if !c.quiet {
		c.line(text)
	}
}

func (c *console) Warning(text string) {
	c.line("warning: " + text)
}

// Write prints a line of the log.
func (c *console) Write(line []byte) (int, error) {
	c.line(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

// line prints above the bar, when there is one.
func (c *console) line(text string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.bar != nil {
		c.bar.Clear()
		defer c.bar.RenderBlank()
	}
	fmt.Fprintln(c.w, text)
}

// close leaves the terminal clean for the result, or the error.
func (c *console) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.bar != nil {
		c.bar.Clear()
	}
}
