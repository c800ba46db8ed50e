package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Registry holds the algorithms of a program, ordered by group and then as they were listed.
type Registry struct {
	algorithms []Algorithm
}

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// NewRegistry makes a registry. It refuses an id that is not snake_case and an id that is there twice.
func NewRegistry(algorithms ...Algorithm) (*Registry, error) {
	seen := make(map[string]bool, len(algorithms))
	for _, a := range algorithms {
		id := a.Info().ID
		if !idPattern.MatchString(id) {
			return nil, fmt.Errorf("algorithm id %q is not snake_case", id)
		}
		if seen[id] {
			return nil, fmt.Errorf("algorithm id %q is registered twice", id)
		}
		seen[id] = true
	}
	sorted := slices.Clone(algorithms)
	slices.SortStableFunc(sorted, func(a, b Algorithm) int {
		return strings.Compare(a.Info().Group, b.Info().Group)
	})
	return &Registry{algorithms: sorted}, nil
}

// All returns the algorithms.
func (r *Registry) All() []Algorithm {
	return slices.Clone(r.algorithms)
}

// Find returns the algorithm with the given id. The error of an unknown id suggests one that looks like it.
func (r *Registry) Find(id string) (Algorithm, error) {
	var ids []string
	for _, a := range r.algorithms {
		if a.Info().ID == id {
			return a, nil
		}
		ids = append(ids, a.Info().ID)
	}
	failure := &Failure{Text: fmt.Sprintf("there is no algorithm %q", id)}
	if near := nearest(id, ids); near != "" {
		failure.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return nil, failure
}
