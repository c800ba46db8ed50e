package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/lizsync/lizsync/provider"
)

// Types of exceptions. The first three are the standard's; the fourth comes from OWS Common, which the standard refers to.
const (
	noSuchProcess    = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process"
	noSuchJob        = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job"
	resultNotReady   = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready"
	invalidParameter = "InvalidParameterValue"
	byStatus         = "about:blank" // RFC 7807: the status says it all
)

// problem is an exception of the standard, which is a problem document (RFC 7807), with what is known of a failure.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Hint     string `json:"hint,omitempty"`          // what to do
	More     string `json:"failureDetail,omitempty"` // from PostgreSQL's DETAIL as a rule
	SQLState string `json:"sqlState,omitempty"`
	Object   string `json:"object,omitempty"`
	// Wrong inputs, by name.
	Inputs map[string]string `json:"inputs,omitempty"`
}

func (p *problem) Error() string { return p.Detail }

func refuse(code int, kind, format string, arguments ...any) *problem {
	return &problem{Type: kind, Title: http.StatusText(code), Status: code, Detail: fmt.Sprintf(format, arguments...)}
}

// failureProblem is what is known of the error of a job; nil for none.
func failureProblem(err error) *problem {
	if err == nil {
		return nil
	}
	p := refuse(http.StatusInternalServerError, byStatus, "%s", err.Error())
	p.Title = "The algorithm has failed"
	var failure *provider.Failure
	if errors.As(err, &failure) {
		p.Hint, p.More, p.SQLState, p.Object = failure.Hint, failure.Detail, failure.SQLState, failure.Object
	}
	return p
}

// inputProblem says what is wrong with the inputs.
func inputProblem(err error) *problem {
	p := refuse(http.StatusBadRequest, invalidParameter, "%s", err.Error())
	p.Title = "The inputs are not valid"
	var wrong *provider.InputError
	if errors.As(err, &wrong) {
		p.Inputs = map[string]string{}
		for _, one := range wrong.Problems {
			if text := p.Inputs[one.Parameter]; text != "" {
				one.Text = text + "; " + one.Text
			}
			p.Inputs[one.Parameter] = one.Text
		}
	}
	return p
}

// answerError writes every error as a problem document, those of the router included.
func answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := &problem{}
	var routed *echo.HTTPError
	switch {
	case errors.As(err, &p):
	case errors.As(err, &routed):
		p = refuse(routed.Code, byStatus, "%s", strings.ToLower(http.StatusText(routed.Code)))
		if routed.Code == http.StatusNotFound {
			p.Detail = fmt.Sprintf("there is nothing at %s", c.Request().URL.Path)
		}
	default:
		p = refuse(http.StatusInternalServerError, byStatus, "%s", err.Error())
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = c.Blob(p.Status, "application/problem+json", text)
	}
	if err != nil {
		c.Logger().Debug(err) // its client is gone
	}
}
