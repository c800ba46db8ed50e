package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// statusInfo describes a job, as the standard has it.
type statusInfo struct {
	ProcessID string     `json:"processID"`
	Type      string     `json:"type"`
	JobID     string     `json:"jobID"`
	Status    status     `json:"status"`
	Message   string     `json:"message,omitempty"`
	Created   time.Time  `json:"created"`
	Started   *time.Time `json:"started,omitempty"`
	Finished  *time.Time `json:"finished,omitempty"`
	Updated   time.Time  `json:"updated"`
	Progress  int        `json:"progress"`
	Links     []link     `json:"links"`
}

func (s *Server) info(c echo.Context, j *job) statusInfo {
	now := j.state()
	here := s.base(c) + "/jobs/" + j.id
	info := statusInfo{
		ProcessID: j.process, Type: "process", JobID: j.id, Status: now.status, Message: now.message,
		Created: j.created, Started: given(now.started), Finished: given(now.finished), Updated: now.updated, Progress: now.progress,
		Links: []link{
			{here, "self", asJSON, "This job"},
			{here + "/events", "monitor", ndjson, "What it tells"},
		},
	}
	if now.status == successful || now.status == failed {
		info.Links = append(info.Links, link{here + "/results", relations + "results", asJSON, "Its results"})
	}
	return info
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type jobList struct {
	Jobs  []statusInfo `json:"jobs"`
	Links []link       `json:"links"`
}

func (s *Server) jobs(c echo.Context) error {
	wanted, err := readFilter(c)
	if err != nil {
		return err
	}
	list := jobList{Jobs: []statusInfo{}}
	for _, j := range s.store.all() {
		if info := s.info(c, j); wanted.has(info) {
			list.Jobs = append(list.Jobs, info)
		}
	}
	list.Jobs, list.Links, err = page(c, s.base(c), list.Jobs)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list)
}

// filter chooses jobs by the query parameters of conformance class job-list.
type filter struct {
	types, processes, statuses []string
	from, to                   time.Time // when it was made; zero is open
	shortest, longest          int       // seconds; longest below zero is open
}

func readFilter(c echo.Context) (f filter, err error) {
	several := func(name string) []string {
		var all []string
		for _, text := range c.QueryParams()[name] {
			all = append(all, strings.Split(text, ",")...)
		}
		return all
	}
	f.types, f.processes, f.statuses = several("type"), several("processID"), several("status")
	for _, one := range f.statuses {
		if !slices.Contains([]status{accepted, running, successful, failed, dismissed}, status(one)) {
			return f, refuse(http.StatusBadRequest, invalidParameter, "status must be accepted, running, successful, failed or dismissed, not %q", one)
		}
	}
	if f.shortest, err = whole(c, "minDuration", 0, 0); err != nil {
		return f, err
	}
	if f.longest, err = whole(c, "maxDuration", 0, -1); err != nil {
		return f, err
	}
	if text := c.QueryParam("datetime"); text != "" {
		from, to, interval := strings.Cut(text, "/")
		if !interval {
			to = from
		}
		for text, t := range map[string]*time.Time{from: &f.from, to: &f.to} {
			if text == "" || text == ".." {
				continue
			}
			moment, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return f, refuse(http.StatusBadRequest, invalidParameter, "datetime must be a time as RFC 3339 has it, or two with / between, not %q", text)
			}
			*t = moment
			if !interval {
				f.from, f.to = moment, moment
			}
		}
	}
	return f, nil
}

func (f filter) has(info statusInfo) bool {
	within := func(chosen []string, value string) bool { return chosen == nil || slices.Contains(chosen, value) }
	duration := 0 * time.Second
	if info.Started != nil {
		duration = time.Since(*info.Started)
		if info.Finished != nil {
			duration = info.Finished.Sub(*info.Started)
		}
	}
	return within(f.types, info.Type) && within(f.processes, info.ProcessID) && within(f.statuses, string(info.Status)) &&
		(f.from.IsZero() || !info.Created.Before(f.from)) && (f.to.IsZero() || !info.Created.After(f.to)) &&
		duration >= time.Duration(f.shortest)*time.Second &&
		(f.longest < 0 || duration <= time.Duration(f.longest)*time.Second)
}

// named returns the job that the path names.
func (s *Server) named(c echo.Context) (*job, error) {
	if j := s.store.find(c.Param("job")); j != nil {
		return j, nil
	}
	return nil, refuse(http.StatusNotFound, noSuchJob, "there is no job %q", c.Param("job"))
}

func (s *Server) job(c echo.Context) error {
	j, err := s.named(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.info(c, j))
}

func (s *Server) results(c echo.Context) error {
	j, err := s.named(c)
	if err != nil {
		return err
	}
	return s.answer(c, j)
}

// dismiss cancels a job and waits for its end: only then is it known whether it was in time. A job that has ended is
// forgotten.
func (s *Server) dismiss(c echo.Context) error {
	j, err := s.named(c)
	if err != nil {
		return err
	}
	if j.state().status.ended() {
		info := s.info(c, j)
		s.store.remove(j)
		info.Status, info.Message, info.Links = dismissed, "the job had ended, and is forgotten now", []link{}
		return c.JSON(http.StatusOK, info)
	}
	j.cancel()
	select {
	case <-j.done:
	case <-c.Request().Context().Done():
		return c.Request().Context().Err()
	}
	s.patience(c)
	return c.JSON(http.StatusOK, s.info(c, j))
}

const ndjson = "application/x-ndjson"

// events streams what a job tells, a line each, until its end. since is the number of the last event that the client has.
func (s *Server) events(c echo.Context) error {
	j, err := s.named(c)
	if err != nil {
		return err
	}
	seq, err := whole(c, "since", 0, 0)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, ndjson)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	c.Response().WriteHeader(http.StatusOK)
	lines := json.NewEncoder(c.Response())
	for last := int64(seq); ; {
		events, lost, complete, changed := j.since(last)
		s.patience(c)
		if lost > 0 {
			last += lost
			text := strconv.FormatInt(lost, 10) + " earlier events are no longer kept"
			if err := lines.Encode(event{Seq: last, Time: time.Now().UTC(), Type: "warning", Text: text}); err != nil {
				return err
			}
		}
		for i, e := range events {
			if i%100 == 99 {
				s.patience(c) // many take longer, also for a client that reads them
			}
			if err := lines.Encode(e); err != nil {
				return err // the client is gone, or too slow
			}
			last = e.Seq
		}
		if complete {
			return nil
		}
		c.Response().Flush()
		select {
		case <-changed:
		case <-c.Request().Context().Done():
			return nil
		}
	}
}
