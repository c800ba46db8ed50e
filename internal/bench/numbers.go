package main

import (
	"context"
	"fmt"
	"time"
)

// numbers measures what it costs that numbers are the same everywhere, beside numbers that each database gives.
func numbers(ctx context.Context, on servers) ([]row, error) {
	const edits = 10000
	var pairs [2]*pair
	for i, keys := range []string{"shared", "local"} {
		p, err := newPair(ctx, on, "numbers_"+keys)
		if err != nil {
			return nil, err
		}
		defer p.close(ctx)
		p.keys = keys
		pairs[i] = p
	}
	measures := []struct {
		what   string
		before func(p *pair) error
		do     func(p *pair) error
	}{
		{"a table of 100000 rows prepared, packaged and deployed", nil, func(p *pair) error { return p.deploy(ctx, p.cloneURL) }},
		{"INSERT of 10000 rows on a clone", nil, func(p *pair) error { return p.insert(ctx, edits) }},
		{"2000 single-row INSERTs on a clone", nil, func(p *pair) error {
			_, err := p.clone.Exec(ctx, "do $$ begin for i in 1 .. 2000 loop insert into bench.feature (a) values (i::text); end loop; end $$")
			return err
		}},
		{"10000 rows of the clone sent", func(p *pair) error { return p.insert(ctx, edits) }, func(p *pair) error { return bySQL(ctx, p) }},
		{"nothing to do", nil, func(p *pair) error { return bySQL(ctx, p) }},
	}
	var rows []row
	for n, m := range measures {
		var took [2][]time.Duration
		times := 2*runs + 1
		if n == 0 {
			times = 1 // a pair is deployed once; the benchmark named package has the rest
		}
		for run := range times {
			for k := range pairs {
				p := pairs[(k+run)%2]
				if m.before != nil {
					if err := m.before(p); err != nil {
						return nil, err
					}
				}
				if n > 0 {
					if err := p.settle(ctx); err != nil {
						return nil, err
					}
				}
				t, err := timed(func() error { return m.do(p) })
				if err != nil {
					return nil, fmt.Errorf("%s: %w", m.what, err)
				}
				took[(k+run)%2] = append(took[(k+run)%2], t)
			}
		}
		rows = append(rows, row{m.what + ", shared numbers beside local ones", show(median(took[0])), show(median(took[1])), medianRatio(took[0], took[1]), "≤ 1.05"})
	}
	return rows, nil
}

// insert makes n rows on the clone.
func (p *pair) insert(ctx context.Context, n int) error {
	_, err := p.clone.Exec(ctx, "insert into bench.feature (a, b, c) select md5(i::text), md5(i::text), i from generate_series(1, $1::integer) as i", n)
	return err
}
