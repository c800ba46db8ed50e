package database

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/tracelog"
	"github.com/sirupsen/logrus"
)

// newTracer makes what tells a log of a connection's statements and how long each took. Only what is named here is told: no
// arguments, and of errors the SQLSTATE, because their text repeats values.
func newTracer(log logrus.FieldLogger) pgx.QueryTracer {
	logger := tracelog.LoggerFunc(func(_ context.Context, _ tracelog.LogLevel, what string, data map[string]any) {
		fields := logrus.Fields{}
		for key, value := range data {
			switch key {
			case "sql":
				fields[key] = strings.Join(strings.Fields(withoutValues(value.(string))), " ")
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
// Source: https://www.postgresql.org/docs/18/sql-syntax-lexical.html.
func withoutValues(sql string) string {
	var told strings.Builder
	for sql != "" {
		length, shown := len(sql), "…"
		switch c := sql[0]; {
		case strings.HasPrefix(sql, "--"):
			length, shown = len(lineComment.FindString(sql)), ""
		case strings.HasPrefix(sql, "/*"):
			if n := commentLength(sql); n > 0 {
				length, shown = n, " "
			}
		case c == '\'':
			if n := len(plainString.FindString(sql)); n > 0 {
				length, shown = n, "'…'"
			}
		case escapeString.MatchString(sql):
			length, shown = len(escapeString.FindString(sql)), "'…'"
		case dollarQuote.MatchString(sql):
			quote := dollarQuote.FindString(sql)
			if n := strings.Index(sql[len(quote):], quote); n >= 0 {
				length, shown = n+2*len(quote), "'…'"
			}
		case c == '"':
			if n := len(quotedName.FindString(sql)); n > 0 {
				length, shown = n, sql[:n]
			}
		default:
			// Whole names, because a quote or a dollar behind one is not the beginning of a string of another notation.
			length = max(1, len(plainName.FindString(sql)))
			shown = sql[:length]
		}
		told.WriteString(shown)
		sql = sql[length:]
	}
	return told.String()
}

var (
	lineComment  = regexp.MustCompile(`^--[^\n\r]*`)
	plainString  = regexp.MustCompile(`^'(?:[^'\\]|'')*'`)
	escapeString = regexp.MustCompile(`^(?s:[eE]'(?:[^'\\]|\\.|'')*')`)
	dollarQuote  = regexp.MustCompile(`^\$(?:[A-Za-z_\x{80}-\x{10FFFF}][\w\x{80}-\x{10FFFF}]*)?\$`)
	quotedName   = regexp.MustCompile(`^"[^"]*"`)
	plainName    = regexp.MustCompile(`^[A-Za-z_\x{80}-\x{10FFFF}][\w$\x{80}-\x{10FFFF}]*`)
)

// commentLength is that of a comment, with the comments in it; 0 for one that does not end.
func commentLength(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
