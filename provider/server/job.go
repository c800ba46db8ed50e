package server

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/lizsync/lizsync/provider"
)

// status is a state of a job, in the words of the standard.
type status string

const (
	accepted   status = "accepted" // waits for its turn
	running    status = "running"
	successful status = "successful"
	failed     status = "failed"
	dismissed  status = "dismissed" // cancelled
)

// ended tells whether nothing more happens in this state.
func (s status) ended() bool { return s == successful || s == failed || s == dismissed }

// event is something that an algorithm told, or its end.
type event struct {
	Seq      int64           `json:"seq"` // from 1, without gaps
	Time     time.Time       `json:"time"`
	Type     string          `json:"type"` // message, warning, progress, error or result
	Text     string          `json:"text,omitempty"`
	Progress *float64        `json:"progress,omitempty"` // percent
	Status   status          `json:"status,omitempty"`   // of the job, in its last event
	Problem  *problem        `json:"problem,omitempty"`  // why it failed
	Result   json.RawMessage `json:"result,omitempty"`
}

// job is one execution of an algorithm. It is the feedback of its algorithm.
type job struct {
	id      string
	process string
	created time.Time
	request execution
	cancel  context.CancelFunc
	done    chan struct{} // closed at the end

	mutex             sync.Mutex
	status            status
	message           string // the last thing it told
	progress          float64
	started, finished time.Time
	updated           time.Time
	result            json.RawMessage
	failure           error
	events            []event // the last ones
	next              int64   // number of the next event
	most              int     // number of events that are kept
	changed           chan struct{}
}

var _ provider.Feedback = (*job)(nil)

func newJob(id, process string, request execution, most int, cancel context.CancelFunc) *job {
	now := time.Now().UTC()
	return &job{
		id: id, process: process, request: request, cancel: cancel, most: most, created: now, updated: now,
		status: accepted, next: 1, done: make(chan struct{}), changed: make(chan struct{}),
	}
}

// Progress implements [provider.Feedback]. What nobody could see is left out.
func (j *job) Progress(percent float64) {
	percent = min(max(percent, 0), 100)
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if int(percent*10) == int(j.progress*10) {
		return
	}
	j.progress = percent
	j.tell(event{Type: "progress", Progress: &percent})
}

// Message implements [provider.Feedback].
func (j *job) Message(text string) { j.say("message", text) }

// Warning implements [provider.Feedback].
func (j *job) Warning(text string) { j.say("warning", text) }

func (j *job) say(kind, text string) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.message = text
	j.tell(event{Type: kind, Text: text})
}

// tell keeps an event, and wakes those who wait for one. The caller holds the mutex.
func (j *job) tell(e event) {
	j.updated = time.Now().UTC()
	e.Seq, e.Time = j.next, j.updated
	j.next++
	if len(j.events) == j.most {
		// A half at a time, so that the others are rarely moved.
		j.events = append(j.events[:0:0], j.events[j.most/2:]...)
	}
	j.events = append(j.events, e)
	close(j.changed)
	j.changed = make(chan struct{})
}

// since returns the events after a number, whether these are all that there will be, and what is closed when there are more.
// When some are no longer kept, lost is their number.
func (j *job) since(seq int64) (events []event, lost int64, complete bool, changed <-chan struct{}) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	first := j.next - int64(len(j.events))
	if seq+1 < first {
		lost = first - 1 - max(seq, 0)
		seq = first - 1
	}
	if seq < j.next-1 {
		events = append(events, j.events[max(seq, 0)+1-first:]...)
	}
	return events, lost, j.status.ended(), j.changed
}

// run executes the algorithm when it is the job's turn, and ends the job.
func (j *job) run(ctx context.Context, task provider.Task, turns chan struct{}) {
	defer close(j.done)
	defer j.cancel()
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
	case <-ctx.Done():
	}
	j.mutex.Lock()
	j.started = time.Now().UTC()
	j.updated, j.status = j.started, running
	j.mutex.Unlock()

	var text json.RawMessage
	result, err := task(ctx, j) // does nothing when the context has ended
	if err == nil {
		text, err = json.Marshal(result)
	}
	j.end(text, err)
}

func (j *job) end(result json.RawMessage, err error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	last := event{}
	switch {
	case err == nil:
		// Also when it was cancelled too late.
		j.status, j.result, j.progress = successful, result, 100
		var outcome provider.Outcome
		if json.Unmarshal(result, &outcome) == nil {
			j.message = outcome.Text
		}
		last = event{Type: "result", Text: j.message, Result: result}
	case errors.Is(err, context.Canceled):
		j.status = dismissed
	default:
		j.status = failed
	}
	if err != nil {
		j.failure, j.message = err, err.Error()
		last = event{Type: "error", Text: j.message, Problem: failureProblem(err)}
	}
	last.Status = j.status
	j.tell(last)
	j.finished = j.updated
}

// state is a look at a job.
type state struct {
	status                     status
	message                    string
	progress                   int
	started, updated, finished time.Time
	result                     json.RawMessage
	failure                    error
}

func (j *job) state() state {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return state{j.status, j.message, int(j.progress), j.started, j.updated, j.finished, j.result, j.failure}
}
