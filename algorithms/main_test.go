package algorithms

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
	"github.com/lizsync/lizsync/provider"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// story is what an algorithm tells as it goes. told, when set, is called with each message and warning.
type story struct {
	mu       sync.Mutex
	messages []string
	warnings []string
	progress []float64
	told     func(text string)
}

func (s *story) Progress(percent float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = append(s.progress, percent)
}

func (s *story) Message(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, text)
	if s.told != nil {
		s.told(text)
	}
}

func (s *story) Warning(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warnings = append(s.warnings, text)
	if s.told != nil {
		s.told(text)
	}
}

// all is what was told, in lines.
func (s *story) all() string { return strings.Join(slices.Concat(s.messages, s.warnings), "\n") }

// run runs a registered algorithm as the command line does, and returns its result as the JSON object that a person sees.
func run(ctx context.Context, t *testing.T, id string, input map[string]any, told *story) (map[string]any, error) {
	t.Helper()
	registry, err := provider.NewRegistry(All()...)
	require.NoError(t, err)
	algorithm, err := registry.Find(id)
	require.NoError(t, err)
	task, err := algorithm.Bind(input)
	require.NoError(t, err)
	result, err := task(ctx, told)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(result)
	require.NoError(t, err)
	var object map[string]any
	require.NoError(t, json.Unmarshal(text, &object))
	return object, nil
}
