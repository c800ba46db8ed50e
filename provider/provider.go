package provider

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"

	"github.com/invopop/jsonschema"
)

// Algorithm is one thing LizSync can do for a person. [Define] makes one.
type Algorithm interface {
	// Info describes the algorithm. It must not be altered.
	Info() Info

	// Bind checks input, a decoded JSON object, against the schema of the inputs, applies the defaults and returns the
	// algorithm bound to it. Nothing has happened yet when it returns. The error is an *InputError that names every
	// wrong parameter.
	Bind(input map[string]any) (Task, error)
}

// Task is an algorithm with its parameters. Cancelling ctx stops it; the error then satisfies
// errors.Is(err, context.Canceled), or DeadlineExceeded. A panic of the algorithm comes back as an error.
type Task func(ctx context.Context, feedback Feedback) (Result, error)

// Info is what is known about an algorithm without running it.
type Info struct {
	ID          string             `json:"id"`
	Group       string             `json:"group"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Inputs      *jsonschema.Schema `json:"inputs"`
	Outputs     *jsonschema.Schema `json:"outputs"`
	Errors      []KnownError       `json:"errors,omitempty"`
}

// KnownError documents one way an algorithm refuses or fails, and what a person can do about it.
type KnownError struct {
	When   string `json:"when"`
	Remedy string `json:"remedy"`
}

// Definition declares an algorithm with parameters P, a struct, and result R, a struct that embeds [Outcome].
type Definition[P any, R Result] struct {
	ID          string // snake_case, verb first: the name of the file, the command, the URL and the QGIS algorithm
	Group       string // "01 Installation", …
	Title       string // a few words, as in a toolbox
	Description string // what it does, when to use it, and what it leaves alone; paragraphs are separated by empty lines
	Errors      []KnownError
	Run         func(ctx context.Context, params P, feedback Feedback) (R, error)
}

// Result is what an algorithm returns: any struct that embeds [Outcome].
type Result interface{ outcome() Outcome }

// Outcome holds the result keys that every algorithm returns.
type Outcome struct {
	Status int    `json:"OUTPUT_STATUS" jsonschema:"title=Status" jsonschema_description:"1 when the algorithm has done its work."`
	Text   string `json:"OUTPUT_STRING" jsonschema:"title=Message" jsonschema_description:"What was done, in one sentence."`
}

func (o Outcome) outcome() Outcome { return o }

// Done is the outcome of an algorithm that has done its work; text says what that was.
func Done(text string) Outcome {
	return Outcome{Status: 1, Text: text}
}

// Define makes an algorithm of its definition. It panics when the parameter or result struct cannot be described in
// JSON Schema, which is a mistake in the program and is met as soon as the registry is built.
func Define[P any, R Result](d Definition[P, R]) Algorithm {
	a := &algorithm[P, R]{
		run: d.Run,
		info: Info{
			ID:          d.ID,
			Group:       d.Group,
			Title:       d.Title,
			Description: d.Description,
			Inputs:      reflectSchema(reflect.TypeFor[P](), true),
			Outputs:     reflectSchema(reflect.TypeFor[R](), false),
			Errors:      d.Errors,
		},
	}
	a.input = newValidator(d.ID, a.info.Inputs)
	return a
}

type algorithm[P any, R Result] struct {
	info  Info
	input *validator
	run   func(context.Context, P, Feedback) (R, error)
}

func (a *algorithm[P, R]) Info() Info { return a.info }

func (a *algorithm[P, R]) Bind(input map[string]any) (Task, error) {
	var params P
	if err := a.input.decode(input, &params); err != nil {
		return nil, err
	}
	return func(ctx context.Context, feedback Feedback) (Result, error) {
		if err := ctx.Err(); err != nil {
			return nil, cancelled(err, err)
		}
		result, err := a.guarded(ctx, params, feedback)
		if err == nil {
			return result, nil
		}
		if cause := ctx.Err(); cause != nil {
			return nil, cancelled(cause, err)
		}
		return nil, err
	}, nil
}

// guarded runs the algorithm and turns its panic into an error: one bad job must not end a daemon that runs others.
func (a *algorithm[P, R]) guarded(ctx context.Context, params P, feedback Feedback) (result R, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Failure{
				Text:   fmt.Sprintf("%s stopped on a defect of the program: %v", a.info.ID, p),
				Detail: string(debug.Stack()),
				Hint:   "please report it with the text above",
			}
		}
	}()
	return a.run(ctx, params, feedback)
}

// cancelled makes sure that the error of a run whose context ended can be recognised, whatever the algorithm made of
// it: pgx reports a cancelled statement as SQLSTATE 57014, without the context's error.
func cancelled(cause, err error) error {
	failure := &Failure{Text: "cancelled", Err: err}
	if errors.Is(cause, context.DeadlineExceeded) {
		failure.Text = "the time allowed has run out"
	}
	if !errors.Is(err, cause) {
		failure.Err = errors.Join(cause, err)
	}
	if err != cause {
		failure.Text += ": " + err.Error()
	}
	var inner *Failure
	if errors.As(err, &inner) {
		failure.SQLState, failure.Detail, failure.Hint = inner.SQLState, inner.Detail, inner.Hint
	}
	return failure
}
