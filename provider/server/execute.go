package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/labstack/echo/v4"
	orderedmap "github.com/pb33f/ordered-map/v2"
)

// execution is the body of a request to execute a process.
type execution struct {
	Inputs  map[string]any         `json:"inputs"`
	Outputs map[string]wantedValue `json:"outputs"`
	// Response is raw, the standard's default, or document.
	Response   string `json:"response"`
	Subscriber any    `json:"subscriber"`
}

type wantedValue struct {
	Format           any    `json:"format"`
	TransmissionMode string `json:"transmissionMode"`
}

func (s *Server) execute(c echo.Context) error {
	algorithm, err := s.find(c)
	if err != nil {
		return err
	}
	info := algorithm.Info()
	request, err := readExecution(c.Request().Body, info.Outputs)
	if err != nil {
		return err
	}
	task, err := algorithm.Bind(request.Inputs)
	if err != nil {
		return inputProblem(err)
	}
	j := s.store.start(info.ID, request, task)
	if j == nil {
		c.Response().Header().Set(echo.HeaderRetryAfter, "10")
		return refuse(http.StatusServiceUnavailable, byStatus, "too many jobs wait, or the server is about to end")
	}
	location := s.base(c) + "/jobs/" + j.id
	if prefers(c.Request().Header, "respond-async") {
		c.Response().Header().Set(echo.HeaderLocation, location)
		c.Response().Header().Set("Preference-Applied", "respond-async")
		return c.JSON(http.StatusCreated, s.info(c, j))
	}
	select {
	case <-j.done:
	case <-c.Request().Context().Done():
		// Nobody waits for it any more.
		j.cancel()
		return c.Request().Context().Err()
	}
	s.patience(c)
	c.Response().Header().Set("Link", fmt.Sprintf("<%s>; rel=monitor", location))
	return s.answer(c, j)
}

// prefers looks for a preference (RFC 7240).
func prefers(header http.Header, what string) bool {
	for _, line := range header.Values("Prefer") {
		for one := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(one, ";")
			if strings.EqualFold(strings.TrimSpace(name), what) {
				return true
			}
		}
	}
	return false
}

// readExecution reads the body and refuses what it cannot honour.
func readExecution(body io.Reader, outputs *jsonschema.Schema) (execution, error) {
	request := execution{Response: "raw"}
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil && !errors.Is(err, io.EOF) { // no body is no inputs
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return request, refuse(http.StatusRequestEntityTooLarge, byStatus, "the request is larger than %d bytes", large.Limit)
		}
		return request, refuse(http.StatusBadRequest, invalidParameter, "the request is not a JSON object as the standard has it: %v", plain(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return request, refuse(http.StatusBadRequest, invalidParameter, "something follows the JSON object of the request")
	}
	if request.Response != "raw" && request.Response != "document" {
		return request, refuse(http.StatusBadRequest, invalidParameter, "response must be raw or document, not %q", request.Response)
	}
	if request.Subscriber != nil {
		return request, refuse(http.StatusBadRequest, invalidParameter, "this server calls nobody back: watch the job instead of naming a subscriber")
	}
	for name, wanted := range request.Outputs {
		if _, there := outputs.Properties.Get(name); !there {
			return request, refuse(http.StatusBadRequest, invalidParameter, "there is no output %s", name)
		}
		if wanted.TransmissionMode != "" && wanted.TransmissionMode != "value" {
			return request, refuse(http.StatusBadRequest, invalidParameter, "%s is transmitted by value alone", name)
		}
	}
	for name, given := range request.Inputs {
		value, err := inline(given)
		if err != nil {
			p := refuse(http.StatusBadRequest, invalidParameter, "%s %v", name, err)
			p.Inputs = map[string]string{name: p.Detail}
			return request, p
		}
		request.Inputs[name] = value
	}
	return request, nil
}

// plain takes away what names the types of this program.
func plain(err error) string {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Sprintf("%s is a %s", mismatch.Field, mismatch.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// inline takes a value out of its qualification, {"value": …}. A value elsewhere is refused: a server that fetches what it
// is told to reaches what its client cannot.
func inline(given any) (any, error) {
	object, qualified := given.(map[string]any)
	if !qualified {
		return given, nil
	}
	if _, elsewhere := object["href"]; elsewhere {
		return nil, errors.New("is given by reference, which this server does not follow: give its value")
	}
	value, there := object["value"]
	if !there {
		return nil, errors.New("is an object without a value")
	}
	return value, nil
}

// answer sends the results of a job that has ended, as it was asked for them.
func (s *Server) answer(c echo.Context, j *job) error {
	end := j.state()
	switch end.status {
	case successful:
	case failed:
		return failureProblem(end.failure)
	case dismissed:
		p := failureProblem(end.failure)
		p.Status, p.Title = http.StatusGone, "The job was dismissed"
		return p
	default:
		return refuse(http.StatusNotFound, resultNotReady, "the job %s has not ended yet", j.id)
	}
	results := orderedmap.New[string, json.RawMessage]()
	if err := json.Unmarshal(end.result, results); err != nil {
		return fmt.Errorf("read the result of the job: %w", err)
	}
	if wanted := j.request.Outputs; len(wanted) > 0 {
		for _, name := range slices.Collect(results.KeysFromOldest()) {
			if _, there := wanted[name]; !there {
				results.Delete(name)
			}
		}
	}
	if j.request.Response == "document" {
		return c.JSON(http.StatusOK, results)
	}
	switch first := results.Oldest(); results.Len() {
	case 0:
		return c.NoContent(http.StatusNoContent)
	case 1:
		kind, body := raw(first.Value)
		return c.Blob(http.StatusOK, kind, body)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for pair := results.Oldest(); pair != nil; pair = pair.Next() {
		kind, value := raw(pair.Value)
		part, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}, "Content-Id": {pair.Key}})
		if err == nil {
			_, err = part.Write(value)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", pair.Key, err)
		}
	}
	if err := parts.Close(); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return c.Blob(http.StatusOK, "multipart/related; boundary="+parts.Boundary(), body.Bytes())
}

// raw is a value as it is: a text without its quotes, anything else in JSON.
func raw(value json.RawMessage) (contentType string, body []byte) {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return echo.MIMETextPlainCharsetUTF8, []byte(text)
	}
	return asJSON, value
}
