package archive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

// statement is a statement of a script, or a command of psql's such as \restrict.
type statement struct {
	start, end int      // in the script, without the comments before it and with its semicolon
	words      []string // its first words, in lower case, quoted ones left out
	stdin      bool     // stdin is one of its words
}

// isMeta tells whether it is a command of psql's.
func (s statement) isMeta(script string) bool { return script[s.start] == '\\' }

// begins tells whether its first words are these.
func (s statement) begins(words ...string) bool {
	return len(s.words) >= len(words) && slices.Equal(s.words[:len(words)], words)
}

const keptWords = 8

// statements splits a script as psql does: a semicolon ends a statement unless it is in a quoted text, a comment,
// parentheses or the body of an SQL function.
// Source: PostgreSQL's src/fe_utils/psqlscan.l.
func statements(script string) []statement {
	var found []statement
	current := statement{start: -1}
	parentheses, body := 0, 0
	begin := func(at int) {
		if current.start < 0 {
			current.start = at
		}
	}
	finish := func(end int) {
		if current.start >= 0 {
			current.end = end
			found = append(found, current)
		}
		current, parentheses, body = statement{start: -1}, 0, 0
	}
	for i := 0; i < len(script); {
		rest := script[i:]
		switch c := script[i]; {
		case strings.IndexByte(" \t\r\n\f\v", c) >= 0:
			i++
		case strings.HasPrefix(rest, "--"):
			i += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			i += commentLength(rest)
		case c == '\\' && current.start < 0:
			begin(i)
			i += lineLength(rest)
			finish(i)
		case c == ';' && parentheses == 0 && body == 0:
			i++
			finish(i)
		case c == '\'' || c == '"':
			begin(i)
			i += quotedLength(rest, c, false)
		case c == '$' && dollarTag(rest) != "":
			begin(i)
			tag := dollarTag(rest)
			if end := strings.Index(rest[len(tag):], tag); end >= 0 {
				i += len(tag) + end + len(tag)
			} else {
				i = len(script)
			}
		case isWord(c):
			begin(i)
			n := 1
			for n < len(rest) && (isWord(rest[n]) || rest[n] == '$') {
				n++
			}
			word := strings.ToLower(rest[:n])
			i += n
			if word == "e" && i < len(script) && script[i] == '\'' {
				i += quotedLength(script[i:], '\'', true)
				continue
			}
			if len(current.words) < keptWords {
				current.words = append(current.words, word)
			}
			current.stdin = current.stdin || word == "stdin"
			body = bodyDepth(current, word, body)
		default:
			begin(i)
			switch c {
			case '(':
				parentheses++
			case ')':
				parentheses = max(0, parentheses-1)
			}
			i++
		}
	}
	finish(len(script))
	return found
}

// bodyDepth follows BEGIN ATOMIC … END in the definition of an SQL function.
func bodyDepth(s statement, word string, depth int) int {
	words := s.words
	if s.begins("create", "or", "replace") {
		words = words[2:]
	}
	if len(words) < 2 || words[0] != "create" && words[0] != "replace" || words[1] != "function" && words[1] != "procedure" {
		return 0
	}
	switch {
	case word == "begin", word == "case" && depth > 0:
		return depth + 1
	case word == "end" && depth > 0:
		return depth - 1
	}
	return depth
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// lineLength is the length of the rest of a line without its end.
func lineLength(text string) int {
	if n := strings.IndexAny(text, "\r\n"); n >= 0 {
		return n
	}
	return len(text)
}

// commentLength is the length of a comment, which may have others inside.
func commentLength(text string) int {
	depth := 0
	for i := 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
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
	return len(text)
}

// quotedLength is the length of a quoted text. A doubled quote ends one text and begins the next, which comes to the
// same.
func quotedLength(text string, quote byte, escapes bool) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && escapes:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// dollarTag is the opening tag of a dollar-quoted text, "" when the text is none.
func dollarTag(text string) string {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '$':
			return text[:i+1]
		case !isWord(text[i]) || i == 1 && text[i] >= '0' && text[i] <= '9':
			return ""
		}
	}
	return ""
}

// structureOnly removes from a script of pg_restore's what is about the session: commands of psql's (recent minor
// versions write \restrict) and settings, of which newer versions write some that an older server does not know. The
// session in which the script runs has the settings that it needs.
func structureOnly(script string) string {
	var kept strings.Builder
	from := 0
	for _, s := range statements(script) {
		if s.isMeta(script) || s.begins("set") || s.begins("select", "pg_catalog", "set_config") {
			kept.WriteString(script[from:s.start])
			from = s.end
		}
	}
	kept.WriteString(script[from:])
	return kept.String()
}

// checkAdditional refuses what cannot run inside the transaction of a deployment, or would end it.
func checkAdditional(name, script string) error {
	for _, s := range statements(script) {
		var why string
		first := append(s.words, "")[0]
		switch {
		case s.isMeta(script):
			why = "it is a command of psql's and not SQL"
		case s.begins("copy") && s.stdin:
			why = "it reads rows from the standard input, which a deployment has not; use INSERT"
		case s.begins("rollback", "to"), s.begins("rollback", "work", "to"), s.begins("rollback", "transaction", "to"):
		case slices.Contains([]string{"begin", "start", "commit", "end", "rollback", "abort"}, first), s.begins("prepare", "transaction"):
			why = "the file runs inside the transaction of the deployment, which it must not end"
		}
		if why != "" {
			return &provider.Failure{
				Text: fmt.Sprintf("line %d of %s cannot be deployed: %s: %s", 1+strings.Count(script[:s.start], "\n"), name, firstLine(script[s.start:s.end]), why),
				Hint: "take it out of the file and make the package again",
			}
		}
	}
	return nil
}

// firstLine is the beginning of a text, for a message.
func firstLine(text string) string {
	line, more, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > 60 {
		return string(runes[:60]) + "…"
	} else if more != "" {
		return line + " …"
	}
	return line
}
