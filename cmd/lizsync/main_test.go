package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"

	"github.com/lizsync/lizsync/algorithms"
	"github.com/lizsync/lizsync/provider"
)

// TestMain makes lizsync a command of the scripts, with the real algorithms and a few that show every way a run can
// end. Their descriptions are short: what algorithms must look like is tested elsewhere.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"lizsync": func() {
			samples := []provider.Algorithm{sample("greet_someone", greet), sample("refuse_work", refuse), sample("panic_now", fall), sample("wait_for_cancel", wait), sample("ignore_cancel", ignore)}
			os.Exit(execute(append(algorithms.All(), samples...), os.Args[1:]))
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}

type sampleParams struct {
	Connection provider.Connection `json:"CONNECTION_NAME" jsonschema:"required,title=Database" jsonschema_description:"The database."`
	Layers     provider.Layers     `json:"PG_LAYERS" jsonschema:"title=Tables" jsonschema_description:"The tables."`
	Loud       bool                `json:"LOUD" jsonschema:"title=Loud,default=false" jsonschema_description:"Shout."`
	Times      int                 `json:"TIMES" jsonschema:"title=Times,minimum=1,default=1" jsonschema_description:"How often."`
	Protocol   string              `json:"PROTOCOL" jsonschema:"title=Protocol,enum=SFTP,enum=FTP,default=SFTP" jsonschema_description:"How to transfer." qgis:"type=enum,by_index"`
}

type sampleResult struct {
	provider.Outcome
	Tables []string `json:"TABLES" jsonschema:"title=Tables" jsonschema_description:"The tables that were greeted."`
}

func sample(id string, run func(context.Context, sampleParams, provider.Feedback) (sampleResult, error)) provider.Algorithm {
	return provider.Define(provider.Definition[sampleParams, sampleResult]{
		ID: id, Group: "09 Samples", Title: "A sample", Description: "Shows how a run can end.",
		Errors: []provider.KnownError{{When: "nobody is there", Remedy: "Come back later."}},
		Run:    run,
	})
}

func greet(_ context.Context, p sampleParams, feedback provider.Feedback) (sampleResult, error) {
	feedback.Message("greeting")
	for i := range 1000 {
		feedback.Progress(float64(i+1) / 10)
	}
	if p.Loud {
		feedback.Warning("too loud")
	}
	text := strings.Repeat("hello & <bye>", p.Times) + " over " + p.Protocol
	return sampleResult{Outcome: provider.Done(text), Tables: p.Layers}, nil
}

func refuse(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
	return sampleResult{}, &provider.Failure{Text: "no work today", Detail: "it is sunday\nand sunny", Hint: "come back on monday", Object: "city.tree"}
}

func fall(context.Context, sampleParams, provider.Feedback) (sampleResult, error) {
	panic("off the cliff")
}

// wait interrupts its own process as a person would.
func wait(ctx context.Context, _ sampleParams, _ provider.Feedback) (sampleResult, error) {
	interrupt()
	<-ctx.Done()
	return sampleResult{}, errors.New("central is done; the clone receives it next time")
}

// ignore goes on when it is cancelled, so that only a second interruption ends it.
func ignore(ctx context.Context, _ sampleParams, _ provider.Feedback) (sampleResult, error) {
	interrupt()
	<-ctx.Done()
	for {
		interrupt()
	}
}

func interrupt() {
	process, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = process.Signal(syscall.SIGINT)
	}
	if err != nil {
		panic(err)
	}
}

func TestProgressBarGoesWhenTheRunIsOver(t *testing.T) {
	var screen bytes.Buffer
	c := newConsole(&screen, true, false)
	c.Progress(25)
	c.Message("half a page")
	c.close()
	text := screen.String()
	assert.Contains(t, text, "25%")
	assert.Contains(t, text, "half a page\n")
	assert.True(t, strings.HasSuffix(text, "\r"), "the cursor stands at the start of an empty line: %q", text)
}
