package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgerrcode"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/provider/server"
)

const token = "a-token-for-tests"

// client speaks to a server under test.
type client struct {
	url string
	log *buffer
	end func() error // ends the server and waits for it
}

// buffer is a log that may be written and read at the same time.
type buffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

func serve(t *testing.T, limits server.Limits, algorithms ...provider.Algorithm) *client {
	t.Helper()
	registry, err := provider.NewRegistry(append(algorithms, server.Echo())...)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &client{log: &buffer{}}
	s, err := server.New(server.Options{
		Registry: registry, Version: "v1.2.3", Token: token, Listener: listener, Limits: limits,
		Log: &logrus.Logger{Out: c.log, Formatter: &logrus.JSONFormatter{}, Level: logrus.InfoLevel},
	})
	require.NoError(t, err)
	c.url = s.URL()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	c.end = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { assert.NoError(t, c.end()) })
	return c
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

// object decodes the body.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &object), a.body)
	return object
}

// request sends a request with the token; headers, as "Name: value", replace what it would send.
func (c *client) request(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	response, err := c.send(t.Context(), method, path, body, headers...)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{response.StatusCode, response.Header, string(text)}
}

func (c *client) send(ctx context.Context, method, path, body string, headers ...string) (*http.Response, error) {
	url := path
	if strings.HasPrefix(path, "/") {
		url = c.url + path
	}
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			request.Host = value
			continue
		}
		request.Header.Set(name, value)
	}
	return http.DefaultClient.Do(request)
}

func (c *client) get(t *testing.T, path string) answer {
	t.Helper()
	return c.request(t, http.MethodGet, path, "")
}

// begin starts a job and returns its location.
func (c *client) begin(t *testing.T, process, body string) string {
	t.Helper()
	a := c.request(t, http.MethodPost, "/processes/"+process+"/execution", body, "Prefer: respond-async")
	require.Equal(t, http.StatusCreated, a.status, a.body)
	require.NotEmpty(t, a.header.Get("Location"))
	return a.header.Get("Location")
}

// event is a line of a job's events.
type event struct {
	Seq      int64
	Type     string
	Text     string
	Status   string
	Progress *float64
	Problem  map[string]any
	Result   map[string]any
}

// follow reads the events of a job until its end.
func (c *client) follow(t *testing.T, location string, since int64) (all []event) {
	t.Helper()
	response, err := c.send(t.Context(), http.MethodGet, fmt.Sprintf("%s/events?since=%d", location, since), "")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "application/x-ndjson", response.Header.Get("Content-Type"))
	lines := json.NewDecoder(response.Body)
	for {
		var e event
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return all
		} else {
			require.NoError(t, err)
		}
		all = append(all, e)
	}
}

type params struct {
	Name string `json:"NAME" jsonschema:"title=Name,default=x" jsonschema_description:"A name."`
}

type result struct {
	provider.Outcome
	Number int `json:"NUMBER" jsonschema:"title=Number" jsonschema_description:"A number."`
}

// algorithm makes one for a test.
func algorithm(id string, run func(context.Context, provider.Feedback) error) provider.Algorithm {
	return provider.Define(provider.Definition[params, result]{
		ID: id, Group: "01 Test", Title: "Test", Description: "A test.",
		Run: func(ctx context.Context, p params, feedback provider.Feedback) (result, error) {
			if err := run(ctx, feedback); err != nil {
				return result{}, err
			}
			return result{provider.Done("hello " + p.Name), 42}, nil
		},
	})
}

func quick(id string) provider.Algorithm {
	return algorithm(id, func(context.Context, provider.Feedback) error { return nil })
}

func links(t *testing.T, document map[string]any) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, one := range document["links"].([]any) {
		l := one.(map[string]any)
		found[l["rel"].(string)] = l["href"].(string)
	}
	return found
}

const relations = "http://www.opengis.net/def/rel/ogc/1.0/"

func TestLandingPageLeadsEverywhere(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	to := links(t, c.get(t, "/").object(t))
	for _, relation := range []string{"self", "service-desc", relations + "conformance", relations + "processes", relations + "job-list"} {
		require.Contains(t, to, relation)
		assert.Equal(t, http.StatusOK, c.get(t, to[relation]).status, relation)
	}
	classes := c.get(t, to[relations+"conformance"]).object(t)["conformsTo"]
	for _, class := range []string{"core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"} {
		assert.Contains(t, classes, "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"+class)
	}
}

func TestInterfaceDefinitionIsValidAndComplete(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), quick("do_one"))
	a := c.get(t, "/api")
	assert.Equal(t, "application/vnd.oai.openapi+json;version=3.0", a.header.Get("Content-Type"))
	definition, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	require.NoError(t, err)
	require.NoError(t, definition.Validate(t.Context()))
	for _, path := range []string{
		"/", "/conformance", "/api", "/processes", "/processes/{processID}", "/processes/{processID}/execution", "/processes/do_one/execution",
		"/processes/echo/execution", "/jobs", "/jobs/{jobID}", "/jobs/{jobID}/results", "/jobs/{jobID}/events",
	} {
		assert.NotNil(t, definition.Paths.Find(path), path)
	}
	assert.Contains(t, definition.Components.Schemas["do_one.inputs"].Value.Properties, "NAME")
}

func TestProcessesAreListedInParts(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), quick("do_one"), quick("do_two"))
	var ids []string
	for next := c.url + "/processes?limit=2"; next != ""; {
		list := c.get(t, next).object(t)
		for _, one := range list["processes"].([]any) {
			process := one.(map[string]any)
			ids = append(ids, process["id"].(string))
			assert.Equal(t, "v1.2.3", process["version"])
			assert.Equal(t, []any{"sync-execute", "async-execute", "dismiss"}, process["jobControlOptions"])
			assert.Equal(t, []any{"value"}, process["outputTransmission"])
			assert.Equal(t, http.StatusOK, c.get(t, links(t, process)["self"]).status)
		}
		assert.LessOrEqual(t, len(list["processes"].([]any)), 2)
		next = links(t, list)["next"]
	}
	assert.Equal(t, []string{"echo", "do_one", "do_two"}, ids)
	for _, limit := range []string{"0", "-1", "many", "1.5"} {
		a := c.get(t, "/processes?limit="+limit)
		assert.Equal(t, http.StatusBadRequest, a.status, limit)
		assert.Equal(t, "InvalidParameterValue", a.object(t)["type"])
	}
	assert.Len(t, c.get(t, "/processes?limit=100000").object(t)["processes"], 3)
}

func TestDescriptionTellsInputsAndOutputs(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	d := c.get(t, "/processes/echo").object(t)
	assert.Equal(t, map[string]any{
		"input": map[string]any{"title": "Text", "description": "What to say.", "minOccurs": 1.0, "schema": map[string]any{"type": "string"}},
		"pause": map[string]any{
			"title": "Pause", "description": "Seconds to wait before.", "minOccurs": 0.0,
			"schema": map[string]any{"type": "integer", "minimum": 0.0, "maximum": 3600.0, "default": 0.0},
		},
	}, d["inputs"])
	assert.Equal(t, map[string]any{"output": map[string]any{
		"title": "Text", "description": "What was to be said.", "schema": map[string]any{"type": "string"},
	}}, d["outputs"])
	assert.Equal(t, c.url+"/processes/echo/execution", links(t, d)[relations+"execute"])

	a := c.get(t, "/processes/ecko")
	assert.Equal(t, http.StatusNotFound, a.status)
	assert.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	assert.Equal(t, "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process", a.object(t)["type"])
	assert.Equal(t, "did you mean echo?", a.object(t)["hint"])
}

func TestExecutionThatIsWaitedFor(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), quick("do_one"))
	execute := func(process, body string) answer {
		return c.request(t, http.MethodPost, "/processes/"+process+"/execution", body)
	}
	a := execute("echo", `{"inputs": {"input": "hé \"ho\""}}`)
	assert.Equal(t, http.StatusOK, a.status)
	assert.Equal(t, `hé "ho"`, a.body, "one output is raw by default, as the standard has it")
	assert.Contains(t, a.header.Get("Content-Type"), "text/plain")

	assert.JSONEq(t, `{"output": "ho"}`, execute("echo", `{"inputs": {"input": {"value": "ho"}}, "response": "document"}`).body)
	assert.JSONEq(t, `{"OUTPUT_STATUS": 1, "OUTPUT_STRING": "hello x", "NUMBER": 42}`, execute("do_one", `{"response": "document"}`).body)
	assert.JSONEq(t, `{"NUMBER": 42}`, execute("do_one", `{"response": "document", "outputs": {"NUMBER": {"transmissionMode": "value"}}}`).body)
	a = execute("do_one", `{"outputs": {"NUMBER": {}}}`)
	assert.Equal(t, "42", a.body)
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))

	a = execute("do_one", "")
	kind, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/related", kind)
	parts := map[string]string{}
	for reader := multipart.NewReader(strings.NewReader(a.body), parameters["boundary"]); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		text, err := io.ReadAll(part)
		require.NoError(t, err)
		parts[part.Header.Get("Content-Id")] = string(text)
	}
	assert.Equal(t, map[string]string{"OUTPUT_STATUS": "1", "OUTPUT_STRING": "hello x", "NUMBER": "42"}, parts)
}

func TestExecutionAsAJob(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	c := serve(t, server.DefaultLimits(), algorithm("wait_for_it", func(ctx context.Context, feedback provider.Feedback) error {
		feedback.Message("begun")
		feedback.Progress(40)
		<-hold
		feedback.Warning("look")
		return nil
	}))
	a := c.request(t, http.MethodPost, "/processes/wait_for_it/execution", `{"response": "document"}`, "Prefer: wait=1, respond-async")
	require.Equal(t, http.StatusCreated, a.status)
	assert.Equal(t, "respond-async", a.header.Get("Preference-Applied"))
	location := a.header.Get("Location")
	assert.Equal(t, c.url+"/jobs/"+a.object(t)["jobID"].(string), location)

	early := c.get(t, location+"/results")
	assert.Equal(t, http.StatusNotFound, early.status)
	assert.Equal(t, "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready", early.object(t)["type"])
	require.Eventually(t, func() bool { return c.get(t, location).object(t)["progress"] == 40.0 }, 5*time.Second, time.Millisecond)
	info := c.get(t, location).object(t)
	assert.Equal(t, "running", info["status"])
	assert.Equal(t, "wait_for_it", info["processID"])
	assert.Equal(t, "process", info["type"])
	assert.Equal(t, "begun", info["message"])

	close(hold)
	events := c.follow(t, location, 0)
	require.Len(t, events, 4)
	assert.Equal(t, []string{"message", "progress", "warning", "result"}, []string{events[0].Type, events[1].Type, events[2].Type, events[3].Type})
	assert.Equal(t, "successful", events[3].Status)
	assert.Equal(t, 42.0, events[3].Result["NUMBER"])
	assert.Equal(t, events[2:], c.follow(t, location, 2), "a reader goes on where it was")
	assert.Empty(t, c.follow(t, location, 4))

	info = c.get(t, location).object(t)
	assert.Equal(t, "successful", info["status"])
	assert.Equal(t, "hello x", info["message"])
	assert.Equal(t, 100.0, info["progress"])
	for _, moment := range []string{"created", "started", "finished", "updated"} {
		_, err := time.Parse(time.RFC3339, info[moment].(string))
		assert.NoError(t, err, moment)
	}
	assert.JSONEq(t, `{"OUTPUT_STATUS": 1, "OUTPUT_STRING": "hello x", "NUMBER": 42}`, c.get(t, links(t, info)[relations+"results"]).body)
}

func TestWrongRequestsAreExplained(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.Body = 1000
	c := serve(t, limits, quick("do_one"))
	for name, r := range map[string]struct {
		method, path, body string
		status             int
		detail             string
	}{
		"no JSON":          {"POST", "/processes/echo/execution", `{"inputs": `, 400, "not a JSON object"},
		"a list":           {"POST", "/processes/echo/execution", `[]`, 400, "not a JSON object"},
		"two objects":      {"POST", "/processes/echo/execution", `{} {}`, 400, "something follows"},
		"unknown field":    {"POST", "/processes/echo/execution", `{"input": {}}`, 400, `unknown field "input"`},
		"wrong kind":       {"POST", "/processes/echo/execution", `{"inputs": 3}`, 400, "inputs is a number"},
		"missing input":    {"POST", "/processes/echo/execution", `{}`, 400, "input is missing"},
		"unknown input":    {"POST", "/processes/do_one/execution", `{"inputs": {"NAM": "x"}}`, 400, "did you mean NAME?"},
		"wrong type":       {"POST", "/processes/echo/execution", `{"inputs": {"input": 3}}`, 400, "input must be text, not 3"},
		"out of bounds":    {"POST", "/processes/echo/execution", `{"inputs": {"input": "a", "pause": -1}}`, 400, "pause must be at least 0"},
		"by reference":     {"POST", "/processes/echo/execution", `{"inputs": {"input": {"href": "http://x/"}}}`, 400, "input is given by reference"},
		"no value":         {"POST", "/processes/echo/execution", `{"inputs": {"input": {"mediaType": "text/plain"}}}`, 400, "input is an object without a value"},
		"unknown response": {"POST", "/processes/echo/execution", `{"response": "xml"}`, 400, "response must be raw or document"},
		"unknown output":   {"POST", "/processes/echo/execution", `{"outputs": {"other": {}}}`, 400, "there is no output other"},
		"reference wanted": {"POST", "/processes/echo/execution", `{"outputs": {"output": {"transmissionMode": "reference"}}}`, 400, "by value alone"},
		"subscriber":       {"POST", "/processes/echo/execution", `{"subscriber": {"successUri": "http://x/"}}`, 400, "calls nobody back"},
		"too large":        {"POST", "/processes/echo/execution", `{"inputs": {"input": "` + strings.Repeat("x", 1000) + `"}}`, 413, "larger than 1000 bytes"},
		"unknown process":  {"POST", "/processes/nothing/execution", `{}`, 404, "no process"},
		"unknown job":      {"GET", "/jobs/nothing", "", 404, "no job"},
		"its results":      {"GET", "/jobs/nothing/results", "", 404, "no job"},
		"its events":       {"GET", "/jobs/nothing/events", "", 404, "no job"},
		"its dismissal":    {"DELETE", "/jobs/nothing", "", 404, "no job"},
		"unknown path":     {"GET", "/nothing", "", 404, "there is nothing at /nothing"},
		"wrong method":     {"PUT", "/processes", "", 405, "method not allowed"},
		"wrong status":     {"GET", "/jobs?status=done", "", 400, "status must be"},
		"wrong datetime":   {"GET", "/jobs?datetime=yesterday", "", 400, "RFC 3339"},
		"wrong duration":   {"GET", "/jobs?minDuration=x", "", 400, "minDuration must be"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.request(t, r.method, r.path, r.body)
			assert.Equal(t, r.status, a.status, a.body)
			assert.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			problem := a.object(t)
			assert.NotEmpty(t, problem["type"])
			assert.Equal(t, float64(r.status), problem["status"])
			assert.Contains(t, problem["detail"], r.detail)
		})
	}
	assert.Empty(t, c.get(t, "/jobs").object(t)["jobs"], "nothing was begun")
}

func TestFailureKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), algorithm("fail_well", func(context.Context, provider.Feedback) error {
		return &provider.Failure{Text: "the disk is full", Detail: "0 bytes left", Hint: "make room", SQLState: pgerrcode.DiskFull, Object: "city.tree"}
	}))
	a := c.request(t, http.MethodPost, "/processes/fail_well/execution", "{}")
	assert.Equal(t, http.StatusInternalServerError, a.status)
	problem := a.object(t)
	for name, want := range map[string]string{
		"detail": "the disk is full", "failureDetail": "0 bytes left", "hint": "make room", "sqlState": pgerrcode.DiskFull, "object": "city.tree",
	} {
		assert.Equal(t, want, problem[name])
	}
	location := c.begin(t, "fail_well", "{}")
	events := c.follow(t, location, 0)
	require.Len(t, events, 1)
	assert.Equal(t, "error", events[0].Type)
	assert.Equal(t, "failed", events[0].Status)
	assert.Equal(t, "make room", events[0].Problem["hint"])
	assert.Equal(t, "failed", c.get(t, location).object(t)["status"])
	assert.Equal(t, http.StatusInternalServerError, c.get(t, location+"/results").status)
}

func TestPanicFailsItsJobAlone(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), algorithm("panic_now", func(context.Context, provider.Feedback) error { panic("index out of range") }))
	a := c.request(t, http.MethodPost, "/processes/panic_now/execution", "{}")
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.Contains(t, a.object(t)["detail"], "stopped on a defect of the program: index out of range")
	assert.Equal(t, "still here", c.request(t, http.MethodPost, "/processes/echo/execution", `{"inputs": {"input": "still here"}}`).body)
}

func TestDismissedJobEnds(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	location := c.begin(t, "echo", `{"inputs": {"input": "a", "pause": 3600}}`)
	a := c.request(t, http.MethodDelete, location, "")
	assert.Equal(t, http.StatusOK, a.status)
	assert.Equal(t, "dismissed", a.object(t)["status"])
	assert.Equal(t, "dismissed", c.get(t, location).object(t)["status"])
	assert.Equal(t, http.StatusGone, c.get(t, location+"/results").status)
	events := c.follow(t, location, 0)
	assert.Equal(t, "dismissed", events[len(events)-1].Status)

	a = c.request(t, http.MethodDelete, location, "")
	assert.Equal(t, "dismissed", a.object(t)["status"], "dismissing a job that has ended forgets it")
	assert.Equal(t, http.StatusNotFound, c.get(t, location).status)
}

func TestJobDismissedTooLateSaysThatItIsDone(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	c := serve(t, server.DefaultLimits(), algorithm("commit_anyway", func(ctx context.Context, _ provider.Feedback) error {
		close(begun)
		<-ctx.Done()
		return nil
	}))
	location := c.begin(t, "commit_anyway", "{}")
	<-begun
	assert.Equal(t, "successful", c.request(t, http.MethodDelete, location, "").object(t)["status"])
}

func TestJobsAreFilteredAndListedInParts(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits(), quick("do_one"))
	long := c.begin(t, "echo", `{"inputs": {"input": "a", "pause": 3600}}`)
	for range 3 {
		c.request(t, http.MethodPost, "/processes/do_one/execution", "{}")
	}
	require.Eventually(t, func() bool { return c.get(t, long).object(t)["status"] == "running" }, time.Minute, time.Millisecond)
	count := func(query string) int {
		t.Helper()
		a := c.get(t, "/jobs?"+query)
		require.Equal(t, http.StatusOK, a.status, a.body)
		return len(a.object(t)["jobs"].([]any))
	}
	assert.Equal(t, 4, count(""))
	assert.Equal(t, 4, count("type=process"))
	assert.Equal(t, 0, count("type=other"))
	assert.Equal(t, 3, count("processID=do_one"))
	assert.Equal(t, 4, count("processID=do_one,echo"))
	assert.Equal(t, 4, count("processID=do_one&processID=echo"))
	assert.Equal(t, 1, count("status=running"))
	assert.Equal(t, 3, count("status=successful"))
	assert.Equal(t, 4, count("datetime=2020-01-01T00:00:00Z/.."))
	assert.Equal(t, 0, count("datetime=../2020-01-01T00:00:00Z"))
	assert.Equal(t, 0, count("minDuration=1000"))
	assert.Equal(t, 4, count("maxDuration=1000"))

	var all []string
	for next := c.url + "/jobs?limit=3"; next != ""; {
		list := c.get(t, next).object(t)
		for _, one := range list["jobs"].([]any) {
			all = append(all, c.url+"/jobs/"+one.(map[string]any)["jobID"].(string))
		}
		next = links(t, list)["next"]
	}
	require.Len(t, all, 4)
	assert.Equal(t, long, all[3], "the newest come first")
}

func TestStrangersAreKeptOut(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	port := c.url[strings.LastIndex(c.url, ":")+1:]
	for name, r := range map[string]struct {
		path    string
		headers []string
		status  int
	}{
		"no token":                    {"/processes", []string{"Authorization: "}, 401},
		"wrong token":                 {"/processes", []string{"Authorization: Bearer " + token + "x"}, 401},
		"token of another scheme":     {"/processes", []string{"Authorization: Basic " + token}, 401},
		"scheme in other letters":     {"/processes", []string{"Authorization: bearer " + token}, 200},
		"open page without token":     {"/api", []string{"Authorization: "}, 200},
		"name of somebody else":       {"/processes", []string{"Host: evil.example"}, 421},
		"with the right port":         {"/", []string{"Host: evil.example:" + port}, 421},
		"another port":                {"/", []string{"Host: 127.0.0.1:1"}, 421},
		"localhost":                   {"/processes", []string{"Host: localhost:" + port}, 200},
		"page of somebody else":       {"/processes", []string{"Origin: http://evil.example"}, 403},
		"page of a file":              {"/", []string{"Origin: null"}, 403},
		"another port of this server": {"/", []string{"Origin: http://127.0.0.1:1"}, 403},
		"own page":                    {"/processes", []string{"Origin: " + c.url}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.request(t, http.MethodGet, r.path, "", r.headers...)
			assert.Equal(t, r.status, a.status, a.body)
		})
	}
	for _, line := range strings.Split(strings.TrimSpace(c.log.String()), "\n") {
		assert.NotContains(t, line, token)
	}
}

func TestThousandRequestsAtOnce(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	transport := &http.Transport{MaxConnsPerHost: 0}
	defer transport.CloseIdleConnections()
	var group sync.WaitGroup
	answers := make(chan string, 1000)
	for n := range 1000 {
		group.Go(func() {
			body := fmt.Sprintf(`{"inputs": {"input": "%d"}}`, n)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/processes/echo/execution", strings.NewReader(body))
			if err != nil {
				answers <- err.Error()
				return
			}
			request.Header.Set("Authorization", "Bearer "+token)
			response, err := transport.RoundTrip(request)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil || string(text) != fmt.Sprint(n) {
				answers <- fmt.Sprintf("%d: %s %v", n, text, err)
			}
		})
	}
	group.Wait()
	close(answers)
	for wrong := range answers {
		t.Error(wrong)
	}
	kept := c.get(t, "/jobs?limit=1000").object(t)["jobs"].([]any)
	assert.LessOrEqual(t, len(kept), server.DefaultLimits().Finished)
}

func TestJobsWaitForTheirTurnAndTooManyAreRefused(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.Running, limits.Waiting = 1, 2
	c := serve(t, limits)
	const forever = `{"inputs": {"input": "a", "pause": 3600}}`
	first := c.begin(t, "echo", forever)
	require.Eventually(t, func() bool { return c.get(t, first).object(t)["status"] == "running" }, 5*time.Second, time.Millisecond)
	second := c.begin(t, "echo", forever)
	assert.Equal(t, "accepted", c.get(t, second).object(t)["status"])
	a := c.request(t, http.MethodPost, "/processes/echo/execution", forever)
	assert.Equal(t, http.StatusServiceUnavailable, a.status)
	assert.NotEmpty(t, a.header.Get("Retry-After"))
	c.request(t, http.MethodDelete, first, "")
	require.Eventually(t, func() bool { return c.get(t, second).object(t)["status"] == "running" }, 5*time.Second, time.Millisecond)
}

func TestClientThatVanishesTakesItsJobAlong(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	ctx, vanish := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		response, err := c.send(ctx, http.MethodPost, "/processes/echo/execution", `{"inputs": {"input": "a", "pause": 3600}}`)
		if err == nil {
			_ = response.Body.Close()
		}
		gone <- err
	}()
	require.Eventually(t, func() bool { return len(c.get(t, "/jobs?status=running").object(t)["jobs"].([]any)) == 1 }, 5*time.Second, time.Millisecond)
	vanish()
	require.Error(t, <-gone)
	require.Eventually(t, func() bool { return len(c.get(t, "/jobs?status=dismissed").object(t)["jobs"].([]any)) == 1 }, 5*time.Second, time.Millisecond)

	// A job that nobody waits for goes on, whoever stops to look at it.
	location := c.begin(t, "echo", `{"inputs": {"input": "a", "pause": 3600}}`)
	ctx, vanish = context.WithCancel(t.Context())
	response, err := c.send(ctx, http.MethodGet, location+"/events", "")
	require.NoError(t, err)
	_, err = bufio.NewReader(response.Body).ReadString('\n')
	require.NoError(t, err)
	vanish()
	_ = response.Body.Close()
	assert.Equal(t, "running", c.get(t, location).object(t)["status"])
}

func TestSlowReaderIsGivenUpAndGoesOnLater(t *testing.T) {
	t.Parallel()
	const number = 40000
	limits := server.DefaultLimits()
	limits.Write, limits.Events = 3*time.Second, 2*number // the other reader may wait for the processor
	c := serve(t, limits, algorithm("talk_much", func(_ context.Context, feedback provider.Feedback) error {
		for n := range number {
			feedback.Message(fmt.Sprintf("%0200d", n))
		}
		return nil
	}))
	location := c.begin(t, "talk_much", "{}")
	connection, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	require.NoError(t, err)
	defer connection.Close()
	fmt.Fprintf(connection, "GET %s/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n",
		strings.TrimPrefix(location, c.url), strings.TrimPrefix(c.url, "http://"), token)
	// It reads nothing until the server has given it up.
	require.Eventually(t, func() bool { return strings.Contains(c.log.String(), "/events") }, 30*time.Second, 10*time.Millisecond)
	events := c.follow(t, location, 17)
	assert.Equal(t, int64(18), events[0].Seq)
	assert.Len(t, events, number+1-17)
}

func TestEventsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.Events = 100
	c := serve(t, limits, algorithm("talk_much", func(_ context.Context, feedback provider.Feedback) error {
		for n := range 1000 {
			feedback.Message(fmt.Sprint(n))
		}
		return nil
	}))
	location := c.begin(t, "talk_much", "{}")
	require.Eventually(t, func() bool { return c.get(t, location).object(t)["status"] == "successful" }, 5*time.Second, time.Millisecond)
	events := c.follow(t, location, 0)
	assert.LessOrEqual(t, len(events), 101)
	assert.Equal(t, "warning", events[0].Type)
	assert.Equal(t, fmt.Sprintf("%d earlier events are no longer kept", events[1].Seq-1), events[0].Text)
	assert.Equal(t, int64(1001), events[len(events)-1].Seq)
}

func TestFinishedJobsAreForgotten(t *testing.T) {
	t.Parallel()
	limits := server.DefaultLimits()
	limits.Finished = 2
	c := serve(t, limits, quick("do_one"))
	first := c.begin(t, "do_one", "{}")
	c.follow(t, first, 0)
	for range 3 {
		c.follow(t, c.begin(t, "do_one", "{}"), 0)
	}
	require.Eventually(t, func() bool { return len(c.get(t, "/jobs").object(t)["jobs"].([]any)) == 2 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, http.StatusNotFound, c.get(t, first).status)
}

func TestEndOfTheServerCancelsItsJobs(t *testing.T) {
	t.Parallel()
	cancelled := make(chan struct{})
	begun := make(chan struct{})
	c := serve(t, server.DefaultLimits(), algorithm("wait_for_it", func(ctx context.Context, _ provider.Feedback) error {
		close(begun)
		<-ctx.Done()
		close(cancelled)
		return ctx.Err()
	}))
	location := c.begin(t, "wait_for_it", "{}")
	<-begun
	response, err := c.send(t.Context(), http.MethodGet, location+"/events", "")
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, c.end())
	<-cancelled
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err, "who looks on hears how it ended")
	assert.Contains(t, string(text), `"status":"dismissed"`)
	assert.Contains(t, c.log.String(), `"status":"dismissed"`)
}

func TestHeaderThatNeverEndsIsNotWaitedForByOthers(t *testing.T) {
	t.Parallel()
	c := serve(t, server.DefaultLimits())
	for range 50 {
		connection, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
		require.NoError(t, err)
		defer connection.Close()
		require.NoError(t, textproto.NewConn(connection).PrintfLine("GET / HTTP/1.1"))
	}
	assert.Equal(t, http.StatusOK, c.get(t, "/").status)
}
