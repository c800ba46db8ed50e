// Package lexer takes SQL apart as PostgreSQL does.
package lexer

import (
	"regexp"
	"strings"
)

// Kind is what a token is.
type Kind int

const (
	Other   Kind = iota // one character: of an operator, a number, a parameter, …
	Space               // any number of them
	Comment             // from -- to the end of its line, or between /* and */
	Word                // a keyword or a name without quotes
	Name                // a name in double quotes
	String              // a string in quotes
	Escape              // a string in which a backslash escapes: E'…'
	Dollar              // a string between dollars
)

// Token is a part of a statement.
type Token struct {
	Kind Kind
	Text string
	// Open tells that its end is missing: its text is the rest of the statement.
	Open bool
}

// A word may hold a dollar, so that none in it begins a string.
var (
	space  = regexp.MustCompile(`^[ \t\r\n\f\v]+`)
	word   = regexp.MustCompile(`^[A-Za-z_\x{80}-\x{10FFFF}][\w$\x{80}-\x{10FFFF}]*`)
	name   = regexp.MustCompile(`^"[^"]*"`)
	line   = regexp.MustCompile(`^--[^\n\r]*`)
	plain  = regexp.MustCompile(`^'(?:[^']|'')*'`)
	escape = regexp.MustCompile(`^[eE]'(?s:[^'\\]|\\.|'')*'`)
	dollar = regexp.MustCompile(`^\$(?:[A-Za-z_\x{80}-\x{10FFFF}][\w\x{80}-\x{10FFFF}]*)?\$`)
)

// Next is the first token of a statement, or of its rest behind another token. A name with quotes in it, each doubled, comes as
// several names, and letters that say how to read a string, but for E, as a word.
// Source: https://www.postgresql.org/docs/18/sql-syntax-lexical.html.
func Next(sql string) Token {
	match := func(kind Kind, pattern *regexp.Regexp) Token {
		if found := pattern.FindString(sql); found != "" {
			return Token{kind, found, false}
		}
		return Token{kind, sql, true}
	}
	switch c := sql[0]; {
	case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
		return match(Space, space)
	case strings.HasPrefix(sql, "--"):
		return match(Comment, line)
	case strings.HasPrefix(sql, "/*"):
		return block(sql)
	case c == '"':
		return match(Name, name)
	case c == '\'':
		return match(String, plain)
	case len(sql) > 1 && (c == 'e' || c == 'E') && sql[1] == '\'':
		return match(Escape, escape)
	case c == '$':
		tag := dollar.FindString(sql)
		if tag == "" {
			break // a parameter
		}
		if end := strings.Index(sql[len(tag):], tag); end >= 0 {
			return Token{Dollar, sql[:end+2*len(tag)], false}
		}
		return Token{Dollar, sql, true}
	case c == '_' || c >= 0x80 || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
		return match(Word, word)
	}
	return Token{Other, sql[:1], false}
}

// block is a comment that may hold others.
func block(sql string) Token {
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
				return Token{Comment, sql[:i+1], false}
			}
		}
	}
	return Token{Comment, sql, true}
}
