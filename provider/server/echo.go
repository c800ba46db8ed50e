package server

import (
	"context"
	"time"

	"github.com/lizsync/lizsync/provider"
)

type echoParams struct {
	Input string `json:"input" jsonschema:"required,title=Text" jsonschema_description:"What to say."`
	Pause int    `json:"pause" jsonschema:"title=Pause,minimum=0,maximum=3600,default=0" jsonschema_description:"Seconds to wait before."`
}

type echoResult struct {
	provider.Outcome `json:"-"`
	Output           string `json:"output" jsonschema:"title=Text" jsonschema_description:"What was to be said."`
}

// Echo is a process to test clients with, as the abstract test suite of the standard wants one.
func Echo() provider.Algorithm {
	return provider.Define(provider.Definition[echoParams, echoResult]{
		ID: "echo", Group: "00 Test", Title: "Echo",
		Description: "Says what it is told to say, after a pause. It is there to test clients with.",
		Run: func(ctx context.Context, p echoParams, feedback provider.Feedback) (echoResult, error) {
			feedback.Message("waiting")
			select {
			case <-time.After(time.Duration(p.Pause) * time.Second):
			case <-ctx.Done():
				return echoResult{}, ctx.Err()
			}
			return echoResult{Output: p.Input}, nil
		},
	})
}
