package server

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/lizsync/lizsync/provider"
)

// Limits bound what clients can make the server hold.
type Limits struct {
	Running  int           // jobs at the same time; the others wait for their turn
	Waiting  int           // jobs that wait or run; a further one is refused
	Finished int           // jobs that are kept when they have ended
	Keep     time.Duration // how long these are kept
	Events   int           // events that are kept of a job
	Body     int64         // bytes of a request
	Write    time.Duration // how long a client may take to read what was written to it
}

// DefaultLimits are right for one person.
func DefaultLimits() Limits {
	return Limits{
		Running: 8, Waiting: 1000, Finished: 200, Keep: 24 * time.Hour, Events: 20000, Body: 4 << 20, Write: 30 * time.Second,
	}
}

// store holds the jobs.
type store struct {
	limits Limits
	log    logrus.FieldLogger
	turns  chan struct{}
	ctx    context.Context // ends when the server does
	group  sync.WaitGroup

	mutex sync.Mutex
	jobs  []*job // in the order of their beginning
	live  int    // of them, those that have not ended
	shut  bool
}

func newStore(ctx context.Context, limits Limits, log logrus.FieldLogger) *store {
	return &store{limits: limits, log: log, ctx: ctx, turns: make(chan struct{}, limits.Running)}
}

// start begins a job. It returns nil when there are too many, or when the server ends.
func (s *store) start(process string, request execution, task provider.Task) *job {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.shut || s.live >= s.limits.Waiting {
		return nil
	}
	s.forget()
	ctx, cancel := context.WithCancel(s.ctx)
	j := newJob(rand.Text(), process, request, s.limits.Events, cancel)
	s.jobs = append(s.jobs, j)
	s.live++
	s.group.Go(func() {
		j.run(provider.WithLog(ctx, s.log.WithField("job", j.id)), task, s.turns)
		s.mutex.Lock()
		s.live--
		s.mutex.Unlock()
		end := j.state()
		fields := logrus.Fields{
			"job": j.id, "process": j.process, "status": string(end.status), "duration": end.finished.Sub(end.started).String(),
			"waited": end.started.Sub(j.created).String(),
		}
		// Not its text: it may repeat what somebody has put into an SQL file.
		if p := failureProblem(end.failure); p != nil && p.SQLState != "" {
			fields["sqlstate"] = p.SQLState
		}
		entry := s.log.WithFields(fields)
		if end.status == failed {
			entry.Warn("job")
		} else {
			entry.Info("job")
		}
	})
	return j
}

// forget removes jobs that have ended too long ago, and the oldest of too many. The caller holds the mutex.
func (s *store) forget() {
	horizon := time.Now().Add(-s.limits.Keep)
	excess := len(s.jobs) - s.live - s.limits.Finished
	s.jobs = slices.DeleteFunc(s.jobs, func(j *job) bool {
		end := j.state()
		if !end.status.ended() || excess <= 0 && end.finished.After(horizon) {
			return false
		}
		excess--
		return true
	})
}

// all returns the jobs, the newest first.
func (s *store) all() []*job {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forget()
	all := slices.Clone(s.jobs)
	slices.Reverse(all)
	return all
}

// find returns nil for a job that is not there.
func (s *store) find(id string) *job {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forget()
	for _, j := range s.jobs {
		if j.id == id {
			return j
		}
	}
	return nil
}

// remove forgets a job that has ended.
func (s *store) remove(j *job) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.jobs = slices.DeleteFunc(s.jobs, func(other *job) bool { return other == j })
}

// close cancels the jobs and waits until they have ended, or for as long as ctx lasts.
func (s *store) close(ctx context.Context) error {
	s.mutex.Lock()
	s.shut = true
	for _, j := range s.jobs {
		j.cancel()
	}
	s.mutex.Unlock()
	ended := make(chan struct{})
	go func() {
		s.group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
