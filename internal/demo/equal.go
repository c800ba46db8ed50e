package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// content is what a table holds: how many rows, and a checksum of every value in them.
type content struct {
	rows     int
	checksum string
}

// equal compares every value of every table on the three databases. That they are is what LizSync is for.
func (d *demo) equal(ctx context.Context) error {
	d.page.chapter("Are they equal?")
	d.page.text("Rows, and the SHA-256 of all their values in the order of uid, geometries and photos included (id alone is left out):")
	d.page.blank()
	header := []string{"table"}
	for _, p := range d.places() {
		header = append(header, ">"+p.name, "")
	}
	var rows [][]string
	var different []string
	total := 0
	for _, t := range tables {
		d.page.progress("comparing " + t.name)
		row := []string{t.name}
		var contents []content
		for _, p := range d.places() {
			c, err := read(ctx, p, t.name)
			if err != nil {
				return err
			}
			contents = append(contents, c)
			row = append(row, thousands(c.rows), c.checksum[:8])
		}
		verdict := "equal"
		if contents[0] != contents[1] || contents[0] != contents[2] {
			verdict = "DIFFERENT"
			different = append(different, t.name)
		}
		rows = append(rows, append(row, verdict))
		total += contents[0].rows
	}
	d.page.table(append(header, ""), rows)
	d.page.blank()
	if different != nil {
		return fmt.Errorf("the databases differ in %s", strings.Join(different, ", "))
	}
	if total == 0 {
		return errors.New("the databases are empty")
	}
	d.page.line(margin + d.page.paint(green, fmt.Sprintf("✔ All three databases are equal: %d tables, %s rows, every value.", len(tables), thousands(total))))
	return nil
}

// read sums a table up. The columns id are each database's own numbers.
func read(ctx context.Context, p *place, table string) (c content, err error) {
	var columns string
	err = p.conn.QueryRow(ctx, `
		select string_agg(quote_ident(attname), ', ' order by attname)
		from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'id'`, table).Scan(&columns)
	if err != nil {
		return c, fmt.Errorf("read the columns of %s in %s: %w", table, p.name, err)
	}
	// The values in one form, whatever the session is like. The first argument of the last function is never null, that
	// of an empty table included.
	err = pgx.BeginTxFunc(ctx, p.conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set local timezone = 'UTC'; set local extra_float_digits = 1; set local bytea_output = 'hex'"); err != nil {
			return err
		}
		return tx.QueryRow(ctx, fmt.Sprintf(`
			select count(*), encode(sha256(convert_to(coalesce(string_agg(encode(sha256(convert_to(row(%s)::text, 'UTF8')), 'hex'), '' order by uid), ''), 'UTF8')), 'hex')
			from %s`, columns, table)).Scan(&c.rows, &c.checksum)
	})
	if err != nil {
		return c, fmt.Errorf("read %s in %s: %w", table, p.name, err)
	}
	return c, nil
}
