package database

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/tracelog"
	"github.com/sirupsen/logrus"

	"github.com/lizsync/lizsync/algorithms/internal/lexer"
)

// newTracer makes what tells a log of a connection's statements and how long each took. Only what is named here is told: no
// arguments, and of errors the SQLSTATE, because their text repeats values.
func newTracer(log logrus.FieldLogger) pgx.QueryTracer {
	logger := tracelog.LoggerFunc(func(_ context.Context, _ tracelog.LogLevel, what string, data map[string]any) {
		fields := logrus.Fields{}
		for key, value := range data {
			switch key {
			case "sql":
				fields[key] = withoutValues(value.(string))
			case "duration":
				fields[key] = value.(time.Duration).String()
			case "commandTag":
				if value != "" {
					fields[key] = value
				}
			case "pid": // of the server's process
				fields[key] = value
			case "err":
				fields["failed"] = true
				if state := SQLState(value.(error)); state != "" {
					fields["sqlstate"] = state
				}
			}
		}
		log.WithFields(fields).Debug(strings.ToLower(what))
	})
	return &tracelog.TraceLog{
		Logger: logger, LogLevel: tracelog.LogLevelInfo, Config: &tracelog.TraceLogConfig{TimeKey: "duration"},
	}
}

// Trace tells the log of what goes past the tracer of a connection, by its PgConn: a statement, or the name of a file with some.
// The function that it returns is called at the end.
func Trace(ctx context.Context, conn *pgx.Conn, text string) (done func(pgconn.CommandTag, error)) {
	tracer := conn.Config().Tracer
	if tracer == nil {
		return func(pgconn.CommandTag, error) {}
	}
	ctx = tracer.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: text})
	return func(tag pgconn.CommandTag, err error) {
		tracer.TraceQueryEnd(ctx, conn, pgx.TraceQueryEndData{CommandTag: tag, Err: err})
	}
}

// withoutValues is a statement with each string, of whatever notation, replaced by '…', and without comments: passwords of roles
// and of user mappings, connections of dblink and values of rows are strings. It leaves out the rest of the statement where it
// cannot be sure how the server reads it: behind what does not end, and behind an ordinary string with a backslash, which escapes
// a quote or not by a setting of the session.
func withoutValues(sql string) string {
	var told strings.Builder
	for sql != "" {
		token := lexer.Next(sql)
		sql = sql[len(token.Text):]
		if token.Open || token.Kind == lexer.String && strings.Contains(token.Text, `\`) {
			told.WriteString("…")
			break
		}
		switch token.Kind {
		case lexer.Space, lexer.Comment:
			told.WriteString(" ")
		case lexer.String, lexer.Escape, lexer.Dollar:
			told.WriteString("'…'")
		default:
			told.WriteString(token.Text)
		}
	}
	return strings.Join(strings.Fields(told.String()), " ")
}
