package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/sync/errgroup"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/provider/server"
)

// serving measures lizsync serve: as a process, and the events of a job that talks as fast as it can.
func serving(ctx context.Context, _ servers) ([]row, error) {
	var starts []time.Duration
	var resident, rate int
	for range runs {
		start, memory, perSecond, err := serveOnce(ctx)
		if err != nil {
			return nil, err
		}
		starts, resident, rate = append(starts, start), max(resident, memory), max(rate, perSecond)
	}
	events, err := eventsPerSecond(ctx)
	if err != nil {
		return nil, err
	}
	const ready, idle, wanted = 100 * time.Millisecond, 30, 10000
	return []row{
		{"lizsync serve, to its first line, beside 100 ms", show(median(starts)), show(ready), float64(median(starts)) / float64(ready), "≤ 1"},
		{"lizsync serve, resident memory idle, beside 30 MB", fmt.Sprintf("%d MB", resident), "30 MB", float64(resident) / idle, "≤ 1"},
		{"requests of /processes a second, 8 clients, beside 1000", fmt.Sprint(rate), "1000", float64(rate) / 1000, ""},
		{"events of a job a second to one reader, beside one every 100 µs", fmt.Sprint(events), fmt.Sprint(wanted), float64(events) / wanted, "≥ 1"},
	}, nil
}

// serveOnce starts the program, waits for its first line, reads its memory (MB), then asks as often as it can.
func serveOnce(ctx context.Context) (start time.Duration, memory, perSecond int, err error) {
	command := exec.CommandContext(ctx, program, "serve", "--lifeline", "stdin", "--log-level", "warning")
	lifeline, err := command.StdinPipe()
	if err != nil {
		return 0, 0, 0, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return 0, 0, 0, err
	}
	begun := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, 0, err
	}
	defer func() {
		_ = lifeline.Close()
		_ = command.Wait()
	}()
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		return 0, 0, 0, err
	}
	start = time.Since(begun)
	var ready struct {
		URL, Token string
		PID        int
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		return 0, 0, 0, err
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", ready.PID))
	if err != nil {
		return 0, 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); n == 1 {
			memory = kilobytes >> 10
		}
	}

	const measured = time.Second
	var answers atomic.Int64
	deadline := time.Now().Add(measured)
	var clients errgroup.Group
	for range 8 {
		clients.Go(func() error {
			for time.Now().Before(deadline) {
				response, err := get(ctx, ready.URL+"/processes", ready.Token)
				if err != nil {
					return err
				}
				_, err = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				if err != nil {
					return err
				}
				answers.Add(1)
			}
			return nil
		})
	}
	err = clients.Wait()
	return start, memory, int(answers.Load()), err
}

func get(ctx context.Context, url, token string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	return http.DefaultClient.Do(request)
}

// eventsPerSecond lets an algorithm tell 100,000 things, and follows it.
func eventsPerSecond(ctx context.Context) (int, error) {
	const number = 100000
	type result struct{ provider.Outcome }
	talk := provider.Define(provider.Definition[struct{}, result]{
		ID: "talk", Group: "00 Test", Title: "Talk", Description: "Talks.",
		Run: func(_ context.Context, _ struct{}, feedback provider.Feedback) (result, error) {
			for n := range number {
				feedback.Message(fmt.Sprint("row ", n))
			}
			return result{provider.Done("done")}, nil
		},
	})
	registry, err := provider.NewRegistry(talk)
	if err != nil {
		return 0, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	limits := server.DefaultLimits()
	limits.Events = 2 * number
	log := logrus.New()
	log.SetLevel(logrus.WarnLevel)
	const token = "a-token-for-benchmarks"
	s, err := server.New(server.Options{Registry: registry, Version: "bench", Token: token, Listener: listener, Limits: limits, Log: log})
	if err != nil {
		return 0, err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	go s.Run(ctx)

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/processes/talk/execution", nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Prefer", "respond-async")
	begun := time.Now()
	job, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer job.Body.Close()
	events, err := get(ctx, job.Header.Get("Location")+"/events", token)
	if err != nil {
		return 0, err
	}
	defer events.Body.Close()
	lines := 0
	for scanner := bufio.NewScanner(events.Body); scanner.Scan(); {
		lines++
	}
	if lines != number+1 {
		return 0, fmt.Errorf("%d events arrived of %d", lines, number+1)
	}
	return int(float64(lines) / time.Since(begun).Seconds()), nil
}
