// Command bench measures LizSync on a throw-away server and prints one table. Absolute times depend on the machine;
// what is promised are ratios, each between two things measured in turn in the same run.
//
//	make bench
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/lizsync/lizsync/internal/cluster"
)

// row is one line of the table: a measure beside what it is compared with, and what it has to reach.
type row struct {
	what     string
	measured string
	beside   string
	ratio    float64
	bound    string
}

// servers are one for central and one for its clones: the transactions of one are no business of the other's.
type servers struct{ central, clones *cluster.Cluster }

// benchmark is a group of rows that share a set-up.
type benchmark struct {
	name string
	run  func(ctx context.Context, on servers) ([]row, error)
}

func main() {
	only := flag.String("only", "", "run the benchmarks whose name matches this regular expression")
	flag.StringVar(&program, "program", "bin/lizsync", "the program whose memory is measured")
	flag.IntVar(&runs, "runs", 5, "how often to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	var on servers
	for _, server := range []**cluster.Cluster{&on.central, &on.clones} {
		*server, err = cluster.Start(ctx, cluster.Options{Settings: map[string]string{
			"shared_buffers":     "512MB",
			"max_connections":    "500",
			"max_wal_size":       "8GB",
			"checkpoint_timeout": "1h",
			"timezone":           "Europe/Paris",
		}})
		if err != nil {
			return err
		}
		defer (*server).Stop(context.WithoutCancel(ctx))
	}

	var rows []row
	for _, b := range []benchmark{
		{"synchronise", synchronise},
		{"misled", misled},
		{"link", overLink},
		{"package", packaged},
		{"nothing to do", nothingToDo},
		{"many clones", manyClones},
		{"memory", memory},
		{"capture", capture},
		{"numbers", numbers},
		{"serve", serving},
		{"files", files},
	} {
		if !chosen.MatchString(b.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", b.name)
		more, err := b.run(ctx, on)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		rows = append(rows, more...)
	}

	fmt.Printf("%d CPUs, %s/%s, medians\n\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(table, "| what\t| measured\t| beside\t| ratio\t| to reach\t|")
	fmt.Fprintln(table, "|---\t|---\t|---\t|---\t|---\t|")
	for _, r := range rows {
		fmt.Fprintf(table, "| %s\t| %s\t| %s\t| %.2f\t| %s\t|\n", r.what, r.measured, r.beside, r.ratio, r.bound)
	}
	return table.Flush()
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// medianRatio is the median of the ratios within each pair: the machine's speed may drift between pairs.
func medianRatio(a, b []time.Duration) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = float64(a[i]) / float64(b[i])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func show(d time.Duration) string { return d.Round(time.Millisecond).String() }
