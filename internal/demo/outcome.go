package demo

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/lizsync/lizsync/provider"
)

// outcome is what an algorithm has done.
type outcome struct {
	values             map[string]any // its result keys
	messages, warnings []string
	took               time.Duration
}

func (o outcome) text() string { return fmt.Sprint(o.values["OUTPUT_STRING"]) }

// number is a count among the results.
func (o outcome) number(key string) int {
	n, _ := o.values[key].(float64)
	return int(n)
}

func values(result provider.Result) (map[string]any, error) {
	text, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	var v map[string]any
	return v, json.Unmarshal(text, &v)
}

// listener keeps what an algorithm says, and shows how far it is.
type listener struct {
	page *page
	id   string

	mutex              sync.Mutex
	messages, warnings []string
}

var _ provider.Feedback = (*listener)(nil)

func (l *listener) Progress(percent float64) {
	l.page.progress(fmt.Sprintf("%s %3.0f %%", l.id, percent))
}

func (l *listener) Message(text string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.messages = append(l.messages, text)
}

func (l *listener) Warning(text string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.warnings = append(l.warnings, text)
}
