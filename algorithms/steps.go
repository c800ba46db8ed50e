package algorithms

import (
	"context"
	"fmt"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

// step is a part of an algorithm that does several things, one after the other.
type step struct {
	title string
	upTo  float64 // where the progress bar of the whole stands when it is done
	run   func(context.Context, provider.Feedback) error
}

// runSteps stops at the first that fails, and says what was done and what was not.
func runSteps(ctx context.Context, feedback provider.Feedback, steps ...step) error {
	titles := make([]string, len(steps))
	for i, s := range steps {
		titles[i] = s.title
	}
	from := 0.0
	for i, s := range steps {
		feedback.Message(fmt.Sprintf("step %d of %d: %s", i+1, len(steps), s.title))
		if err := s.run(ctx, portion{feedback, from, s.upTo}); err != nil {
			return fmt.Errorf("step %d of %d, %s: %w; done before: %s; left to do after it: %s", i+1, len(steps), s.title, err, names(titles[:i]), names(titles[i+1:]))
		}
		from = s.upTo
	}
	return nil
}

func names(titles []string) string {
	if len(titles) == 0 {
		return "nothing"
	}
	return strings.Join(titles, ", ")
}
