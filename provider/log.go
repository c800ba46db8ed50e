package provider

import (
	"context"
	"io"

	"github.com/sirupsen/logrus"
)

type logKey struct{}

// WithLog has the algorithms that are run with a context tell a log what they do in detail, for who looks for a fault. What a
// person should see goes to the [Feedback].
func WithLog(ctx context.Context, log logrus.FieldLogger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

// Log is the log of a context; nobody reads it when none was given. Nothing secret is written to it: no password, no connection
// value, no value of a statement.
func Log(ctx context.Context) logrus.FieldLogger {
	if log, ok := ctx.Value(logKey{}).(logrus.FieldLogger); ok {
		return log
	}
	return &logrus.Logger{Out: io.Discard, Level: logrus.PanicLevel}
}
