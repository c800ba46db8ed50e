package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/lizsync/lizsync/algorithms/internal/database"
)

// pin sets, for a transaction, what the text form of a value and the meaning of a name depend on. Both sides of a package
// have the same settings. A lock that is not had within lockTimeout is somebody's who should be asked.
const pin = `
	set local search_path = '';
	set local datestyle = 'ISO, YMD';
	set local timezone = 'UTC';
	set local intervalstyle = 'postgres';
	set local extra_float_digits = 3;
	set local bytea_output = 'hex';
	set local lc_monetary = 'C';
	set local xmloption = 'content';
	set local row_security = off;
	set local check_function_bodies = off;
	set local default_tablespace = '';
	set local client_min_messages = 'warning';
	set local statement_timeout = 0;
	set local idle_in_transaction_session_timeout = 0;
	set local lock_timeout = '` + lockTimeout + `'`

const lockTimeout = "10s"

// copyOut writes the rows of a table or query in text form, and returns their number.
func copyOut(ctx context.Context, tx pgx.Tx, source string, to io.Writer, progress func(bytes int64)) (rows int64, err error) {
	lines := &lineCounter{to: to, progress: progress}
	statement := "copy " + source + " to stdout"
	done := database.Trace(ctx, tx.Conn(), statement)
	tag, err := tx.Conn().PgConn().CopyTo(ctx, lines, statement)
	done(tag, err)
	if err != nil {
		return 0, err
	}
	progress(lines.bytes)
	return lines.lines, nil
}

// copyIn reads rows that copyOut has written.
func copyIn(ctx context.Context, tx pgx.Tx, target string, from io.Reader) (rows int64, err error) {
	source := &source{r: from}
	statement := "copy " + target
	done := database.Trace(ctx, tx.Conn(), statement)
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, source, statement)
	done(tag, err)
	if source.err != nil {
		err = source.err // the server only repeats its text
	}
	return tag.RowsAffected(), err
}

// source keeps the error that ended the reading.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// columnList are the columns of a table that COPY knows, in parentheses.
func columnList(columns []Column) string {
	var names []string
	for _, column := range columns {
		if !column.Generated {
			names = append(names, pgx.Identifier{column.Name}.Sanitize())
		}
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// lineCounter counts rows: in text form each ends with the only newline that it has.
type lineCounter struct {
	to           io.Writer
	bytes, lines int64
	told         int64
	progress     func(bytes int64)
}

func (c *lineCounter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	c.lines += int64(bytes.Count(p, []byte{'\n'}))
	const step = 1 << 20
	if c.bytes-c.told >= step {
		c.told = c.bytes
		c.progress(c.bytes)
	}
	return c.to.Write(p)
}

// columns describes the columns of a table.
func columns(ctx context.Context, tx pgx.Tx, table Name) ([]Column, error) {
	rows, err := tx.Query(ctx, `
		select attname, pg_catalog.format_type(atttypid, atttypmod), attgenerated <> ''
		from pg_catalog.pg_attribute
		where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
		order by attnum`, table.SQL())
	if err != nil {
		return nil, fmt.Errorf("look at the columns of %s: %w", table.SQL(), err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Column])
}
